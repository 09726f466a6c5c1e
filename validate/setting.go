package validate

import (
	"fmt"
	"math"
	"strings"

	"github.com/stormflux/stormflux/internal/settings"
	"github.com/stormflux/stormflux/schema/yaml"
)

// settingFault is what Storm has against a value.
type settingFault struct {
	message string      // follows the key: "must be ..."
	storm   string      // Storm's own words; "" where Storm takes the value and fails later
	hint    string      // instead of Storm's words
	at      *yaml.Value // the part that is wrong; nil for the whole
}

// check applies Storm's checks in their order and returns the first fault, or nil. The checks are those of
// ConfigValidation (storm-client 2.8.3), named in the table as:
//
//	notnull            not null (everything else takes null, but string=)
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
//	class              a string, the name of a class; whether there is one only Storm can tell
func (s *stormSetting) check(v *yaml.Value) *settingFault {
	for _, name := range s.Checks {
		if f := s.apply(name, v); f != nil {
			return f
		}
	}
	if s.Key == keyWorkers && v.Kind == yaml.Null {
		return nullNumber()
	}
	return nil
}

// onlyInternalError is what Nimbus says of what makes it throw another exception than the one for refusals.
const onlyInternalError = "Nimbus answers with nothing but \"Internal error\": "

func nullNumber() *settingFault {
	return &settingFault{message: "must not be null", hint: onlyInternalError + "remove the key, or write a number"}
}

// nullResource finds a null among a component's resources, which Nimbus stumbles over (NormalizedResources of 2.8.3), though
// it takes them in the topology's configuration.
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
					hint: onlyInternalError + "remove the key, or write a number"}
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
			return &settingFault{at: v, message: "must be the name of a class, not " + shown(v), hint: onlyInternalError + "write it in full, with its package"}
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

func (s *stormSetting) oneOf(accepted []string, v *yaml.Value) *settingFault {
	if v.Kind != yaml.String && v.Kind != yaml.Null {
		return s.wrongType(v, "a string", "class java.lang.String")
	}
	for _, a := range accepted {
		if v.Kind == yaml.String && v.Text == a {
			return nil
		}
	}
	return s.fault(v, "must be one of "+listed(accepted)+", not "+shown(v), "Field %s is not an accepted value.", s.Constant)
}

// integer is IntegerValidator, and more: that one takes 2.0, which Storm then cannot read where it wants an integer
// (ObjectReader.getInt takes no Double).
func (s *stormSetting) integer(v *yaml.Value, field string) *settingFault {
	f, ok := float(v)
	switch {
	case !ok || f != math.Trunc(f) && !math.IsInf(f, 0):
		return s.fault(v, "must be a whole number, not "+shown(v), "Field %s must be an Integer within type range.", field)
	case f > math.MaxInt32 || f < math.MinInt32:
		return s.fault(v, fmt.Sprintf("must be a whole number of at most %d, not %s", math.MaxInt32, shown(v)),
			"Field %s must be an Integer within type range.", field)
	case v.Kind == yaml.Float:
		return &settingFault{at: v, message: "must be a whole number, not " + shown(v),
			hint: fmt.Sprintf("write %d: Nimbus takes a number with a decimal point, but then fails to read it", int64(f))}
	}
	return nil
}

func (s *stormSetting) long(v *yaml.Value) *settingFault {
	f, ok := float(v)
	if !ok || f != math.Trunc(f) || v.Int != nil || f > math.MaxInt64 || f < math.MinInt64 {
		return s.fault(v, "must be a whole number of 64 bits, not "+shown(v), "Field %s must be an Long within type range.", s.Constant)
	}
	if v.Kind == yaml.Float {
		return &settingFault{at: v, message: "must be a whole number, not " + shown(v), hint: fmt.Sprintf("write %.0f", f)}
	}
	return nil
}

func (s *stormSetting) positive(name string, v *yaml.Value) *settingFault {
	f, ok := float(v)
	storm := "Field %s must be a Positive Number"
	switch {
	case !ok:
		return s.fault(v, "must be a number, not "+shown(v), storm, s.Constant)
	case name == "positive" && f <= 0:
		return s.fault(v, "must be greater than 0, not "+shown(v), storm, s.Constant)
	case f < 0:
		return s.fault(v, "must not be negative, it is "+shown(v), storm, s.Constant)
	}
	return nil
}

func (s *stormSetting) strings(expected string, v *yaml.Value) *settingFault {
	if v.Kind != yaml.Sequence {
		return s.fault(v, "must be "+expected+", not "+shown(v), "Field %s must be an Iterable.", s.Constant)
	}
	for _, item := range v.Items {
		if item.Kind != yaml.String && item.Kind != yaml.Null {
			return s.fault(item, "must be "+expected+", but it holds "+shown(item),
				"Each element of the list %s must be a java.lang.String. (%s)", s.Constant, shortened(item.Text))
		}
	}
	return nil
}

func (s *stormSetting) mapOf(name string, v *yaml.Value) *settingFault {
	if v.Kind != yaml.Map {
		return s.fault(v, "must be a map, not "+shown(v), "Field %s must be a Map", s.Constant)
	}
	for _, e := range v.Entries {
		if e.Value.Kind == yaml.Null {
			continue
		}
		if name == "map-of-strings" {
			if e.Value.Kind != yaml.String {
				f := s.fault(e.Value, fmt.Sprintf("must have strings as values, but %q is %s", e.Key.Text, shown(e.Value)),
					"Each value in the map %s must be a java.lang.String. (%s)", s.Constant, shortened(e.Value.Text))
				if e.Value.IsScalar() {
					f.hint = fmt.Sprintf("put it in quotes: %q", e.Value.Text)
				}
				return f
			}
		} else if _, ok := float(e.Value); !ok {
			return s.fault(e.Value, fmt.Sprintf("must have numbers as values, but %q is %s", e.Key.Text, shown(e.Value)),
				"Each value in the map %s must be a java.lang.Number. (%s)", s.Constant, shortened(e.Value.Text))
		}
	}
	return nil
}

func (s *stormSetting) kryo(v *yaml.Value) *settingFault {
	if v.Kind != yaml.Sequence {
		return s.fault(v, "must be a list of class names, not "+shown(v),
			"Field %s must be an Iterable containing only Strings or Maps of Strings", s.Constant)
	}
	storm := "Each element of the list %s must be a String or a Map of Strings"
	for _, item := range v.Items {
		switch item.Kind {
		case yaml.String:
		case yaml.Map:
			for _, e := range item.Entries {
				if e.Value.Kind != yaml.String {
					return s.fault(e.Value, fmt.Sprintf("must name a serializer's class for %q, not %s", e.Key.Text, shown(e.Value)), storm, s.Constant)
				}
			}
		default:
			return s.fault(item, "must be a list of class names or of {class: serializer}, but "+shown(item)+" is neither", storm, s.Constant)
		}
	}
	return nil
}

// each is ListEntryCustomValidator: a list whose elements pass a check; nulls pass.
func (s *stormSetting) each(v *yaml.Value, check func(*yaml.Value) *settingFault) *settingFault {
	if v.Kind != yaml.Sequence {
		return s.wrongType(v, "a list", "interface java.lang.Iterable")
	}
	for _, item := range v.Items {
		switch item.Kind {
		case yaml.Null:
		case yaml.Map:
			if f := check(item); f != nil {
				return f
			}
		default:
			return s.fault(item, "must be a list of maps with a \"class\", but "+shown(item)+" is no map",
				"Field %s list entry must be of type interface java.util.Map.", s.Constant)
		}
	}
	return nil
}

// class checks the entry "class" of a registration: it must be there, as a string or null.
func (s *stormSetting) class(v *yaml.Value) *settingFault {
	_, class := v.Lookup("class")
	switch {
	case class == nil:
		return s.fault(v, "must name a \"class\" in each element", "Field %s list entry must have map entry with key: class", s.Constant)
	case class.Kind != yaml.String && class.Kind != yaml.Null:
		return s.fault(class, "must have a string as \"class\", not "+shown(class),
			"Field %s list entry must be of type class java.lang.String.", s.Constant)
	}
	return nil
}

func (s *stormSetting) metricsConsumer(v *yaml.Value) *settingFault {
	_, hint := v.Lookup("parallelism.hint")
	if v.Get("class") != nil && hint == nil {
		return s.fault(v, "must say \"parallelism.hint\" in each element",
			"Field %s list entry must have map entry with key: parallelism.hint", s.Constant)
	}
	if f := s.class(v); f != nil {
		return f
	}
	if hint.Kind == yaml.Null {
		return nil
	}
	f := s.integer(hint, s.Constant+" list entry")
	if f != nil {
		f.message = "has a \"parallelism.hint\" that " + f.message
	}
	return f
}

func (s *stormSetting) eventLogger(v *yaml.Value) *settingFault {
	if f := s.class(v); f != nil {
		return f
	}
	if _, a := v.Lookup("arguments"); a != nil && a.Kind != yaml.Map && a.Kind != yaml.Null {
		return s.fault(a, "must have a map as \"arguments\", not "+shown(a), "Field %s list entry must be of type interface java.util.Map.", s.Constant)
	}
	return nil
}

func (s *stormSetting) metricReporter(v *yaml.Value) *settingFault {
	if v.Get("class") == nil {
		return s.class(v)
	}
	if _, filter := v.Lookup("filter"); filter != nil {
		if filter.Kind != yaml.Map {
			return s.fault(filter, "must have a map as \"filter\", not "+shown(filter), "java.util.Map cannot be made of the filter")
		}
		if _, class := filter.Lookup("class"); class != nil && class.Kind != yaml.String && class.Kind != yaml.Null {
			return s.fault(class, "must have a string as \"class\" of its \"filter\", not "+shown(class),
				"Field class must be of type class java.lang.String.")
		}
	}
	return s.class(v)
}

func (s *stormSetting) blobs(v *yaml.Value) *settingFault {
	switch v.Kind {
	case yaml.Map:
	case yaml.Null:
		return s.fault(v, "must be a map, not null", "Field %s must not be null", s.Constant)
	default:
		return s.fault(v, "must be a map, not "+shown(v), "Field %s must be a Map", s.Constant)
	}
	for _, e := range v.Entries {
		// ClientBlobStore.isValidKey; Nimbus answers such a key with "Internal error".
		if key := e.Key.Text; !settings.IsBlobKey(key) {
			return &settingFault{at: e.Key, message: fmt.Sprintf("names blob %q, which is no key of a blob", key),
				hint: "letters, digits, spaces, tabs, \"_\", \"-\" and \".\" may stand in a key"}
		}
		switch e.Value.Kind {
		case yaml.Map:
		case yaml.Null:
			return s.fault(e.Value, fmt.Sprintf("must have a map for %q, not null", e.Key.Text), "Field %s must not be null", s.Constant)
		default:
			return s.fault(e.Value, fmt.Sprintf("must have a map for %q, not %s", e.Key.Text, shown(e.Value)), "Field %s must be a Map", s.Constant)
		}
		// StormSubmitter.validateTopologyBlobStoreMap, which no Nimbus repeats: the supervisor fails on these.
		for _, name := range []string{"uncompress", "workerRestart"} {
			if _, flag := e.Value.Lookup(name); flag != nil && flag.Kind != yaml.Bool {
				return &settingFault{at: flag, message: fmt.Sprintf("must have true or false as %q of %q, not %s", name, e.Key.Text, shown(flag)),
					hint: "the supervisor cannot read anything else"}
			}
		}
	}
	return nil
}

func (s *stormSetting) impersonation(v *yaml.Value) *settingFault {
	if v.Kind != yaml.Map {
		return s.wrongType(v, "a map", "interface java.util.Map")
	}
	for _, user := range v.Entries {
		if user.Value.Kind == yaml.Null {
			continue
		}
		if user.Value.Kind != yaml.Map {
			return s.fault(user.Value, fmt.Sprintf("must have a map for %q", user.Key.Text), "Field %s Map value must be a Map", s.Constant)
		}
		for _, list := range user.Value.Entries {
			if list.Value.Kind == yaml.Null {
				continue
			}
			if f := s.strings("a list of strings in each entry", list.Value); f != nil {
				return f
			}
		}
		for _, name := range []string{"hosts", "groups"} {
			if key, _ := user.Value.Lookup(name); key == nil {
				return s.fault(user.Value, fmt.Sprintf("must have %q for %q", name, user.Key.Text),
					"%s Map value should contain Map entry with key: %s", s.Constant, name)
			}
		}
	}
	return nil
}

// rasConstraints is CustomIsExactlyOneOfValidators of ListOfListOfStringValidator and RasConstraintsTypeValidator:
// one wants a list, the other a map.
func (s *stormSetting) rasConstraints(v *yaml.Value) *settingFault {
	storm := "Field %s must be one of ListOfListOfStringValidator, RasConstraintsTypeValidator"
	switch v.Kind {
	case yaml.Sequence:
		for _, pair := range v.Items {
			if pair.Kind != yaml.Sequence {
				return s.fault(pair, "must be a list of lists of component ids, but "+shown(pair)+" is no list", storm, s.Constant)
			}
			for _, id := range pair.Items {
				if id.Kind != yaml.String {
					return s.fault(id, "must be a list of lists of component ids, but "+shown(id)+" is no string", storm, s.Constant)
				}
			}
		}
	case yaml.Map:
		for _, e := range v.Entries {
			if e.Value.Kind != yaml.Map {
				return s.fault(e.Value, fmt.Sprintf("must have a map of constraints for %q, not %s", e.Key.Text, shown(e.Value)), storm, s.Constant)
			}
			for _, c := range e.Value.Entries {
				if f := s.rasConstraint(e.Key.Text, c, storm); f != nil {
					return f
				}
			}
		}
	default:
		return s.fault(v, "must be a map of constraints by component, or a list of lists of component ids, not "+shown(v), storm, s.Constant)
	}
	return nil
}

func (s *stormSetting) rasConstraint(component string, c yaml.Entry, storm string) *settingFault {
	switch c.Key.Text {
	case "maxNodeCoLocationCnt":
		if !isJavaInt(c.Value) {
			return s.fault(c.Value, fmt.Sprintf("must have a whole number as %q of %q, not %s", c.Key.Text, component, shown(c.Value)), storm, s.Constant)
		}
	case "incompatibleComponents":
		for _, id := range c.Value.Items {
			if id.Kind != yaml.String {
				return s.fault(id, fmt.Sprintf("must have component ids as %q of %q, but %s is no string", c.Key.Text, component, shown(id)), storm, s.Constant)
			}
		}
	default:
		return s.fault(c.Key, fmt.Sprintf("has unknown constraint %q for %q, expected \"maxNodeCoLocationCnt\" or \"incompatibleComponents\"",
			c.Key.Text, component), storm, s.Constant)
	}
	return nil
}

// isJavaInt reports whether Integer.parseInt reads what the value is as text.
func isJavaInt(v *yaml.Value) bool {
	switch v.Kind {
	case yaml.Int:
		_, ok := number(v)
		return ok
	case yaml.String:
		digits := strings.TrimPrefix(strings.TrimPrefix(v.Text, "+"), "-")
		if digits == "" || strings.Trim(digits, "0123456789") != "" || strings.HasPrefix(v.Text, "+-") {
			return false
		}
		digits = strings.TrimLeft(digits, "0")
		if len(digits) > 10 {
			return false
		}
		var n int64
		for _, r := range digits {
			n = n*10 + int64(r-'0')
		}
		if strings.HasPrefix(v.Text, "-") {
			n = -n
		}
		return n >= math.MinInt32 && n <= math.MaxInt32
	}
	return false
}
