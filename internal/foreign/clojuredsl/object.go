package clojuredsl

import (
	"strings"

	"github.com/stormflux/stormflux/internal/cljform"
	"github.com/stormflux/stormflux/internal/topology"
)

// object is a JVM object. Two uses of one local are the same object.
type object struct {
	class, factory string
	args           []any
	steps          []call
}

// call is the call of a method.
type call struct {
	method string
	args   []any
}

func (r *reader) isClass(name string) bool {
	simple := name[strings.LastIndexByte(name, '.')+1:]
	return r.imports[name] != "" || simple != "" && simple[0] >= 'A' && simple[0] <= 'Z'
}

func (r *reader) className(name string) string {
	if full := r.imports[name]; full != "" {
		return full
	}
	if outer, inner, ok := strings.Cut(name, "$"); ok && r.imports[outer] != "" {
		return r.imports[outer] + "$" + inner
	}
	if !strings.Contains(name, ".") {
		return "java.lang." + name
	}
	return name
}

func (r *reader) construct(class string, args []*cljform.Form, s *scope) (any, error) {
	values, err := r.evalAll(args, s)
	if err != nil {
		return nil, err
	}
	name := r.className(class)
	switch name { // a box is its value
	case "java.lang.Integer", "java.lang.Long", "java.lang.Double", "java.lang.Boolean", "java.lang.String":
		if len(values) == 1 {
			return values[0], nil
		}
	}
	return &object{class: name, args: values}, nil
}

// doto evaluates (doto OBJECT (.method ARGS)...).
func (r *reader) doto(f *cljform.Form, s *scope) (any, error) {
	if len(f.Items) < 2 {
		return nil, fault(f, "a doto without an object")
	}
	v, err := r.eval(f.Items[1], s)
	if err != nil {
		return nil, err
	}
	if t := asTopology(v); t != nil {
		return t, r.hooks(f, t, s)
	}
	o, ok := v.(*object)
	if !ok {
		return nil, fault(f, "stormflux understands doto only for objects and topologies")
	}
	for _, step := range f.Items[2:] {
		method, ok := strings.CutPrefix(step.Head(), ".")
		if !ok {
			return nil, fault(step, "stormflux understands only calls of methods in a doto")
		}
		args, err := r.evalAll(step.Items[1:], s)
		if err != nil {
			return nil, err
		}
		o.steps = append(o.steps, call{method, args})
	}
	return o, nil
}

// hooks evaluates the worker hooks that a file of `stormflux emit-clj` adds to a topology:
// (.add_to_worker_hooks (ByteBuffer/wrap (Utils/javaSerialize OBJECT))).
func (r *reader) hooks(f *cljform.Form, t *topology.Topology, s *scope) error {
	for _, step := range f.Items[2:] {
		if step.Head() != ".add_to_worker_hooks" || len(step.Items) != 2 || len(step.Items[1].Items) != 2 || len(step.Items[1].Items[1].Items) != 2 {
			return fault(step, "stormflux does not understand this call on a topology")
		}
		v, err := r.eval(step.Items[1].Items[1].Items[1], s)
		if err != nil {
			return err
		}
		o, ok := v.(*object)
		if !ok {
			return fault(step, "a worker hook is not an object")
		}
		t.WorkerHooks = append(t.WorkerHooks, o.definition())
	}
	return nil
}

// definition returns an object with everything that it refers to.
func (o *object) definition() *topology.Definition {
	d := &definer{indexes: map[*object]int{}}
	d.add(o)
	return &d.definition
}

type definer struct {
	definition topology.Definition
	indexes    map[*object]int
}

func (d *definer) add(o *object) int {
	if i, ok := d.indexes[o]; ok {
		return i
	}
	made := &topology.Object{Class: o.class, Factory: o.factory, Args: d.arguments(o.args)}
	for _, s := range o.steps {
		made.Steps = append(made.Steps, &topology.Step{Method: s.method, Args: d.arguments(s.args)})
	}
	d.indexes[o] = len(d.definition.Objects)
	d.definition.Objects = append(d.definition.Objects, made)
	return d.indexes[o]
}

func (d *definer) arguments(list []any) []any {
	var out []any
	for _, v := range list {
		out = append(out, d.argument(v))
	}
	return out
}

func (d *definer) argument(v any) any {
	switch v := v.(type) {
	case *object:
		return topology.Ref(d.add(v))
	case keyword:
		return string(v)
	case []any:
		return append([]any{}, d.arguments(v)...)
	case mapping:
		out := topology.Map{}
		for _, p := range v {
			out = append(out, topology.MapEntry{Key: d.argument(p.key), Value: d.argument(p.value)})
		}
		return out
	}
	return v
}
