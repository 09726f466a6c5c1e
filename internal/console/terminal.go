// Package console writes for people: it decides whether an output is a terminal and whether it gets colour, lays out
// tables, and keeps some lines in place below text that scrolls. What the text says is the business of its callers.
package console

import (
	"fmt"
	"io"
	"os"

	"github.com/mattn/go-isatty"
	"golang.org/x/term"
)

// IsTerminal reports whether a stream is a terminal. The terminals of Cygwin and MSYS count, which are pipes to Windows.
func IsTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && (isatty.IsTerminal(f.Fd()) || isatty.IsCygwinTerminal(f.Fd()))
}

// Color says when output has colour. The zero value is Auto.
type Color string

const (
	Auto   Color = "auto" // on a terminal, unless NO_COLOR is set
	Always Color = "always"
	Never  Color = "never"
)

// Colors returns the names of all values, the default first.
func Colors() []string { return []string{string(Auto), string(Always), string(Never)} }

// On reports whether an output gets colour.
func (c Color) On(w io.Writer) bool {
	switch c {
	case Always:
		return true
	case Never:
		return false
	}
	return os.Getenv("NO_COLOR") == "" && !dumb() && IsTerminal(w)
}

// dumb reports whether the terminal takes nothing but text.
func dumb() bool { return os.Getenv("TERM") == "dumb" }

// sizeOf returns a function for the size of a terminal that can move its cursor, and nil for any other output.
func sizeOf(w io.Writer) func() (columns, rows int) {
	if dumb() || !IsTerminal(w) {
		return nil
	}
	fd := int(w.(*os.File).Fd())
	if _, _, err := term.GetSize(fd); err != nil {
		return nil // a terminal of Cygwin has no size here
	}
	return func() (int, int) {
		columns, rows, err := term.GetSize(fd)
		if err != nil || columns <= 0 || rows <= 0 {
			return 80, 24
		}
		return columns, rows
	}
}

// Width returns how many columns a terminal has, or 0 if the output is not one or its width is not known.
func Width(w io.Writer) int {
	f, ok := w.(*os.File)
	if !ok {
		return 0
	}
	columns, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return columns
}

// Count returns a number with its noun: "1 task", "2 tasks".
func Count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
