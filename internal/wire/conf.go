package wire

import (
	"errors"
	"fmt"

	"github.com/stormflux/stormflux/internal/java"
	"github.com/stormflux/stormflux/internal/topology"
)

// FormatConf returns a configuration as JSON that Storm reads back with the same types. It panics if a value has a type
// that [topology.Value] does not allow.
func FormatConf(conf map[string]topology.Value) []byte {
	text, err := java.AppendJSON(nil, conf)
	if err != nil {
		panic(fmt.Sprintf("wire: a configuration has no JSON form: %v", err))
	}
	return text
}

// ParseConf reads a configuration from JSON as Storm does. For an empty configuration it returns nil.
func ParseConf(text []byte) (map[string]topology.Value, error) {
	v, err := java.ParseJSON(string(text))
	if err != nil {
		return nil, fmt.Errorf("reading a configuration: %w", err)
	}
	conf, ok := java.Plain(v).(map[string]any)
	if !ok {
		return nil, errors.New("reading a configuration: it is not a JSON object")
	}
	if len(conf) == 0 {
		return nil, nil
	}
	if _, err := java.AppendJSON(nil, conf); err != nil { // json-smart reads NaN, which has no form in JSON
		return nil, fmt.Errorf("reading a configuration: %w", err)
	}
	return conf, nil
}
