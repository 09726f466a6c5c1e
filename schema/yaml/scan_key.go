package yaml

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// simpleKey is a token that becomes a key if ":" follows.
type simpleKey struct {
	possible, required bool
	token              int // its index
	start              int
	line               int
	column             int
}

func (s *scanner) rollIndent(column, index int, kind tokenKind, start int) {
	if len(s.flow) > 0 || s.indent >= column {
		return
	}
	s.indents = append(s.indents, s.indent)
	s.indent = column
	t := token{kind, start, start, column}
	if index < 0 {
		s.tokens = append(s.tokens, t)
	} else {
		s.insert(index, t)
	}
	if len(s.indents) > 2000 {
		s.fail(start, start+1, "", "lists and maps are nested deeper than %d levels, which is the limit", MaxDepth)
		s.fault.deep = true
	}
}

func (s *scanner) unrollIndent(column int) {
	if len(s.flow) > 0 {
		return
	}
	for s.indent > column {
		s.add(tokenBlockEnd, s.at, s.at, s.indent)
		s.indent = s.indents[len(s.indents)-1]
		s.indents = s.indents[:len(s.indents)-1]
	}
}

func (s *scanner) key() *simpleKey { return &s.keys[len(s.keys)-1] }

func (s *scanner) dropKey() {
	if k := s.key(); k.possible && k.required {
		s.missingColon(k)
	}
	s.key().possible = false
}

func (s *scanner) saveKey() {
	if !s.keyAllowed {
		return
	}
	s.dropKey()
	column := s.here()
	*s.key() = simpleKey{possible: true, required: len(s.flow) == 0 && s.indent == column,
		token: len(s.tokens), start: s.at, line: s.line, column: column}
}

func (s *scanner) missingColon(k *simpleKey) {
	end := k.start
	for end < len(s.src) && s.breakAt(end) == 0 {
		end++
	}
	if k.token < len(s.tokens) && s.tokens[k.token].kind == tokenScalar {
		end = min(end, s.tokens[k.token].end)
	}
	text := string(bytes.TrimRight(s.src[k.start:end], " \t"))
	for _, mark := range []string{"<<<<<<<", "=======", ">>>>>>>"} {
		if strings.HasPrefix(text, mark) {
			s.fail(k.start, k.start+len(text), "resolve it: keep one side and remove the marks", "this is an unresolved merge conflict")
			return
		}
	}
	if s.line == k.line && utf8.RuneCount(s.src[k.start:s.at]) > 1024 {
		s.fail(k.start, k.start+1, "", "the key has more than 1024 characters, the limit in YAML")
		return
	}
	if i := strings.IndexByte(text, ':'); i > 0 {
		s.fail(k.start+i, k.start+i+1, `write a space after ":"`, `expected a space after ":" of key %q`, text[:i])
		return
	}
	s.noColon(k.start, text)
}

// noColon reports a line that begins with a key, but has no ":". In "name orders", the ":" belongs after the first word.
func (s *scanner) noColon(at int, line string) {
	word, rest, several := strings.Cut(line, " ")
	if !several || !isKeyWord(word) {
		s.fail(at, at+len(line), `a key ends with ":" and a space`, "expected \":\" after key %q", shorten(line))
		return
	}
	s.fail(at+len(word), at+len(word)+1, fmt.Sprintf("write \"%s: %s\"", shorten(word), shorten(strings.TrimLeft(rest, " \t"))),
		"expected \":\" after key %q", shorten(word))
	s.fault.cause = at
}

func firstWord(line string) string {
	word, _, _ := strings.Cut(line, " ")
	return word
}

// isKeyWord reports whether a word looks like a key: the keys of a topology have no other characters.
func isKeyWord(word string) bool {
	for _, c := range word {
		if !unicode.IsLetter(c) && !unicode.IsDigit(c) && !strings.ContainsRune("._-", c) {
			return false
		}
	}
	return word != ""
}

func (s *scanner) value(column int) {
	if k := s.key(); k.possible {
		s.insert(k.token, token{tokenKey, k.start, k.start, k.column})
		s.rollIndent(k.column, k.token, tokenBlockMapping, k.start)
		k.possible = false
		s.keyAllowed = false
	} else {
		if len(s.flow) == 0 {
			if !s.keyAllowed {
				s.secondColon()
				return
			}
			s.rollIndent(column, -1, tokenBlockMapping, s.at)
		}
		s.keyAllowed = len(s.flow) == 0
	}
	s.one(tokenValue, column)
}

// secondColon reports ": " inside a value.
func (s *scanner) secondColon() {
	last := s.tokens[len(s.tokens)-1]
	if last.end-last.start > 1024 && !bytes.ContainsAny(s.src[last.start:last.end], "\n\r") {
		s.fail(last.start, last.start+1, "", "the key has more than 1024 characters, the limit in YAML")
		return
	}
	if last.kind == tokenScalar && bytes.ContainsAny(s.src[last.start:last.end], "\n\r") && s.src[last.start] != '"' && s.src[last.start] != '\'' {
		// YAML reads the lines between as one value: the key is on the last line.
		first, _, _ := bytes.Cut(s.src[last.start:last.end], []byte("\n"))
		if i := bytes.IndexByte(first, ':'); i > 0 && i+1 < len(first) && len(bytes.TrimSpace(s.src[s.lineOf(last.start):last.start])) == 0 {
			s.fail(last.start+i, last.start+i+1, `write a space after ":"`, `expected a space after ":" of key %q`, shorten(string(first[:i])))
			return
		}
		at := last.start + bytes.LastIndexAny(s.src[last.start:last.end], "\n\r") + 1
		for s.src[at] == ' ' || s.src[at] == '\t' {
			at++
		}
		if line := string(bytes.TrimRight(first, " \t\r")); s.beginsLikeKey(last, at) && isKeyWord(firstWord(line)) {
			s.noColon(last.start, line)
			return
		}
		s.fail(at, s.at, "give it the indentation of the keys that it belongs to", "key %q is indented deeper than the start of the value before it", shorten(string(s.src[at:s.at])))
		s.fault.related, s.fault.relatedAt = "the value begins here", last.start
		return
	}
	s.fail(s.at, s.at+1, `put the value in quotes if the ":" belongs to it`, `":" turns the text before it into a key, but there can be no key here`)
}

// beginsLikeKey reports whether a plain scalar that runs into the key at an offset begins where a key can be: at the start
// of its line, or at the column of that key. Text that runs into a ": " of its own is no such scalar.
func (s *scanner) beginsLikeKey(scalar token, key int) bool {
	if bytes.ContainsAny(s.src[key:s.at], " \t") {
		return false
	}
	line := s.lineOf(scalar.start)
	return len(bytes.TrimSpace(s.src[line:scalar.start])) == 0 ||
		utf8.RuneCount(s.src[line:scalar.start]) == utf8.RuneCount(s.src[s.lineOf(key):key])
}

// shorten cuts a text for a message.
func shorten(text string) string {
	const most = 40
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return string([]rune(text)[:most-1]) + "…"
}

// lineOf returns where the line at an offset begins.
func (s *scanner) lineOf(at int) int { return bytes.LastIndexAny(s.src[:at], "\n\r") + 1 }
