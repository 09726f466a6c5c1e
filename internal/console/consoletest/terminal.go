// Package consoletest shows what a terminal would show, for tests of programs that draw on one.
package consoletest

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
)

var sequence = regexp.MustCompile(`^\x1b\[(\d*)([A-Za-z])`)

// Shown returns the text on a terminal after an output. The terminal has as many columns as given and never scrolls. It
// knows the escape sequences for cursor up, erase below and colours; another one fails the test.
func Shown(t *testing.T, output string, columns int) string {
	t.Helper()
	e := emulator{t: t, columns: columns, lines: [][]rune{nil}}
	for len(output) > 0 {
		if output[0] == '\x1b' {
			if m := sequence.FindStringSubmatch(output); m != nil {
				output = output[len(m[0]):]
				e.escape(m)
				continue
			}
		}
		c := []rune(output[:min(4, len(output))])[0]
		output = output[len(string(c)):]
		e.put(c)
	}
	var b strings.Builder
	for i, line := range e.lines {
		b.WriteString(string(line))
		if i < len(e.lines)-1 {
			b.WriteByte('\n')
		}
	}
	return b.String()
}

type emulator struct {
	t        *testing.T
	columns  int
	lines    [][]rune
	row, col int
}

func (e *emulator) escape(sequence []string) {
	e.t.Helper()
	n := 1
	fmt.Sscan(sequence[1], &n)
	switch sequence[2] {
	case "A":
		e.row -= n
	case "J":
		e.lines = e.lines[:e.row+1]
		e.lines[e.row] = e.lines[e.row][:e.col]
	case "m":
	default:
		e.t.Fatalf("unexpected sequence %q", sequence[0])
	}
	if e.row < 0 {
		e.t.Fatal("the cursor leaves the screen")
	}
}

func (e *emulator) put(c rune) {
	switch c {
	case '\r':
		e.col = 0
	case '\n':
		// A terminal in its usual mode also returns to the first column here; a program's output says "\r\n" by then.
		e.row++
	default:
		if e.col >= e.columns {
			e.row, e.col = e.row+1, 0
		}
		e.grow()
		e.lines[e.row] = append(e.lines[e.row][:e.col], c)
		e.col++
	}
	e.grow()
}

func (e *emulator) grow() {
	for len(e.lines) <= e.row {
		e.lines = append(e.lines, nil)
	}
}
