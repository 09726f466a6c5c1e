package settings

import (
	"encoding/json"
	"errors"
	"math"
	"math/big"
	"strings"

	"github.com/stormflux/stormflux/internal/java"
)

// ParseOption parses the "key=value" of a -c option as Storm's own client does (Utils.readCommandLineOpts). It reads the
// value with [java.ParseJSON]. A value that json-smart cannot read is a string as it stands.
//
// Values are nil, bool, int64, float64, string, []any, map[string]any, or [json.Number] for a number that an int64 or a
// float64 would change: Storm keeps integers beyond 64 bits, and decimals of more than 18 characters, exactly. ParseOption
// does not repeat two oddities of json-smart. A value that is only "-" is a string here and not 0. NaN and infinities are
// strings, because JSON cannot carry them to Nimbus.
//
// It fails only for an option without "=" and for one without a key.
func ParseOption(option string) (key string, value any, err error) {
	key, text, ok := strings.Cut(option, "=")
	if !ok {
		return "", nil, errors.New("no value: want KEY=VALUE")
	}
	if key == "" {
		return "", nil, errors.New("no key: want KEY=VALUE")
	}
	value, err = java.ParseJSON(text)
	if f, isFloat := value.(float64); err != nil || text == "-" || isFloat && math.IsInf(f, 0) {
		return key, text, nil
	}
	return key, optionValue(value), nil
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
	case float64:
		switch {
		case math.IsInf(v, 1):
			return "Infinity"
		case math.IsInf(v, -1):
			return "-Infinity"
		}
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
