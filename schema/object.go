package schema

import (
	"slices"

	"github.com/stormflux/stormflux/schema/yaml"
)

// Object is Flux's definition of a JVM object: an element of `components` or `workerHooks`, the class of a component, a
// custom grouping, a topology source.
type Object struct {
	Value           *yaml.Value // the whole map
	ID              *yaml.Value // of an element of `components` or `workerHooks`; nil when missing
	ClassName       *yaml.Value // String
	ConstructorArgs *Arguments
	Factory         *yaml.Value // String: a static method that makes the object
	FactoryArgs     *Arguments
	Properties      []*Property
	ConfigMethods   []*ConfigMethod
	MethodName      *yaml.Value // String; of a topology source only
}

// Property is an element of `properties`. Value is a Literal or a Reference.
type Property struct {
	Node  *yaml.Value // the whole map
	Name  *yaml.Value
	Value Argument
}

// ConfigMethod is an element of `configMethods`.
type ConfigMethod struct {
	Node *yaml.Value // the whole map
	Name *yaml.Value
	Args *Arguments // nil when there are none
}

// Arguments are the arguments of a constructor, a factory or a method.
type Arguments struct {
	Node  *yaml.Value // Sequence
	Items []Argument
}

// Argument is one value for making an object: a [Literal], a *[Reference] or a *[ReferenceList].
type Argument interface {
	// Written returns the argument as it is in the file.
	Written() *yaml.Value
}

// Literal is an argument that is passed as it is: a scalar, a list or a map.
type Literal struct {
	Value *yaml.Value
	// Nested are the references inside the value. Flux knows references only at the top level of a list of arguments (Flux
	// 2.8.3, ObjectDef.setConstructorArgs), so `{ref: x}` and `{reflist: [x]}` deeper down are references only if
	// `components` has the id. Else they are maps.
	Nested []*Reference
}

// Reference is `{ref: id}`, or the `ref` of a property.
type Reference struct {
	Node   *yaml.Value // the map with `ref`, or the id in a `reflist`
	ID     *yaml.Value // a scalar
	Object *Object     // the element of `components` with that id; nil when there is none
	Nested bool        // it stands inside a [Literal]
}

// InList reports whether the reference is an id in a `reflist`.
func (r *Reference) InList() bool { return r.Node == r.ID }

// ReferenceList is `{reflist: [id, ...]}`.
type ReferenceList struct {
	Node       *yaml.Value // the map
	References []*Reference
}

// Written returns the value itself.
func (l Literal) Written() *yaml.Value { return l.Value }

// Written returns the map with `ref`, or the id in a `reflist`.
func (r *Reference) Written() *yaml.Value { return r.Node }

// Written returns the map with `reflist`.
func (l *ReferenceList) Written() *yaml.Value { return l.Node }

// References returns the references in constructorArgs, factoryArgs, properties and configMethods, in this order. What
// looks like a reference inside a literal and has no object is not among them. It is safe on nil.
func (o *Object) References() []*Reference {
	return slices.DeleteFunc(o.written(), func(r *Reference) bool { return r.Nested && r.Object == nil })
}

// written returns everything that looks like a reference.
func (o *Object) written() []*Reference {
	if o == nil {
		return nil
	}
	var all []*Reference
	add := func(items ...Argument) {
		for _, a := range items {
			switch a := a.(type) {
			case Literal:
				all = append(all, a.Nested...)
			case *Reference:
				all = append(all, a)
			case *ReferenceList:
				all = append(all, a.References...)
			}
		}
	}
	add(o.ConstructorArgs.items()...)
	add(o.FactoryArgs.items()...)
	for _, p := range o.Properties {
		add(p.Value)
	}
	for _, m := range o.ConfigMethods {
		add(m.Args.items()...)
	}
	return all
}

func (a *Arguments) items() []Argument {
	if a == nil {
		return nil
	}
	return a.Items
}

// Bean returns the object of `components` with the id, or nil.
func (d *Document) Bean(id string) *Object { return d.beans[id] }

// objects returns every JVM object of the document.
func (d *Document) objects() []*Object {
	all := append(append([]*Object(nil), d.Beans...), d.WorkerHooks...)
	if d.TopologySource != nil {
		all = append(all, d.TopologySource)
	}
	input := func(in *Input) {
		if o := in.Grouping.Object; o != nil {
			all = append(all, o)
		}
	}
	for _, components := range [][]*Component{d.Spouts, d.Bolts} {
		for _, c := range components {
			if class, ok := c.Implementation.(*Class); ok {
				all = append(all, class.Object)
			}
			for _, in := range c.Inputs {
				input(in)
			}
		}
	}
	for _, in := range d.Streams {
		input(in)
	}
	return all
}

// resolve sets the object of every reference.
func (d *Document) resolve() {
	if len(d.Beans) == 0 {
		return
	}
	d.beans = make(map[string]*Object, len(d.Beans))
	for _, b := range d.Beans {
		if b.ID != nil && d.beans[b.ID.Text] == nil {
			d.beans[b.ID.Text] = b
		}
	}
	for _, o := range d.objects() {
		for _, ref := range o.written() {
			ref.Object = d.beans[ref.ID.Text]
		}
	}
}
