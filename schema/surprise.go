package schema

import (
	"strings"

	"github.com/stormflux/stormflux/diag"
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
	// numberPlace: parallelism and the like.
	numberPlace
)

// surprises reports the scalars of a file that YAML 1.1 gives a type that a person may not have meant, where that
// matters, and those that no configuration can hold.
type surprises struct {
	s     *source
	diags *diag.List
	seen  map[*Value]bool
}

func (l *loader) checkOddities(s *source, environments bool) {
	if len(s.odd) == 0 || s.root == nil || s.root.Kind != Map {
		return
	}
	w := &surprises{s: s, diags: &l.diags, seen: make(map[*Value]bool)}
	if environments {
		for _, e := range s.root.Get("environments").entries() {
			if e.Key.Text == l.opts.Environment {
				w.environment(e.Value)
			}
		}
		return
	}
	for _, e := range s.root.Entries {
		switch e.Key.Text {
		case "config":
			w.config(e.Value)
		case "spouts", "bolts":
			for _, item := range items(e.Value) {
				w.component(item)
			}
			for _, c := range e.Value.entries() {
				if !isFree(c.Key) {
					w.component(c.Value)
				}
			}
		case "components", "workerHooks":
			for _, item := range items(e.Value) {
				w.component(item)
			}
		case "topologySource":
			w.component(e.Value)
		case "streams":
			for _, item := range items(e.Value) {
				w.input(item)
			}
		}
	}
}

// entries returns the entries of a map; nil for anything else.
func (v *Value) entries() []Entry {
	if v == nil {
		return nil
	}
	return v.Entries
}

func (w *surprises) environment(v *Value) {
	for _, e := range v.entries() {
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

func (w *surprises) config(v *Value) {
	for _, e := range v.entries() {
		place := typedPlace
		if strings.HasPrefix(e.Key.Text, "topology.") && e.Value.IsScalar() {
			place = stormPlace
		}
		w.value(e.Value, e.Key.Text, place)
	}
}

// component walks a component or an object: keys that it does not know are settings of the application.
func (w *surprises) component(v *Value) {
	shell := false
	if class := v.Get("className"); class != nil {
		// The arguments of Flux's shell wrappers are a command and fields.
		shell = strings.HasSuffix(class.Text, ".FluxShellSpout") || strings.HasSuffix(class.Text, ".FluxShellBolt")
	}
	for _, e := range v.entries() {
		switch e.Key.Text {
		case "id", "go", "command", "className", "factory", "args", "env", "outputs", "name", "methodName", "ref":
		case "config":
			w.config(e.Value)
		case "inputs":
			for _, item := range items(e.Value) {
				w.input(item)
			}
		case "parallelism", "tasks", "numTasks", "tick", "onHeapMemoryLoad", "offHeapMemoryLoad", "cpuLoad":
			w.value(e.Value, e.Key.Text, numberPlace)
		case "constructorArgs":
			if !shell {
				w.value(e.Value, e.Key.Text, typedPlace)
			}
		case "properties":
			for _, p := range items(e.Value) {
				w.value(p.Get("value"), "value", typedPlace)
			}
		case "configMethods":
			for _, m := range items(e.Value) {
				w.value(m.Get("args"), "args", typedPlace)
			}
		default:
			if !isFree(e.Key) {
				w.value(e.Value, e.Key.Text, typedPlace)
			}
		}
	}
}

func (w *surprises) input(v *Value) {
	if grouping := v.Get("grouping"); grouping != nil {
		for _, key := range []string{"custom", "customClass"} {
			if object := grouping.Get(key); object != nil {
				w.component(object)
			}
		}
	}
}

func (w *surprises) value(v *Value, key string, place placeKind) {
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

func (w *surprises) scalar(v *Value, key string, place placeKind) {
	odd, ok := w.s.odd[v]
	if !ok {
		return
	}
	switch odd {
	case timestamp:
		w.diags.Errorf(ruleTimestamp, v.Span, "%q is a date to YAML, which no setting can hold", v.Text).
			WithHint("quote it to make it text: %q", v.Text)
	case notFinite:
		w.diags.Errorf(ruleNotFinite, v.Span, "%q is no finite number, which no setting can hold", v.Text).
			WithHint("quote it if it is meant as text: %q", v.Text)
	case plainBool:
		switch v.Text {
		case "on", "On", "ON", "off", "Off", "OFF":
			return // few people write these for anything but a switch
		}
		if place == typedPlace {
			w.warn(v, "%q is %s to YAML 1.1, which Flux and Storm read", v.Text, canonical(v)).
				WithHint("write %s if that is meant, %q in quotes if the word is", canonical(v), v.Text)
		}
	case octal:
		if strings.Trim(v.Text, "+-0_") != "" {
			w.warn(v, "%q is octal to YAML 1.1 and makes the number %s", v.Text, canonical(v)).
				WithHint("write %s, or %q in quotes if the text is meant", canonical(v), v.Text)
		}
	case sexagesimal:
		w.warn(v, "%q is a number in base 60 to YAML 1.1 and makes %s", v.Text, canonical(v)).
			WithHint("write %s, or %q in quotes if the text is meant", canonical(v), v.Text)
	}
}

func (w *surprises) warn(v *Value, format string, args ...any) *diag.Diagnostic {
	return w.diags.Warnf(ruleSurprise, v.Span, format, args...)
}
