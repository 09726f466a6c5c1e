package validate

import (
	"fmt"
	"strings"

	"github.com/stormflux/stormflux/internal/settings"
	"github.com/stormflux/stormflux/schema/yaml"
)

// settingFault is why Storm does not accept a value.
type settingFault struct {
	message string      // follows the key: "must be ..."
	storm   string      // Storm's own words; "" when Storm accepts the value and fails later
	hint    string      // instead of Storm's words
	at      *yaml.Value // the part that is wrong; nil for the whole value
}

// check applies the checks of a release of Storm in their order and returns the first fault, or nil. These are the checks of
// ConfigValidation (storm-client 2.8.3), by their names in the table:
//
//	notnull            not null (all other checks but string= accept null)
//	bool string number by type; an int is a number
//	string=A|B         a string, one of these, and not null
//	int long           a number without fraction, in 32 or 64 bits
//	positive positive0 a number above 0, or from 0
//	strings            a list of strings; nulls pass
//	string-or-strings  a string or a list of strings
//	map                any map; map-of-strings, map-of-numbers: by the type of the values, nulls pass
//	kryo               a list of strings or of maps of strings
//	metrics-consumers event-loggers metric-reporters   lists of maps with a class
//	blobs              a map of maps, neither null
//	ras-constraints    a list of lists of strings, or a map of maps of constraints
//	impersonation      a map of maps of lists of strings, with hosts and groups
//	pacemaker-auth     NONE, DIGEST or KERBEROS
//	class              a string, the name of a class; only Storm can find out whether the class exists
func (s *stormSetting) check(v *yaml.Value, storm settings.Version) *settingFault {
	for _, name := range (*settings.Setting)(s).Checks(storm) {
		if f := s.apply(name, v); f != nil {
			return f
		}
	}
	if s.Key == keyWorkers && v.Kind == yaml.Null {
		return nullNumber()
	}
	return nil
}

// onlyInternalError ends a hint when Nimbus throws another exception than the one for refusals.
const onlyInternalError = "; Nimbus answers only \"Internal error\""

func nullNumber() *settingFault {
	return &settingFault{message: "must not be null", hint: "remove the key, or write a number" + onlyInternalError}
}

// nullResource reports a null among a component's resources. Nimbus fails on it (NormalizedResources of 2.8.3), but
// accepts it in the topology's configuration.
func (s *stormSetting) nullResource(v *yaml.Value) *settingFault {
	switch s.Key {
	case keyOnHeap, keyOffHeap, keyCPU:
		if v.Kind == yaml.Null {
			return nullNumber()
		}
	case keyResources:
		for _, e := range v.Entries {
			if e.Value.Kind == yaml.Null {
				return &settingFault{at: e.Value, message: fmt.Sprintf("must have a number for %q, not null", e.Key.Text),
					hint: "remove the key, or write a number" + onlyInternalError}
			}
		}
	}
	return nil
}

func (s *stormSetting) apply(name string, v *yaml.Value) *settingFault {
	null := v.Kind == yaml.Null
	if name == "notnull" {
		if null {
			return s.fault(v, "must not be null", "Field %scannot be null! Actual value: null", s.Constant)
		}
		return nil
	}
	if accepted, ok := strings.CutPrefix(name, "string="); ok {
		return s.oneOf(strings.Split(accepted, "|"), v)
	}
	if name == "blobs" {
		return s.blobs(v)
	}
	if name == "pacemaker-auth" {
		if v.Kind == yaml.String && (v.Text == "NONE" || v.Text == "DIGEST" || v.Text == "KERBEROS") {
			return nil
		}
		return s.fault(v, "must be NONE, DIGEST or KERBEROS, not "+shown(v),
			"Field %s must be one of \"NONE\", \"DIGEST\", or \"KERBEROS\"", s.Constant)
	}
	if null {
		return nil
	}
	switch name {
	case "bool":
		if v.Kind != yaml.Bool {
			return s.wrongType(v, "true or false", "class java.lang.Boolean")
		}
	case "string":
		if v.Kind != yaml.String {
			return s.wrongType(v, "a string", "class java.lang.String")
		}
	case "number":
		if _, ok := float(v); !ok {
			return s.wrongType(v, "a number", "class java.lang.Number")
		}
	case "int":
		return s.integer(v, s.Constant)
	case "long":
		return s.long(v)
	case "positive", "positive0":
		return s.positive(name, v)
	case "strings":
		return s.strings("a list of strings", v)
	case "string-or-strings":
		if v.Kind != yaml.String {
			return s.strings("a string or a list of strings", v)
		}
	case "map":
		if v.Kind != yaml.Map {
			return s.wrongType(v, "a map", "interface java.util.Map")
		}
	case "map-of-strings", "map-of-numbers":
		return s.mapOf(name, v)
	case "kryo":
		return s.kryo(v)
	case "metrics-consumers":
		return s.each(v, s.metricsConsumer)
	case "event-loggers":
		return s.each(v, s.eventLogger)
	case "metric-reporters":
		return s.each(v, s.metricReporter)
	case "impersonation":
		return s.impersonation(v)
	case "ras-constraints":
		return s.rasConstraints(v)
	case "class":
		if v.Kind != yaml.String {
			return s.wrongType(v, "the name of a class", "class java.lang.String")
		}
		if strings.Trim(v.Text, ".") == "" || strings.ContainsAny(v.Text, " \t\r\n/\\") {
			return &settingFault{at: v, message: "must be the name of a class, not " + shown(v), hint: "write the full name, with the package" + onlyInternalError}
		}
	default:
		panic("validate: settings.tsv: unknown check " + name)
	}
	return nil
}

func (s *stormSetting) fault(at *yaml.Value, message, storm string, args ...any) *settingFault {
	return &settingFault{at: at, message: message, storm: fmt.Sprintf(storm, args...)}
}

func (s *stormSetting) wrongType(v *yaml.Value, expected, class string) *settingFault {
	return s.fault(v, "must be "+expected+", not "+shown(v), "Field %s must be of type %s.", s.Constant, class)
}
