package local

import (
	"encoding/json"

	"github.com/stormflux/stormflux/internal/java"
	"github.com/stormflux/stormflux/internal/multilang"
)

// A kryoCheck finds the values that a worker cannot send to another one: Storm's JSON parser makes objects of classes that
// Kryo does not know unless topology.kryo.register has them (Storm 2.3 and later). One worker hides it, so a
// topology of one worker is not looked at. The compiler registers the classes; then there is nothing to check.
type kryoCheck struct {
	list, mapping, decimal string // class names that are not registered, or ""
}

func newKryoCheck(c conf, v Version, workers int, javaSerialization bool) *kryoCheck {
	if workers < 2 || javaSerialization || v.before(2, 3) {
		return nil
	}
	registered := map[string]bool{}
	var list []any
	if json.Unmarshal(c["topology.kryo.register"], &list) == nil {
		for _, entry := range list {
			switch entry := entry.(type) {
			case string:
				registered[entry] = true
			case map[string]any:
				for class := range entry {
					registered[class] = true
				}
			}
		}
	}
	missing := func(class string) string {
		if registered[class] {
			return ""
		}
		return class
	}
	check := kryoCheck{
		list:    missing("org.apache.storm.shade.net.minidev.json.JSONArray"),
		mapping: missing("org.apache.storm.shade.net.minidev.json.JSONObject"),
		decimal: missing("java.math.BigDecimal"),
	}
	if v.before(2, 6) {
		check = kryoCheck{
			list:    missing("org.apache.storm.shade.org.json.simple.JSONArray"),
			mapping: missing("org.apache.storm.shade.org.json.simple.JSONObject"),
		}
	}
	if check == (kryoCheck{}) {
		return nil
	}
	return &check
}

// unregistered returns the class of a value that is not registered, or "".
func (k *kryoCheck) unregistered(values multilang.RawValues) string {
	for v := range values.All() {
		class := ""
		switch v.Kind() {
		case multilang.List:
			class = k.list
		case multilang.Map:
			class = k.mapping
		case multilang.Number:
			if _, ok := v.Decode().(java.BigDecimal); ok {
				class = k.decimal
			}
		}
		if class != "" {
			return class
		}
	}
	return ""
}
