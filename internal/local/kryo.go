package local

import (
	"encoding/json"

	"github.com/stormflux/stormflux/internal/java"
	"github.com/stormflux/stormflux/internal/multilang"
	"github.com/stormflux/stormflux/internal/settings"
)

// A kryoCheck finds values that a worker cannot send to another worker. Storm's JSON parser makes objects of classes
// that Kryo does not know unless topology.kryo.register names them (Storm 2.3 and later). A single worker hides the
// mistake, so there is no check for one. The compiler registers the classes; then there is nothing to check either.
type kryoCheck struct {
	missing settings.MultilangClasses
}

func newKryoCheck(c conf, v settings.Version, workers int, javaSerialization bool) *kryoCheck {
	if workers < 2 || javaSerialization {
		return nil
	}
	var registered any
	if text := c[settings.KeyKryoRegister]; len(text) > 0 {
		if err := json.Unmarshal(text, &registered); err != nil {
			panic(err) // a configuration holds JSON
		}
	}
	missing := settings.MultilangClassesOf(v).Unregistered(registered)
	if missing == (settings.MultilangClasses{}) {
		return nil
	}
	return &kryoCheck{missing}
}

// unregistered returns the class of the first value whose class is not registered, or "".
func (k *kryoCheck) unregistered(values multilang.RawValues) string {
	for v := range values.All() {
		class := ""
		switch v.Kind() {
		case multilang.List:
			class = k.missing.List
		case multilang.Map:
			class = k.missing.Map
		case multilang.Number:
			if _, ok := v.Decode().(java.BigDecimal); ok {
				class = k.missing.Decimal
			}
		}
		if class != "" {
			return class
		}
	}
	return ""
}
