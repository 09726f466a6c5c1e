package clojure

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// width is the number of characters that a line should have at most.
const width = 80

// form is a piece of Clojure text: an atom, or a collection or call with its parts.
type form struct {
	kind  formKind
	text  string // an atom's text, or a call's operator
	parts []*form
	// units says how many parts share a line if a call takes several lines. The parts after all units are pairs of a
	// keyword and its value.
	units []int
	// comments are lines to write above the form, without semicolons. The form is part of a map or vector.
	comments []string

	hint    string // a type hint in front of it, with a space
	special bool   // editors indent all parts but the first by two columns, as for let
	solid   bool   // it has locals, so no piece of it can be in another function
	hoisted bool   // it is a call of a function that holds a piece

	size int // the number of atoms and collections in it
	// code estimates the amount of bytecode that Clojure makes of it. Clojure writes out a constant collection once for
	// itself and once more in each collection around it (Compiler.emitValue), so depth counts.
	code int
	flat int // its length on one line, or -1 if it needs several lines
}

type formKind uint8

const (
	atomForm formKind = iota + 1
	vectorForm
	mapForm     // parts are keys and values in turn
	bindingForm // a vector of names and values in turn
	callForm
)

func atom(text string) *form {
	n := 1 + len(text)/256
	return &form{kind: atomForm, text: text, size: n, code: n, flat: utf8.RuneCountInString(text)}
}

func vector(items ...*form) *form { return (&form{kind: vectorForm, parts: items}).measure() }

// mapping makes a map of keys and values in turn. Comments of a key stand above it.
func mapping(parts ...*form) *form { return (&form{kind: mapForm, parts: parts}).measure() }

func call(operator string, args ...*form) *form {
	return (&form{kind: callForm, text: operator, parts: args}).measure()
}

// special makes a call whose first part stays beside the operator.
func special(operator string, args ...*form) *form {
	f := call(operator, args...)
	f.special = true
	return f
}

func (f *form) measure() *form {
	if f.kind == atomForm {
		f.flat = utf8.RuneCountInString(f.hint + f.text)
		return f
	}
	f.size, f.code, f.flat = 1, 0, 2+utf8.RuneCountInString(f.hint+f.text)
	for i, p := range f.parts {
		f.size += p.size
		if p.kind != atomForm {
			f.code += p.code
		}
		switch {
		case f.flat < 0:
		case p.flat < 0 || len(p.comments) > 0:
			f.flat = -1
		default:
			f.flat += p.flat
			f.flat += len(f.separator(i))
		}
	}
	f.code += f.size
	return f
}

// uses reports whether a symbol is in the form.
func (f *form) uses(symbol string) bool {
	if f.kind == atomForm && f.text == symbol {
		return true
	}
	return slices.ContainsFunc(f.parts, func(p *form) bool { return p.uses(symbol) })
}

// line returns the form on one line.
func (f *form) line() string {
	var b strings.Builder
	f.writeLine(&b)
	return b.String()
}

func (f *form) writeLine(b *strings.Builder) {
	open, end := f.brackets()
	b.WriteString(f.hint)
	b.WriteString(open)
	b.WriteString(f.text)
	for i, p := range f.parts {
		b.WriteString(f.separator(i))
		p.writeLine(b)
	}
	b.WriteString(end)
}

// separator returns the text in front of a part on one line.
func (f *form) separator(part int) string {
	switch {
	case f.kind == callForm:
		return " "
	case part == 0:
		return ""
	case f.kind == mapForm && part%2 == 0:
		return ", "
	}
	return " "
}

func (f *form) brackets() (open, end string) {
	switch f.kind {
	case vectorForm, bindingForm:
		return "[", "]"
	case mapForm:
		return "{", "}"
	case callForm:
		return "(", ")"
	}
	return "", ""
}

// layout writes forms as a person would. A form that fits is on one line. Otherwise each part gets its own line. The
// values of a map are aligned. The arguments of a call are below its first argument, or if that is too far to the
// right, two columns in.
type layout struct {
	b   strings.Builder
	col int
}

func (l *layout) write(s string) {
	l.b.WriteString(s)
	if at := strings.LastIndexByte(s, '\n'); at >= 0 {
		l.col = utf8.RuneCountInString(s[at+1:])
	} else {
		l.col += utf8.RuneCountInString(s)
	}
}

// newline starts a line with spaces up to a column.
func (l *layout) newline(col int) {
	l.b.WriteByte('\n')
	l.b.WriteString(strings.Repeat(" ", col))
	l.col = col
}

// form writes a form at the current column. closing is the number of brackets that will follow its last character.
func (l *layout) form(f *form, closing int) {
	if f.kind == atomForm || f.flat >= 0 && l.col+f.flat+closing <= width {
		l.write(f.line())
		return
	}
	open, end := f.brackets()
	l.write(f.hint + open)
	switch f.kind {
	case vectorForm:
		l.vector(f, closing+1)
	case mapForm, bindingForm:
		l.mapping(f, closing+1)
	case callForm:
		l.call(f, closing+1)
	}
	l.write(end)
}

func (l *layout) comments(f *form, col int) {
	for _, c := range f.comments {
		l.write(strings.TrimRight(";; "+c, " "))
		l.newline(col)
	}
}

func (l *layout) vector(f *form, closing int) {
	col := l.col
	plain := true
	for _, p := range f.parts {
		plain = plain && p.kind == atomForm && len(p.comments) == 0
	}
	for i, p := range f.parts {
		last := 0
		if i == len(f.parts)-1 {
			last = closing
		}
		switch {
		case i == 0:
		case plain && l.col+1+p.flat+last <= width:
			l.write(" ")
		default:
			l.newline(col)
		}
		l.comments(p, col)
		l.form(p, last)
	}
}

func (l *layout) mapping(f *form, closing int) {
	col := l.col
	// Align the values, but not if that moves one too far to the right.
	longest := 0
	for i := 0; i < len(f.parts); i += 2 {
		longest = max(longest, f.parts[i].flat)
	}
	aligned := true
	for i := 1; i < len(f.parts) && aligned; i += 2 {
		last := 0
		if i == len(f.parts)-1 {
			last = closing
		}
		aligned = l.fits(f.parts[i], col+longest+1, last)
	}
	for i := 0; i < len(f.parts); i += 2 {
		key, value := f.parts[i], f.parts[i+1]
		last := 0
		if i == len(f.parts)-2 {
			last = closing
		}
		if i > 0 {
			l.newline(col)
		}
		l.comments(key, col)
		l.form(key, 0)
		at := l.col + 1
		if aligned {
			at = col + longest + 1
		}
		if l.fits(value, at, last) {
			l.write(strings.Repeat(" ", at-l.col))
		} else {
			l.newline(col)
		}
		l.form(value, last)
	}
}

// deepest is the column up to which a collection that takes several lines may begin, if it can begin further left.
const deepest = width / 3

// fits reports whether a form at a column stays within the width, on one line or on several.
func (l *layout) fits(f *form, col, closing int) bool {
	if f.flat >= 0 && col+f.flat+closing <= width {
		return true
	}
	if f.kind == atomForm {
		return len(f.text) > width // it does not fit anywhere
	}
	if f.kind == callForm {
		at := col + 2
		for _, u := range f.lines() {
			if !f.unitFits(u, at, closing) {
				return col < deepest
			}
		}
		return true
	}
	return col < deepest
}

// lines returns the ranges (from, to) of parts that share a line of a call.
func (f *form) lines() [][2]int {
	var all [][2]int
	at := 0
	for _, n := range f.units {
		all = append(all, [2]int{at, at + n})
		at += n
	}
	step := 1
	if len(f.units) > 0 {
		step = 2
	}
	for ; at < len(f.parts); at += step {
		all = append(all, [2]int{at, min(at+step, len(f.parts))})
	}
	return all
}

// unitFits reports whether the parts of a range fit on one line. closing brackets follow the last part of the call.
func (f *form) unitFits(u [2]int, col, closing int) bool {
	n := -1
	for _, p := range f.parts[u[0]:u[1]] {
		if p.flat < 0 {
			return false
		}
		n += 1 + p.flat
	}
	if u[1] == len(f.parts) {
		n += closing
	}
	return col+n <= width
}

// joins reports whether a part of a call can follow another part on the same line.
func (l *layout) joins(f *form, closing int) bool {
	at := l.col + 1
	if f.flat >= 0 && at+f.flat+closing <= width {
		return true
	}
	return f.kind != atomForm && at < deepest
}

func (l *layout) call(f *form, closing int) {
	col := l.col + 1 // two columns after the bracket
	l.write(f.text)
	if f.special {
		l.special(f, col, closing)
		return
	}
	lines := f.lines()
	under := l.col + 1
	for _, u := range lines {
		if !f.unitFits(u, under, closing) {
			under = 0
			break
		}
	}
	if under > 0 {
		l.write(" ")
		col = under
	} else {
		l.newline(col)
	}
	for n, u := range lines {
		if n > 0 {
			l.newline(col)
		}
		for i := u[0]; i < u[1]; i++ {
			last := 0
			if i == len(f.parts)-1 {
				last = closing
			}
			if i > u[0] {
				if f.unitFits(u, col, closing) || l.joins(f.parts[i], last) {
					l.write(" ")
				} else {
					l.newline(col)
				}
			}
			l.form(f.parts[i], last)
		}
	}
}

// special writes the parts of a special form: the first one beside the operator, the others at a column.
func (l *layout) special(f *form, col, closing int) {
	for i, p := range f.parts {
		last := 0
		if i == len(f.parts)-1 {
			last = closing
		}
		if i == 0 {
			l.write(" ")
		} else {
			l.newline(col)
		}
		l.form(p, last)
	}
}
