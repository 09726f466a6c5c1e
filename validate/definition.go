package validate

import (
	"path/filepath"
	"strconv"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/topology"
	"github.com/stormflux/stormflux/schema"
	"github.com/stormflux/stormflux/schema/yaml"
)

const ruleReferenceCycle = "reference-cycle"

// define returns how to make a JVM object for a component ("" for a worker hook), with everything that it refers to. It
// returns nil if something is missing, which it or the grammar has reported.
func (c *checker) define(component string, o *schema.Object) *topology.Definition {
	d := &definer{checker: c, indexes: map[*schema.Object]int{}, needed: map[*schema.Object]bool{}}
	d.definition.Component = component
	if !d.need(o) {
		return nil
	}
	for _, bean := range c.doc.Beans { // Flux makes them in the order of the file
		if d.needed[bean] {
			d.make(bean)
		}
	}
	d.make(o)
	if component != "" {
		d.definition.Root().ID = "" // the definition names the component already, however its id is written
	}
	return &d.definition
}

// definer makes one definition.
type definer struct {
	*checker
	definition topology.Definition
	indexes    map[*schema.Object]int // of the objects that the definition has already
	needed     map[*schema.Object]bool
}

// need marks an object and all that it refers to, and reports whether everything is there.
func (d *definer) need(o *schema.Object) bool {
	d.needed[o] = true
	complete := o.ClassName != nil && !d.circular[o]
	for _, ref := range o.References() {
		if ref.Object != nil && !d.needed[ref.Object] {
			complete = d.need(ref.Object) && complete
		}
		complete = complete && (ref.Object != nil || ref.InList())
	}
	return complete
}

// make adds an object after all that it refers to.
func (d *definer) make(o *schema.Object) {
	if _, made := d.indexes[o]; made {
		return
	}
	for _, ref := range o.References() {
		if ref.Object != nil {
			d.make(ref.Object)
		}
	}
	out := &topology.Object{Class: o.ClassName.Text, Place: placeOf(o.ClassName.Span)}
	if o.ID != nil {
		out.ID = o.ID.Text
	}
	// Flux calls the factory only if there are no arguments for a constructor (FluxBuilder.buildObject, 2.8.3).
	if out.Args = d.arguments(o.ConstructorArgs); len(out.Args) == 0 && o.Factory != nil {
		out.Factory, out.Args = o.Factory.Text, d.arguments(o.FactoryArgs)
	}
	for _, p := range o.Properties {
		out.Steps = append(out.Steps, &topology.Step{Property: p.Name.Text, Args: []any{d.argument(p.Value)}, Place: placeOf(p.Name.Span)})
	}
	for _, m := range o.ConfigMethods {
		out.Steps = append(out.Steps, &topology.Step{Method: m.Name.Text, Args: d.arguments(m.Args), Place: placeOf(m.Name.Span)})
	}
	d.indexes[o] = len(d.definition.Objects)
	d.definition.Objects = append(d.definition.Objects, out)
}

func (d *definer) arguments(args *schema.Arguments) []any {
	if args == nil {
		return nil
	}
	out := make([]any, len(args.Items))
	for i, item := range args.Items {
		out[i] = d.argument(item)
	}
	return out
}

func (d *definer) argument(a schema.Argument) any {
	switch a := a.(type) {
	case *schema.Reference:
		return d.ref(a)
	case *schema.ReferenceList:
		return d.refs(a.References)
	case schema.Literal:
		nested := make(map[*yaml.Value]*schema.Reference, len(a.Nested))
		for _, ref := range a.Nested {
			nested[ref.Node] = ref
		}
		return d.literal(a.Value, nested)
	}
	return nil
}

// ref returns null for an id in a list that names nothing, as Flux does.
func (d *definer) ref(ref *schema.Reference) any {
	if ref == nil || ref.Object == nil {
		return nil
	}
	return topology.Ref(d.indexes[ref.Object])
}

func (d *definer) refs(list []*schema.Reference) []any {
	out := make([]any, len(list))
	for i, ref := range list {
		out[i] = d.ref(ref)
	}
	return out
}

// literal returns a value whose nested references are known by their nodes.
func (d *definer) literal(v *yaml.Value, nested map[*yaml.Value]*schema.Reference) any {
	if ref := nested[v]; ref != nil && ref.Object != nil {
		return d.ref(ref)
	}
	if ms, ok := v.Milliseconds(); ok {
		return topology.Date(ms)
	}
	if bytes, ok := v.Bytes(); ok {
		return topology.Bytes(bytes)
	}
	switch v.Kind {
	case yaml.Sequence:
		out := make([]any, len(v.Items))
		for i, item := range v.Items {
			out[i] = d.literal(item, nested)
		}
		return out
	case yaml.Map:
		if list := v.Get("reflist"); len(v.Entries) == 1 && list != nil {
			if refs := nestedList(list, nested); refs != nil {
				return d.refs(refs)
			}
		}
		out := make(topology.Map, len(v.Entries))
		for i, e := range v.Entries {
			out[i] = topology.MapEntry{Key: d.literal(e.Key, nil), Value: d.literal(e.Value, nested)}
		}
		return out
	}
	return v.Go()
}

// nestedList returns the references of a nested `reflist`, or nil if none of them names an object.
func nestedList(list *yaml.Value, nested map[*yaml.Value]*schema.Reference) []*schema.Reference {
	var refs []*schema.Reference
	known := false
	for _, id := range list.Elements() {
		ref := nested[id]
		refs = append(refs, ref)
		known = known || ref != nil && ref.Object != nil
	}
	if !known {
		return nil
	}
	return refs
}

// placeOf returns FILE:LINE without the folder: a worker prints it, and the folder means nothing there.
func placeOf(span diag.Span) string {
	if span.File == nil {
		return ""
	}
	return filepath.Base(span.File.Name) + ":" + strconv.Itoa(span.File.Position(span.Start).Line)
}

// referenceCycles reports objects that need each other before they can be made.
func (c *checker) referenceCycles() {
	const visiting, done = 1, 2
	state := map[*schema.Object]int{}
	c.circular = map[*schema.Object]bool{}
	var visit func(o *schema.Object) (circular bool)
	visit = func(o *schema.Object) bool {
		state[o] = visiting
		for _, ref := range o.References() {
			switch {
			case ref.Object == nil:
			case state[ref.Object] == visiting:
				c.circular[o] = true
				c.list.Errorf(ruleReferenceCycle, ref.ID.Span, "%q cannot be made before %q, which needs it", ref.ID.Text, o.ID.Text).
					WithHint("remove one of the references between them")
			case state[ref.Object] == done:
				c.circular[o] = c.circular[o] || c.circular[ref.Object]
			default:
				c.circular[o] = visit(ref.Object) || c.circular[o]
			}
		}
		state[o] = done
		return c.circular[o]
	}
	for _, b := range c.doc.Beans {
		if state[b] == 0 {
			visit(b)
		}
	}
}
