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
	d := r.diags.Errorf(RuleTag, r.span(at, start), "unknown tag %q, expected plain YAML", n.Tag)
	if i := bytes.IndexByte(r.src[at:], '!'); i >= 0 {
		d.Span = r.span(at+i, r.skipTag(at+i))
	}
	switch n.Tag {
	case "!!set":
		d.WithHint("write a list")
	case "!!omap", "!!pairs":
		d.WithHint("write a map: it keeps the order of its keys")
	default:
		d.WithHint("remove the tag; define a JVM object with className and constructorArgs")
	}
}

// scalar converts a scalar that begins, with its anchor and tag, at start. One without text gets the place after.
func (r *reader) scalar(n *yaml.Node, start, after int) *Value {
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
			start = after
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
		r.setTaggedType(n, v, property)
	} else if style == 0 {
		r.setType(v, resolve(v.Text))
	}
	v.Plain = style == 0
	if v.Kind == String && strings.IndexByte(v.Text, '$') >= 0 {
		r.file.References = append(r.file.References, v)
	}
	return v
}

// setType gives v the type of a resolved scalar.
func (r *reader) setType(v *Value, s scalar) {
	s.set(v)
	r.file.Odd = r.file.Odd || s.oddity != 0
}

// Retype gives a plain scalar of the file the type of a text.
func (f *File) Retype(v *Value, text string) {
	resolve(text).set(v)
	f.Odd = f.Odd || v.Oddity != 0
}

// RetypeAs gives a string of the file the type of its text, if that is of the kind.
func (f *File) RetypeAs(v *Value, kind Kind) {
	if s := resolve(v.Text); s.kind == kind {
		s.set(v)
		f.Odd = f.Odd || v.Oddity != 0
	}
}

func (s scalar) set(v *Value) {
	v.Kind, v.Bool, v.Int64, v.Int, v.Float, v.Oddity = s.kind, s.bool, s.int64, s.int, s.float, s.oddity
}

// setTaggedType gives v the type of its tag.
func (r *reader) setTaggedType(n *yaml.Node, v *Value, property int) {
	wrong := func(format string, args ...any) *diag.Diagnostic {
		at := property + max(0, bytes.IndexByte(r.src[property:], '!'))
		return r.diags.Errorf(RuleTag, r.span(at, r.skipTag(at)), format, args...)
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
		r.setType(v, scalar{kind: String, oddity: Timestamp})
		return
	case "!!binary":
		if s = (scalar{kind: String, oddity: Binary}); !isBase64(v.Text) {
			wrong("tag %q does not fit %q, which is not base64", n.Tag, v.Text)
			return
		}
		r.setType(v, s)
		return
	default:
		wrong("unknown tag %q, expected plain YAML", n.Tag).
			WithHint("remove the tag; define a JVM object with className and constructorArgs")
		return
	}
	if s.kind != want {
		wrong("tag %q does not fit %q", n.Tag, v.Text)
		return
	}
	if s.oddity != NotFinite {
		s.oddity = 0 // the tag shows that the writer means it
	}
	r.setType(v, s)
}

func canonicalInt(s scalar) string {
	if s.int != nil {
		return s.int.String()
	}
	return strconv.FormatInt(s.int64, 10)
}
