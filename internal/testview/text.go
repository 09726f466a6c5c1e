package testview

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/console"
	"github.com/stormflux/stormflux/internal/local"
	"github.com/stormflux/stormflux/internal/rows"
	"github.com/stormflux/stormflux/internal/topologytest"
)

type textView struct {
	Options
	passed, failed int
}

// ANSI colours of text.
const (
	red   = 31
	green = 32
	faint = 2
)

func (v *textView) paint(color int, text string) string {
	if !v.Colored {
		return text
	}
	return fmt.Sprintf("\x1b[%dm%s\x1b[0m", color, text)
}

func (v *textView) print(text string) error {
	_, err := io.WriteString(v.Out, text)
	return err
}

func (v *textView) Show(r Result) error {
	var b strings.Builder
	name := diag.Printable(fmt.Sprintf("%s: %s", r.File, r.Test.Name))
	elapsed := v.paint(faint, fmt.Sprintf("(%.2f s)", r.Elapsed.Seconds()))
	if len(r.Failures) == 0 {
		v.passed++
		fmt.Fprintf(&b, "%s   %s %s\n", v.paint(green, "ok"), name, elapsed)
	} else {
		v.failed++
		fmt.Fprintf(&b, "%s %s %s\n", v.paint(red, "FAIL"), name, elapsed)
		for i := range r.Failures {
			v.failure(&b, &r.Failures[i])
		}
	}
	if v.Verbose {
		for i := range r.Log {
			fmt.Fprintf(&b, "     %s\n", v.paint(faint, diag.PrintableLines(logLine(&r.Log[i]))))
		}
	}
	return v.print(b.String())
}

// logLine writes what a component said, with the virtual time since the start of the test.
func logLine(e *local.Event) string {
	at := e.Time.Sub(topologytest.Epoch())
	return fmt.Sprintf("%s %s:%d %s %s", at, e.Component, e.Task, e.Kind, strings.ReplaceAll(strings.TrimRight(e.Text, "\n"), "\n", "\n       "))
}

func (v *textView) failure(b *strings.Builder, f *topologytest.Failure) {
	for _, line := range failureLines(f) {
		color := 0
		switch {
		case strings.HasPrefix(line, "       - "):
			color = red
		case strings.HasPrefix(line, "       + "):
			color = green
		}
		if line = diag.PrintableLines(line); color != 0 {
			line = v.paint(color, line)
		}
		b.WriteString(line + "\n")
	}
}

// mostShown is how many rows of a difference are shown.
const mostShown = 60

// context is how many rows that are as expected are shown around a difference.
const context = 3

// failureLines describes a failure, without colours.
func failureLines(f *topologytest.Failure) []string {
	head := f.Summary
	if at := place(f.Span); at != "" {
		head = at + ": " + head
	}
	lines := []string{"     " + head}
	if slices.ContainsFunc(f.Lines, func(l rows.Line) bool { return l.Sign == '-' }) {
		lines = append(lines, "       (- expected, + came)")
	}
	shown := 0
	for i, line := range f.Lines {
		if line.Sign == ' ' && !near(f, i) {
			if i == 0 || near(f, i-1) {
				lines = append(lines, "         ...")
			}
			continue
		}
		if shown++; shown > mostShown {
			lines = append(lines, "         and "+console.Count(len(f.Lines)-i, "more row"))
			break
		}
		lines = append(lines, fmt.Sprintf("       %c %s", line.Sign, line.Text))
	}
	for _, note := range f.Notes {
		lines = append(lines, "       "+note)
	}
	return lines
}

// near reports whether a row stands close to one that differs.
func near(f *topologytest.Failure, i int) bool {
	for j := max(0, i-context); j <= min(len(f.Lines)-1, i+context); j++ {
		if f.Lines[j].Sign != ' ' {
			return true
		}
	}
	return false
}

func (v *textView) End(elapsed time.Duration) error {
	text := fmt.Sprintf("%s passed", console.Count(v.passed, "test"))
	if v.failed > 0 {
		text += fmt.Sprintf(", %d failed", v.failed)
	}
	return v.print(fmt.Sprintf("%s (%.1f s)\n", text, elapsed.Seconds()))
}
