package validate

import (
	"fmt"

	"github.com/stormflux/stormflux/internal/settings"
	"github.com/stormflux/stormflux/schema/yaml"
)

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
			return &settingFault{at: e.Key, message: fmt.Sprintf("names blob %q, but that is not a legal key of a blob", key),
				hint: "use letters, digits, spaces, tabs, \"_\", \"-\" and \".\""}
		}
		switch e.Value.Kind {
		case yaml.Map:
		case yaml.Null:
			return s.fault(e.Value, fmt.Sprintf("must have a map for %q, not null", e.Key.Text), "Field %s must not be null", s.Constant)
		default:
			return s.fault(e.Value, fmt.Sprintf("must have a map for %q, not %s", e.Key.Text, shown(e.Value)), "Field %s must be a Map", s.Constant)
		}
		// StormSubmitter.validateTopologyBlobStoreMap. No Nimbus repeats this check, and the supervisor fails on these.
		for _, name := range []string{"uncompress", "workerRestart"} {
			if _, flag := e.Value.Lookup(name); flag != nil && flag.Kind != yaml.Bool {
				return &settingFault{at: flag, message: fmt.Sprintf("must have true or false as %q of %q, not %s", name, e.Key.Text, shown(flag)),
					hint: "the supervisor can read nothing else"}
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

// rasConstraints is CustomIsExactlyOneOfValidators of ListOfListOfStringValidator and RasConstraintsTypeValidator. The
// first accepts a list, the second a map.
func (s *stormSetting) rasConstraints(v *yaml.Value) *settingFault {
	storm := "Field %s must be one of ListOfListOfStringValidator, RasConstraintsTypeValidator"
	switch v.Kind {
	case yaml.Sequence:
		for _, pair := range v.Items {
			if pair.Kind != yaml.Sequence {
				return s.fault(pair, "must be a list of lists of component ids, but "+shown(pair)+" is not a list", storm, s.Constant)
			}
			for _, id := range pair.Items {
				if id.Kind != yaml.String {
					return s.fault(id, "must be a list of lists of component ids, but "+shown(id)+" is not a string", storm, s.Constant)
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
				return s.fault(id, fmt.Sprintf("must have component ids as %q of %q, but %s is not a string", c.Key.Text, component, shown(id)), storm, s.Constant)
			}
		}
	default:
		return s.fault(c.Key, fmt.Sprintf("has unknown constraint %q for %q, expected \"maxNodeCoLocationCnt\" or \"incompatibleComponents\"",
			c.Key.Text, component), storm, s.Constant)
	}
	return nil
}
