package validate

import (
	"fmt"
	"math"
	"strings"

	"github.com/stormflux/stormflux/schema/yaml"
)

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

// integer is IntegerValidator, and stricter: IntegerValidator accepts 2.0, but Storm then cannot read it as an integer
// (ObjectReader.getInt accepts no Double).
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
			hint: fmt.Sprintf("write %d: Nimbus accepts a number with a decimal point, but then fails to read it", int64(f))}
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
		return s.fault(v, "must not be negative, but it is "+shown(v), storm, s.Constant)
	}
	return nil
}

func (s *stormSetting) strings(expected string, v *yaml.Value) *settingFault {
	if v.Kind != yaml.Sequence {
		return s.fault(v, "must be "+expected+", not "+shown(v), "Field %s must be an Iterable.", s.Constant)
	}
	for _, item := range v.Items {
		if item.Kind != yaml.String && item.Kind != yaml.Null {
			return s.fault(item, "must be "+expected+", but it contains "+shown(item),
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

// isJavaInt reports whether Integer.parseInt accepts the text of the value.
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
