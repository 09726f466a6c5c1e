package multilang

import (
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// parsePermissive reads text as json-smart 2.5 (the one in Storm 2.8) reads it in permissive mode: strings in single
// quotes or none, useless commas, leading zeros, NaN, control characters, and anything after the value are accepted. An
// unquoted word that is no number and no literal is a string, up to the character that ends a value where it stands.
func parsePermissive(text string) (any, error) {
	p := permissive{s: text}
	return p.value(stopNone, 0)
}

type permissive struct {
	s string
	i int
}

// Where an unquoted word stands says what ends it.
const (
	stopNone  = ""
	stopKey   = ":"
	stopList  = ",]"
	stopValue = ",}"
)

func (p *permissive) fail(what string) error {
	return fmt.Errorf("%s at byte %d", what, p.i)
}

func (p *permissive) space() {
	for p.i < len(p.s) && (p.s[p.i] == ' ' || p.s[p.i] == '\n' || p.s[p.i] == '\t' || p.s[p.i] == '\r') {
		p.i++
	}
}

func (p *permissive) value(stop string, depth int) (any, error) {
	if depth > maxDepth {
		return nil, p.fail("nested too deeply")
	}
	p.space()
	if p.i >= len(p.s) {
		return nil, p.fail("unexpected end")
	}
	switch p.s[p.i] {
	case '{':
		return p.object(depth)
	case '[':
		return p.list(depth)
	case '"', '\'':
		return p.quoted()
	case ':', '}', ']':
		return nil, p.fail("unexpected character " + strconv.Quote(p.s[p.i:p.i+1]))
	}
	word := p.word(stop)
	return permissiveWord(word), nil
}

func (p *permissive) word(stop string) string {
	start := p.i
	for p.i < len(p.s) && strings.IndexByte(stop, p.s[p.i]) < 0 {
		p.i++
	}
	return strings.TrimRight(p.s[start:p.i], " \t\r\n")
}

func permissiveWord(word string) any {
	switch word {
	case "null":
		return nil
	case "true":
		return true
	case "false":
		return false
	case "NaN":
		return float32(math.NaN())
	case "-":
		return int32(0) // json-smart reads the empty digits of a lone sign as zero
	}
	if v, ok := number(word); ok {
		return v
	}
	return word
}

func (p *permissive) list(depth int) (any, error) {
	p.i++
	values := []any{}
	for {
		p.space()
		if p.i >= len(p.s) {
			return nil, p.fail("unexpected end")
		}
		switch p.s[p.i] {
		case ']':
			p.i++
			return values, nil
		case ',':
			p.i++
			continue
		}
		v, err := p.value(stopList, depth+1)
		if err != nil {
			return nil, err
		}
		values = append(values, v)
	}
}

func (p *permissive) object(depth int) (any, error) {
	p.i++
	members := map[string]any{}
	for {
		p.space()
		if p.i >= len(p.s) {
			return nil, p.fail("unexpected end")
		}
		switch p.s[p.i] {
		case '}':
			p.i++
			return members, nil
		case ',':
			p.i++
			continue
		case ':', ']', '[', '{':
			return nil, p.fail("unexpected character " + strconv.Quote(p.s[p.i:p.i+1]))
		}
		var key string
		if c := p.s[p.i]; c == '"' || c == '\'' {
			var err error
			if key, err = p.quoted(); err != nil {
				return nil, err
			}
			p.space()
		} else {
			key = p.word(stopKey)
		}
		if p.i >= len(p.s) || p.s[p.i] != ':' {
			return nil, p.fail("expected a colon")
		}
		p.i++
		v, err := p.value(stopValue, depth+1)
		if err != nil {
			return nil, err
		}
		p.space()
		if p.i < len(p.s) && p.s[p.i] != ',' && p.s[p.i] != '}' {
			return nil, p.fail("unexpected character after a value")
		}
		members[key] = v
	}
}

func (p *permissive) quoted() (string, error) {
	quote := p.s[p.i]
	p.i++
	var b strings.Builder
	for p.i < len(p.s) {
		c := p.s[p.i]
		if c == quote {
			p.i++
			return b.String(), nil
		}
		if c != '\\' {
			b.WriteByte(c)
			p.i++
			continue
		}
		p.i++
		if p.i >= len(p.s) {
			break
		}
		c = p.s[p.i]
		p.i++
		switch c {
		case 't':
			b.WriteByte('\t')
		case 'n':
			b.WriteByte('\n')
		case 'r':
			b.WriteByte('\r')
		case 'f':
			b.WriteByte('\f')
		case 'b':
			b.WriteByte('\b')
		case '"', '\'', '\\', '/':
			b.WriteByte(c)
		case 'u', 'x':
			digits := 4
			if c == 'x' {
				digits = 2
			}
			r, ok := p.hex(digits)
			if !ok {
				return "", p.fail("malformed escape")
			}
			if utf16.IsSurrogate(r) && strings.HasPrefix(p.s[p.i:], `\u`) {
				at := p.i
				p.i += 2
				if low, ok := p.hex(4); ok && utf16.DecodeRune(r, low) != utf8.RuneError {
					r = utf16.DecodeRune(r, low)
				} else {
					p.i = at
				}
			}
			b.WriteRune(r)
		default:
			// An unknown escape leaves nothing behind.
		}
	}
	return "", p.fail("unterminated string")
}

func (p *permissive) hex(digits int) (rune, bool) {
	if p.i+digits > len(p.s) {
		return 0, false
	}
	v, err := strconv.ParseUint(p.s[p.i:p.i+digits], 16, 32)
	if err != nil {
		return 0, false
	}
	p.i += digits
	return rune(v), true
}

// number reads a word that may be a number: digits with an optional sign, fraction ("1." is a Double) and exponent.
func number(word string) (any, bool) {
	i := 0
	if i < len(word) && word[i] == '-' {
		i++
	}
	digits := i
	for i < len(word) && isDigit(word[i]) {
		i++
	}
	if i == digits {
		return nil, false
	}
	if i == len(word) {
		return integer(word), true
	}
	if word[i] == '.' {
		for i++; i < len(word) && isDigit(word[i]); i++ {
		}
	}
	if i < len(word) && (word[i] == 'e' || word[i] == 'E') {
		i++
		if i < len(word) && (word[i] == '+' || word[i] == '-') {
			i++
		}
		exponent := i
		for i < len(word) && isDigit(word[i]) {
			i++
		}
		if i == exponent {
			return nil, false
		}
	}
	if i != len(word) {
		return nil, false
	}
	return decimal(word), true
}

func integer(digits string) any {
	v, err := strconv.ParseInt(digits, 10, 64)
	switch {
	case err != nil:
		b, _ := new(big.Int).SetString(digits, 10)
		return b
	case v >= math.MinInt32 && v <= math.MaxInt32:
		return int32(v)
	}
	return v
}

// bigDecimalAbove is the length of a number's text above which json-smart makes it a BigDecimal (JSONParserBase.extractFloat).
const bigDecimalAbove = 18

func decimal(text string) any {
	if len(text) > bigDecimalAbove {
		return BigDecimal(text)
	}
	f, _ := strconv.ParseFloat(text, 64) // out of range gives an infinity, as in Java
	return f
}
