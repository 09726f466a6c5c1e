package yaml

import (
	"bytes"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/stormflux/stormflux/diag"
)

func (r *reader) checkCollectionTag(n *yaml.Node, start int) {
	if n.Style&yaml.TaggedStyle == 0 {
		return
	}
	if n.Kind == yaml.SequenceNode && n.Tag == "!!seq" || n.Kind == yaml.MappingNode && n.Tag == "!!map" {
		return
	}
	at := r.offset(n)
	d := r.diags.Errorf(ruleTag, r.span(at, start), "tag %q is not known here, expected plain YAML", n.Tag)
	if i := bytes.IndexByte(r.src[at:], '!'); i >= 0 {
		d.Span = r.span(at+i, r.skipTag(at+i))
	}
	switch n.Tag {
	case "!!set":
		d.WithHint("write a list")
	case "!!omap", "!!pairs":
		d.WithHint("write a map: the order of its keys is kept")
	default:
		d.WithHint("remove the tag; a JVM object is written with className and constructorArgs")
	}
}

// scalar converts a scalar that starts, with its properties, at the offset.
func (r *reader) scalar(n *yaml.Node, start, behind int) *Value {
	style := n.Style &^ yaml.TaggedStyle
	property := start
	if start < len(r.src) && (r.src[start] == '&' || r.src[start] == '!') {
		start = r.skipProperties(n, start)
	}
	v := r.new(String)
	v.Text = n.Value
	if r.masked {
		v.Text = unmask(v.Text)
	}
	switch {
	case style == 0 && n.Value == "":
		if property == start {
			start = behind
		}
		v.Span = r.span(start, start)
	case style == 0:
		v.Span = r.span(start, r.plainEnd(start, v.Text))
	case style == yaml.DoubleQuotedStyle:
		v.Span = r.span(start, r.doubleQuotedEnd(start))
	case style == yaml.SingleQuotedStyle:
		v.Span = r.span(start, r.singleQuotedEnd(start))
	default:
		v.Span = r.span(start, r.blockEnd(start, v.Text))
	}
	if n.Style&yaml.TaggedStyle != 0 {
		r.tagged(n, v, property)
	} else if style == 0 {
		r.typed(v, resolve(v.Text))
	}
	v.Plain = style == 0
	if v.Kind == String && strings.IndexByte(v.Text, '$') >= 0 {
		r.file.References = append(r.file.References, v)
	}
	return v
}

// typed gives v the type of a resolved scalar.
func (r *reader) typed(v *Value, s scalar) {
	s.set(v)
	r.file.Odd = r.file.Odd || s.oddity != 0
}

// Retype gives a plain scalar of the file the type that the text has in YAML.
func (f *File) Retype(v *Value, text string) {
	resolve(text).set(v)
	f.Odd = f.Odd || v.Oddity != 0
}

func (s scalar) set(v *Value) {
	v.Kind, v.Bool, v.Int64, v.Int, v.Float, v.Oddity = s.kind, s.bool, s.int64, s.int, s.float, s.oddity
}

// tagged gives v the type that its tag names.
func (r *reader) tagged(n *yaml.Node, v *Value, property int) {
	wrong := func(format string, args ...any) *diag.Diagnostic {
		at := property + max(0, bytes.IndexByte(r.src[property:], '!'))
		return r.diags.Errorf(ruleTag, r.span(at, r.skipTag(at)), format, args...)
	}
	s := resolve(v.Text)
	want := Kind(0)
	switch n.Tag {
	case "!!str":
		return
	case "!!null":
		s, want = scalar{kind: Null}, Null
	case "!!bool":
		want = Bool
	case "!!int":
		want = Int
	case "!!float":
		if want = Float; s.kind == Int && s.oddity != Octal {
			f, err := strconv.ParseFloat(canonicalInt(s), 64)
			s = scalar{kind: Float, float: f}
			if err != nil {
				s.oddity = NotFinite
			}
		}
	case "!!timestamp":
		r.typed(v, scalar{kind: String, oddity: Timestamp})
		return
	case "!!binary":
		wrong("tag %q makes bytes, which no setting and no component can take", n.Tag).
			WithHint("remove the tag: the text stays base64 for the component to decode")
		return
	default:
		wrong("tag %q is not known here, expected plain YAML", n.Tag).
			WithHint("remove the tag; a JVM object is written with className and constructorArgs")
		return
	}
	if s.kind != want {
		wrong("tag %q does not fit %q", n.Tag, v.Text)
		return
	}
	if s.oddity != NotFinite {
		s.oddity = 0 // the tag says that it is meant
	}
	r.typed(v, s)
}

func canonicalInt(s scalar) string {
	if s.int != nil {
		return s.int.String()
	}
	return strconv.FormatInt(s.int64, 10)
}

// plainEnd returns where the plain scalar with the given value ends. One of several lines has its line breaks folded.
func (r *reader) plainEnd(start int, text string) int {
	if end := start + len(text); end <= len(r.src) && string(r.src[start:end]) == text {
		return end
	}
	at := start
	for i := 0; i < len(text); {
		if text[i] == ' ' || text[i] == '\n' || text[i] == '\t' || wideBreak([]byte(text[i:min(len(text), i+3)])) > 0 {
			i += max(1, wideBreak([]byte(text[i:min(len(text), i+3)])))
			for at < len(r.src) && (isBlankOrBreak(r.src[at]) || wideBreak(r.src[at:]) > 0) {
				at += max(1, wideBreak(r.src[at:]))
			}
			continue
		}
		i++
		at++
	}
	return min(at, len(r.src))
}

func (r *reader) doubleQuotedEnd(start int) int {
	for at := start + 1; at < len(r.src); at++ {
		switch r.src[at] {
		case '\\':
			at++
		case '"':
			return at + 1
		}
	}
	return len(r.src)
}

func (r *reader) singleQuotedEnd(start int) int {
	for at := start + 1; at < len(r.src); at++ {
		if r.src[at] == '\'' {
			if at+1 < len(r.src) && r.src[at+1] == '\'' {
				at++
				continue
			}
			return at + 1
		}
	}
	return len(r.src)
}

// blockEnd returns where the block scalar whose header is at the offset ends: behind its last line that is not blank.
// The lines that belong to it are those indented as its first line; of that line some blanks may be text.
func (r *reader) blockEnd(start int, text string) int {
	at := r.lineEnd(start)
	end := at
	for end > start && isBlankOrBreak(r.src[end-1]) {
		end--
	}
	if i := bytes.Index(r.src[start:end], []byte(" #")); i >= 0 {
		for end = start + i; end > start && isBlankOrBreak(r.src[end-1]); {
			end--
		}
	}
	indent := -1
	for at < len(r.src) {
		line := r.nextLine(at)
		stop := r.lineEnd(line)
		content := line
		for content < stop && r.src[content] == ' ' {
			content++
		}
		if content < stop {
			if indent < 0 {
				indent = max(0, content-line-leadingBlanks(text))
			}
			if content-line < indent || indent == 0 {
				break
			}
			end = stop
		} else if indent >= 0 && content-line > indent {
			end = stop // blanks beyond the indentation are text
		}
		if at = stop; stop >= len(r.src) {
			break
		}
	}
	return end
}

// leadingBlanks counts the spaces that begin the first line of text that has more than spaces.
func leadingBlanks(text string) int {
	n := 0
	for i := range len(text) {
		switch text[i] {
		case ' ':
			n++
		case '\n':
			n = 0
		default:
			return n
		}
	}
	return 0
}

// lineEnd returns the end of the line that the offset is on, without its line break.
func (r *reader) lineEnd(at int) int {
	for at < len(r.src) && r.src[at] != '\n' && r.src[at] != '\r' && wideBreak(r.src[at:min(len(r.src), at+3)]) == 0 {
		at++
	}
	return at
}

// nextLine returns the offset behind the line break at the offset.
func (r *reader) nextLine(at int) int {
	switch {
	case at >= len(r.src):
		return at
	case r.src[at] == '\r' && at+1 < len(r.src) && r.src[at+1] == '\n':
		return at + 2
	}
	return at + max(1, wideBreak(r.src[at:]))
}

// checkRest refuses what follows the first document, which yaml.v3 would not look at.
func (r *reader) checkRest(end int) {
	at := end
	for {
		at = r.skipSpace(at)
		if at >= len(r.src) {
			return
		}
		rest := r.src[at:]
		lineStart := at == r.start || at > 0 && (r.src[at-1] == '\n' || r.src[at-1] == '\r')
		switch {
		case lineStart && bytes.HasPrefix(rest, []byte("...")) && (len(rest) == 3 || isBlankOrBreak(rest[3])):
			at += 3
		case lineStart && bytes.HasPrefix(rest, []byte("---")) && (len(rest) == 3 || isBlankOrBreak(rest[3])):
			r.diags.Errorf(ruleSeveral, r.span(at, at+3), "a second document begins here, expected one topology in a file").
				WithHint("put each topology into a file of its own")
			r.file.Truncated = true
			return
		case lineStart && rest[0] == '%':
			at = r.lineEnd(at)
		default:
			span := r.span(at, len(bytes.TrimRight(r.src[:r.lineEnd(at)], " \t")))
			if v := r.file.Root; lineStart && v.Kind == Map && len(v.Entries) > 0 && v.Span.Start > r.start && r.src[v.Span.Start-1] == ' ' {
				r.diags.Errorf(ruleSyntax, span, "the line is indented less than the first key of the document").
					WithHint("indent all keys of the document alike").WithRelated(v.Entries[0].Key.Span, "this is the first key")
				return
			}
			r.diags.Errorf(ruleSyntax, span, "text follows the end of the document").
				WithHint("check the brackets and the indentation before it")
			return
		}
	}
}
