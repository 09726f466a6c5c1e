package diag

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// Fix is a change of the text that removes the fault of a [Diagnostic].
type Fix struct {
	Title string // what the fix does, such as `write "split"`
	Edits []Edit // in the order of their places, without overlaps

	// Automatic marks the only possible correction: `validate --fix` applies it without a question. A person can choose
	// one of the other fixes in an editor.
	Automatic bool
}

// Edit replaces the text of a span. The rest of the file stays as it is.
type Edit struct {
	Span Span
	Text string
}

// WithFix adds a fix and returns d.
func (d *Diagnostic) WithFix(fix Fix) *Diagnostic {
	d.Fixes = append(d.Fixes, fix)
	return d
}

// AutomaticFix returns the fix that `validate --fix` applies, and false when there is none.
func (d *Diagnostic) AutomaticFix() (Fix, bool) {
	i := slices.IndexFunc(d.Fixes, func(f Fix) bool { return f.Automatic })
	if i < 0 {
		return Fix{}, false
	}
	return d.Fixes[i], true
}

// Suggest sets the hint `did you mean "NAME"?`, adds the fix that replaces the misspelt word at the span by the name,
// and returns d. At the span is a YAML scalar or a name in a comment. [Diagnostic.Replace] documents when there is only
// the hint.
func (d *Diagnostic) Suggest(span Span, near Suggestion) *Diagnostic {
	return d.WithHint("did you mean %q?", near.Name).Replace(span, near.Word, near.Name, near.Sure)
}

// Replace adds the fix that changes the value of the YAML scalar at the span from old to text, and returns d. The
// scalar keeps its quotes. A plain scalar gets quotes if text is not a string without them. Replace adds no fix if old
// does not stand in one line at the span: it then comes from a variable, an alias or the command line, and an edit
// would be wrong.
func (d *Diagnostic) Replace(span Span, old, text string, automatic bool) *Diagnostic {
	read, style := readScalar(span)
	if style == plain && !isPlainWord(text) {
		style = doubleQuoted
	}
	return d.write(span, read == old, style, text, automatic)
}

// Quote adds the fix that puts quotes around text, the plain YAML scalar at the span, and returns d.
func (d *Diagnostic) Quote(span Span, text string, automatic bool) *Diagnostic {
	read, style := readScalar(span)
	return d.write(span, style == plain && read == text, doubleQuoted, text, automatic)
}

// Unquote adds the fix that replaces the YAML scalar at the span, whose value is old, by text without quotes, such as a
// number. It returns d.
func (d *Diagnostic) Unquote(span Span, old, text string, automatic bool) *Diagnostic {
	read, style := readScalar(span)
	return d.write(span, style != notEditable && read == old, plain, text, automatic)
}

func (d *Diagnostic) write(span Span, editable bool, style scalarStyle, text string, automatic bool) *Diagnostic {
	if !editable || style == notEditable || strings.Contains(text, "${") || strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return d
	}
	written := style.write(text)
	return d.WithFix(Fix{Title: "write " + written, Edits: []Edit{{Span: span, Text: written}}, Automatic: automatic})
}

// scalarStyle is how a YAML scalar is written.
type scalarStyle uint8

const (
	notEditable scalarStyle = iota
	plain
	singleQuoted
	doubleQuoted
)

// readScalar returns the value of the YAML scalar at the span, and its style. The style is notEditable if there is no
// scalar in one line, or if it contains an escape or a reference ${...}, which readScalar does not resolve.
func readScalar(span Span) (text string, style scalarStyle) {
	text = span.Text()
	if text == "" || strings.ContainsAny(text, "\n\r\u0085\u2028\u2029") || strings.Contains(text, "${") {
		return "", notEditable
	}
	first, last, inner := text[0], text[len(text)-1], text[1:max(1, len(text)-1)]
	switch {
	case first == '"' && len(text) > 1 && last == '"' && !strings.Contains(inner, `\`):
		return inner, doubleQuoted
	case first == '\'' && len(text) > 1 && last == '\'':
		return strings.ReplaceAll(inner, "''", "'"), singleQuoted
	case strings.IndexByte("\"'|>*&!?[]{},#%@`", first) >= 0:
		return "", notEditable
	}
	return text, plain
}

func (s scalarStyle) write(text string) string {
	switch s {
	case plain:
		return text
	case singleQuoted:
		return "'" + strings.ReplaceAll(text, "'", "''") + "'"
	case doubleQuoted:
		return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
	}
	panic(fmt.Sprintf("diag: invalid scalar style %d", s))
}

// isPlainWord reports whether every YAML reader takes text for a string without quotes, in every place: a word that
// starts with a letter and is not a boolean or null of YAML 1.1. YAML allows more.
func isPlainWord(text string) bool {
	switch strings.ToLower(text) {
	case "", "null", "true", "false", "yes", "no", "on", "off", "y", "n":
		return false
	}
	for i, r := range text {
		switch {
		case unicode.IsLetter(r), r == '_':
		case i > 0 && (unicode.IsDigit(r) || r == '-' || r == '.' || r == '/'):
		default:
			return false
		}
	}
	return true
}

// WithoutFixesIn removes every fix that has an edit in one of the places. The document uses such a value several times
// (by a YAML alias), so the value must not change because one use is wrong.
func (l List) WithoutFixesIn(places []Span) {
	if len(places) == 0 {
		return
	}
	for _, d := range l {
		d.Fixes = slices.DeleteFunc(d.Fixes, func(f Fix) bool {
			return slices.ContainsFunc(f.Edits, func(e Edit) bool {
				return slices.ContainsFunc(places, func(p Span) bool { return p.overlaps(e.Span) })
			})
		})
	}
}

// overlaps reports whether two places share a byte. An empty place overlaps the one around it.
func (s Span) overlaps(o Span) bool {
	if s.File != o.File {
		return false
	}
	if s.Start == s.End || o.Start == o.End {
		return s.Start <= o.End && o.Start <= s.End
	}
	return s.Start < o.End && o.Start < s.End
}
