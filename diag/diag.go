// Package diag defines what a fault in a text is and how it is shown.
//
// It owns the diagnostic (rule, severity, place, message, hint, fixes, related places), the source file with its lines
// and columns, the register of rules with their documentation, "did you mean", and the output formats. It does not
// know what a topology is: packages schema and validate find the faults.
package diag

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"sort"
	"sync"
	"unicode/utf8"
)

// Severity is how bad a diagnostic is. The zero value is invalid.
type Severity uint8

const (
	// Error: Nimbus would refuse the topology, or it would fail or misbehave on the cluster. Nothing is compiled.
	Error Severity = iota + 1
	// Warning: probably a mistake. It fails a run only with --strict.
	Warning
	// Note: worth knowing. It never fails a run.
	Note
)

// String returns "error", "warning" or "note".
func (s Severity) String() string {
	switch s {
	case Error:
		return "error"
	case Warning:
		return "warning"
	case Note:
		return "note"
	}
	panic(fmt.Sprintf("diag: invalid severity %d", uint8(s)))
}

// File is a source text that diagnostics point into. Its fields do not change while diagnostics are made.
type File struct {
	Name string // the path as the user gave it, "-" for standard input
	Dir  string // relative paths in the text start from this folder; "" is the working directory
	Text []byte
	// Private is set when nothing may show the text: see [List.WithoutPrivate].
	Private bool

	once  sync.Once
	lines []int // byte offset of the start of each line

	mu    sync.Mutex
	marks map[int][]mark // known columns in long lines, by the offset of the line's start
}

// mark is the known column of an offset.
type mark struct {
	offset int
	columns
}

// columns is one column in both units, counted from 1.
type columns struct{ points, units int } // Unicode code points, UTF-16 code units

// count returns how much the text adds to a column. A byte that is not UTF-8 adds 1 in both units.
func count(text []byte) columns {
	points := utf8.RuneCount(text)
	units := points
	for i, b := range text {
		if b >= 0xF0 { // the first byte of four: UTF-16 writes such a character as two units
			if r, _ := utf8.DecodeRune(text[i:]); r > 0xFFFF {
				units++
			}
		}
	}
	return columns{points, units}
}

func (c columns) plus(o columns) columns { return columns{c.points + o.points, c.units + o.units} }

// NewFile returns a file with the given name, folder and text. It keeps text, so the caller must not change it.
func NewFile(name, dir string, text []byte) *File {
	return &File{Name: name, Dir: dir, Text: text}
}

// Position is a place in a file as people count it: from 1, columns in characters (Unicode code points).
type Position struct {
	Line, Column int
}

// byteOrderMark may start a file. Editors hide it, so it takes no column.
var byteOrderMark = []byte("\uFEFF")

func (f *File) index() {
	f.once.Do(func() {
		f.lines = append(f.lines, 0)
		if bytes.IndexByte(f.Text, '\r') < 0 {
			for at := 0; ; {
				n := bytes.IndexByte(f.Text[at:], '\n')
				if n < 0 {
					return
				}
				at += n + 1
				f.lines = append(f.lines, at)
			}
		}
		for i, b := range f.Text {
			switch {
			case b == '\n':
				f.lines = append(f.lines, i+1)
			case b == '\r' && (i+1 == len(f.Text) || f.Text[i+1] != '\n'):
				f.lines = append(f.lines, i+1)
			}
		}
	})
}

// Position returns the line and column of a byte offset. It moves an offset outside the text to the nearest end. A byte
// order mark at the start of the file takes no column. A byte that is not UTF-8 takes one.
func (f *File) Position(offset int) Position {
	line, at := f.place(offset)
	return Position{Line: line, Column: at.points}
}

// PositionUTF16 is [File.Position] with the column in UTF-16 code units. Most editors and the Language Server Protocol
// count these: a character outside the basic plane, such as an emoji, takes two.
func (f *File) PositionUTF16(offset int) Position {
	line, at := f.place(offset)
	return Position{Line: line, Column: at.units}
}

func (f *File) place(offset int) (line int, at columns) {
	f.index()
	offset = min(max(offset, 0), len(f.Text))
	i := sort.SearchInts(f.lines, offset+1) - 1
	return i + 1, f.column(f.lines[i], offset)
}

// columnStep is how many bytes of a line each position counts again. File remembers the counts before them.
const columnStep = 4096

// column counts the characters from start, where a line starts, to offset. A topology may be one line of a megabyte
// with a thousand faults. To count it once and not a thousand times, column keeps the count at every columnStep bytes.
func (f *File) column(start, offset int) columns {
	if start == 0 && bytes.HasPrefix(f.Text, byteOrderMark) {
		start = min(len(byteOrderMark), offset)
	}
	if offset-start <= columnStep {
		return columns{1, 1}.plus(count(f.Text[start:offset]))
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	marks := f.marks[start]
	if len(marks) == 0 {
		marks = []mark{{start, columns{1, 1}}}
	}
	for last := marks[len(marks)-1]; offset-last.offset > columnStep; last = marks[len(marks)-1] {
		end := last.offset + columnStep
		// A mark lies between two characters. utf8.RuneCount counts each byte that belongs to none as one.
		for back := 1; back < utf8.UTFMax && !utf8.RuneStart(f.Text[end]); back++ {
			end--
		}
		marks = append(marks, mark{end, last.plus(count(f.Text[last.offset:end]))})
	}
	if f.marks == nil {
		f.marks = map[int][]mark{}
	}
	f.marks[start] = marks
	i, found := slices.BinarySearchFunc(marks, offset, func(m mark, offset int) int { return cmp.Compare(m.offset, offset) })
	if !found {
		i--
	}
	return marks[i].plus(count(f.Text[marks[i].offset:offset]))
}

// Lines returns how many lines the text has. An empty text has one.
func (f *File) Lines() int {
	f.index()
	return len(f.lines)
}

// LineSpan returns the span of line n (from 1) without its line ending.
func (f *File) LineSpan(n int) Span {
	f.index()
	start := f.lines[n-1]
	end := len(f.Text)
	if n < len(f.lines) {
		end = f.lines[n]
	}
	for end > start && (f.Text[end-1] == '\n' || f.Text[end-1] == '\r') {
		end--
	}
	return Span{File: f, Start: start, End: end}
}

// Span is a half-open range of bytes in a file. The zero Span is no place: the fault is in the command line, not in a
// text.
type Span struct {
	File       *File
	Start, End int
}

// IsZero reports whether the span is no place.
func (s Span) IsZero() bool { return s.File == nil }

// Text returns the text that the span covers, "" for no place.
func (s Span) Text() string {
	if s.File == nil {
		return ""
	}
	s = s.within()
	return string(s.File.Text[s.Start:s.End])
}

// within returns the span cut to its file's text, with its end not before its start.
func (s Span) within() Span {
	s.Start = min(max(s.Start, 0), len(s.File.Text))
	s.End = min(max(s.End, s.Start), len(s.File.Text))
	return s
}

// Related is a second place that helps to understand a diagnostic.
type Related struct {
	Span    Span
	Message string
}

// Diagnostic is one fault in a text.
type Diagnostic struct {
	Rule     string // stable kebab-case name; the register documents it
	Severity Severity
	Span     Span
	Message  string // one sentence in lower case: what is wrong, and what was expected; names are in quotes
	Hint     string // what to do; may be empty
	Related  []Related
	Fixes    []Fix // what an editor, or validate --fix, can do about it
}

// WithHint sets the hint, formatted as by [fmt.Sprintf], and returns d.
func (d *Diagnostic) WithHint(format string, args ...any) *Diagnostic {
	d.Hint = fmt.Sprintf(format, args...)
	return d
}

// WithRelated adds a related place, with a message formatted as by [fmt.Sprintf], and returns d.
func (d *Diagnostic) WithRelated(span Span, format string, args ...any) *Diagnostic {
	d.Related = append(d.Related, Related{Span: span, Message: fmt.Sprintf(format, args...)})
	return d
}

// List is the diagnostics of a run. It is not an error; see [List.Err].
type List []*Diagnostic

// Errorf adds a diagnostic of severity Error and returns it, so that the caller can add a hint and related places.
func (l *List) Errorf(rule string, span Span, format string, args ...any) *Diagnostic {
	return l.add(Error, rule, span, format, args)
}

// Warnf adds a diagnostic of severity Warning and returns it.
func (l *List) Warnf(rule string, span Span, format string, args ...any) *Diagnostic {
	return l.add(Warning, rule, span, format, args)
}

// Notef adds a diagnostic of severity Note and returns it.
func (l *List) Notef(rule string, span Span, format string, args ...any) *Diagnostic {
	return l.add(Note, rule, span, format, args)
}

func (l *List) add(s Severity, rule string, span Span, format string, args []any) *Diagnostic {
	d := &Diagnostic{Rule: rule, Severity: s, Span: span, Message: fmt.Sprintf(format, args...)}
	*l = append(*l, d)
	return d
}

// Count returns how many diagnostics of the severity there are.
func (l List) Count(s Severity) int {
	n := 0
	for _, d := range l {
		if d.Severity == s {
			n++
		}
	}
	return n
}

// HasErrors reports whether any diagnostic is an Error.
func (l List) HasErrors() bool {
	return slices.ContainsFunc(l, func(d *Diagnostic) bool { return d.Severity == Error })
}

// Err returns an error that stands for the list when it holds an Error, and nil otherwise.
func (l List) Err() error {
	switch n := l.Count(Error); {
	case n == 0:
		return nil
	case n == 1:
		return fmt.Errorf("1 error in the topology")
	default:
		return fmt.Errorf("%d errors in the topology", n)
	}
}

// Filter returns the diagnostics for which keep is true, in their order. It does not change the list.
func (l List) Filter(keep func(*Diagnostic) bool) List {
	var kept List
	for _, d := range l {
		if keep(d) {
			kept = append(kept, d)
		}
	}
	return kept
}

// mostWritten is how many diagnostics [Write] writes. Nobody reads more, and a file of some megabytes can have a million.
const mostWritten = 1000

// worst returns the diagnostics to write, in their order, and how many it leaves out: first notes, then warnings.
func (l List) worst() (shown List, more int) {
	if len(l) <= mostWritten {
		return l, 0
	}
	left := mostWritten
	keep := map[Severity]int{}
	for _, s := range []Severity{Error, Warning, Note} {
		keep[s] = min(left, l.Count(s))
		left -= keep[s]
	}
	shown = l.Filter(func(d *Diagnostic) bool {
		keep[d.Severity]--
		return keep[d.Severity] >= 0
	})
	return shown, len(l) - len(shown)
}

// Sort orders the list by file name (no place comes first), offset, rule and message. It drops exact repetitions: a
// file that is included twice has each fault twice.
func (l *List) Sort() {
	slices.SortStableFunc(*l, compare)
	*l = slices.CompactFunc(*l, func(a, b *Diagnostic) bool { return compare(a, b) == 0 })
}

func compare(a, b *Diagnostic) int {
	return cmp.Or(
		cmp.Compare(fileName(a.Span), fileName(b.Span)),
		cmp.Compare(a.Span.Start, b.Span.Start),
		cmp.Compare(a.Rule, b.Rule),
		cmp.Compare(a.Message, b.Message),
		cmp.Compare(a.Span.End, b.Span.End),
		cmp.Compare(a.Severity, b.Severity),
	)
}

func fileName(s Span) string {
	if s.File == nil {
		return ""
	}
	return s.File.Name
}
