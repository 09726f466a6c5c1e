package schema

import (
	"strings"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/schema/yaml"
)

const (
	ruleSurprise  = "yaml-surprise"
	ruleTimestamp = "yaml-timestamp"
	ruleNotFinite = "yaml-not-finite"
)

// placeKind says what a document does with the type of a plain scalar at some place, and so whether the type can be a
// surprise there. Ids, fields, words, paths and environment variables are not such places: only their text counts.
type placeKind uint8

const (
	// typedPlace is a setting: its type is passed on.
	typedPlace placeKind = iota + 1
	// stormPlace is a setting of Storm itself. Storm knows its type, so yes can only mean true.
	stormPlace
	// argumentPlace is an argument of a class: its method decides which type it must have.
	argumentPlace
	// numberPlace is parallelism and the like.
	numberPlace
)

// surprises reports the scalars that YAML 1.1 gives a type that a person may not have meant, where that matters, and
// those that no configuration can hold.
type surprises struct {
	diags *diag.List
	seen  map[*yaml.Value]bool // lists and maps
	// reported are the places of scalars: an alias, an environment and the topology may all lead to the same one.
	reported map[diag.Span]bool
}

// surprises reports the surprises in an environment and a document, which may be nil.
func (l *loader) surprises(env *Environment, doc *Document) {
	if !l.odd {
		return
	}
	w := &surprises{diags: &l.diags, seen: make(map[*yaml.Value]bool), reported: make(map[diag.Span]bool)}
	if env != nil {
		w.environment(env)
	}
	if doc != nil {
		w.document(doc)
	}
}

func (w *surprises) environment(env *Environment) {
	w.config(env.Config)
	for _, e := range env.Parallelism.Members() {
		w.value(e.Value, numberPlace)
	}
	for _, e := range env.Variables.Members() {
		w.value(e.Value, typedPlace)
	}
}

func (w *surprises) document(doc *Document) {
	w.config(doc.Config)
	for _, components := range [][]*Component{doc.Spouts, doc.Bolts} {
		for _, c := range components {
			w.config(c.Config)
			for _, v := range []*yaml.Value{c.Parallelism, c.Tasks, c.Tick, c.OnHeapMemoryLoad, c.OffHeapMemoryLoad, c.CPULoad} {
				w.value(v, numberPlace)
			}
		}
	}
	for _, o := range doc.objects() {
		w.object(o)
	}
}

func (w *surprises) config(v *yaml.Value) {
	for _, e := range v.Members() {
		place := typedPlace
		if strings.HasPrefix(e.Key.Text, "topology.") && e.Value.IsScalar() {
			place = stormPlace
		}
		w.value(e.Value, place)
	}
}

func (w *surprises) object(o *Object) {
	place := argumentPlace
	// The arguments of Flux's shell wrappers are a command and fields. Their methods take environment variables and settings.
	if class := o.ClassName; class != nil && (strings.HasSuffix(class.Text, ".FluxShellSpout") || strings.HasSuffix(class.Text, ".FluxShellBolt")) {
		place = typedPlace
	} else {
		w.arguments(o.ConstructorArgs.items(), place)
	}
	w.arguments(o.FactoryArgs.items(), place)
	for _, p := range o.Properties {
		w.arguments([]Argument{p.Value}, place)
	}
	for _, m := range o.ConfigMethods {
		w.arguments(m.Args.items(), place)
	}
}

func (w *surprises) arguments(args []Argument, place placeKind) {
	for _, a := range args {
		if literal, ok := a.(Literal); ok {
			w.value(literal.Value, place)
		}
	}
}

func (w *surprises) value(v *yaml.Value, place placeKind) {
	if v == nil {
		return
	}
	if v.IsScalar() {
		w.scalar(v, place)
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
		w.value(item, place)
	}
	for _, e := range v.Entries {
		w.value(e.Value, place)
	}
}

func (w *surprises) scalar(v *yaml.Value, place placeKind) {
	if v.Oddity == 0 || w.reported[v.Span] {
		return
	}
	before := len(*w.diags)
	defer func() { w.reported[v.Span] = len(*w.diags) > before }()
	switch v.Oddity {
	case yaml.Timestamp:
		if place == argumentPlace {
			w.warn(v, "YAML reads %q as a date: the class gets a java.util.Date", v.Text).
				WithHint("write it in quotes if text is meant: %q", v.Text).Quote(v.Span, v.Text, false)
			return
		}
		w.diags.Errorf(ruleTimestamp, v.Span, "YAML reads %q as a date, but no setting can hold a date", v.Text).
			WithHint("write it in quotes to make it text: %q", v.Text).Quote(v.Span, v.Text, true)
	case yaml.Binary:
		if place != argumentPlace {
			w.diags.Errorf(yaml.RuleTag, v.Span, "tag \"!!binary\" makes bytes, but no setting can hold bytes").
				WithHint("remove the tag: the component then gets the base64 text and can decode it")
		}
	case yaml.NotFinite:
		if place == argumentPlace {
			return // a Double can hold it
		}
		w.diags.Errorf(ruleNotFinite, v.Span, "%q is not a finite number, so no setting can hold it", v.Text).
			WithHint("write it in quotes if text is meant: %q", v.Text).Quote(v.Span, v.Text, false)
	case yaml.PlainBool:
		switch v.Text {
		case "on", "On", "ON", "off", "Off", "OFF":
			return // few people write these for anything but a switch
		}
		if place == typedPlace || place == argumentPlace {
			w.warn(v, "Flux and Storm read YAML 1.1, where %q is %s", v.Text, v.Canonical()).
				WithHint("write %s if that is meant, or %q in quotes if the word is meant", v.Canonical(), v.Text).
				Quote(v.Span, v.Text, place == typedPlace).Unquote(v.Span, v.Text, v.Canonical(), false)
		}
	case yaml.Octal:
		if strings.Trim(v.Text, "+-0_") != "" {
			w.warn(v, "%q is an octal number in YAML 1.1: it means %s", v.Text, v.Canonical()).
				WithHint("write %s, or %q in quotes if the text is meant", v.Canonical(), v.Text).
				Quote(v.Span, v.Text, place == typedPlace).Unquote(v.Span, v.Text, v.Canonical(), false)
		}
	case yaml.Sexagesimal:
		w.warn(v, "%q is a number in base 60 in YAML 1.1: it means %s", v.Text, v.Canonical()).
			WithHint("write %s, or %q in quotes if the text is meant", v.Canonical(), v.Text).
			Quote(v.Span, v.Text, place == typedPlace).Unquote(v.Span, v.Text, v.Canonical(), false)
	}
}

func (w *surprises) warn(v *yaml.Value, format string, args ...any) *diag.Diagnostic {
	return w.diags.Warnf(ruleSurprise, v.Span, format, args...)
}
