package multilang

import (
	"iter"
	"math"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/stormflux/stormflux/internal/java"
)

// A Kind is the JSON kind of a value.
type Kind uint8

// The kinds of values. The zero RawValue has InvalidKind.
const (
	InvalidKind Kind = iota
	Null
	Bool
	Number
	String
	List
	Map
)

// A RawValue is one value as plain JSON text: it is strict JSON, no exponent changes the value, and no line could end a
// frame. Values of a decoded message are always plain. [AppendValue] makes others.
type RawValue string

// Kind returns the kind of the value.
func (v RawValue) Kind() Kind {
	if v == "" {
		return InvalidKind
	}
	switch v[0] {
	case 'n':
		return Null
	case 't', 'f':
		return Bool
	case '"':
		return String
	case '[':
		return List
	case '{':
		return Map
	}
	return Number
}

// Text returns the text of a String value.
func (v RawValue) Text() (string, bool) {
	if v.Kind() != String {
		return "", false
	}
	return unquote(string(v)), true
}

// Decode returns the value with the type that Storm gives it: nil, bool, string, int32 (Integer), int64 (Long),
// *big.Int (BigInteger), float64 (Double), [java.BigDecimal], float32 (Float, only for NaN), []any, or map[string]any.
func (v RawValue) Decode() any {
	switch v.Kind() {
	case InvalidKind, Null:
		return nil
	case Bool:
		return v == "true"
	case String:
		return unquote(string(v))
	case Number:
		return v.number()
	case List:
		values := []any{}
		for e := range RawValues(v).All() {
			values = append(values, e.Decode())
		}
		return values
	}
	members := map[string]any{}
	i := skipSpace(string(v), 1)
	for more := i < len(v) && v[i] != '}'; more; {
		var key, value string
		key, value, i, more = member(string(v), i, 0)
		if i < 0 {
			break
		}
		members[unquote(key)] = RawValue(value).Decode()
	}
	return members
}

func (v RawValue) number() any {
	if v == "NaN" {
		return float32(math.NaN())
	}
	n, isNumber, err := java.ParseJSONNumber(string(v))
	if !isNumber || err != nil {
		panic("multilang: a value is not plain: " + string(v))
	}
	return n
}

// RawValues is the list of the values of a tuple, as plain JSON text with brackets. The empty RawValues means that the
// tuple is missing or null.
type RawValues string

// All yields the values in order.
func (l RawValues) All() iter.Seq[RawValue] {
	return func(yield func(RawValue) bool) {
		s := string(l)
		if len(s) < 2 {
			return
		}
		for i := skipSpace(s, 1); i < len(s) && s[i] != ']'; {
			end := valueEnd(s, i, 0)
			if end < 0 || !yield(RawValue(s[i:end])) {
				return
			}
			i = skipSpace(s, end)
			if i < len(s) && s[i] == ',' {
				i = skipSpace(s, i+1)
			}
		}
	}
}

// At returns the value at index i. It parses only the list up to there.
func (l RawValues) At(i int) (RawValue, bool) {
	for v := range l.All() {
		if i == 0 {
			return v, true
		}
		i--
	}
	return "", false
}

// Len returns the number of values.
func (l RawValues) Len() int {
	n := 0
	for range l.All() {
		n++
	}
	return n
}

// Plain returns the value as Go programs want it, without the number types of Java: nil, bool, string, int64, *big.Int
// if int64 is too small, float64, []any or map[string]any.
func (v RawValue) Plain() any { return java.Plain(v.Decode()) }

// Append appends the values to dst.
func (l RawValues) Append(dst []RawValue) []RawValue {
	for v := range l.All() {
		dst = append(dst, v)
	}
	return dst
}

// Decode returns the values with the types that Storm gives them: see [RawValue.Decode].
func (l RawValues) Decode() []any {
	return slices.Collect(func(yield func(any) bool) {
		for v := range l.All() {
			if !yield(v.Decode()) {
				return
			}
		}
	})
}

// ParseValue reads text like Storm and returns it as plain JSON. The error says what Storm cannot parse.
func ParseValue(text string) (RawValue, error) {
	i := skipSpace(text, 0)
	if end := valueEnd(text, i, 0); end >= 0 && skipSpace(text, end) == len(text) && !strings.ContainsAny(text[i:end], "\n\r") {
		return RawValue(text[i:end]), nil
	}
	rewritten, err := rewrite(text)
	return RawValue(rewritten), err
}

// rewrite turns any text that Storm's parser accepts into plain JSON on one line.
func rewrite(text string) (string, error) {
	v, err := java.ParseJSON(text)
	if err != nil {
		return "", err
	}
	out, err := appendDecoded(nil, v)
	return string(out), err
}

// unquote returns the text of a quoted JSON string. Halves of surrogate pairs become U+FFFD.
func unquote(s string) string {
	s = s[1 : len(s)-1]
	at := strings.IndexByte(s, '\\')
	if at < 0 {
		return s
	}
	b := make([]byte, 0, len(s))
	for at >= 0 {
		b = append(b, s[:at]...)
		c := s[at+1]
		s = s[at+2:]
		switch c {
		case 'b':
			c = '\b'
		case 'f':
			c = '\f'
		case 'n':
			c = '\n'
		case 'r':
			c = '\r'
		case 't':
			c = '\t'
		}
		if c == 'u' {
			r := hexRune(s)
			s = s[4:]
			if utf16.IsSurrogate(r) {
				pair := rune(utf8.RuneError)
				if strings.HasPrefix(s, `\u`) {
					pair = utf16.DecodeRune(r, hexRune(s[2:]))
				}
				if pair != utf8.RuneError {
					s = s[6:]
				}
				r = pair
			}
			b = utf8.AppendRune(b, r)
		} else {
			b = append(b, c)
		}
		at = strings.IndexByte(s, '\\')
	}
	return string(append(b, s...))
}

func hexRune(s string) rune {
	var r rune
	for i := range 4 {
		c := s[i]
		switch {
		case c <= '9':
			c -= '0'
		case c <= 'F':
			c -= 'A' - 10
		default:
			c -= 'a' - 10
		}
		r = r<<4 | rune(c)
	}
	return r
}
