package yaml

import (
	"strconv"
	"strings"
)

// FormatScalar returns a scalar as YAML: in plain style where YAML reads that as the same value, else in double quotes.
// A scalar that is not a string keeps its spelling, because some places use its text.
func FormatScalar(v *Value) string {
	if v.Kind != String && v.Text != "" {
		if s := resolve(v.Text); s.kind == v.Kind {
			same := *v
			if s.set(&same); same.Canonical() == v.Canonical() {
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
		return v.Canonical()
	case Float:
		return FormatFloat(v.Float)
	}
	text := v.Text
	if isPlainSafe(text) {
		return text
	}
	return quote(text)
}

// FormatFloat returns a float in a form that YAML and JSON read as the same float. Only YAML reads what is not finite.
func FormatFloat(f float64) string {
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

// isPlainSafe reports whether text needs no quotes anywhere in block style. The rule is stricter than YAML's.
func isPlainSafe(text string) bool {
	if text == "" || text == "<<" || text == "=" || strings.Contains(text, "${") {
		return false
	}
	if r := resolve(text); r.kind != String || r.oddity != 0 {
		return false
	}
	switch text {
	case "y", "Y", "n", "N", "---", "...":
		return false // readers other than SnakeYAML give these another meaning
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

// quote returns text in double quotes. It escapes a literal "${", which would be a reference.
func quote(text string) string {
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

// FormatFlowScalar is [FormatScalar] for a scalar inside of brackets, where a comma ends a value.
func FormatFlowScalar(v *Value) string {
	s := FormatScalar(v)
	if v.Kind == String && s == v.Text && strings.ContainsRune(s, ',') {
		return quote(v.Text)
	}
	return s
}
