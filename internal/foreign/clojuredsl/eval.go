package clojuredsl

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stormflux/stormflux/internal/cljform"
	"github.com/stormflux/stormflux/internal/settings"
)

// The values of forms, besides nil, bool, int64, float64, string, []any, *object, *topology.Component and *topology.Topology.
type (
	keyword string
	// mapping is a map in the order of the file.
	mapping []pair
	pair    struct{ key, value any }
	// direct is the value of (direct-stream [FIELDS]).
	direct []any
)

type scope struct {
	name  string
	value any
	outer *scope
}

func (s *scope) find(name string) (any, bool) {
	for ; s != nil; s = s.outer {
		if s.name == name {
			return s.value, true
		}
	}
	return nil, false
}

func fault(f *cljform.Form, format string, args ...any) error {
	return &unclear{f.At, fmt.Sprintf(format, args...)}
}

// mostDepth bounds how deep the functions of a file may call each other.
const mostDepth = 1000

func (r *reader) eval(f *cljform.Form, s *scope) (any, error) {
	switch f.Kind {
	case cljform.String:
		return f.Text, nil
	case cljform.Integer:
		return f.Int, nil
	case cljform.Float:
		return f.Float, nil
	case cljform.Bool:
		return f.Bool, nil
	case cljform.Nil:
		return nil, nil
	case cljform.Keyword:
		return keyword(f.Text), nil
	case cljform.Vector:
		return r.evalAll(f.Items, s)
	case cljform.Map:
		return r.evalMap(f, s)
	case cljform.Symbol:
		return r.symbol(f, s)
	case cljform.List:
		return r.list(f, s)
	}
	return nil, fault(f, "stormflux does not evaluate this form (%s)", f.Text)
}

func (r *reader) evalAll(forms []*cljform.Form, s *scope) ([]any, error) {
	values := make([]any, len(forms))
	for i, f := range forms {
		var err error
		if values[i], err = r.eval(f, s); err != nil {
			return nil, err
		}
	}
	return values, nil
}

func (r *reader) evalMap(f *cljform.Form, s *scope) (any, error) {
	values, err := r.evalAll(f.Items, s)
	if err != nil {
		return nil, err
	}
	if len(values)%2 != 0 {
		return nil, fault(f, "a map has a key without a value")
	}
	return pairs(values), nil
}

func pairs(values []any) mapping {
	m := mapping{}
	for i := 0; i+1 < len(values); i += 2 {
		m = append(m, pair{values[i], values[i+1]})
	}
	return m
}

func (r *reader) symbol(f *cljform.Form, s *scope) (any, error) {
	name := f.Text
	if v, ok := s.find(name); ok {
		return v, nil
	}
	if def := r.defs[name]; def != nil {
		if r.depth++; r.depth > mostDepth {
			return nil, fault(f, "%s needs itself", name)
		}
		defer func() { r.depth-- }()
		return r.eval(def, nil)
	}
	if r.inClojure[name] {
		return nil, fault(f, "%s is a component written in Clojure, which has no form in YAML", name)
	}
	// TOPOLOGY-DEBUG of Storm's namespace config, or Config/TOPOLOGY_DEBUG
	constant := strings.ReplaceAll(name[strings.LastIndexByte(name, '/')+1:], "-", "_")
	for _, key := range settings.Keys() {
		if strings.NewReplacer(".", "_", "-", "_").Replace(strings.ToUpper(key)) == constant {
			return key, nil
		}
	}
	return nil, fault(f, "stormflux does not know the value of %s", name)
}

func (r *reader) list(f *cljform.Form, s *scope) (any, error) {
	head := f.Head()
	if head == "" {
		return nil, fault(f, "stormflux does not evaluate this form")
	}
	args := f.Items[1:]
	switch head {
	case "let":
		return r.let(f, s)
	case "do":
		return r.last(args, s)
	case "doto":
		return r.doto(f, s)
	case "new":
		if len(args) > 0 && args[0].Kind == cljform.Symbol {
			return r.construct(args[0].Text, args[1:], s)
		}
	}
	if class, ok := strings.CutSuffix(head, "."); ok && class != "" {
		return r.construct(class, args, s)
	}
	values, err := r.evalAll(args, s)
	if err != nil {
		return nil, err
	}
	if fn := r.functions[head]; fn != nil {
		return r.call(fn, values)
	}
	class, name, ok := strings.Cut(head, "/")
	if ok && r.isClass(class) {
		return &object{class: r.className(class), factory: name, args: values}, nil
	}
	if !ok { // without a namespace
		name = head
	}
	if v, known, err := core(f, name, values); known || err != nil {
		return v, err
	}
	return r.dsl(f, name, values)
}

// core evaluates functions of Clojure itself.
func core(f *cljform.Form, name string, values []any) (v any, known bool, err error) {
	switch name {
	case "int", "long", "short", "byte", "double", "float", "boolean", "identity", "vec", "doall":
		if len(values) == 1 {
			return values[0], true, nil
		}
	case "vector", "list":
		return values, true, nil
	case "str":
		return fmt.Sprint(values...), true, nil
	case "hash-map", "array-map", "sorted-map":
		return pairs(values), true, nil
	case "merge":
		m := mapping{}
		for _, v := range values {
			part, ok := v.(mapping)
			if !ok && v != nil {
				return nil, true, fault(f, "merge gets something else than a map")
			}
			for _, p := range part {
				m = m.with(p)
			}
		}
		return m, true, nil
	case "assoc":
		if len(values)%2 != 1 {
			return nil, true, fault(f, "assoc needs a map, keys and values")
		}
		m, ok := values[0].(mapping)
		if !ok {
			return nil, true, fault(f, "assoc gets something else than a map")
		}
		for _, p := range pairs(values[1:]) {
			m = m.with(p)
		}
		return m, true, nil
	case "concat", "into":
		all := []any{}
		for _, v := range values {
			part, ok := v.([]any)
			if !ok && v != nil {
				return nil, true, fault(f, "%s gets something else than a vector", name)
			}
			all = append(all, part...)
		}
		return all, true, nil
	}
	return nil, false, nil
}

// with returns a map with an entry in place of the one with the same key.
func (m mapping) with(p pair) mapping {
	m = slices.Clone(m)
	for i := range m {
		if text, ok := m[i].key.(string); ok && text == p.key {
			m[i] = p
			return m
		}
	}
	return append(m, p)
}

// get returns the value of a key that is text.
func (m mapping) get(key string) any {
	for _, p := range m {
		if text, ok := p.key.(string); ok && text == key {
			return p.value
		}
	}
	return nil
}

func (r *reader) last(forms []*cljform.Form, s *scope) (v any, err error) {
	for _, f := range forms {
		if v, err = r.eval(f, s); err != nil {
			return nil, err
		}
	}
	return v, nil
}

func (r *reader) let(f *cljform.Form, s *scope) (any, error) {
	if len(f.Items) < 3 || f.Items[1].Kind != cljform.Vector || len(f.Items[1].Items)%2 != 0 {
		return nil, fault(f, "a let without bindings or without a body")
	}
	bindings := f.Items[1].Items
	for i := 0; i < len(bindings); i += 2 {
		if bindings[i].Kind != cljform.Symbol {
			return nil, fault(f.Items[1], "stormflux does not take values apart in a let")
		}
		v, err := r.eval(bindings[i+1], s)
		if err != nil {
			return nil, err
		}
		s = &scope{bindings[i].Text, v, s}
	}
	return r.last(f.Items[2:], s)
}

// call evaluates a function of the file. A parameter without an argument is an empty map, like streamparse's options if
// the command line has none.
func (r *reader) call(f *cljform.Form, args []any) (any, error) {
	if r.depth++; r.depth > mostDepth {
		return nil, fault(f, "functions call each other without end")
	}
	defer func() { r.depth-- }()
	at := slices.IndexFunc(f.Items, func(i *cljform.Form) bool { return i.Kind == cljform.Vector })
	if at < 0 {
		return nil, fault(f, "stormflux does not evaluate a function with several lists of parameters")
	}
	var s *scope
	for i, p := range f.Items[at].Items {
		v := any(mapping{})
		if i < len(args) {
			v = args[i]
		}
		s = &scope{p.Text, v, s}
	}
	return r.last(f.Items[at+1:], s)
}
