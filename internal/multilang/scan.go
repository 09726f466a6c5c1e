package multilang

import (
	"errors"
	"math"

	"github.com/stormflux/stormflux/internal/java"
)

// The scanner walks over strict JSON and builds nothing. It refuses texts that are not strict JSON, and values that
// Storm writes differently than it reads them. For these there is rewrite, which is slower.

// errNotPlain says that a text must be rewritten: it is not strict JSON, or Storm's parser and writer would change a
// value, not only its form.
var errNotPlain = errors.New("not plain JSON")

func skipSpace(s string, i int) int {
	for i < len(s) && (s[i] == ' ' || s[i] == '\n' || s[i] == '\t' || s[i] == '\r') {
		i++
	}
	return i
}

// stringEnd returns the index after the string that begins with the quote s[i], or -1.
func stringEnd(s string, i int) int {
	for i++; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"':
			return i + 1
		case c < 0x20, c == 0x7f: // json-smart drops them if the string has an escape
			return -1
		case c == '\\':
			i++
			if i >= len(s) {
				return -1
			}
			switch s[i] {
			case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
			case 'u':
				if i+4 >= len(s) || !isHex(s[i+1]) || !isHex(s[i+2]) || !isHex(s[i+3]) || !isHex(s[i+4]) {
					return -1
				}
				i += 4
			default:
				return -1
			}
		}
	}
	return -1
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// numberEnd returns the index after the number that begins at s[i], or -1. It refuses a Double out of range, which
// Storm writes as null, and -0, which is the Integer 0 in Storm.
func numberEnd(s string, i int) int {
	start := i
	negative := s[i] == '-'
	if negative {
		i++
	}
	digits := i
	for i < len(s) && isDigit(s[i]) {
		i++
	}
	switch {
	case i == digits, i > digits+1 && s[digits] == '0':
		return -1
	case i < len(s) && s[i] == '.':
		fraction := i + 1
		for i++; i < len(s) && isDigit(s[i]); i++ {
		}
		if i == fraction {
			return -1
		}
	case negative && s[digits] == '0':
		return -1
	}
	if i < len(s) && (s[i] == 'e' || s[i] == 'E') {
		for i++; i < len(s) && (isDigit(s[i]) || s[i] == '+' || s[i] == '-'); i++ {
		}
		v, isNumber, _ := java.ParseJSONNumber(s[start:i])
		if f, isDouble := v.(float64); !isNumber || isDouble && math.IsInf(f, 0) {
			return -1
		}
	}
	return i
}

// valueEnd returns the index after the value that begins at s[i] (without space before it), or -1 if the text is not
// plain.
func valueEnd(s string, i, depth int) int {
	if i >= len(s) || depth > java.MaxJSONDepth {
		return -1
	}
	switch s[i] {
	case '"':
		return stringEnd(s, i)
	case '[':
		return listEnd(s, i, depth)
	case '{':
		return mapEnd(s, i, depth)
	case 't':
		return literalEnd(s, i, "true")
	case 'f':
		return literalEnd(s, i, "false")
	case 'n':
		return literalEnd(s, i, "null")
	case 'N':
		return literalEnd(s, i, "NaN") // not JSON, but Storm reads and writes it
	}
	return numberEnd(s, i)
}

func literalEnd(s string, i int, literal string) int {
	if len(s)-i >= len(literal) && s[i:i+len(literal)] == literal {
		return i + len(literal)
	}
	return -1
}

func listEnd(s string, i, depth int) int {
	i = skipSpace(s, i+1)
	if i < len(s) && s[i] == ']' {
		return i + 1
	}
	for {
		if i = valueEnd(s, i, depth+1); i < 0 {
			return -1
		}
		i = skipSpace(s, i)
		if i >= len(s) {
			return -1
		}
		switch s[i] {
		case ']':
			return i + 1
		case ',':
			i = skipSpace(s, i+1)
		default:
			return -1
		}
	}
}

func mapEnd(s string, i, depth int) int {
	i = skipSpace(s, i+1)
	if i < len(s) && s[i] == '}' {
		return i + 1
	}
	for {
		_, _, next, more := member(s, i, depth)
		if next < 0 {
			return -1
		}
		if !more {
			return next
		}
		i = next
	}
}

// member reads one `"key": value` of a map at s[i], and what follows it. It returns the text of the key with its
// quotes, the text of the value, and whether another member follows. It also returns the index after the comma and the
// space behind it, or after the closing brace, or -1 if the text is not plain.
func member(s string, i, depth int) (key, value string, next int, more bool) {
	if i >= len(s) || s[i] != '"' {
		return "", "", -1, false
	}
	keyEnd := stringEnd(s, i)
	if keyEnd < 0 {
		return "", "", -1, false
	}
	key = s[i:keyEnd]
	i = skipSpace(s, keyEnd)
	if i >= len(s) || s[i] != ':' {
		return "", "", -1, false
	}
	i = skipSpace(s, i+1)
	valEnd := valueEnd(s, i, depth+1)
	if valEnd < 0 {
		return "", "", -1, false
	}
	value = s[i:valEnd]
	i = skipSpace(s, valEnd)
	if i >= len(s) {
		return "", "", -1, false
	}
	switch s[i] {
	case '}':
		return key, value, i + 1, false
	case ',':
		return key, value, skipSpace(s, i+1), true
	}
	return "", "", -1, false
}
