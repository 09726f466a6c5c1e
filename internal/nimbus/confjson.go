package nimbus

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

// confJSON writes a configuration as Storm's client would: keys sorted, and a
// float with its decimal point, without which Storm would read an integer and a
// component that expects a Double would fail. Integers, big ones too, floats, json.Number,
// strings, booleans, nil, lists and maps of these go; anything else is an error
// that names its place.
func confJSON(conf map[string]any) ([]byte, error) {
	var b bytes.Buffer
	if err := writeJSON(&b, "", conf); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

func writeJSON(b *bytes.Buffer, place string, v any) error {
	switch v := v.(type) {
	case nil:
		b.WriteString("null")
	case bool:
		b.WriteString(strconv.FormatBool(v))
	case string:
		return writeJSONString(b, place, v)
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("%s is %v, which JSON does not have", place, v)
		}
		text, err := json.Marshal(v)
		if err != nil {
			return err
		}
		b.Write(text)
		if !bytes.ContainsAny(text, ".e") {
			b.WriteString(".0")
		}
	case float32:
		return writeJSON(b, place, float64(v))
	case map[string]any:
		b.WriteByte('{')
		for i, key := range slices.Sorted(maps.Keys(v)) {
			if i > 0 {
				b.WriteByte(',')
			}
			if err := writeJSONString(b, place, key); err != nil {
				return err
			}
			b.WriteByte(':')
			if err := writeJSON(b, strings.TrimPrefix(place+"."+key, "."), v[key]); err != nil {
				return err
			}
		}
		b.WriteByte('}')
	case []any:
		b.WriteByte('[')
		for i, e := range v {
			if i > 0 {
				b.WriteByte(',')
			}
			if err := writeJSON(b, fmt.Sprintf("%s[%d]", place, i), e); err != nil {
				return err
			}
		}
		b.WriteByte(']')
	case []string:
		list := make([]any, len(v))
		for i, s := range v {
			list[i] = s
		}
		return writeJSON(b, place, list)
	case json.Number:
		text, err := json.Marshal(v)
		if err != nil {
			return fmt.Errorf("%s: %w", place, err)
		}
		b.Write(text)
	case *big.Int:
		b.WriteString(v.String())
	case int, int8, int16, int32, int64, uint, uint8, uint16, uint32, uint64:
		fmt.Fprint(b, v)
	default:
		return fmt.Errorf("%s is a %T", place, v)
	}
	return nil
}

func writeJSONString(b *bytes.Buffer, place, s string) error {
	if !utf8.ValidString(s) {
		return fmt.Errorf("%s is not valid UTF-8", place)
	}
	encoder := json.NewEncoder(b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(s); err != nil {
		return err
	}
	b.Truncate(b.Len() - 1) // Encode ends with a newline
	return nil
}
