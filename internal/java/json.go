package java

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// MaxJSONDepth is json-smart's limit for nested lists and maps (LIMIT_JSON_DEPTH).
const MaxJSONDepth = 400

// ParseJSON reads the JSON value at the start of text as json-smart 2.5 does in its permissive mode: strings in single
// quotes or none, useless commas, leading zeros, NaN, control characters, and anything after the value are accepted. A
// word without quotes that is no number and no literal is a string, up to the character that ends a value where it stands.
//
// The value is nil, bool, string, int32 (Integer), int64 (Long), *[big.Int] (BigInteger), float64 (Double), [BigDecimal],
// float32 (Float, only for NaN), []any or map[string]any. Half a surrogate pair becomes U+FFFD.
func ParseJSON(text string) (any, error) {
	p := jsonParser{text: text}
	return p.value(endOfText, 0)
}

// Plain turns the numbers of a value that [ParseJSON] returned into Go's: int32 into int64, float32 and [BigDecimal] into
// float64, as Java's doubleValue does: out of range gives an infinity. It changes lists and maps in place.
func Plain(v any) any {
	switch v := v.(type) {
	case int32:
		return int64(v)
	case float32:
		return float64(v)
	case BigDecimal:
		f, _ := strconv.ParseFloat(string(v), 64)
		return f
	case []any:
		for i := range v {
			v[i] = Plain(v[i])
		}
	case map[string]any:
		for key := range v {
			v[key] = Plain(v[key])
		}
	}
	return v
}

// ParseJSONNumber returns the number that json-smart makes of a word, and whether it is one: digits with an optional minus
// sign, fraction ("1." and "-.5" are numbers, ".5" is not) and exponent. The error says that json-smart takes the word for
// a number and then fails.
func ParseJSONNumber(word string) (v any, isNumber bool, err error) {
	end, form := scanNumber(word)
	if end != len(word) {
		return nil, false, nil
	}
	switch form {
	case integerForm:
		return parseInteger(word), true, nil
	case decimalForm:
		v, err = parseDecimal(word)
		return v, err == nil, err
	}
	return nil, false, nil
}

type numberForm uint8

const (
	noNumber numberForm = iota
	integerForm
	decimalForm
)

// scanNumber returns what of s json-smart takes for a number, perhaps without digits.
func scanNumber(s string) (end int, form numberForm) {
	if s == "" || s[0] != '-' && !isDigit(s[0]) {
		return 0, noNumber
	}
	i := skipDigits(s, 1)
	form = integerForm
	if i < len(s) && s[i] == '.' {
		form = decimalForm
		i = skipDigits(s, i+1)
	}
	if i < len(s) && (s[i] == 'e' || s[i] == 'E') {
		form = decimalForm
		i++
		if i == len(s) || s[i] != '+' && s[i] != '-' && !isDigit(s[i]) {
			return 0, noNumber
		}
		i = skipDigits(s, i+1)
	}
	return i, form
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func skipDigits(s string, i int) int {
	for i < len(s) && isDigit(s[i]) {
		i++
	}
	return i
}

func parseInteger(digits string) any {
	if digits == "-" {
		return int32(0) // json-smart reads the missing digits after a sign as zero
	}
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

// parseDecimal returns the Double or BigDecimal of a word that has the form of one, but perhaps no digits.
func parseDecimal(word string) (any, error) {
	mantissa, exponent := word, ""
	if i := strings.IndexAny(word, "eE"); i >= 0 {
		mantissa, exponent = word[:i], strings.TrimPrefix(word[i+1:], "+")
		if strings.TrimPrefix(exponent, "-") == "" {
			return nil, fmt.Errorf("%s is no number", word)
		}
	}
	if strings.Trim(mantissa, "-.") == "" {
		return nil, fmt.Errorf("%s is no number", word)
	}
	if len(word) <= bigDecimalAbove {
		f, _ := strconv.ParseFloat(word, 64) // out of range gives an infinity, as in Java
		return f, nil
	}
	_, fraction, _ := strings.Cut(mantissa, ".")
	if !scaleFits(len(fraction), exponent) {
		return nil, fmt.Errorf("the exponent of %s is too large", word)
	}
	return BigDecimal(word), nil
}

// scaleFits reports whether a BigDecimal with so many digits after the point and this exponent has a scale of 32 bits.
func scaleFits(fraction int, exponent string) bool {
	if exponent == "" {
		return true
	}
	e, err := strconv.ParseInt(exponent, 10, 64)
	if err != nil || e < -math.MaxInt32 || e > math.MaxInt32 {
		return false
	}
	scale := int64(fraction) - e
	return scale >= math.MinInt32 && scale <= math.MaxInt32
}

type jsonParser struct {
	text string
	i    int
}

// Where a word without quotes stands says what ends it.
const (
	endOfText  = ""
	endOfKey   = ":"
	endOfItem  = ",]"
	endOfValue = ",}"
)

func (p *jsonParser) fail(what string) error {
	return fmt.Errorf("%s at byte %d", what, p.i)
}

func (p *jsonParser) unexpected() error {
	if p.i >= len(p.text) {
		return p.fail("unexpected end")
	}
	return p.fail("unexpected character " + strconv.Quote(p.text[p.i:p.i+1]))
}

// endOfInput ends a text for json-smart wherever it stands outside of a string.
const endOfInput = 0x1a

// next skips white space and returns the byte that follows, endOfInput at the end.
func (p *jsonParser) next() byte {
	for ; p.i < len(p.text); p.i++ {
		if c := p.text[p.i]; c != ' ' && c != '\n' && c != '\t' && c != '\r' {
			return c
		}
	}
	return endOfInput
}

func (p *jsonParser) value(end string, depth int) (any, error) {
	if depth > MaxJSONDepth {
		return nil, p.fail("nested too deeply")
	}
	switch p.next() {
	case '{':
		return p.object(depth)
	case '[':
		return p.list(depth)
	case '"', '\'':
		return p.quoted()
	case ':', '}', ']':
		return nil, p.unexpected()
	case endOfInput:
		if end != endOfText {
			return nil, p.unexpected()
		}
	}
	if number, ok := p.number(end); ok {
		v, _, err := ParseJSONNumber(number)
		return v, err
	}
	start := p.i
	word := p.word(end)
	if word != "" && word[0] != p.text[start] {
		return word, nil // after white space that json-smart does not skip, a literal is a string
	}
	switch word {
	case "null":
		return nil, nil
	case "true":
		return true, nil
	case "false":
		return false, nil
	case "NaN":
		return float32(math.NaN()), nil
	}
	return word, nil
}

// word reads up to a byte in end.
func (p *jsonParser) word(end string) string {
	start := p.i
	for p.i < len(p.text) && p.text[p.i] != endOfInput && strings.IndexByte(end, p.text[p.i]) < 0 {
		p.i++
	}
	return trimWord(p.text[start:p.i])
}

// trimWord removes white space around a word, of which json-smart leaves one character whatever it is.
func trimWord(word string) string {
	first, size := utf8.DecodeRuneInString(word)
	for len(word) > size && isWhitespace(first) {
		word = word[size:]
		first, size = utf8.DecodeRuneInString(word)
	}
	last, size := utf8.DecodeLastRuneInString(word)
	for len(word) > size && isWhitespace(last) {
		word = word[:len(word)-size]
		last, size = utf8.DecodeLastRuneInString(word)
	}
	return word
}

// isWhitespace is Character.isWhitespace.
func isWhitespace(r rune) bool {
	switch r {
	case '\u00a0', '\u2007', '\u202f':
		return false // they do not break a line
	case '\t', '\n', '\v', '\f', '\r', 0x1c, 0x1d, 0x1e, 0x1f:
		return true
	}
	return unicode.In(r, unicode.Zs, unicode.Zl, unicode.Zp)
}

// number reads a number, and reports whether one stands there. What follows it must end a value, or the number is the start
// of a word. For json-smart, which has a table of the first 126 characters, any other character ends a number too.
func (p *jsonParser) number(end string) (number string, ok bool) {
	start := p.i
	length, form := scanNumber(p.text[start:])
	if form != noNumber {
		number = p.text[start : start+length]
		for p.i += length; p.i < len(p.text) && p.text[p.i] <= ' ' && p.text[p.i] != endOfInput; p.i++ {
		}
		if c := p.next(); c == endOfInput || c >= 126 || strings.IndexByte(end, c) >= 0 {
			return number, true
		}
	}
	p.i = start
	return "", false
}

func (p *jsonParser) list(depth int) (any, error) {
	p.i++
	values := []any{}
	for {
		switch p.next() {
		case ']':
			p.i++
			return values, nil
		case ',':
			p.i++
			continue
		case endOfInput:
			return nil, p.unexpected()
		}
		v, err := p.value(endOfItem, depth+1)
		if err != nil {
			return nil, err
		}
		values = append(values, v)
	}
}

func (p *jsonParser) object(depth int) (any, error) {
	p.i++
	members := map[string]any{}
	for {
		switch c := p.next(); c {
		case '}':
			p.i++
			return members, nil
		case ',':
			p.i++
			continue
		case ':', ']', '[', '{', endOfInput:
			return nil, p.unexpected()
		}
		key, err := p.key()
		if err != nil {
			return nil, err
		}
		if members[key], err = p.value(endOfValue, depth+1); err != nil {
			return nil, err
		}
		if c := p.next(); c != ',' && c != '}' {
			return nil, p.unexpected()
		}
	}
}

// key reads a key and its colon.
func (p *jsonParser) key() (key string, err error) {
	if c := p.next(); c == '"' || c == '\'' {
		if key, err = p.quoted(); err != nil {
			return "", err
		}
	} else {
		key = p.word(endOfKey)
	}
	if p.next() != ':' {
		return "", p.unexpected()
	}
	p.i++
	return key, nil
}

// quoted reads a string. json-smart drops control characters from a string that has an escape, and keeps them otherwise.
func (p *jsonParser) quoted() (string, error) {
	quote := p.text[p.i]
	p.i++
	length := strings.IndexByte(p.text[p.i:], quote)
	if length < 0 {
		return "", p.fail("unterminated string")
	}
	if plain := p.text[p.i : p.i+length]; strings.IndexByte(plain, '\\') < 0 {
		p.i += length + 1
		return plain, nil
	}
	var b strings.Builder
	for p.i < len(p.text) && p.text[p.i] != endOfInput {
		c := p.text[p.i]
		p.i++
		switch {
		case c == quote:
			return b.String(), nil
		case c == '\\':
			if err := p.escape(&b); err != nil {
				return "", err
			}
		case c >= 0x20 && c != 0x7f:
			b.WriteByte(c)
		}
	}
	return "", p.fail("unterminated string")
}

// escape reads what follows a backslash. Of an unknown escape nothing is left, as in json-smart.
func (p *jsonParser) escape(b *strings.Builder) error {
	if p.i >= len(p.text) {
		return nil // the string has no end, which its reader reports
	}
	c, size := utf8.DecodeRuneInString(p.text[p.i:])
	p.i += size
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
		b.WriteRune(c)
	case 'u':
		return p.unicodeEscape(b)
	case 'x':
		r, err := p.hex(2)
		b.WriteRune(r)
		return err
	}
	return nil
}

func (p *jsonParser) unicodeEscape(b *strings.Builder) error {
	r, err := p.hex(4)
	if err != nil {
		return err
	}
	if utf16.IsSurrogate(r) && strings.HasPrefix(p.text[p.i:], `\u`) {
		second := p.i
		p.i += 2
		if low, err := p.hex(4); err == nil && utf16.DecodeRune(r, low) != utf8.RuneError {
			r = utf16.DecodeRune(r, low)
		} else {
			p.i = second
		}
	}
	b.WriteRune(r)
	return nil
}

var errMalformedEscape = errors.New("malformed escape")

func (p *jsonParser) hex(digits int) (rune, error) {
	if p.i+digits > len(p.text) {
		return 0, errMalformedEscape
	}
	v, err := strconv.ParseUint(p.text[p.i:p.i+digits], 16, 32)
	if err != nil {
		return 0, errMalformedEscape
	}
	p.i += digits
	return rune(v), nil
}
