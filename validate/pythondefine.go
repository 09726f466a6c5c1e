package validate

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// canDefine reports whether a Python file may define a name. It is true in every case of doubt. The name defines nothing as
// an attribute (`text.split`), in a call (`split(text)`), in a comment, and among the words of a longer text.
func canDefine(text, name string) bool {
	quoted := regexp.QuoteMeta(name)
	// A mistake about where a string ends must not hide these.
	if regexp.MustCompile(`\b(?:class|def|import|as)\s+` + quoted + `\b|\b` + quoted + `[ \t]*(?::[^=\n]*)?=[^=]`).MatchString(text) {
		return true
	}
	text = pythonStrings.ReplaceAllStringFunc(text, withoutProse)
	for _, at := range regexp.MustCompile(quoted).FindAllStringIndex(text, -1) {
		before, after := text[max(0, at[0]-100):at[0]], text[at[1]:]
		last, _ := utf8.DecodeLastRuneInString(before)
		next, _ := utf8.DecodeRuneInString(after)
		if !inName(last) && !inName(next) && mayBind(before, after) {
			return true
		}
	}
	return false
}

// inName reports whether a character can be in a name of Python.
func inName(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }

// mayBind reports whether a word between two texts may be a definition.
func mayBind(before, after string) bool {
	if definingWord.MatchString(before) {
		return true
	}
	before = strings.TrimRight(before, " \t")
	after = strings.TrimLeft(after, " \t")
	if strings.HasSuffix(before, ".") {
		// "module.Name = ..." may define it, and so does "from .Name import ...".
		return strings.HasPrefix(after, "import") || attributeSet.MatchString(after)
	}
	return !strings.HasPrefix(after, "(")
}

// withoutProse empties a comment, and a string that cannot be a name alone.
func withoutProse(literal string) string {
	if literal[0] == '#' {
		return ""
	}
	if strings.ContainsAny(literal, " \t\n") {
		return `""`
	}
	return literal
}

var (
	// pythonStrings are comments and strings. A quote that is not closed is none.
	pythonStrings = regexp.MustCompile(`#[^\n]*|(?s:"""(?:\\.|[^\\])*?"""|'''(?:\\.|[^\\])*?''')|"(?:\\(?s:.)|[^"\\\n])*"|'(?:\\(?s:.)|[^'\\\n])*'`)
	definingWord  = regexp.MustCompile(`\b(?:class|def|type|import|as|global|for)[\s\\]+$`)
	attributeSet  = regexp.MustCompile(`^(?:=[^=]|:|,)`)
)
