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

	"github.com/stormflux/stormflux/internal/java"
)

// AppendValue appends v as JSON on one line. It accepts nil, booleans, numbers, strings, lists, maps with string keys
// (which it sorts), and the types that Decode returns. It appends [RawValue] and [RawValues] unchanged. Everything else
// it encodes like encoding/json. The error names a type that cannot be encoded.
func AppendValue(dst []byte, v any) ([]byte, error) {
	switch v := v.(type) {
	case nil:
		return append(dst, "null"...), nil
	case string:
		return java.AppendJSONString(dst, v), nil
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
		return java.AppendJSONFloat(dst, v, 64), nil
	case float32:
		return java.AppendJSONFloat(dst, float64(v), 32), nil
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
	case java.BigDecimal:
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
			dst = java.AppendJSONString(dst, s)
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
		dst = append(java.AppendJSONString(dst, key), ':')
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
	// Encode removes the newlines of a json.Marshaler and adds one at the end.
	return append(dst, bytes.TrimRight(b.Bytes(), "\n")...), nil
}

// appendDecoded appends a value of the permissive parser as Storm writes it: an infinite Double becomes null.
func appendDecoded(dst []byte, v any) ([]byte, error) {
	switch v := v.(type) {
	case float64:
		if math.IsInf(v, 0) {
			return append(dst, "null"...), nil
		}
	case java.BigDecimal:
		return append(dst, java.LongDecimal(v)...), nil
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
			dst = append(java.AppendJSONString(dst, key), ':')
			if dst, err = appendDecoded(dst, v[key]); err != nil {
				return dst, err
			}
		}
		return append(dst, '}'), nil
	}
	return AppendValue(dst, v)
}
