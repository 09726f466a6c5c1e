package schema

import (
	"bufio"
	"encoding/json"
	"io"
	"path"
	"path/filepath"
	"strconv"
	"strings"
)

// Render writes the effective document as YAML: includes merged, references replaced, the environment and the options
// of the command line applied, in the order in which it was written. A comment behind a value that stands in the file
// as something else, or not at all, says where it came from. Reading what was written gives the same document; paths
// that an included file wrote are made relative to the main file's folder.
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

// comment returns the comment behind a value, with the blanks before it.
func comment(v *Value) string {
	if v.Origin == nil {
		return ""
	}
	c := "  # from " + oneLine(v.Origin.From)
	if was := v.Origin.Was; was != nil && was.IsScalar() && !(was.Kind == String && strings.Contains(was.Text, "${")) {
		c += ", was " + oneLine(yamlScalar(was))
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

// onOneLine reports whether a value is written on one line.
func onOneLine(v *Value) bool { return len(v.Items) == 0 && len(v.Entries) == 0 }

func (r *renderer) inline(v *Value, at []string) string {
	switch v.Kind {
	case Sequence:
		return "[]"
	case Map:
		return "{}"
	}
	return yamlScalar(r.relative(v, at))
}

func (r *renderer) entries(v *Value, depth int, at []string) {
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

func (r *renderer) entry(e Entry, depth int, at []string) {
	key := yamlScalar(e.Key)
	if len(key) > 1000 {
		// A key that is not announced may have 1,024 characters; readers of YAML look no further for its colon.
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

// block writes a list or map that is not empty, whose first line is indented already.
func (r *renderer) block(v *Value, depth int, at []string) {
	if v.Kind == Map {
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

// relative returns a path that an included file wrote as the main file would write it.
func (r *renderer) relative(v *Value, at []string) *Value {
	if v.Kind != String || v.Span.File == nil || v.Span.File.Dir == r.dir || !isPath(at) {
		return v
	}
	c := *v
	if filepath.IsAbs(filepath.FromSlash(v.Text)) || path.IsAbs(v.Text) {
		return v
	}
	rel, err := filepath.Rel(filepath.FromSlash("./"+filepath.ToSlash(r.dir)), filepath.FromSlash("./"+filepath.ToSlash(v.Span.File.Dir)))
	if filepath.IsAbs(r.dir) || filepath.IsAbs(v.Span.File.Dir) {
		rel, err = filepath.Rel(r.dir, v.Span.File.Dir)
	}
	if err != nil {
		c.Text = filepath.ToSlash(filepath.Join(v.Span.File.Dir, filepath.FromSlash(v.Text)))
		return &c
	}
	c.Text = filepath.ToSlash(filepath.Join(rel, filepath.FromSlash(v.Text)))
	if at[len(at)-1] == "go" && !strings.HasPrefix(c.Text, "..") {
		c.Text = "./" + c.Text // a Go package is told from an import path by its dot
	}
	return &c
}

// isPath reports whether the value at the place is a path that is relative to its file.
func isPath(at []string) bool {
	switch {
	case len(at) == 1:
		return at[0] == "jar"
	case at[0] == "resources":
		return len(at) == 2 || len(at) == 3 && at[2] == "from"
	case at[0] == "spouts" || at[0] == "bolts":
		return len(at) == 3 && at[2] == "go"
	}
	return false
}

// yamlScalar returns a scalar as YAML, in plain style where that is read as the same value, else in double quotes. What
// is no string keeps the spelling in which it was written: where text is wanted, that is what counts.
func yamlScalar(v *Value) string {
	if v.Kind != String && v.Text != "" {
		if s := resolve(v.Text); s.kind == v.Kind {
			same := *v
			if s.set(&same); canonical(&same) == canonical(v) {
				return v.Text
			}
		}
	}
	switch v.Kind {
	case Null:
		return "null"
	case Bool:
		return strconv.FormatBool(v.Bool)
	case Int:
		return canonical(v)
	case Float:
		return yamlFloat(v.Float)
	}
	text := v.Text
	if isPlainSafe(text) {
		return text
	}
	return yamlQuote(text)
}

func yamlFloat(f float64) string {
	switch {
	case f != f:
		return ".nan"
	case f-f != 0 && f > 0:
		return ".inf"
	case f-f != 0:
		return "-.inf"
	}
	s := strconv.FormatFloat(f, 'g', -1, 64)
	if !strings.ContainsAny(s, ".e") {
		s += ".0"
	}
	return s
}

// isPlainSafe reports whether text can stand without quotes anywhere in block style: the rule is stricter than YAML's.
func isPlainSafe(text string) bool {
	if text == "" || text == "<<" || text == "=" || strings.Contains(text, "${") {
		return false
	}
	if r := resolve(text); r.kind != String || r.oddity != 0 {
		return false
	}
	switch text {
	case "y", "Y", "n", "N", "---", "...":
		return false // readers other than SnakeYAML take these for something else
	}
	for i := range len(text) {
		switch c := text[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', isDigit(c), c == '_', c == '/', c == '.':
		case c == '-' || c == '+' || c == '=' || c == ';' || c == '$' || c == '(' || c == ')' || c == '^' || c == '~' || c == '<':
			if i == 0 && (c != '/' && c != '$' && c != '(') {
				return false
			}
		case c == ':':
			if i == 0 || i+1 == len(text) || text[i+1] == ' ' {
				return false
			}
		case c == ' ':
			if i == 0 || i+1 == len(text) {
				return false
			}
		case c == ',' || c == '*' || c == '@' || c == '\'' || c == '!':
			if i == 0 {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// yamlQuote writes text in double quotes. A literal "${" is escaped, so that it is not taken for a reference.
func yamlQuote(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	text = strings.ReplaceAll(text, "${", "$${")
	for _, c := range text {
		switch {
		case c == '"' || c == '\\':
			b.WriteByte('\\')
			b.WriteRune(c)
		case c == '\n':
			b.WriteString(`\n`)
		case c == '\t':
			b.WriteString(`\t`)
		case c == '\r':
			b.WriteString(`\r`)
		case c < ' ' || c == 0x7f || c >= 0x80 && c < 0xa0:
			b.WriteString(`\x` + hexDigits(c, 2))
		case c == 0x2028 || c == 0x2029 || c == 0xfeff || c == 0xfffe || c == 0xffff:
			b.WriteString(`\u` + hexDigits(c, 4))
		case c >= maskBase && c < maskBase+0x80:
			b.WriteString(`\U` + hexDigits(c, 8))
		default:
			b.WriteRune(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}

func hexDigits(c rune, digits int) string {
	s := strconv.FormatInt(int64(c), 16)
	return strings.Repeat("0", digits-len(s)) + s
}

func (r *renderer) json(v *Value, depth int, at []string) {
	switch {
	case v.Kind == Sequence && len(v.Items) > 0:
		r.w.WriteString("[\n")
		for i, item := range v.Items {
			r.indent(depth + 1)
			r.json(item, depth+1, append(at, ""))
			r.comma(i+1 < len(v.Items))
		}
		r.indent(depth)
		r.w.WriteByte(']')
	case v.Kind == Map && len(v.Entries) > 0:
		r.w.WriteString("{\n")
		for i, e := range v.Entries {
			r.indent(depth + 1)
			r.w.WriteString(jsonQuote(e.Key.Text) + ": ")
			r.json(e.Value, depth+1, append(at, e.Key.Text))
			r.comma(i+1 < len(v.Entries))
		}
		r.indent(depth)
		r.w.WriteByte('}')
	case v.Kind == Sequence:
		r.w.WriteString("[]")
	case v.Kind == Map:
		r.w.WriteString("{}")
	case v.Kind == String:
		r.w.WriteString(jsonQuote(r.relative(v, at).Text))
	case v.Kind == Float && v.Float-v.Float != 0:
		r.w.WriteString(jsonQuote(v.Text)) // reported: JSON has no such number
	case v.Kind == Float:
		r.w.WriteString(yamlFloat(v.Float))
	default:
		r.w.WriteString(canonical(v))
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
		panic("schema: a string is no JSON: " + err.Error())
	}
	return strings.TrimSuffix(b.String(), "\n")
}
