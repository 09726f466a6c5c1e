package schema

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/stormflux/stormflux/diag"
)

// yaml.v3 says what is wrong with a text, but no column, and often the wrong line or none. When it refuses a text, the
// text is scanned a second time by the code of this file, which follows the scanner of the YAML 1.1 library libyaml
// (and so of yaml.v3) in what a token is and where keys may stand, keeps no values, and remembers every place. Where
// it finds nothing wrong, what yaml.v3 said is reported.

// syntaxError reports what yaml.v3 refused.
func (r *reader) syntaxError(err error) {
	text := r.src
	if r.masked {
		text, _ = mask(text)
	}
	if f := findSyntaxFault(text, r.start); f != nil {
		span := r.span(f.start, f.end)
		if r.masked {
			span = r.span(unmaskedOffset(text, f.start), unmaskedOffset(text, f.end))
		}
		rule := ruleSyntax
		if f.deep {
			rule = ruleDepth
		}
		d := r.diags.Errorf(rule, firstLine(span), "%s", unmask(f.message))
		d.Hint = f.hint
		if f.related != "" {
			at := f.relatedAt
			if r.masked {
				at = unmaskedOffset(text, at)
			}
			d.WithRelated(r.span(at, min(at+1, len(r.src))), "%s", f.related)
		}
		return
	}
	line := 1
	message := strings.TrimPrefix(err.Error(), "yaml: ")
	if rest, ok := strings.CutPrefix(message, "line "); ok {
		if number, what, ok := strings.Cut(rest, ": "); ok {
			if n, err := strconv.Atoi(number); err == nil {
				line, message = n, what
			}
		}
	}
	r.diags.Errorf(ruleSyntax, r.file.LineSpan(min(max(line, 1), r.file.Lines())), "this is not YAML: %s", message)
}

// unmaskedOffset turns an offset of the masked text into one of the text.
func unmaskedOffset(masked []byte, at int) int {
	return at - 3*(bytes.Count(masked[:at], []byte("\xf4\x8f\xbc"))+bytes.Count(masked[:at], []byte("\xf4\x8f\xbd")))
}

// syntaxFault is where and why a text is no YAML.
type syntaxFault struct {
	start, end int
	message    string
	hint       string
	related    string
	relatedAt  int
	deep       bool
}

func newScanner(src []byte, start int) *scanner {
	s := &scanner{src: src, at: start, lineStart: start, indent: -1, keyAllowed: true, keys: make([]simpleKey, 1), anchors: map[string]bool{}}
	s.scan()
	return s
}

// blankComments returns a copy of a text with spaces in place of its comments; ok is false when it has none, or is no
// YAML. yaml.v3 attaches comments to values and fails on some texts, which are sound YAML, only for where their
// comments stand.
func blankComments(src []byte, start int) (blanked []byte, ok bool) {
	s := newScanner(src, start)
	if s.fault != nil || len(s.comments) == 0 || (&tokenParser{scanner: s}).document() != nil {
		return nil, false
	}
	blanked = bytes.Clone(src)
	for _, c := range s.comments {
		for i := c[0]; i < c[1]; i++ {
			blanked[i] = ' '
		}
	}
	return blanked, true
}

func findSyntaxFault(src []byte, start int) *syntaxFault {
	s := newScanner(src, start)
	p := &tokenParser{scanner: s}
	// The scanner is ahead of the parser: what it could not read may be why the parser is lost.
	if f := p.document(); f != nil && (s.fault == nil || f.start < s.fault.start) {
		return f
	}
	return s.fault
}

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

// simpleKey is a token that becomes a key if a ":" follows.
type simpleKey struct {
	possible, required bool
	token              int // its index
	start              int
	line               int
	column             int
}

type scanner struct {
	src        []byte
	at         int
	lineStart  int
	line       int
	column     int // of at, in characters
	columnAt   int // the offset for which column is right
	tokens     []token
	indent     int
	indents    []int
	flow       []int // offsets of the open brackets
	keyAllowed bool
	keys       []simpleKey
	anchors    map[string]bool
	comments   [][2]int // their offsets
	fault      *syntaxFault
}

func (s *scanner) fail(start, end int, hint, format string, args ...any) {
	if s.fault == nil {
		s.fault = &syntaxFault{start: start, end: min(max(end, start), len(s.src)), message: fmt.Sprintf(format, args...), hint: hint}
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

// blankOrEnd reports whether a blank, a line break or the end of the text is n bytes ahead.
func (s *scanner) blankOrEnd(n int) bool {
	at := s.at + n
	return at >= len(s.src) || s.src[at] == ' ' || s.src[at] == '\t' || s.breakAt(at) > 0
}

// newLine moves over the line break at the current place.
func (s *scanner) newLine() {
	s.at += s.breakAt(s.at)
	s.lineStart = s.at
	s.line++
	s.column, s.columnAt = 0, s.at
}

// here returns the column of the current place.
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
}

func (s *scanner) insert(index int, t token) { s.tokens = slices.Insert(s.tokens, index, t) }

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
		s.fail(start, start+1, "", "lists and maps are nested deeper than %d levels, the most that is allowed", maxDepth)
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
			s.fail(k.start, k.start+len(text), "resolve it: keep one side and remove the marks", "a merge conflict of version control stands here")
			return
		}
	}
	if s.line == k.line && utf8.RuneCount(s.src[k.start:s.at]) > 1024 {
		s.fail(k.start, k.start+1, "", "key of more than 1024 characters, the most that YAML allows")
		return
	}
	hint := `a key ends with ":" and a blank`
	if i := strings.IndexByte(text, ':'); i > 0 {
		hint = `a blank must follow the ":"`
		s.fail(k.start+i, k.start+i+1, hint, `expected a blank behind ":" of key %q`, text[:i])
		return
	}
	s.fail(k.start, k.start+len(text), hint, "expected \":\" behind key %q", shorten(text))
}

// lineOf returns where the line of an offset begins.
func (s *scanner) lineOf(at int) int { return bytes.LastIndexAny(s.src[:at], "\n\r") + 1 }

// shorten keeps messages short.
func shorten(text string) string {
	const most = 40
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return string([]rune(text)[:most-1]) + "…"
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

func (s *scanner) scan() {
	for s.fault == nil {
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

// comment moves over a comment, to the end of its line.
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
		case s.blankOrEnd(3) && bytes.HasPrefix(rest, []byte("---")):
			s.documentMark(tokenDocumentStart)
			return
		case s.blankOrEnd(3) && bytes.HasPrefix(rest, []byte("...")):
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
			s.fail(s.flow[maxDepth], s.flow[maxDepth]+1, "", "lists and maps are nested deeper than %d levels, the most that is allowed", maxDepth)
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
	case c == '-' && s.blankOrEnd(1):
		s.entry(column)
	case c == '?' && (inFlow || s.blankOrEnd(1)):
		if !inFlow {
			if !s.keyAllowed {
				s.fail(s.at, s.at+1, "put the value in quotes", `a "? " cannot begin a key here`)
				return
			}
			s.rollIndent(column, -1, tokenBlockMapping, s.at)
		}
		s.dropKey()
		s.keyAllowed = !inFlow
		s.one(tokenKey, column)
	case c == ':' && (inFlow || s.blankOrEnd(1)):
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
		return !inFlow && !s.blankOrEnd(1)
	}
	return !s.blankOrEnd(0) && strings.IndexByte(",[]{}#&*!|>'\"%@`", c) < 0
}

func (s *scanner) noToken(c byte) {
	switch {
	case c == '\t':
		end := s.at
		for end < len(s.src) && (s.src[end] == '\t' || s.src[end] == ' ') {
			end++
		}
		s.fail(s.at, end, "indent with spaces", "a tab indents this line, which YAML does not allow")
	case c == '@' || c == '`' || c == '%' || c == '|' || c == '>':
		s.fail(s.at, s.at+1, "put the value in quotes", "%q cannot begin a plain value", c)
		s.fault.message = fmt.Sprintf("%q cannot begin a plain value", string(c))
	default:
		s.fail(s.at, s.at+1, "put the value in quotes", "%q cannot stand here", string(rune(c)))
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
		s.fail(start, start+1, "put the value in quotes", `"%%" at the start of a line begins a directive, which cannot stand here`)
	case words[0] == "%YAML" && len(words) > 1 && words[1] != "1.1" && words[1] != "1.2":
		s.fail(start, s.at, "remove the line", "YAML version %q is not known, expected 1.1 or 1.2", words[1])
	case words[0] == "%YAML" && len(words) > 1, words[0] == "%TAG" && len(words) == 3:
	default:
		s.fail(start, s.at, "remove the line", "directive %q is not known", words[0])
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
			s.fail(s.at, s.at+1, `begin the list on a line of its own, or put the value in quotes`, `a list cannot begin here, behind other text of the line`)
			return
		}
		s.rollIndent(column, -1, tokenBlockSequence, s.at)
	}
	s.dropKey()
	s.keyAllowed = true
	s.one(tokenEntry, column)
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

// secondColon reports a ": " inside of a value.
func (s *scanner) secondColon() {
	last := s.tokens[len(s.tokens)-1]
	if last.end-last.start > 1024 && !bytes.ContainsAny(s.src[last.start:last.end], "\n\r") {
		s.fail(last.start, last.start+1, "", "key of more than 1024 characters, the most that YAML allows")
		return
	}
	if last.kind == tokenScalar && bytes.ContainsAny(s.src[last.start:last.end], "\n\r") && s.src[last.start] != '"' && s.src[last.start] != '\'' {
		// The lines between were taken for one value: the key is on the last of them.
		first, _, _ := bytes.Cut(s.src[last.start:last.end], []byte("\n"))
		if i := bytes.IndexByte(first, ':'); i > 0 && i+1 < len(first) && len(bytes.TrimSpace(s.src[s.lineOf(last.start):last.start])) == 0 {
			s.fail(last.start+i, last.start+i+1, `a blank must follow the ":"`, `expected a blank behind ":" of key %q`, shorten(string(first[:i])))
			return
		}
		at := last.start + bytes.LastIndexAny(s.src[last.start:last.end], "\n\r") + 1
		for s.src[at] == ' ' || s.src[at] == '\t' {
			at++
		}
		s.fail(at, s.at, "indent it as the key that it belongs beside", "key %q is indented deeper than the value before it began", shorten(string(s.src[at:s.at])))
		s.fault.related, s.fault.relatedAt = "the value begins here", last.start
		return
	}
	s.fail(s.at, s.at+1, `put the value in quotes if the ":" belongs to it`, `a ":" makes a key of what stands before it, which cannot be one here`)
}

func (s *scanner) anchor(c byte, column int) {
	s.saveKey()
	s.keyAllowed = false
	start := s.at
	s.at++
	for s.at < len(s.src) && (isDigit(s.src[s.at]) || s.src[s.at] == '_' || s.src[s.at] == '-' ||
		s.src[s.at] >= 'a' && s.src[s.at] <= 'z' || s.src[s.at] >= 'A' && s.src[s.at] <= 'Z') {
		s.at++
	}
	name := string(s.src[start+1 : s.at])
	what := "alias"
	if c == '&' {
		what = "anchor"
	}
	switch {
	case name == "":
		s.fail(start, start+1, fmt.Sprintf("put the value in quotes if %q belongs to it", c), "%q begins an %s, whose name is missing", string(c), what)
		if s.fault != nil {
			s.fault.hint = fmt.Sprintf("put the value in quotes if the %q belongs to it", string(c))
		}
		return
	case !s.blankOrEnd(0) && strings.IndexByte("?:,]}%@`", s.peek(0)) < 0:
		s.fail(start, s.at+1, "letters, digits, _ and - may stand in it; put the value in quotes if it is text", "the name of the %s %q holds a character that is not allowed", what, string(c)+name)
		return
	case c == '&':
		s.anchors[name] = true
		s.add(tokenAnchor, start, s.at, column)
		return
	case !s.anchors[name]:
		names := make([]string, 0, len(s.anchors))
		for n := range s.anchors {
			names = append(names, n)
		}
		slices.Sort(names)
		hint := fmt.Sprintf("an anchor is written &%s before the value; put the value in quotes if it is text", name)
		if best, ok := diag.Suggest(name, names); ok {
			hint = fmt.Sprintf("did you mean %q?", "*"+best)
		}
		s.fail(start, s.at, hint, "alias %q names no anchor before it", "*"+name)
		return
	}
	s.add(tokenAlias, start, s.at, column)
}

func (s *scanner) tag(column int) {
	s.saveKey()
	s.keyAllowed = false
	start := s.at
	s.at++
	if s.peek(0) == '<' {
		for s.at < len(s.src) && s.src[s.at] != '>' && !s.blankOrEnd(0) {
			s.at++
		}
		if s.peek(0) != '>' {
			s.fail(start, s.at, "", `tag is not closed, expected ">"`)
			return
		}
		s.at++
	}
	for !s.blankOrEnd(0) && strings.IndexByte(",[]{}", s.peek(0)) < 0 {
		s.at++
	}
	text := string(s.src[start:s.at])
	if handle, _, ok := strings.Cut(text[1:], "!"); ok && handle != "" && !bytes.Contains(s.src[:start], []byte("%TAG")) {
		s.fail(start, s.at, "remove the tag, or put the value in quotes if it is text", "tag %q is not known here", text)
		return
	}
	if !s.blankOrEnd(0) && (len(s.flow) == 0 || s.peek(0) != ',' && s.peek(0) != ']' && s.peek(0) != '}') {
		s.fail(start, s.at+1, "put the value in quotes if it is text", "expected a blank behind tag %q", text)
		return
	}
	s.add(tokenTag, start, s.at, column)
}

func (s *scanner) blockScalar(column int) {
	start := s.at
	s.at++
	explicit := 0
	for range 2 {
		switch c := s.peek(0); {
		case c == '+' || c == '-':
			s.at++
		case isDigit(c):
			if c == '0' {
				s.fail(s.at, s.at+1, "", "the indentation of a block is a digit from 1 to 9")
				return
			}
			explicit = int(c - '0')
			s.at++
		}
	}
	for s.peek(0) == ' ' || s.peek(0) == '\t' {
		s.at++
	}
	if s.peek(0) == '#' {
		s.comment()
	}
	if s.at < len(s.src) && s.breakAt(s.at) == 0 {
		c := string(s.src[start])
		s.fail(s.at, s.at+1, "begin the text on the next line, or put the value in quotes", "%q begins a block of text, behind it the line must end", c)
		return
	}
	if s.at < len(s.src) {
		s.newLine()
	}
	indent := 0
	if explicit > 0 {
		indent = max(s.indent, 0) + explicit
	}
	deepest := 0
	end := s.at
	for s.at < len(s.src) {
		spaces := 0
		for (indent == 0 || spaces < indent) && s.at+spaces < len(s.src) && s.src[s.at+spaces] == ' ' {
			spaces++
		}
		first := s.at + spaces
		if s.breakAt(first) > 0 {
			deepest = max(deepest, spaces)
			s.at = first
			s.newLine()
			continue
		}
		if first >= len(s.src) {
			s.at = first
			break
		}
		if (indent == 0 || spaces < indent) && s.src[first] == '\t' {
			s.fail(first, first+1, "indent with spaces", "a tab indents this line, which YAML does not allow")
			return
		}
		if indent == 0 {
			indent = max(spaces, deepest, s.indent+1, 1)
		}
		if spaces < indent {
			break
		}
		for s.at = first; s.at < len(s.src) && s.breakAt(s.at) == 0; {
			s.at++
		}
		if end = s.at; s.at < len(s.src) {
			s.newLine()
		}
	}
	s.add(tokenScalar, start, max(end, start+1), column)
}

func (s *scanner) quoted(quote byte, column int) {
	start := s.at
	name := "single"
	if quote == '"' {
		name = "double"
	}
	for s.at++; ; {
		if s.at >= len(s.src) {
			s.unclosedQuote(start, name)
			return
		}
		if s.at == s.lineStart && (s.peek(0) == '-' || s.peek(0) == '.') && s.blankOrEnd(3) &&
			(bytes.HasPrefix(s.src[s.at:], []byte("---")) || bytes.HasPrefix(s.src[s.at:], []byte("..."))) {
			s.fail(start, start+1, "close the quotes before it", "%s quotes are not closed before the document ends", name)
			if s.fault.related == "" {
				s.fault.related, s.fault.relatedAt = "here the document ends", s.at
			}
			return
		}
		switch c := s.src[s.at]; {
		case s.breakAt(s.at) > 0:
			s.newLine()
		case c == quote && quote == '\'' && s.peek(1) == '\'':
			s.at += 2
		case c == quote:
			s.at++
			s.add(tokenScalar, start, s.at, column)
			return
		case c == '\\' && quote == '"':
			if !s.escape() {
				return
			}
		default:
			s.at++
		}
	}
}

// unclosedQuote reports quotes that the text ends in. When a line below has quotes of its own it was probably closed
// by them, so that the fault shows only later; the line of the first quote is the place to look.
func (s *scanner) unclosedQuote(start int, name string) {
	s.fail(start, start+1, "", "%s quotes are not closed", name)
}

func (s *scanner) escape() bool {
	c := s.peek(1)
	digits := 0
	switch c {
	case 'x':
		digits = 2
	case 'u':
		digits = 4
	case 'U':
		digits = 8
	case '0', 'a', 'b', 't', '\t', 'n', 'v', 'f', 'r', 'e', ' ', '"', '/', '\\', 'N', '_', 'L', 'P', '\'':
		s.at += 2
		return true
	default:
		if s.breakAt(s.at+1) > 0 {
			s.at++
			s.newLine()
			return true
		}
		if s.at+1 >= len(s.src) {
			s.at++
			return true
		}
		char, size := utf8.DecodeRune(s.src[s.at+1:])
		s.fail(s.at, s.at+1+size, `write "\\" for a backslash, or use single quotes`, "unknown escape %s in double quotes", `"\`+string(char)+`"`)
		return false
	}
	value := 0
	for i := range digits {
		d, err := strconv.ParseUint(string(s.peek(2+i)), 16, 8)
		if err != nil {
			s.fail(s.at, s.at+2+i, `write "\\" for a backslash, or use single quotes`, `expected %d hexadecimal digits behind "\%c"`, digits, c)
			return false
		}
		value = value<<4 + int(d)
	}
	if value >= 0xd800 && value <= 0xdfff || value > 0x10ffff {
		s.fail(s.at, s.at+2+digits, "", "%s is no Unicode character", s.src[s.at:s.at+2+digits])
		return false
	}
	s.at += 2 + digits
	return true
}

func (s *scanner) plain(column int) {
	start, end := s.at, s.at
	inFlow := len(s.flow) > 0
	indent := s.indent + 1
	broke := false
	for {
		if s.at == s.lineStart && s.blankOrEnd(3) &&
			(bytes.HasPrefix(s.src[s.at:], []byte("---")) || bytes.HasPrefix(s.src[s.at:], []byte("..."))) {
			break
		}
		if s.peek(0) == '#' && s.at > start {
			break
		}
		before := s.at
		for !s.blankOrEnd(0) {
			c := s.src[s.at]
			if inFlow && c == ':' && (s.peek(1) == ',' || s.peek(1) == '?' || s.peek(1) == '[' || s.peek(1) == ']' || s.peek(1) == '{' || s.peek(1) == '}') ||
				c == ':' && s.blankOrEnd(1) || inFlow && strings.IndexByte(",[]{}", c) >= 0 || inFlow && c == '?' && s.blankOrEnd(1) {
				break
			}
			s.at++
		}
		if s.at > before {
			end, broke = s.at, false
		}
		if s.at == before && s.at > start || !s.blankOrEnd(0) || s.at >= len(s.src) {
			break
		}
		for s.at < len(s.src) && s.blankOrEnd(0) {
			if s.breakAt(s.at) > 0 {
				s.newLine()
				broke = true
				continue
			}
			if broke && s.src[s.at] == '\t' && s.here() < indent {
				s.fail(s.at, s.at+1, "indent with spaces", "a tab indents this line, which YAML does not allow")
				return
			}
			s.at++
		}
		if !inFlow && s.here() < indent {
			break
		}
	}
	s.add(tokenScalar, start, end, column)
	if broke {
		s.keyAllowed = true
	}
}

// tokenParser checks that tokens make a document.
type tokenParser struct {
	*scanner
	i int
	f *syntaxFault
}

func (p *tokenParser) tok() token {
	if p.i < len(p.tokens) {
		return p.tokens[p.i]
	}
	return token{} // the scanner stopped here
}

func (p *tokenParser) is(kinds ...tokenKind) bool { return slices.Contains(kinds, p.tok().kind) }

// stopped reports whether a fault was found, or the tokens ended because the scanner found one.
func (p *tokenParser) stopped() bool { return p.f != nil || p.i >= len(p.tokens) }

func (p *tokenParser) wrong(t token, hint, format string, args ...any) {
	if p.f == nil {
		p.f = &syntaxFault{start: t.start, end: max(t.end, min(t.start+1, len(p.src))), message: fmt.Sprintf(format, args...), hint: hint}
	}
}

func (p *tokenParser) document() *syntaxFault {
	for p.is(tokenDirective) {
		p.i++
	}
	if p.is(tokenDocumentStart) {
		p.i++
	}
	if !p.is(tokenDocumentStart, tokenDocumentEnd, tokenEnd) {
		p.node(true, false)
	}
	if !p.stopped() && !p.is(tokenDocumentStart, tokenDocumentEnd, tokenEnd) {
		p.unexpected()
	}
	return p.f
}

// unexpected reports a token that cannot follow the one before it.
func (p *tokenParser) unexpected() {
	t := p.tok()
	if p.i > 0 {
		last := p.tokens[p.i-1]
		for i := p.i - 1; i > 0 && last.kind == tokenBlockEnd; i-- {
			last = p.tokens[i-1]
		}
		sameLine := !bytes.ContainsAny(p.src[last.end:max(t.start, last.end)], "\n\r")
		switch {
		case t.kind == tokenFlowSequenceEnd || t.kind == tokenFlowMappingEnd:
			p.wrong(t, "remove it, or put the value in quotes", "%q closes no bracket", string(p.src[t.start]))
			return
		case t.kind == tokenDirective:
			p.wrong(p.restOfLine(t), "put the key or value in quotes", `a "%%" at the start of a line begins a directive, which cannot stand here`)
			return
		case t.kind == tokenFlowEntry:
			p.wrong(t, "put the value in quotes if the comma belongs to it", `"," stands outside of brackets`)
			return
		case sameLine && last.kind == tokenScalar && (p.src[last.start] == '"' || p.src[last.start] == '\''):
			p.wrong(p.restOfLine(t), "put all of the value in quotes", "text follows the closing quotes")
			p.f.related, p.f.relatedAt = "the quotes begin here", last.start
			return
		case sameLine && (last.kind == tokenFlowSequenceEnd || last.kind == tokenFlowMappingEnd):
			p.wrong(p.restOfLine(t), "put the value in quotes if the brackets belong to it", "text follows the closing bracket")
			return
		case sameLine && last.kind == tokenAlias:
			p.wrong(p.restOfLine(t), "put the value in quotes if it is text", "text follows the alias %q", p.src[last.start:last.end])
			return
		}
	}
	p.indentation(t)
}

func (p *tokenParser) restOfLine(t token) token {
	t.end = t.start
	for t.end < len(p.src) && p.breakAt(t.end) == 0 {
		t.end++
	}
	for t.end > t.start+1 && isBlankOrBreak(p.src[t.end-1]) {
		t.end--
	}
	return t
}

// indentation reports a line that is indented like none of the lines that it could belong to.
func (p *tokenParser) indentation(t token) {
	if t.kind == tokenBlockEnd || t.kind == tokenEnd || t.kind == 0 {
		p.wrong(t, "", "the text ends where more was expected")
		return
	}
	p.wrong(p.restOfLine(t), "indent it like the keys or list elements that it belongs beside",
		"the line is indented by %d, which fits none of the lines before it", t.column)
}

func (p *tokenParser) node(block, indentless bool) {
	properties, anchor, tag := false, false, false
	for p.is(tokenAnchor, tokenTag) {
		of := &anchor
		if p.is(tokenTag) {
			of = &tag
		}
		if *of {
			p.wrong(p.tok(), "", "a value has one anchor and one tag")
			return
		}
		properties, *of = true, true
		p.i++
	}
	switch t := p.tok(); {
	case t.kind == tokenAlias:
		if properties {
			p.wrong(t, "", "an alias cannot have an anchor or a tag of its own")
			return
		}
		p.i++
	case t.kind == tokenScalar:
		p.i++
	case t.kind == tokenEntry && indentless:
		p.sequence(true)
	case t.kind == tokenBlockSequence && block:
		p.i++
		p.sequence(false)
	case t.kind == tokenBlockMapping && block:
		p.i++
		p.mapping()
	case t.kind == tokenFlowSequence, t.kind == tokenFlowMapping:
		p.flowCollection()
	case properties || p.stopped():
	default:
		p.unexpected()
	}
}

func (p *tokenParser) sequence(indentless bool) {
	for !p.stopped() {
		switch {
		case p.is(tokenEntry):
			p.i++
			if !p.is(tokenEntry, tokenBlockEnd) && !(indentless && p.is(tokenKey, tokenValue)) {
				p.node(true, false)
			}
		case indentless:
			return
		case p.is(tokenBlockEnd):
			p.i++
			return
		case p.is(tokenKey):
			p.wrong(p.restOfLine(p.tok()), `write "- " before it, or indent it like the key that the list belongs to`,
				"a key stands among the elements of a list")
		default:
			p.unexpected()
		}
	}
}

func (p *tokenParser) mapping() {
	for !p.stopped() {
		switch {
		case p.is(tokenKey):
			p.i++
			if !p.is(tokenKey, tokenValue, tokenBlockEnd) {
				p.node(true, true)
			}
			if p.stopped() || !p.is(tokenValue) {
				continue
			}
			p.i++
			if !p.is(tokenKey, tokenValue, tokenBlockEnd) {
				p.node(true, true)
			}
		case p.is(tokenBlockEnd):
			p.i++
			return
		case p.is(tokenValue):
			p.wrong(p.tok(), "", `a key is missing before ":"`)
		case p.is(tokenEntry, tokenBlockSequence):
			p.wrong(p.restOfLine(p.tok()), "indent it like the other elements of its list", "a list element stands among the keys of a map")
		default:
			p.unexpected()
		}
	}
}

func (p *tokenParser) flowCollection() {
	open := p.tok()
	end := tokenFlowSequenceEnd
	if open.kind == tokenFlowMapping {
		end = tokenFlowMappingEnd
	}
	p.i++
	for first := true; !p.stopped(); first = false {
		if p.is(end) {
			p.i++
			return
		}
		if !first {
			if !p.is(tokenFlowEntry) {
				p.flowFault(open, end)
				return
			}
			p.i++
			if p.is(end) {
				p.i++
				return
			}
		}
		if p.is(tokenKey) {
			p.i++
			if !p.is(tokenValue, tokenFlowEntry, end) {
				p.flowNode(open, end)
			}
			if !p.stopped() && p.is(tokenValue) {
				p.i++
				if !p.is(tokenFlowEntry, end) {
					p.flowNode(open, end)
				}
			}
			continue
		}
		p.flowNode(open, end)
	}
	if p.f == nil && p.fault == nil {
		p.flowFault(open, end)
	}
}

func (p *tokenParser) flowNode(open token, end tokenKind) {
	switch {
	case p.stopped():
	case p.is(tokenFlowEntry):
		p.wrong(p.tok(), `remove one ","`, `an element is missing before ","`)
	case p.is(tokenValue):
		p.wrong(p.tok(), "", `a key is missing before ":"`)
	case p.is(tokenAnchor, tokenTag, tokenAlias, tokenScalar, tokenFlowMapping, tokenFlowSequence):
		p.node(false, false)
	default:
		p.flowFault(open, end)
	}
}

// flowFault reports what stands where a comma or the closing bracket was expected.
func (p *tokenParser) flowFault(open token, end tokenKind) {
	closing := "]"
	if end == tokenFlowMappingEnd {
		closing = "}"
	}
	bracket := string(p.src[open.start])
	t := p.tok()
	unclosed := func() {
		p.wrong(token{start: open.start, end: open.end}, fmt.Sprintf("close it with %q, or put the value in quotes if it is text", closing), "bracket %q is not closed", bracket)
	}
	switch {
	case t.kind == tokenEnd, t.kind == 0, t.kind == tokenDocumentStart, t.kind == tokenDocumentEnd, t.kind == tokenBlockEnd:
		unclosed()
	case t.kind == tokenFlowSequenceEnd || t.kind == tokenFlowMappingEnd:
		p.wrong(t, fmt.Sprintf("expected %q", closing), "bracket %q is closed by %q", bracket, string(p.src[t.start]))
		p.f.related, p.f.relatedAt = fmt.Sprintf("%q is opened here", bracket), open.start
	case p.leavesBracket(open, t):
		unclosed()
		if p.f.related == "" {
			p.f.related, p.f.relatedAt = "this line cannot belong to it any more", p.lineOf(t.start)+p.indentOfLine(t.start)
		}
	default:
		p.wrong(t, fmt.Sprintf("separate the elements with \",\", or close the bracket with %q", closing), "expected \",\" or %q", closing)
		p.f.related, p.f.relatedAt = fmt.Sprintf("%q is opened here", bracket), open.start
	}
}

// leavesBracket reports whether a token, or the last line of the plain scalar before it, stands on a line that is not
// indented deeper than the one with the bracket.
func (p *tokenParser) leavesBracket(open, t token) bool {
	last := p.tokens[max(p.i-1, 0)]
	line := p.lineOf(t.start)
	if line <= open.start || line <= last.start {
		return false // the line is the bracket's, or began well
	}
	n := 0
	for line+n < len(p.src) && p.src[line+n] == ' ' {
		n++
	}
	return n <= p.indentOfLine(open.start)
}

// indentOfLine returns by how much the line of an offset is indented.
func (p *tokenParser) indentOfLine(at int) int {
	line := p.lineOf(at)
	n := 0
	for line+n < at && p.src[line+n] == ' ' {
		n++
	}
	return n
}
