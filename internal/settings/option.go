package settings

import (
	"encoding/json"
	"errors"
	"math"
	"math/big"
	"slices"
	"strings"

	"github.com/stormflux/stormflux/internal/java"
)

// ParseOption parses the "key=value" of a -c option as Storm's own client does (Utils.readCommandLineOpts). It reads the
// value with [java.ParseJSON]. A value that json-smart cannot read is a string as it stands.
//
// Values are nil, bool, int64, float64, string, []any, map[string]any, or [json.Number] for a number that an int64 or a
// float64 would change: Storm keeps integers beyond 64 bits, and decimals of more than 18 characters, exactly. ParseOption
// does not repeat two oddities of json-smart. A value that is only "-" is a string here and not 0. NaN, and a value that is
// a number too large for a float64, are strings, because JSON cannot carry them to Nimbus.
//
// It fails for an option without "=", for one without a key, and for a list or map with a number that is too large.
func ParseOption(option string) (key string, value any, err error) {
	key, text, ok := strings.Cut(option, "=")
	if !ok {
		return "", nil, errors.New("there is no value; give KEY=VALUE")
	}
	if key == "" {
		return "", nil, errors.New("there is no key; give KEY=VALUE")
	}
	value, err = java.ParseJSON(text)
	if f, isFloat := value.(float64); err != nil || text == "-" || isFloat && math.IsInf(f, 0) {
		return key, text, nil
	}
	if hasInfinity(value) {
		return "", nil, errors.New("a number in it is too large for JSON; put it in quotes")
	}
	return key, optionValue(value), nil
}

// hasInfinity reports whether there is an infinite number in a value. Storm's client would send null in its place.
func hasInfinity(v any) bool {
	switch v := v.(type) {
	case float64:
		return math.IsInf(v, 0)
	case []any:
		return slices.ContainsFunc(v, hasInfinity)
	case map[string]any:
		for _, member := range v {
			if hasInfinity(member) {
				return true
			}
		}
	}
	return false
}

// optionValue returns a value with the types of a configuration instead of Java's.
func optionValue(v any) any {
	switch v := v.(type) {
	case int32:
		return int64(v)
	case *big.Int:
		return json.Number(v.String())
	case java.BigDecimal:
		return json.Number(java.CanonicalDecimal(v))
	case float32:
		return "NaN"
	case []any:
		for i := range v {
			v[i] = optionValue(v[i])
		}
	case map[string]any:
		for key := range v {
			v[key] = optionValue(v[key])
		}
	}
	return v
}
