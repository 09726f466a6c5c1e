package local

import (
	"math/big"
	"strings"

	"github.com/stormflux/stormflux/internal/java"
	"github.com/stormflux/stormflux/internal/multilang"
)

// A fields grouping computes Arrays.deepHashCode over the selected values. Their classes are those that Storm's JSON
// parser makes: Integer, Long, BigInteger, Double, BigDecimal, String, Boolean, JSONArray, JSONObject.

// typing says which Java types a version of Storm gives to the numbers of a multilang message.
type typing bool

const (
	// jsonSmart is Storm 2.6 and later: Integer if the number fits, else Long, BigInteger, Double or BigDecimal.
	jsonSmart typing = false
	// jsonSimple is Storm before 2.6: every whole number is a Long and every other one a Double.
	jsonSimple typing = true
)

// hash is Java's hashCode of one value, 0 for null.
func (t typing) hash(v multilang.RawValue) int32 {
	switch v.Kind() {
	case multilang.InvalidKind, multilang.Null:
		return 0
	case multilang.Bool:
		return java.HashBool(v == "true")
	case multilang.String:
		// Nearly all keys have no escapes: the text between the quotes is the string.
		if text := string(v[1 : len(v)-1]); strings.IndexByte(text, '\\') < 0 {
			return java.HashString(text)
		}
		text, _ := v.Text()
		return java.HashString(text)
	}
	return java.Hash(t.typed(v.Decode()))
}

// typed returns a decoded value with the types of the version of Storm.
func (t typing) typed(v any) any {
	if t == jsonSmart {
		return v
	}
	switch v := v.(type) {
	case int32:
		return int64(v)
	case *big.Int:
		return v.Int64()
	case java.BigDecimal:
		f, _, err := big.ParseFloat(string(v), 10, 64, big.ToNearestEven)
		if err != nil {
			return nil
		}
		d, _ := f.Float64()
		return d
	case []any:
		for i := range v {
			v[i] = t.typed(v[i])
		}
	case map[string]any:
		for key := range v {
			v[key] = t.typed(v[key])
		}
	}
	return v
}
