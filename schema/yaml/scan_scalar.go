package yaml

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/stormflux/stormflux/diag"
)

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
		s.fail(start, start+1, fmt.Sprintf("put the value in quotes if %q belongs to it", c), "%q begins an %s, but its name is missing", string(c), what)
		if s.fault != nil {
			s.fault.hint = fmt.Sprintf("put the value in quotes if the %q belongs to it", string(c))
		}
		return
	case !s.spaceOrEnd(0) && strings.IndexByte("?:,]}%@`", s.peek(0)) < 0:
		s.fail(start, s.at+1, "a name consists of letters, digits, _ and -; put the value in quotes if it is text", "the name of the %s %q has a character that is not allowed", what, string(c)+name)
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
		hint := fmt.Sprintf("write the anchor &%s before a value above; put the value in quotes if it is text", name)
		if best, ok := diag.Suggest(name, names); ok {
			hint = fmt.Sprintf("did you mean %q?", "*"+best)
		}
		s.fail(start, s.at, hint, "there is no anchor for alias %q before it", "*"+name)
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
		for s.at < len(s.src) && s.src[s.at] != '>' && !s.spaceOrEnd(0) {
			s.at++
		}
		if s.peek(0) != '>' {
			s.fail(start, s.at, "", `tag is not closed, expected ">"`)
			return
		}
		s.at++
	}
	for !s.spaceOrEnd(0) && strings.IndexByte(",[]{}", s.peek(0)) < 0 {
		s.at++
	}
	text := string(s.src[start:s.at])
	if handle, _, ok := strings.Cut(text[1:], "!"); ok && handle != "" && !bytes.Contains(s.src[:start], []byte("%TAG")) {
		s.fail(start, s.at, "remove the tag, or put the value in quotes if it is text", "unknown tag %q", text)
		return
	}
	if !s.spaceOrEnd(0) && (len(s.flow) == 0 || s.peek(0) != ',' && s.peek(0) != ']' && s.peek(0) != '}') {
		s.fail(start, s.at+1, "put the value in quotes if it is text", "expected a space after tag %q", text)
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
				s.fail(s.at, s.at+1, "", "the indentation of a block must be a digit from 1 to 9")
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
		s.fail(s.at, s.at+1, "begin the text on the next line, or put the value in quotes", "%q begins a block of text, so the line must end after it", c)
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
			s.fail(first, first+1, "indent with spaces", "a tab indents this line, but YAML allows only spaces")
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
		if s.at == s.lineStart && (s.peek(0) == '-' || s.peek(0) == '.') && s.spaceOrEnd(3) &&
			(bytes.HasPrefix(s.src[s.at:], []byte("---")) || bytes.HasPrefix(s.src[s.at:], []byte("..."))) {
			s.fail(start, start+1, "close the quotes before it", "the %s quotes are not closed before the document ends", name)
			if s.fault.related == "" {
				s.fault.related, s.fault.relatedAt = "the document ends here", s.at
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

// unclosedQuote reports quotes that are still open at the end of the text. The quotes of a line below may have closed
// earlier ones, so the real fault may be further up. The line of the open quote is the best place to start looking.
func (s *scanner) unclosedQuote(start int, name string) {
	s.fail(start, start+1, "", "the %s quotes are not closed", name)
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
			s.fail(s.at, s.at+2+i, `write "\\" for a backslash, or use single quotes`, `expected %d hexadecimal digits after "\%c"`, digits, c)
			return false
		}
		value = value<<4 + int(d)
	}
	if value >= 0xd800 && value <= 0xdfff || value > 0x10ffff {
		s.fail(s.at, s.at+2+digits, "", "%s is not a Unicode character", s.src[s.at:s.at+2+digits])
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
		if s.at == s.lineStart && s.spaceOrEnd(3) &&
			(bytes.HasPrefix(s.src[s.at:], []byte("---")) || bytes.HasPrefix(s.src[s.at:], []byte("..."))) {
			break
		}
		if s.peek(0) == '#' && s.at > start {
			break
		}
		before := s.at
		for !s.spaceOrEnd(0) {
			c := s.src[s.at]
			if inFlow && c == ':' && (s.peek(1) == ',' || s.peek(1) == '?' || s.peek(1) == '[' || s.peek(1) == ']' || s.peek(1) == '{' || s.peek(1) == '}') ||
				c == ':' && s.spaceOrEnd(1) || inFlow && strings.IndexByte(",[]{}", c) >= 0 || inFlow && c == '?' && s.spaceOrEnd(1) {
				break
			}
			s.at++
		}
		if s.at > before {
			end, broke = s.at, false
		}
		if s.at == before && s.at > start || !s.spaceOrEnd(0) || s.at >= len(s.src) {
			break
		}
		for s.at < len(s.src) && s.spaceOrEnd(0) {
			if s.breakAt(s.at) > 0 {
				s.newLine()
				broke = true
				continue
			}
			if broke && s.src[s.at] == '\t' && s.here() < indent {
				s.fail(s.at, s.at+1, "indent with spaces", "a tab indents this line, but YAML allows only spaces")
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
