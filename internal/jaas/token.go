package jaas

import (
	"fmt"
	"strings"
)

type kind uint8

const (
	end kind = iota
	word
	quoted
	mark // one of { } = ;
	bad
)

type token struct {
	kind kind
	text string
}

func (t token) String() string {
	switch t.kind {
	case end:
		return "the end of the file"
	case quoted:
		return "a text in quotes" // which may be a secret
	case bad:
		return t.text
	}
	return fmt.Sprintf("%q", t.text)
}

// parser reads tokens as Java's StreamTokenizer does with the settings of ConfigFile.
type parser struct {
	text     string // what is left
	line     int
	token    token
	property func(string) (string, bool)
}

func (p *parser) errorf(format string, args ...any) error {
	return fmt.Errorf("line %d: %s", p.line, fmt.Sprintf(format, args...))
}

func (p *parser) at(text string) bool { return p.token.kind == mark && p.token.text == text }

func (p *parser) expect(text string) error {
	if !p.at(text) {
		return p.errorf("want %q, not %s", text, p.token)
	}
	p.next()
	return nil
}

func (p *parser) take(k kind, what string) (string, error) {
	if p.token.kind != k {
		return "", p.errorf("want %s, not %s", what, p.token)
	}
	text := p.token.text
	p.next()
	return text, nil
}

const marks = "{}=;"

func (p *parser) next() {
	p.skip()
	switch {
	case p.text == "":
		p.token = token{}
	case strings.IndexByte(marks, p.text[0]) >= 0:
		p.token = token{mark, p.text[:1]}
		p.text = p.text[1:]
	case p.text[0] == '"' || p.text[0] == '\'':
		p.quoted()
	default:
		n := strings.IndexAny(p.text, " \t\r\n\f\"'"+marks)
		if n < 0 {
			n = len(p.text)
		}
		p.token = token{word, p.text[:n]}
		p.text = p.text[n:]
	}
}

// skip goes over spaces and comments.
func (p *parser) skip() {
	for {
		text := strings.TrimLeft(p.text, " \t\r\n\f")
		p.line += strings.Count(p.text[:len(p.text)-len(text)], "\n")
		p.text = text
		switch {
		case strings.HasPrefix(text, "//"):
			_, after, _ := strings.Cut(text, "\n")
			p.text = after
			p.line++
		case strings.HasPrefix(text, "/*"):
			comment, after, _ := strings.Cut(text[2:], "*/")
			p.line += strings.Count(comment, "\n")
			p.text = after
		default:
			return
		}
	}
}

// quoted reads a text in quotes, with the escapes of StreamTokenizer. It ends on its line.
func (p *parser) quoted() {
	quote := p.text[0]
	var b strings.Builder
	for i := 1; i < len(p.text); i++ {
		switch c := p.text[i]; {
		case c == quote:
			p.token = token{quoted, b.String()}
			p.text = p.text[i+1:]
			return
		case c == '\n' || c == '\r':
			p.token = token{bad, "a text without its closing quote"}
			return
		case c == '\\' && i+1 < len(p.text):
			var escaped byte
			escaped, i = escape(p.text, i+1)
			b.WriteByte(escaped)
		default:
			b.WriteByte(c)
		}
	}
	p.token = token{bad, "a text without its closing quote"}
}

// escape returns the byte of the escape sequence at i, and where it ends.
func escape(text string, i int) (byte, int) {
	c := text[i]
	if c < '0' || '7' < c {
		if n := strings.IndexByte("abfnrtv", c); n >= 0 {
			return "\a\b\f\n\r\t\v"[n], i
		}
		return c, i
	}
	most := 3 // octal digits
	if c > '3' {
		most = 2
	}
	value := 0
	for ; most > 0 && i < len(text) && '0' <= text[i] && text[i] <= '7'; most-- {
		value = value*8 + int(text[i]-'0')
		i++
	}
	return byte(value), i - 1
}
