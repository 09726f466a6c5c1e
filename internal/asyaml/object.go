package asyaml

import (
	"reflect"
	"slices"
	"strconv"

	"github.com/stormflux/stormflux/internal/topology"
)

// object returns the object of a definition, and adds the objects that it refers to to the beans of the document.
func (w *writer) object(d *topology.Definition, named bool) *Object {
	ids := make([]string, len(d.Objects))
	var before *Object
	for i, o := range d.Objects[:len(d.Objects)-1] {
		bean := convert(o, ids)
		bean.ID = o.ID
		bean = w.bean(bean)
		if before != nil {
			w.after[bean] = append(w.after[bean], before)
		}
		ids[i], before = bean.ID, bean
	}
	root := convert(d.Root(), ids)
	if named {
		root.ID = d.Root().ID
	}
	return root
}

// bean returns the bean of the document that equals b, and adds b if there is none. Two beans that share an id by chance get
// different ids.
func (w *writer) bean(b *Object) *Object {
	id := b.ID
	for n := 1; ; n++ {
		switch {
		case id == "":
			b.ID = "object-" + strconv.Itoa(n)
		case n > 1:
			b.ID = id + "-" + strconv.Itoa(n)
		}
		known := w.beans[b.ID]
		if known == nil {
			break
		}
		if reflect.DeepEqual(known, b) {
			return known
		}
	}
	w.beans[b.ID] = b
	w.document.Beans = append(w.document.Beans, b)
	return b
}

// sortBeans puts the beans in an order that all definitions have: a definition makes them in the order of the file.
func (w *writer) sortBeans() {
	var sorted []*Object
	placed := map[*Object]bool{}
	rest := w.document.Beans
	ready := func(b *Object) bool {
		return !slices.ContainsFunc(w.after[b], func(before *Object) bool { return !placed[before] })
	}
	for len(rest) > 0 {
		next := max(slices.IndexFunc(rest, ready), 0) // definitions that contradict each other are not from one file
		placed[rest[next]] = true
		sorted = append(sorted, rest[next])
		rest = slices.Delete(rest, next, next+1)
	}
	w.document.Beans = sorted
}

// convert returns an object whose references are those of the document. ids has the ids of the objects before it.
func convert(o *topology.Object, ids []string) *Object {
	out := &Object{Class: o.Class, Factory: o.Factory, Args: withIDs(o.Args, ids)}
	for _, s := range o.Steps {
		out.Steps = append(out.Steps, Step{Property: s.Property, Method: s.Method, Args: withIDs(s.Args, ids)})
	}
	return out
}

func withIDs(args []any, ids []string) []any {
	var out []any
	for _, a := range args {
		out = append(out, withID(a, ids))
	}
	return out
}

func withID(a any, ids []string) any {
	switch a := a.(type) {
	case topology.Ref:
		return Ref(ids[a])
	case []any:
		return append([]any{}, withIDs(a, ids)...)
	case topology.Map:
		out := make(topology.Map, len(a))
		for i, e := range a {
			out[i] = topology.MapEntry{Key: e.Key, Value: withID(e.Value, ids)}
		}
		return out
	}
	return a
}
