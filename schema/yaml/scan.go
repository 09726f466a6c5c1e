package yaml

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

type tokenKind uint8

const (
	tokenEnd tokenKind = iota + 1
	tokenDocumentStart
	tokenDocumentEnd
	tokenDirective
	tokenBlockSequence
	tokenBlockMapping
	tokenBlockEnd
	tokenFlowSequence
	tokenFlowSequenceEnd
	tokenFlowMapping
	tokenFlowMappingEnd
	tokenEntry
	tokenFlowEntry
	tokenKey
	tokenValue
	tokenAlias
	tokenAnchor
	tokenTag
	tokenScalar
)

type token struct {
	kind       tokenKind
	start, end int
	column     int
}

type scanner struct {
	src        []byte
	at         int
	lineStart  int
	line       int
	column     int // of at, in characters
	columnAt   int // the offset that column belongs to
	tokens     []token
	indent     int
	indents    []int
	flow       []int // offsets of the open brackets
	keyAllowed bool
	keys       []simpleKey
	anchors    map[string]bool
	comments   [][2]int // their offsets
	values     int      // see count
	fault      *syntaxFault
}

func (s *scanner) fail(start, end int, hint, format string, args ...any) {
	if s.fault == nil {
		s.fault = &syntaxFault{start: start, cause: start, end: min(max(end, start), len(s.src)), message: fmt.Sprintf(format, args...), hint: hint}
	}
}

func (s *scanner) peek(n int) byte {
	if s.at+n < len(s.src) {
		return s.src[s.at+n]
	}
	return 0
}

func (s *scanner) breakAt(at int) int {
	if at >= len(s.src) {
		return 0
	}
	switch c := s.src[at]; {
	case c == '\r' && at+1 < len(s.src) && s.src[at+1] == '\n':
		return 2
	case c == '\n' || c == '\r':
		return 1
	case c < 0x80:
		return 0
	}
	return wideBreak(s.src[at:])
}

// spaceOrEnd reports whether a space, a tab, a line break or the end of the text is n bytes ahead.
func (s *scanner) spaceOrEnd(n int) bool {
	at := s.at + n
	return at >= len(s.src) || s.src[at] == ' ' || s.src[at] == '\t' || s.breakAt(at) > 0
}

// newLine moves past the line break at the current offset.
func (s *scanner) newLine() {
	s.at += s.breakAt(s.at)
	s.lineStart = s.at
	s.line++
	s.column, s.columnAt = 0, s.at
}

// here returns the column of the current offset.
func (s *scanner) here() int {
	if s.columnAt > s.at || s.columnAt < s.lineStart {
		s.column, s.columnAt = 0, s.lineStart
	}
	s.column += utf8.RuneCount(s.src[s.columnAt:s.at])
	s.columnAt = s.at
	return s.column
}

func (s *scanner) add(kind tokenKind, start, end, column int) {
	s.tokens = append(s.tokens, token{kind, start, end, column})
	s.count(kind)
}

func (s *scanner) insert(index int, t token) {
	s.tokens = slices.Insert(s.tokens, index, t)
	s.count(t.kind)
}

func (s *scanner) scan() {
	for s.fault == nil && s.values <= MaxValues {
		s.toNextToken()
		if k := &s.keys[len(s.keys)-1]; k.possible && (k.line < s.line || s.at-k.start > 1024 && utf8.RuneCount(s.src[k.start:s.at]) > 1024) {
			if k.required {
				s.missingColon(k)
				return
			}
			k.possible = false
		}
		column := s.here()
		s.unrollIndent(column)
		if s.at >= len(s.src) {
			s.unrollIndent(-1)
			s.dropKey()
			s.add(tokenEnd, s.at, s.at, 0)
			return
		}
		s.next(column)
	}
}

func (s *scanner) toNextToken() {
	for {
		for s.peek(0) == ' ' || s.peek(0) == '\t' && (len(s.flow) > 0 || !s.keyAllowed) {
			s.at++
		}
		if s.peek(0) == '#' {
			s.comment()
		}
		if s.breakAt(s.at) == 0 {
			return
		}
		s.newLine()
		if len(s.flow) == 0 {
			s.keyAllowed = true
		}
	}
}

// comment moves past a comment, to the end of its line.
func (s *scanner) comment() {
	start := s.at
	for s.at < len(s.src) && s.breakAt(s.at) == 0 {
		s.at++
	}
	s.comments = append(s.comments, [2]int{start, s.at})
}

func (s *scanner) next(column int) {
	c := s.peek(0)
	if column == 0 {
		rest := s.src[s.at:]
		switch {
		case c == '%':
			s.directive()
			return
		case s.spaceOrEnd(3) && bytes.HasPrefix(rest, []byte("---")):
			s.documentMark(tokenDocumentStart)
			return
		case s.spaceOrEnd(3) && bytes.HasPrefix(rest, []byte("...")):
			s.documentMark(tokenDocumentEnd)
			return
		}
	}
	inFlow := len(s.flow) > 0
	switch {
	case c == '[' || c == '{':
		kind := tokenFlowSequence
		if c == '{' {
			kind = tokenFlowMapping
		}
		s.saveKey()
		s.flow = append(s.flow, s.at)
		s.keys = append(s.keys, simpleKey{})
		s.keyAllowed = true
		s.one(kind, column)
		if len(s.flow) > 2000 {
			s.fail(s.flow[MaxDepth], s.flow[MaxDepth]+1, "", "lists and maps are nested deeper than %d levels, which is the limit", MaxDepth)
			s.fault.deep = true
		}
	case c == ']' || c == '}':
		kind := tokenFlowSequenceEnd
		if c == '}' {
			kind = tokenFlowMappingEnd
		}
		s.dropKey()
		if inFlow {
			s.flow = s.flow[:len(s.flow)-1]
			s.keys = s.keys[:len(s.keys)-1]
		}
		s.keyAllowed = false
		s.one(kind, column)
	case c == ',':
		s.dropKey()
		s.keyAllowed = true
		s.one(tokenFlowEntry, column)
	case c == '-' && s.spaceOrEnd(1):
		s.entry(column)
	case c == '?' && (inFlow || s.spaceOrEnd(1)):
		if !inFlow {
			if !s.keyAllowed {
				s.fail(s.at, s.at+1, "put the value in quotes", `"? " cannot begin a key here`)
				return
			}
			s.rollIndent(column, -1, tokenBlockMapping, s.at)
		}
		s.dropKey()
		s.keyAllowed = !inFlow
		s.one(tokenKey, column)
	case c == ':' && (inFlow || s.spaceOrEnd(1)):
		s.value(column)
	case c == '*' || c == '&':
		s.anchor(c, column)
	case c == '!':
		s.tag(column)
	case (c == '|' || c == '>') && !inFlow:
		s.dropKey()
		s.keyAllowed = true
		s.blockScalar(column)
	case c == '\'' || c == '"':
		s.saveKey()
		s.keyAllowed = false
		s.quoted(c, column)
	case s.plainStart(c, inFlow):
		s.saveKey()
		s.keyAllowed = false
		s.plain(column)
	default:
		s.noToken(c)
	}
}

func (s *scanner) one(kind tokenKind, column int) {
	s.at++
	s.add(kind, s.at-1, s.at, column)
}

func (s *scanner) plainStart(c byte, inFlow bool) bool {
	switch c {
	case '-':
		return true
	case '?', ':':
		return !inFlow && !s.spaceOrEnd(1)
	}
	return !s.spaceOrEnd(0) && strings.IndexByte(",[]{}#&*!|>'\"%@`", c) < 0
}

func (s *scanner) noToken(c byte) {
	switch {
	case c == '\t':
		end := s.at
		for end < len(s.src) && (s.src[end] == '\t' || s.src[end] == ' ') {
			end++
		}
		s.fail(s.at, end, "indent with spaces", "a tab indents this line, but YAML allows only spaces")
	case c == '@' || c == '`' || c == '%' || c == '|' || c == '>':
		s.fail(s.at, s.at+1, "put the value in quotes", "%q cannot begin a plain value", c)
		s.fault.message = fmt.Sprintf("%q cannot begin a plain value", string(c))
	default:
		s.fail(s.at, s.at+1, "put the value in quotes", "%q is not allowed here", string(rune(c)))
	}
}

func (s *scanner) directive() {
	s.unrollIndent(-1)
	s.dropKey()
	s.keyAllowed = false
	start := s.at
	for s.at < len(s.src) && s.breakAt(s.at) == 0 {
		s.at++
	}
	s.add(tokenDirective, start, s.at, 0)
	words := strings.Fields(string(s.src[start:s.at]))
	switch {
	case len(s.tokens) > 1 && s.tokens[len(s.tokens)-2].kind != tokenDirective && s.tokens[len(s.tokens)-2].kind != tokenDocumentEnd:
		s.fail(start, start+1, "put the value in quotes", `"%%" at the start of a line begins a directive, which is not allowed here`)
	case words[0] == "%YAML" && len(words) > 1 && words[1] != "1.1" && words[1] != "1.2":
		s.fail(start, s.at, "remove the line", "unknown YAML version %q, expected 1.1 or 1.2", words[1])
	case words[0] == "%YAML" && len(words) > 1, words[0] == "%TAG" && len(words) == 3:
	default:
		s.fail(start, s.at, "remove the line", "unknown directive %q", words[0])
	}
}

func (s *scanner) documentMark(kind tokenKind) {
	s.unrollIndent(-1)
	s.dropKey()
	s.keyAllowed = false
	s.at += 3
	s.add(kind, s.at-3, s.at, 0)
}

func (s *scanner) entry(column int) {
	if len(s.flow) == 0 {
		if !s.keyAllowed {
			s.fail(s.at, s.at+1, `begin the list on its own line, or put the value in quotes`, `a list cannot begin here, after other text on the line`)
			return
		}
		s.rollIndent(column, -1, tokenBlockSequence, s.at)
	}
	s.dropKey()
	s.keyAllowed = true
	s.one(tokenEntry, column)
}
