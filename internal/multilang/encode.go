package multilang

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"math/big"
	"slices"
	"strconv"
	"unicode/utf8"
)

const hexDigits = "0123456789abcdef"

// AppendString appends s as a JSON string. Malformed UTF-8 becomes U+FFFD.
func AppendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= 0x20 && c != '"' && c != '\\' && c < utf8.RuneSelf {
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

// AppendFloat appends f so that Storm reads it as a Double (or a [BigDecimal]) whatever its value: a whole number keeps a
// fraction, or Storm would make it an Integer. An infinity is written as a number out of range, which Storm reads as the
// infinity it stands for; NaN as NaN, which Storm accepts.
func AppendFloat(dst []byte, f float64, bits int) []byte {
	switch {
	case math.IsNaN(f):
		return append(dst, "NaN"...)
	case math.IsInf(f, 1):
		return append(dst, "1e999"...)
	case math.IsInf(f, -1):
		return append(dst, "-1e999"...)
	}
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

// AppendValue appends v as JSON on one line: nil, booleans, numbers, strings, lists, maps with string keys (sorted),
// [RawValue] and [RawValues] as they are, the types that Decode returns, and whatever else encoding/json can encode, by
// its rules. The error says which type cannot be encoded.
func AppendValue(dst []byte, v any) ([]byte, error) {
	switch v := v.(type) {
	case nil:
		return append(dst, "null"...), nil
	case string:
		return AppendString(dst, v), nil
	case bool:
		return strconv.AppendBool(dst, v), nil
	case int:
		return strconv.AppendInt(dst, int64(v), 10), nil
	case int64:
		return strconv.AppendInt(dst, v, 10), nil
	case int32:
		return strconv.AppendInt(dst, int64(v), 10), nil
	case int16:
		return strconv.AppendInt(dst, int64(v), 10), nil
	case int8:
		return strconv.AppendInt(dst, int64(v), 10), nil
	case uint:
		return strconv.AppendUint(dst, uint64(v), 10), nil
	case uint64:
		return strconv.AppendUint(dst, v, 10), nil
	case uint32:
		return strconv.AppendUint(dst, uint64(v), 10), nil
	case uint16:
		return strconv.AppendUint(dst, uint64(v), 10), nil
	case uint8:
		return strconv.AppendUint(dst, uint64(v), 10), nil
	case float64:
		return AppendFloat(dst, v, 64), nil
	case float32:
		return AppendFloat(dst, float64(v), 32), nil
	case RawValue:
		if v == "" {
			return append(dst, "null"...), nil
		}
		return append(dst, v...), nil
	case RawValues:
		if v == "" {
			return append(dst, "null"...), nil
		}
		return append(dst, v...), nil
	case BigDecimal:
		return append(dst, v...), nil
	case *big.Int:
		if v == nil {
			return append(dst, "null"...), nil
		}
		return v.Append(dst, 10), nil
	case []any:
		return appendList(dst, v)
	case []string:
		if v == nil {
			return append(dst, "null"...), nil
		}
		dst = append(dst, '[')
		for i, s := range v {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = AppendString(dst, s)
		}
		return append(dst, ']'), nil
	case map[string]any:
		return appendMap(dst, v)
	}
	return appendOther(dst, v)
}

func appendList(dst []byte, values []any) ([]byte, error) {
	if values == nil {
		return append(dst, "null"...), nil
	}
	return appendValues(dst, values)
}

// appendValues appends a list that is never null.
func appendValues(dst []byte, values []any) ([]byte, error) {
	dst = append(dst, '[')
	var err error
	for i, v := range values {
		if i > 0 {
			dst = append(dst, ',')
		}
		if dst, err = AppendValue(dst, v); err != nil {
			return dst, err
		}
	}
	return append(dst, ']'), nil
}

func appendMap(dst []byte, members map[string]any) ([]byte, error) {
	if members == nil {
		return append(dst, "null"...), nil
	}
	dst = append(dst, '{')
	var err error
	for i, key := range slices.Sorted(maps.Keys(members)) {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(AppendString(dst, key), ':')
		if dst, err = AppendValue(dst, members[key]); err != nil {
			return dst, err
		}
	}
	return append(dst, '}'), nil
}

func appendOther(dst []byte, v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return dst, fmt.Errorf("a value of type %T cannot be sent: %w", v, err)
	}
	// A json.Marshaler's newlines are taken out by Encode; what is left is the one it adds.
	return append(dst, bytes.TrimRight(b.Bytes(), "\n")...), nil
}

// appendDecoded appends what the permissive parser returned as Storm would write it: an infinite Double is null there.
func appendDecoded(dst []byte, v any) ([]byte, error) {
	switch v := v.(type) {
	case float64:
		if math.IsInf(v, 0) {
			return append(dst, "null"...), nil
		}
	case BigDecimal:
		return appendDecimal(dst, v), nil
	case []any:
		dst = append(dst, '[')
		var err error
		for i, e := range v {
			if i > 0 {
				dst = append(dst, ',')
			}
			if dst, err = appendDecoded(dst, e); err != nil {
				return dst, err
			}
		}
		return append(dst, ']'), nil
	case map[string]any:
		dst = append(dst, '{')
		var err error
		for i, key := range slices.Sorted(maps.Keys(v)) {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = append(AppendString(dst, key), ':')
			if dst, err = appendDecoded(dst, v[key]); err != nil {
				return dst, err
			}
		}
		return append(dst, '}'), nil
	}
	return AppendValue(dst, v)
}

// appendDecimal appends a BigDecimal's text as strict JSON: json-smart accepts leading zeros and "1.".
func appendDecimal(dst []byte, d BigDecimal) []byte {
	s := string(d)
	if s[0] == '-' {
		dst = append(dst, '-')
		s = s[1:]
	}
	for len(s) > 1 && s[0] == '0' && isDigit(s[1]) {
		s = s[1:]
	}
	for i := range len(s) {
		dst = append(dst, s[i])
		if s[i] == '.' && (i+1 == len(s) || !isDigit(s[i+1])) {
			dst = append(dst, '0')
		}
	}
	return dst
}
