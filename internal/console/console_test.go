package console

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stormflux/stormflux/internal/console/consoletest"
)

func TestTable(t *testing.T) {
	table := NewTable("NAME", "TASKS", "LATENCY", "ERROR")
	table.Row("words", 5, Quantity("-"), "")
	table.Row("日本", int64(12), Quantity("1.5 ms"), "two\nlines")
	const want = `NAME   TASKS  LATENCY  ERROR
words      5        -
日本      12   1.5 ms  two
                       lines
`
	if got := table.String(); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if got := NewTable("A", "B").String(); got != "A  B\n" {
		t.Errorf("an empty table is %q", got)
	}
}

func TestColor(t *testing.T) {
	if !Always.On(os.Stdout) || Never.On(os.Stdout) || Auto.On(&bytes.Buffer{}) {
		t.Error("always, never or auto do something else")
	}
	if IsTerminal(&bytes.Buffer{}) || Progress(&bytes.Buffer{}, "uploading", 1) != nil {
		t.Error("a buffer is a terminal")
	}
}

// fakeTerminal is a terminal of some size, as far as a screen knows.
type fakeTerminal struct {
	bytes.Buffer
	columns, rows int
}

func (f *fakeTerminal) shown(t *testing.T) string {
	t.Helper()
	return consoletest.Shown(t, strings.ReplaceAll(f.String(), "\n", "\r\n"), f.columns)
}

func TestScreen(t *testing.T) {
	f := &fakeTerminal{columns: 12, rows: 5}
	s := newScreen(f, func() (int, int) { return f.columns, f.rows }, func(err error) { t.Error(err) })
	// The ticker must not write while the test reads.
	close(s.stop)
	<-s.done
	s.stop = make(chan struct{})

	check := func(want string) {
		t.Helper()
		if got := f.shown(t); got != want {
			t.Errorf("the terminal shows %q, want %q", got, want)
		}
	}
	n := 0
	s.Show(func() []string { n++; return []string{"table", fmt.Sprint("row ", n)} })
	check("table\nrow 1\n")
	s.Print("first\n")
	check("table\nrow 1\n")
	s.draw()
	check("first\ntable\nrow 2\n")
	// Long lines are cut, and so is a region that is too high.
	s.Show(func() []string { return []string{"123456789012345", "2", "3", "4", "5"} })
	check("first\n1234567890~\n2\n3\n...\n")
	// Much text does not wait for the next update.
	s.Print(strings.Repeat("x\n", maxPending))
	if got := f.shown(t); strings.Contains(got, "1234567890~") || strings.Count(got, "x\n") != maxPending {
		t.Errorf("the text does not replace the lines below")
	}
	s.Close()
	if got := f.shown(t); !strings.HasPrefix(got, "first\n") || !strings.HasSuffix(got, "x\n") {
		t.Errorf("in the end the terminal shows %.20q...", got)
	}
}

// A terminal that became narrower has wrapped the lines that are there.
func TestScreenOnANarrowerTerminal(t *testing.T) {
	s := &Screen{drawn: []int{10, 0, 4}}
	for columns, want := range map[int]int{10: 3, 5: 4, 4: 5} {
		if got := s.height(columns); got != want {
			t.Errorf("%d columns: %d rows, want %d", columns, got, want)
		}
	}
}

func TestPlainScreen(t *testing.T) {
	var out bytes.Buffer
	s := NewScreen(&out, func(err error) { t.Error(err) })
	s.Show(func() []string { t.Error("a region on a plain output"); return nil })
	s.Print("text\n")
	s.Close()
	if got := out.String(); got != "text\n" {
		t.Errorf("it printed %q", got)
	}
}
