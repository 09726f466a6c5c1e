package java

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// AppendJSON appends v as JSON that Java reads back with the same types: keys sorted, and a float with a fraction or an
// exponent, without which Java reads an Integer. v is nil, a bool, an integer, *[big.Int], a float, [BigDecimal],
// [json.Number], a string, []string, or []any or map[string]any of these. The error names the place in v of what has no
// JSON form.
func AppendJSON(dst []byte, v any) ([]byte, error) { return appendJSON(dst, "", v) }

func appendJSON(dst []byte, place string, v any) ([]byte, error) {
	switch v := v.(type) {
	case nil:
		return append(dst, "null"...), nil
	case bool:
		return strconv.AppendBool(dst, v), nil
	case string:
		return appendValidString(dst, place, v)
	case float64:
		return appendFinite(dst, place, v, 64)
	case float32:
		return appendFinite(dst, place, float64(v), 32)
	case BigDecimal:
		return append(dst, CanonicalDecimal(v)...), nil
	case *big.Int:
		return v.Append(dst, 10), nil
	case json.Number:
		text, err := json.Marshal(v)
		if err != nil {
			return dst, fmt.Errorf("%s: %w", place, err)
		}
		return append(dst, text...), nil
	case int, int8, int16, int32, int64, uint, uint8, uint16, uint32, uint64:
		return fmt.Append(dst, v), nil
	case []string:
		items := make([]any, len(v))
		for i, s := range v {
			items[i] = s
		}
		return appendJSON(dst, place, items)
	case []any:
		return appendJSONList(dst, place, v)
	case map[string]any:
		return appendJSONMap(dst, place, v)
	}
	return dst, fmt.Errorf("%s is a %T", place, v)
}

func appendJSONList(dst []byte, place string, items []any) (_ []byte, err error) {
	dst = append(dst, '[')
	for i, item := range items {
		if i > 0 {
			dst = append(dst, ',')
		}
		if dst, err = appendJSON(dst, fmt.Sprintf("%s[%d]", place, i), item); err != nil {
			return dst, err
		}
	}
	return append(dst, ']'), nil
}

func appendJSONMap(dst []byte, place string, members map[string]any) (_ []byte, err error) {
	dst = append(dst, '{')
	for i, key := range slices.Sorted(maps.Keys(members)) {
		if i > 0 {
			dst = append(dst, ',')
		}
		if dst, err = appendValidString(dst, place, key); err != nil {
			return dst, err
		}
		inner := key
		if place != "" {
			inner = place + "." + key
		}
		if dst, err = appendJSON(append(dst, ':'), inner, members[key]); err != nil {
			return dst, err
		}
	}
	return append(dst, '}'), nil
}

func appendValidString(dst []byte, place, s string) ([]byte, error) {
	if !utf8.ValidString(s) {
		return dst, fmt.Errorf("%s is not valid UTF-8", place)
	}
	return AppendJSONString(dst, s), nil
}

func appendFinite(dst []byte, place string, f float64, bits int) ([]byte, error) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return dst, fmt.Errorf("%s is %v, which JSON does not have", place, f)
	}
	return AppendJSONFloat(dst, f, bits), nil
}

// AppendJSONFloat appends f so that json-smart reads it as a Double (or a [BigDecimal]) whatever its value: a whole number
// keeps a fraction, or it would become an Integer. An infinity is written as a number out of range, which json-smart reads
// as the infinity; NaN is written as NaN, which json-smart accepts.
func AppendJSONFloat(dst []byte, f float64, bits int) []byte {
	switch {
	case math.IsNaN(f):
		return append(dst, "NaN"...)
	case math.IsInf(f, 1):
		return append(dst, "1e999"...)
	case math.IsInf(f, -1):
		return append(dst, "-1e999"...)
	}
	// From 1e16 on the digits alone would be a text that json-smart makes a BigDecimal.
	format := byte('f')
	if abs := math.Abs(f); abs != 0 && (abs < 1e-6 || abs >= 1e15) {
		format = 'e'
	}
	start := len(dst)
	dst = strconv.AppendFloat(dst, f, format, -1, bits)
	if format == 'f' && bytes.IndexByte(dst[start:], '.') < 0 {
		dst = append(dst, '.', '0')
	}
	return dst
}

const hexDigits = "0123456789abcdef"

// AppendJSONString appends s as a JSON string. Malformed UTF-8 becomes U+FFFD. All control characters are escaped, because
// json-smart may drop them otherwise.
func AppendJSONString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= 0x20 && c != '"' && c != '\\' && c < 0x7f {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			if r != utf8.RuneError || size > 1 {
				i += size
				continue
			}
			dst = append(dst, s[start:i]...)
			dst = append(dst, "\uFFFD"...)
			i += size
			start = i
			continue
		}
		dst = append(dst, s[start:i]...)
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\r':
			dst = append(dst, '\\', 'r')
		case '\t':
			dst = append(dst, '\\', 't')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
		i++
		start = i
	}
	dst = append(dst, s[start:]...)
	return append(dst, '"')
}

// CanonicalDecimal returns the number as strict JSON: json-smart accepts leading zeros, "1." and "-.5". Without its zeros
// the text may be so short that json-smart reads a Double from it; [LongDecimal] prevents that.
func CanonicalDecimal(d BigDecimal) string {
	sign, digits := "", string(d)
	if strings.HasPrefix(digits, "-") {
		sign, digits = "-", digits[1:]
	}
	mantissa, exponent := digits, ""
	if i := strings.IndexAny(digits, "eE"); i >= 0 {
		mantissa, exponent = digits[:i], digits[i:]
	}
	if strings.Trim(mantissa, "0.") == "" {
		sign = "" // a BigDecimal has no negative zero
	}
	whole, fraction, hasPoint := strings.Cut(mantissa, ".")
	if whole = strings.TrimLeft(whole, "0"); whole == "" {
		whole = "0"
	}
	if hasPoint {
		if fraction == "" {
			fraction = "0"
		}
		whole += "." + fraction
	}
	return sign + whole + exponent
}

// LongDecimal returns the number as strict JSON that json-smart reads as the same BigDecimal, however short it is.
func LongDecimal(d BigDecimal) string {
	text := CanonicalDecimal(d)
	if len(text) > bigDecimalAbove {
		return text
	}
	i := strings.IndexAny(text, "eE")
	if i < 0 {
		i = len(text)
		text += "e0"
	}
	i++
	if i < len(text) && (text[i] == '+' || text[i] == '-') {
		i++
	}
	return text[:i] + strings.Repeat("0", max(0, bigDecimalAbove+1-len(text))) + text[i:]
}
