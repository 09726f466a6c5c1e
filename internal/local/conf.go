package local

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"strconv"

	"github.com/stormflux/stormflux/internal/java"
	"github.com/stormflux/stormflux/internal/settings"
	"github.com/stormflux/stormflux/internal/topology"
)

// conf is a configuration as a component gets it: JSON texts by key.
type conf map[string]json.RawMessage

// topologyConf returns the configuration that all components share: the defaults of Storm, the submitted settings, and
// what Nimbus adds.
func topologyConf(name, id string, submitted map[string]topology.Value) (conf, error) {
	defaults := settings.ComponentDefaults()
	c := make(conf, len(defaults)+len(submitted)+8)
	for key, text := range defaults {
		c[key] = json.RawMessage(text)
	}
	own, err := encodedConf(submitted)
	if err != nil {
		return nil, err
	}
	maps.Copy(c, own)
	for key, value := range map[string]string{
		"storm.id":                     id,
		"topology.name":                name,
		"topology.submitter.user":      "",
		"topology.submitter.principal": "",
	} {
		text, err := json.Marshal(value)
		if err != nil {
			panic(err) // a string always has a JSON form
		}
		c[key] = text
	}
	return c, nil
}

// encodedConf returns a configuration with its values as JSON.
func encodedConf(values map[string]topology.Value) (conf, error) {
	c := make(conf, len(values))
	for key, value := range values {
		text, err := java.AppendJSON(nil, value) // 1.0 stays 1.0, as Storm keeps it
		if err != nil {
			return nil, fmt.Errorf("encoding the setting %s: %w", key, err)
		}
		c[key] = text
	}
	return c, nil
}

// of returns the configuration of a component that has settings of its own.
func (c conf) of(own conf) conf {
	if len(own) == 0 {
		return c
	}
	merged := maps.Clone(c)
	for key, value := range own {
		if s := settings.Lookup(key); s == nil || s.KeptOnComponent() {
			merged[key] = value
		}
	}
	return merged
}

// integer returns a setting that is a whole number, or otherwise if it is missing or null. Like Storm it accepts a
// float with a whole value.
func (c conf) integer(key string, otherwise int) (int, error) {
	text, ok := c[key]
	if !ok || len(text) == 0 || string(text) == "null" {
		return otherwise, nil
	}
	n, err := strconv.ParseInt(string(text), 10, 32)
	if err == nil {
		return int(n), nil
	}
	if f, ferr := strconv.ParseFloat(string(text), 64); ferr == nil && f == math.Trunc(f) && math.Abs(f) <= math.MaxInt32 {
		return int(f), nil
	}
	return 0, fmt.Errorf("the setting %s is %s, not an integer", key, text)
}

// boolean returns a setting that is true or false, or otherwise if it is missing or null.
func (c conf) boolean(key string, otherwise bool) (bool, error) {
	switch text := string(c[key]); text {
	case "", "null":
		return otherwise, nil
	case "true", "false":
		return text == "true", nil
	default:
		return false, fmt.Errorf("the setting %s is %s, not true or false", key, text)
	}
}

// environment returns topology.environment: variables for the environment of every component.
func (c conf) environment() (map[string]string, error) {
	const key = "topology.environment"
	var env map[string]any
	if text := c[key]; len(text) > 0 {
		if err := json.Unmarshal(text, &env); err != nil {
			return nil, fmt.Errorf("the setting %s is not a map: %w", key, err)
		}
	}
	out := make(map[string]string, len(env))
	for name, value := range env {
		text, ok := value.(string)
		if !ok {
			return nil, fmt.Errorf("the setting %s: the value of %s is not a string", key, name)
		}
		out[name] = text
	}
	return out, nil
}
