package validate

import (
	"fmt"

	"github.com/stormflux/stormflux/schema/yaml"
)

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

// each is ListEntryCustomValidator: the value is a list, and each element passes a check or is null.
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
			return s.fault(item, "must be a list of maps with a \"class\", but "+shown(item)+" is not a map",
				"Field %s list entry must be of type interface java.util.Map.", s.Constant)
		}
	}
	return nil
}

// class checks the entry "class" of a registration. It must be there, and be a string or null.
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
		return s.fault(v, "must have a \"parallelism.hint\" in each element",
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
