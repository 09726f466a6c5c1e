package schema

import (
	"strings"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/schema/grammar"
	"github.com/stormflux/stormflux/schema/yaml"
)

const (
	ruleSurprise  = "yaml-surprise"
	ruleTimestamp = "yaml-timestamp"
	ruleNotFinite = "yaml-not-finite"
)

// placeKind says what becomes of the type of a plain scalar at some place of a document, and so whether it can be a
// surprise there. Ids, fields, words, paths and environment variables have none: what counts is their text.
type placeKind uint8

const (
	// typedPlace: a setting or an argument: the type is passed on.
	typedPlace placeKind = iota + 1
	// stormPlace: a setting of Storm's own, whose type Storm knows: a yes there can only be meant as true.
	stormPlace
	// argumentPlace: an argument of a class: its method says of which type it must be.
	argumentPlace
	// numberPlace: parallelism and the like.
	numberPlace
)

// surprises reports the scalars of a file that YAML 1.1 gives a type that a person may not have meant, where that
// matters, and those that no configuration can hold.
type surprises struct {
	diags *diag.List
	seen  map[*yaml.Value]bool
}

func (l *loader) checkOddities(s *yaml.File, environments bool) {
	if !s.Odd || s.Root == nil || s.Root.Kind != yaml.Map {
		return
	}
	w := &surprises{diags: &l.diags, seen: make(map[*yaml.Value]bool)}
	if environments {
		for _, e := range s.Root.Get("environments").Members() {
			if e.Key.Text == l.opts.Environment {
				w.environment(e.Value)
			}
		}
		return
	}
	for _, e := range s.Root.Entries {
		switch e.Key.Text {
		case "config":
			w.config(e.Value)
		case "spouts", "bolts":
			for _, item := range e.Value.Elements() {
				w.component(item)
			}
			for _, c := range e.Value.Members() {
				if !grammar.IsFree(c.Key.Text) {
					w.component(c.Value)
				}
			}
		case "components", "workerHooks":
			for _, item := range e.Value.Elements() {
				w.component(item)
			}
		case "topologySource":
			w.component(e.Value)
		case "streams":
			for _, item := range e.Value.Elements() {
				w.input(item)
			}
		}
	}
}

func (w *surprises) environment(v *yaml.Value) {
	for _, e := range v.Members() {
		switch e.Key.Text {
		case "config":
			w.config(e.Value)
		case "parallelism":
			w.value(e.Value, "", numberPlace)
		case "variables":
			w.value(e.Value, "", typedPlace)
		}
	}
}

func (w *surprises) config(v *yaml.Value) {
	for _, e := range v.Members() {
		place := typedPlace
		if strings.HasPrefix(e.Key.Text, "topology.") && e.Value.IsScalar() {
			place = stormPlace
		}
		w.value(e.Value, e.Key.Text, place)
	}
}

// component walks a component or an object: keys that it does not know are settings of the application.
func (w *surprises) component(v *yaml.Value) {
	shell := false
	if class := v.Get("className"); class != nil {
		// The arguments of Flux's shell wrappers are a command and fields.
		shell = strings.HasSuffix(class.Text, ".FluxShellSpout") || strings.HasSuffix(class.Text, ".FluxShellBolt")
	}
	for _, e := range v.Members() {
		switch e.Key.Text {
		case "id", "go", "command", "className", "factory", "args", "env", "outputs", "name", "methodName", "ref":
		case "config":
			w.config(e.Value)
		case "inputs":
			for _, item := range e.Value.Elements() {
				w.input(item)
			}
		case "parallelism", "tasks", "numTasks", "tick", "onHeapMemoryLoad", "offHeapMemoryLoad", "cpuLoad":
			w.value(e.Value, e.Key.Text, numberPlace)
		case "constructorArgs":
			if !shell {
				w.value(e.Value, e.Key.Text, argumentPlace)
			}
		case "properties":
			for _, p := range e.Value.Elements() {
				w.value(p.Get("value"), "value", argumentPlace)
			}
		case "configMethods":
			for _, m := range e.Value.Elements() {
				w.value(m.Get("args"), "args", argumentPlace)
			}
		default:
			if !grammar.IsFree(e.Key.Text) {
				w.value(e.Value, e.Key.Text, typedPlace)
			}
		}
	}
}

func (w *surprises) input(v *yaml.Value) {
	if grouping := v.Get("grouping"); grouping != nil {
		for _, key := range []string{"custom", "customClass"} {
			if object := grouping.Get(key); object != nil {
				w.component(object)
			}
		}
	}
}

func (w *surprises) value(v *yaml.Value, key string, place placeKind) {
	if v == nil {
		return
	}
	if v.IsScalar() {
		w.scalar(v, key, place)
		return
	}
	if w.seen[v] {
		return
	}
	w.seen[v] = true
	if place == stormPlace {
		place = typedPlace
	}
	for _, item := range v.Items {
		w.value(item, key, place)
	}
	for _, e := range v.Entries {
		w.value(e.Value, e.Key.Text, place)
	}
}

func (w *surprises) scalar(v *yaml.Value, key string, place placeKind) {
	switch v.Oddity {
	case yaml.Timestamp:
		w.diags.Errorf(ruleTimestamp, v.Span, "%q is a date to YAML, which no setting can hold", v.Text).
			WithHint("quote it to make it text: %q", v.Text).Quote(v.Span, v.Text, true)
	case yaml.NotFinite:
		w.diags.Errorf(ruleNotFinite, v.Span, "%q is no finite number, which no setting can hold", v.Text).
			WithHint("quote it if it is meant as text: %q", v.Text).Quote(v.Span, v.Text, false)
	case yaml.PlainBool:
		switch v.Text {
		case "on", "On", "ON", "off", "Off", "OFF":
			return // few people write these for anything but a switch
		}
		if place == typedPlace || place == argumentPlace {
			w.warn(v, "%q is %s to YAML 1.1, which Flux and Storm read", v.Text, v.Canonical()).
				WithHint("write %s if that is meant, %q in quotes if the word is", v.Canonical(), v.Text).
				Quote(v.Span, v.Text, place == typedPlace).Unquote(v.Span, v.Text, v.Canonical(), false)
		}
	case yaml.Octal:
		if strings.Trim(v.Text, "+-0_") != "" {
			w.warn(v, "%q is octal to YAML 1.1 and makes the number %s", v.Text, v.Canonical()).
				WithHint("write %s, or %q in quotes if the text is meant", v.Canonical(), v.Text).
				Quote(v.Span, v.Text, place == typedPlace).Unquote(v.Span, v.Text, v.Canonical(), false)
		}
	case yaml.Sexagesimal:
		w.warn(v, "%q is a number in base 60 to YAML 1.1 and makes %s", v.Text, v.Canonical()).
			WithHint("write %s, or %q in quotes if the text is meant", v.Canonical(), v.Text).
			Quote(v.Span, v.Text, place == typedPlace).Unquote(v.Span, v.Text, v.Canonical(), false)
	}
}

func (w *surprises) warn(v *yaml.Value, format string, args ...any) *diag.Diagnostic {
	return w.diags.Warnf(ruleSurprise, v.Span, format, args...)
}
