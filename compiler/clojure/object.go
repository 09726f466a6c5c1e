package clojure

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/classfile"
	"github.com/stormflux/stormflux/internal/classfile/calls"
	"github.com/stormflux/stormflux/internal/topology"
)

// object returns the form that makes the object of a definition. what names its owner in messages.
func (e *emitter) object(d *topology.Definition, what string) *form {
	o := &objects{emitter: e, made: calls.Resolve(e.opts.Classes, d), locals: make([]string, len(d.Objects))}
	o.nameLocals(d)
	var bindings []*form
	for i, object := range o.made {
		o.report(d.Objects[i], object, what)
		f := o.made1Of(object)
		o.forms = append(o.forms, &f)
		if o.locals[i] != "" {
			bindings = append(bindings, atom(o.locals[i]), f.form)
		}
	}
	root := o.forms[len(o.forms)-1].form
	if len(bindings) > 0 {
		root = special("let", (&form{kind: bindingForm, parts: bindings}).measure(), root)
	}
	root.solid = true
	return root
}

// nameLocals names the objects that are used more than once.
func (o *objects) nameLocals(d *topology.Definition) {
	uses := make([]int, len(d.Objects))
	for _, object := range d.Objects {
		for _, ref := range refsOf(object) {
			uses[ref]++
		}
	}
	for i, n := range uses {
		if n > 1 {
			o.locals[i] = o.localName(d.Objects[i])
		}
	}
}

// refsOf returns the references in an object, at any depth.
func refsOf(object *topology.Object) []topology.Ref {
	var refs []topology.Ref
	var add func(arg topology.Argument)
	add = func(arg topology.Argument) {
		switch arg := arg.(type) {
		case topology.Ref:
			refs = append(refs, arg)
		case []any:
			for _, item := range arg {
				add(item)
			}
		case topology.Map:
			for _, e := range arg {
				add(e.Key)
				add(e.Value)
			}
		}
	}
	add(object.Args)
	for _, s := range object.Steps {
		add(s.Args)
	}
	return refs
}

// localName returns a name that no symbol of the file has.
func (o *objects) localName(object *topology.Object) string {
	base := object.ID
	if base == "" {
		base = object.Class[strings.LastIndexAny(object.Class, ".$")+1:]
	}
	base = Symbol(base)
	base = strings.ToLower(base[:1]) + base[1:]
	name := base
	for n := 2; coreSymbols[name] || reserved[name] || slices.Contains(o.locals, name) || strings.HasPrefix(name, "values-"); n++ {
		name = fmt.Sprintf("the-%s", base)
		if n > 2 {
			name = fmt.Sprintf("%s-%d", base, n)
		}
	}
	return name
}

// coreSymbols are the symbols that the forms of objects use.
var coreSymbols = map[string]bool{
	"apply": true, "array-map": true, "boolean": true, "boolean-array": true, "byte": true, "byte-array": true, "char": true, "char-array": true,
	"double": true, "double-array": true, "doto": true, "float": true, "float-array": true, "identity": true, "int": true, "int-array": true,
	"into-array": true, "long": true, "long-array": true, "map": true, "short": true, "short-array": true,
}

// reference returns the use of an object: its local, or the form that makes it.
func (o *objects) reference(i int) expression {
	f := *o.forms[i]
	if o.locals[i] != "" {
		f.form = atom(o.locals[i])
	}
	return f
}

// made1Of returns the form that makes one object, with its steps.
func (o *objects) made1Of(object *calls.Object) expression {
	args := o.arguments(object.Make)
	var f *form
	if object.Make.Kind == calls.Constructor {
		f = call(o.className(object.Make.Class)+".", args...)
	} else {
		f = call(o.className(object.Make.Class)+"/"+object.Make.Name, args...)
	}
	name := object.Type.ClassName()
	if len(object.Steps) == 0 {
		return expression{f, name}
	}
	parts := []*form{f}
	for _, s := range object.Steps {
		parts = append(parts, o.step(s))
	}
	return expression{special("doto", parts...), name}
}

// step returns a part of a doto form.
func (o *objects) step(s *calls.Call) *form {
	if s.Fault != "" {
		return atom("nil") // it is reported, and there is no file
	}
	args := o.arguments(s)
	switch s.Kind {
	case calls.Field:
		return call("->", atom(".-"+s.Name), call("set!", args[0]))
	case calls.StaticField:
		return apart(call("set!", atom(o.className(s.Class)+"/"+s.Name), args[0]))
	case calls.StaticMethod:
		return apart(call(o.className(s.Class)+"/"+s.Name, args...))
	}
	return call("."+s.Name, args...)
}

// apart returns a part of a doto form that does not use the object.
func apart(f *form) *form { return call(call("fn", vector(atom("_")), f).line()) }

// arguments returns the arguments of a call. Where other constructors or methods could be meant, each has exactly the class
// of its parameter.
func (o *objects) arguments(c *calls.Call) []*form {
	forms := make([]*form, len(c.Args))
	if c.Fault != "" {
		return forms[:0] // it is reported
	}
	expressions := make([]expression, len(c.Args))
	for i, v := range c.Args {
		if expressions[i] = o.value(v); c.Unknown == "" && len(c.Others) == 0 {
			expressions[i] = o.loose(v)
		}
		forms[i] = expressions[i].form
	}
	if c.Unknown != "" || len(c.Others) == 0 || o.certain(c, expressions) {
		return forms
	}
	for i, t := range c.Params {
		forms[i] = o.pinned(expressions[i], t)
	}
	return forms
}

// certain reports whether Clojure takes expressions for the parameters of a call, and for none of the other ones.
func (o *objects) certain(c *calls.Call, expressions []expression) bool {
	for i, x := range expressions {
		if o.fits(x.class, c.Params[i]) != classfile.Yes {
			return false
		}
	}
	return !slices.ContainsFunc(c.Others, func(params []classfile.Type) bool {
		for i, x := range expressions {
			if o.fits(x.class, params[i]) == classfile.No {
				return false
			}
		}
		return true
	})
}

// report reports what is wrong with the calls of an object.
func (o *objects) report(written *topology.Object, object *calls.Object, what string) {
	place := o.notes.places[written]
	spans := append([]diag.Span{place.span}, place.steps...)
	for i, c := range append([]*calls.Call{object.Make}, object.Steps...) {
		var span diag.Span
		if i < len(spans) {
			span = spans[i]
		}
		name := shortName(written.Class)
		member := "the constructor"
		if c.Name != "" {
			member = fmt.Sprintf("%q", c.Name)
		}
		switch {
		case c.Fault != "":
			o.diags.Errorf(ruleDialect, span, "%s: %s of %s cannot be called: %s", what, member, name, c.Fault)
		case c.Unknown != "" && (i == 0 || object.Make.Unknown == ""):
			o.diags.Warnf(ruleDialect, span, "%s: the Clojure file calls %s of %s with the arguments as they are written: %s", what, member, name, c.Unknown).
				WithHint("name the jar of the class: `jar: target/app.jar`, or --jar target/app.jar")
		case len(c.Alike) > 0 && !sameEffect(written.Class):
			d := o.diags.Warnf(ruleDialect, span, "%s: several overloads of %s of %s fit, and a JVM decides among them by an order that Java does not fix", what, member, name)
			d.WithHint("the Clojure file calls the one with %s; the others are %s", calls.Signature(c.Params), signatures(c.Alike))
		}
	}
}

// sameEffect reports whether the overloads of a class's constructors do the same, whichever is called.
func sameEffect(class string) bool {
	return class == "org.apache.storm.tuple.Fields" || class == "backtype.storm.tuple.Fields"
}

func signatures(all [][]classfile.Type) string {
	var texts []string
	for _, params := range all {
		texts = append(texts, calls.Signature(params))
	}
	return strings.Join(texts, ", ")
}

func shortName(class string) string { return class[strings.LastIndexAny(class, ".$")+1:] }
