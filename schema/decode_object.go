package schema

import (
	"slices"

	"github.com/stormflux/stormflux/schema/yaml"
)

func decodeObjects(v *yaml.Value) []*Object {
	var list []*Object
	for _, item := range v.Elements() {
		if item.Kind == yaml.Map {
			list = append(list, decodeObject(item))
		}
	}
	return list
}

func decodeObject(v *yaml.Value) *Object {
	o := &Object{Value: v}
	for _, e := range v.Entries {
		switch e.Key.Text {
		case "id":
			o.ID = e.Value.AsScalar()
		case "className":
			o.ClassName = e.Value.AsScalar()
		case "constructorArgs":
			o.ConstructorArgs = decodeArguments(e.Value)
		case "factory":
			if o.Factory = e.Value.AsScalar(); o.Factory != nil && o.Factory.Text == "" {
				o.Factory = nil // Flux ignores an empty one (ObjectDef.hasFactory, 2.8.3)
			}
		case "factoryArgs":
			o.FactoryArgs = decodeArguments(e.Value)
		case "methodName":
			o.MethodName = e.Value.AsScalar()
		case "properties":
			for _, p := range e.Value.Elements() {
				if property := decodeProperty(p); property != nil {
					o.Properties = append(o.Properties, property)
				}
			}
		case "configMethods":
			for _, m := range e.Value.Elements() {
				if name := m.Get("name").AsScalar(); name != nil {
					o.ConfigMethods = append(o.ConfigMethods, &ConfigMethod{Node: m, Name: name, Args: decodeArguments(m.Get("args"))})
				}
			}
		}
	}
	return o
}

// decodeProperty returns nil for a property without a name, or without exactly one of value and ref.
func decodeProperty(node *yaml.Value) *Property {
	name, value, id := node.Get("name").AsScalar(), node.Get("value"), node.Get("ref").AsScalar()
	switch {
	case name == nil || (value == nil) == (id == nil):
		return nil
	case value != nil:
		return &Property{Node: node, Name: name, Value: literal(value)}
	}
	return &Property{Node: node, Name: name, Value: &Reference{Node: node, ID: id}}
}

// decodeArguments returns nil for a value that is not a list.
func decodeArguments(v *yaml.Value) *Arguments {
	if v.AsSequence() == nil {
		return nil
	}
	args := &Arguments{Node: v, Items: make([]Argument, len(v.Items))}
	for i, item := range v.Items {
		args.Items[i] = decodeArgument(item)
	}
	return args
}

func decodeArgument(v *yaml.Value) Argument {
	if reference := decodeReference(v); reference != nil {
		return reference
	}
	return literal(v)
}

func literal(v *yaml.Value) Literal {
	l := Literal{Value: v}
	l.collect(v)
	return l
}

// collect adds what looks like a reference inside v.
func (l *Literal) collect(v *yaml.Value) {
	nested := func(refs ...*Reference) {
		for _, ref := range refs {
			ref.Nested = true
			l.Nested = append(l.Nested, ref)
		}
	}
	switch reference := decodeReference(v).(type) {
	case *Reference:
		nested(reference)
		return
	case *ReferenceList:
		nested(reference.References...)
		return
	}
	for _, item := range v.Items {
		l.collect(item)
	}
	for _, e := range v.Entries {
		l.collect(e.Value)
	}
}

// decodeReference returns nil for a value that is neither `{ref: id}` nor `{reflist: [id, ...]}`.
func decodeReference(v *yaml.Value) Argument {
	if v.Kind != yaml.Map || len(v.Entries) != 1 {
		return nil
	}
	only := v.Entries[0]
	switch {
	case only.Key.Text == "ref" && only.Value.IsScalar():
		return &Reference{Node: v, ID: only.Value}
	case only.Key.Text == "reflist" && only.Value.Kind == yaml.Sequence && !slices.ContainsFunc(only.Value.Items, func(id *yaml.Value) bool { return !id.IsScalar() }):
		list := &ReferenceList{Node: v}
		for _, id := range only.Value.Items {
			list.References = append(list.References, &Reference{Node: id, ID: id})
		}
		return list
	}
	return nil
}
