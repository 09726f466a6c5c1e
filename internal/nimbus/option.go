package nimbus

import (
	"encoding/json"
	"errors"
	"math"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"
)

// ParseOption parses the "key=value" of a -c option as Storm's own client does.
// The value is read by the rules of json-smart's permissive mode, which Storm
// uses: bare words are strings, quotes may be single, commas may be left over,
// numbers may start with zeros, and what follows a finished value is ignored.
// What cannot be read that way is the string as it stands.
//
// Values are nil, bool, int64, float64, string, []any, map[string]any, or
// [json.Number] for a number that an int64 or a float64 would change (Storm
// keeps integers beyond 64 bits, and decimals of more than 18 characters,
// exactly). Two oddities of json-smart are not repeated: a lone "-" is a string
// here and not 0, and NaN and infinities, which JSON cannot carry to Nimbus, are
// strings.
//
// The only errors are an option without "=" and one without a key.
func ParseOption(option string) (key string, value any, err error) {
	key, text, ok := strings.Cut(option, "=")
	if !ok {
		return "", nil, errors.New("no value: want KEY=VALUE")
	}
	if key == "" {
		return "", nil, errors.New("no key: want KEY=VALUE")
	}
	p := permissive{text: text}
	value, err = p.top()
	if err != nil {
		return key, text, nil
	}
	return key, value, nil
}

// permissive reads one value as json-smart 2.5 (MODE_PERMISSIVE, in
// storm-shaded-deps 2.8.3) does; testdata/option.txt has its answers.
type permissive struct {
	text string
	pos  int
}

var errNotJSON = errors.New("not even permissive JSON")

// Longer nesting than anyone types is taken for a string.
const maxOptionDepth = 200

func (p *permissive) top() (any, error) {
	p.space()
	if p.pos == len(p.text) {
		return "", nil
	}
	return p.value("", 0)
}

func (p *permissive) space() {
	for p.pos < len(p.text) && strings.IndexByte(" \t\r\n", p.text[p.pos]) >= 0 {
		p.pos++
	}
}

// value reads the value at p.pos; a bare word ends before a byte in stop.
func (p *permissive) value(stop string, depth int) (any, error) {
	if depth > maxOptionDepth || p.pos == len(p.text) {
		return nil, errNotJSON
	}
	switch p.text[p.pos] {
	case '{':
		return p.object(depth)
	case '[':
		return p.array(depth)
	case '"', '\'':
		return p.quoted()
	case ':', '}', ']':
		return nil, errNotJSON
	}
	word, err := p.word(stop)
	if err != nil {
		return nil, err
	}
	return bare(word)
}

// word reads up to a byte in stop, which must come if there is any to come.
func (p *permissive) word(stop string) (string, error) {
	start := p.pos
	if stop == "" {
		p.pos = len(p.text)
	} else if n := strings.IndexAny(p.text[start:], stop); n >= 0 {
		p.pos += n
	} else {
		return "", errNotJSON
	}
	return strings.TrimSpace(p.text[start:p.pos]), nil
}

func (p *permissive) object(depth int) (any, error) {
	p.pos++
	object := map[string]any{}
	for {
		p.space()
		if p.pos == len(p.text) {
			return nil, errNotJSON
		}
		var key string
		var err error
		switch p.text[p.pos] {
		case ',':
			p.pos++
			continue
		case '}':
			p.pos++
			return object, nil
		case ':', '{', '[', ']':
			return nil, errNotJSON
		case '"', '\'':
			key, err = p.quoted()
		default:
			key, err = p.word(":")
		}
		if err != nil {
			return nil, err
		}
		p.space()
		if !p.next(':') {
			return nil, errNotJSON
		}
		p.space()
		if p.pos < len(p.text) && p.text[p.pos] == ',' {
			object[key] = ""
			continue
		}
		if object[key], err = p.value(",}", depth+1); err != nil {
			return nil, err
		}
		p.space()
		if p.pos == len(p.text) || p.text[p.pos] != ',' && p.text[p.pos] != '}' {
			return nil, errNotJSON
		}
	}
}

func (p *permissive) array(depth int) (any, error) {
	p.pos++
	array := []any{}
	for {
		p.space()
		if p.pos == len(p.text) {
			return nil, errNotJSON
		}
		switch p.text[p.pos] {
		case ',':
			p.pos++
			continue
		case ']':
			p.pos++
			return array, nil
		}
		element, err := p.value(",]", depth+1)
		if err != nil {
			return nil, err
		}
		array = append(array, element)
	}
}

func (p *permissive) next(b byte) bool {
	if p.pos < len(p.text) && p.text[p.pos] == b {
		p.pos++
		return true
	}
	return false
}

// quoted reads a string in either quotes. Unknown escapes vanish, as there.
func (p *permissive) quoted() (string, error) {
	quote := p.text[p.pos]
	p.pos++
	var b strings.Builder
	for p.pos < len(p.text) {
		c := p.text[p.pos]
		p.pos++
		switch {
		case c == quote:
			return b.String(), nil
		case c != '\\':
			b.WriteByte(c)
			continue
		case p.pos == len(p.text):
			return "", errNotJSON
		}
		c = p.text[p.pos]
		p.pos++
		switch c {
		case 'n':
			b.WriteByte('\n')
		case 't':
			b.WriteByte('\t')
		case 'r':
			b.WriteByte('\r')
		case 'b':
			b.WriteByte('\b')
		case 'f':
			b.WriteByte('\f')
		case '"', '\'', '\\', '/':
			b.WriteByte(c)
		case 'u', 'x':
			digits := 4
			if c == 'x' {
				digits = 2
			}
			if p.pos+digits > len(p.text) {
				return "", errNotJSON
			}
			r, err := strconv.ParseUint(p.text[p.pos:p.pos+digits], 16, 32)
			if err != nil {
				return "", errNotJSON
			}
			p.pos += digits
			b.WriteString(string(utf8.AppendRune(nil, rune(r))))
		}
	}
	return "", errNotJSON
}

var (
	bareInteger = lazyRegexp(`^-?[0-9]+$`)
	bareDecimal = lazyRegexp(`^(-?[0-9]+\.?[0-9]*|-\.[0-9]+)([eE][+-]?[0-9]+)?$`)
	// What json-smart takes for a number and then fails on.
	bareBroken = lazyRegexp(`^(-\.?([eE][+-]?[0-9]*)?|-?[0-9]*\.?[0-9]*[eE][+-])$`)
)

// lazyRegexp is a regular expression that is compiled on its first use: a
// command that speaks to no Nimbus does not pay for it at its start.
func lazyRegexp(text string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(text) })
}

// bare gives a word without quotes its type.
func bare(word string) (any, error) {
	switch word {
	case "null":
		return nil, nil
	case "true":
		return true, nil
	case "false":
		return false, nil
	}
	switch {
	case bareInteger().MatchString(word):
		if n, err := strconv.ParseInt(word, 10, 64); err == nil {
			return n, nil
		}
		sign := ""
		if word[0] == '-' {
			sign, word = "-", word[1:]
		}
		return json.Number(sign + strings.TrimLeft(word, "0")), nil
	case bareDecimal().MatchString(word):
		f, err := strconv.ParseFloat(word, 64)
		if len(word) > 18 {
			return canonicalDecimal(word), nil
		}
		if err != nil || math.IsInf(f, 0) {
			return word, nil
		}
		return f, nil
	case word != "-" && bareBroken().MatchString(word):
		return nil, errNotJSON
	}
	return word, nil
}

// canonicalDecimal makes a decimal of the permissive grammar one of JSON's.
func canonicalDecimal(word string) json.Number {
	sign := ""
	if word[0] == '-' {
		sign, word = "-", word[1:]
	}
	mantissa, exponent := word, ""
	if i := strings.IndexAny(word, "eE"); i >= 0 {
		mantissa, exponent = word[:i], word[i:]
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	if whole = strings.TrimLeft(whole, "0"); whole == "" {
		whole = "0"
	}
	if fraction == "" {
		fraction = "0"
	}
	return json.Number(sign + whole + "." + fraction + exponent)
}
