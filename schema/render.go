package schema

import (
	"bufio"
	"encoding/json"
	"io"
	"path"
	"path/filepath"
	"strings"

	"github.com/stormflux/stormflux/internal/maven"
	"github.com/stormflux/stormflux/schema/yaml"
)

// Render writes the effective document as YAML, in the order of the file: includes are merged, references are replaced,
// the environment and the options of the command line are applied. If a value differs from the file, or the file does not
// have it, a comment after it says where it came from. Reading the result gives the same document. Paths from an included
// file become relative to the folder of the main file.
func Render(doc *Document, w io.Writer) error {
	b := bufio.NewWriter(w)
	r := &renderer{w: b, dir: doc.File.Dir}
	r.entries(doc.Root, 0, []string{})
	return b.Flush()
}

// RenderJSON writes the effective document as JSON, with two spaces of indentation and without origins.
func RenderJSON(doc *Document, w io.Writer) error {
	b := bufio.NewWriter(w)
	r := &renderer{w: b, dir: doc.File.Dir}
	r.json(doc.Root, 0, []string{})
	b.WriteByte('\n')
	return b.Flush()
}

type renderer struct {
	w   *bufio.Writer
	dir string // of the main file
}

func (r *renderer) indent(n int) { r.w.WriteString(strings.Repeat("  ", n)) }

// comment returns the comment after a value, with the spaces before it.
func comment(v *yaml.Value) string {
	if v.Origin == nil {
		return ""
	}
	c := "  # from " + oneLine(v.Origin.From)
	if was := v.Origin.Was; was != nil && was.IsScalar() && !(was.Kind == yaml.String && strings.Contains(was.Text, "${")) {
		c += ", was " + oneLine(yaml.FormatScalar(was))
	}
	return c
}

func oneLine(s string) string {
	return strings.Map(func(c rune) rune {
		if c < ' ' || c == 0x7f || c == 0x85 || c == 0x2028 || c == 0x2029 {
			return ' '
		}
		return c
	}, s)
}

// onOneLine reports whether a value fits on one line: it is a scalar or empty.
func onOneLine(v *yaml.Value) bool { return len(v.Items) == 0 && len(v.Entries) == 0 }

func (r *renderer) inline(v *yaml.Value, at []string) string {
	switch v.Kind {
	case yaml.Sequence:
		return "[]"
	case yaml.Map:
		return "{}"
	}
	return yaml.FormatScalar(r.relative(v, at))
}

func (r *renderer) entries(v *yaml.Value, depth int, at []string) {
	for i, e := range v.Entries {
		if i > 0 || depth == 0 {
			r.indent(depth)
		}
		r.entry(e, depth, append(at, e.Key.Text))
	}
	if depth == 0 && len(v.Entries) == 0 {
		r.w.WriteString("{}\n")
	}
}

func (r *renderer) entry(e yaml.Entry, depth int, at []string) {
	key := yaml.FormatScalar(e.Key)
	if len(key) > 1000 {
		// Readers of YAML look for the colon of a key within 1,024 characters, unless "?" announces the key.
		r.w.WriteString("? " + key + "\n")
		r.indent(depth)
		key = ""
	}
	r.w.WriteString(key + ":")
	v := e.Value
	if onOneLine(v) {
		r.w.WriteString(" " + r.inline(v, at) + comment(v) + "\n")
		return
	}
	r.w.WriteString(comment(v) + "\n")
	r.indent(depth + 1)
	r.block(v, depth+1, at)
}

// block writes a list or map that is not empty. Its first line is indented already.
func (r *renderer) block(v *yaml.Value, depth int, at []string) {
	if v.Kind == yaml.Map {
		r.entries(v, depth, at)
		return
	}
	at = append(at, "")
	for i, item := range v.Items {
		if i > 0 {
			r.indent(depth)
		}
		r.w.WriteByte('-')
		if onOneLine(item) {
			r.w.WriteString(" " + r.inline(item, at) + comment(item) + "\n")
			continue
		}
		if c := comment(item); c != "" {
			r.w.WriteString(c + "\n")
			r.indent(depth + 1)
		} else {
			r.w.WriteByte(' ')
		}
		r.block(item, depth+1, at)
	}
}

// relative returns a path of an included file as the main file would write it.
func (r *renderer) relative(v *yaml.Value, at []string) *yaml.Value {
	if v.Kind != yaml.String || !isPath(at) || (at[0] == "jar" || at[0] == "dependencies") && maven.IsCoordinate(v.Text) {
		return v
	}
	dir := "" // a path from the command line starts from the working directory
	if v.Span.File != nil {
		dir = v.Span.File.Dir
	}
	if dir == r.dir {
		return v
	}
	c := *v
	if filepath.IsAbs(filepath.FromSlash(v.Text)) || path.IsAbs(v.Text) {
		return v
	}
	rel, err := filepath.Rel(filepath.FromSlash("./"+filepath.ToSlash(r.dir)), filepath.FromSlash("./"+filepath.ToSlash(dir)))
	if filepath.IsAbs(r.dir) || filepath.IsAbs(dir) {
		rel, err = relativeAbs(r.dir, dir)
	}
	if err != nil {
		c.Text = filepath.ToSlash(filepath.Join(dir, filepath.FromSlash(v.Text)))
		return &c
	}
	c.Text = filepath.ToSlash(filepath.Join(rel, filepath.FromSlash(v.Text)))
	if at[len(at)-1] == "go" && !strings.HasPrefix(c.Text, "..") {
		c.Text = "./" + c.Text // the dot distinguishes a Go package in a folder from an import path
	}
	return &c
}

// relativeAbs returns the path from one folder to another. One of them is absolute.
func relativeAbs(from, to string) (string, error) {
	from, err := filepath.Abs(from)
	if err != nil {
		return "", err
	}
	if to, err = filepath.Abs(to); err != nil {
		return "", err
	}
	return filepath.Rel(from, to)
}

// isPath reports whether the value at a place is a path that starts from the folder of its file.
func isPath(at []string) bool {
	switch {
	case at[0] == "jar" || at[0] == "dependencies":
		return true
	case len(at) == 1:
		return false
	case at[0] == "resources":
		return len(at) == 2 || len(at) == 3 && at[2] == "from"
	case at[0] == "spouts" || at[0] == "bolts":
		return len(at) == 3 && at[2] == "go"
	}
	return false
}

func (r *renderer) json(v *yaml.Value, depth int, at []string) {
	switch {
	case v.Kind == yaml.Sequence && len(v.Items) > 0:
		r.w.WriteString("[\n")
		for i, item := range v.Items {
			r.indent(depth + 1)
			r.json(item, depth+1, append(at, ""))
			r.comma(i+1 < len(v.Items))
		}
		r.indent(depth)
		r.w.WriteByte(']')
	case v.Kind == yaml.Map && len(v.Entries) > 0:
		r.w.WriteString("{\n")
		for i, e := range v.Entries {
			r.indent(depth + 1)
			r.w.WriteString(jsonQuote(e.Key.Text) + ": ")
			r.json(e.Value, depth+1, append(at, e.Key.Text))
			r.comma(i+1 < len(v.Entries))
		}
		r.indent(depth)
		r.w.WriteByte('}')
	case v.Kind == yaml.Sequence:
		r.w.WriteString("[]")
	case v.Kind == yaml.Map:
		r.w.WriteString("{}")
	case v.Kind == yaml.String:
		r.w.WriteString(jsonQuote(r.relative(v, at).Text))
	case v.Kind == yaml.Float && v.Float-v.Float != 0:
		r.w.WriteString(jsonQuote(v.Text)) // surprises has reported it: JSON has no such number
	case v.Kind == yaml.Float:
		r.w.WriteString(yaml.FormatFloat(v.Float))
	default:
		r.w.WriteString(v.Canonical())
	}
}

func (r *renderer) comma(more bool) {
	if more {
		r.w.WriteByte(',')
	}
	r.w.WriteByte('\n')
}

func jsonQuote(text string) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(text); err != nil {
		panic("schema: a string is not JSON: " + err.Error())
	}
	return strings.TrimSuffix(b.String(), "\n")
}
