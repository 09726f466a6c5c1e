package validate

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/classfile"
	"github.com/stormflux/stormflux/schema"
)

// The rules about what is called to make an object.
const (
	ruleUnknownConstructor = "unknown-constructor"
	ruleUnknownFactory     = "unknown-factory"
	ruleUnknownProperty    = "unknown-property"
	ruleUnknownMethod      = "unknown-method"
)

// constructor checks the call of a constructor, and reports whether it is possible.
func (j *jvm) constructor(o *schema.Object, class *classfile.Class) bool {
	span := o.ClassName.Span
	if class.Flags&(classfile.Abstract|classfile.Interface) != 0 {
		what := "an abstract class"
		if class.Flags.Has(classfile.Interface) {
			what = "an interface"
		}
		j.fault(o, ruleUnusableClass, span, "%s is %s, so there are no objects of it", shortClass(class.Name), what).
			WithHint("name a class that inherits from it, or a `factory`")
		return false
	}
	args := j.passingAll(o.ConstructorArgs)
	if len(args) > 0 {
		span = o.ConstructorArgs.Node.Span
	}
	all := class.Constructors()
	possible := j.possible(all, args)
	if len(possible) == 0 && class.IsComplete() {
		d := j.fault(o, ruleUnknownConstructor, span, "%s has no constructor %s", shortClass(class.Name), forArguments(args))
		if len(all) > 0 {
			d.WithHint("its constructors: %s", signatures(all, shortClass(class.Name)))
		}
		return false
	}
	isPublic := func(m *classfile.Method) bool { return m.Flags.Has(classfile.Public) }
	if len(possible) > 0 && !slices.ContainsFunc(possible, isPublic) && !strings.HasPrefix(class.Name, "org.apache.storm.flux.") {
		d := j.fault(o, ruleUnknownConstructor, span, "the constructor %s is not public", signature(possible[0], shortClass(class.Name)))
		if public := slices.DeleteFunc(all, func(m *classfile.Method) bool { return !isPublic(m) }); len(public) > 0 {
			d.WithHint("public constructors: %s", signatures(public, shortClass(class.Name)))
		}
		return false
	}
	return j.convertsAll(o, possible, args)
}

// factory checks the call of a static method.
func (j *jvm) factory(o *schema.Object, class *classfile.Class) {
	name, args := o.Factory.Text, j.passingAll(o.FactoryArgs)
	methods, complete := j.path.Methods(class, name)
	all := bare(methods)
	possible := j.possible(all, args)
	isStatic := func(m *classfile.Method) bool { return m.Flags.Has(classfile.Static) }
	switch {
	case len(possible) == 0:
		j.noMethod(o, ruleUnknownFactory, "static method", class, o.Factory.Span, name, args, all, complete)
	case complete && !slices.ContainsFunc(possible, isStatic):
		j.fault(o, ruleUnknownFactory, o.Factory.Span, "the method %s of %s is not static, so it cannot make the object", signature(possible[0], name), shortClass(class.Name)).
			WithHint("name a static method, or leave out `factory` and use `configMethods`")
	default:
		j.convertsAll(o, possible, args)
	}
}

// configMethod checks the call of a method.
func (j *jvm) configMethod(o *schema.Object, class *classfile.Class, m *schema.ConfigMethod) {
	if m.Name == nil {
		return
	}
	args := j.passingAll(m.Args)
	methods, complete := j.path.Methods(class, m.Name.Text)
	all := bare(methods)
	possible := j.possible(all, args)
	if len(possible) == 0 {
		j.noMethod(o, ruleUnknownMethod, "method", class, m.Name.Span, m.Name.Text, args, all, complete)
		return
	}
	j.convertsAll(o, possible, args)
}

// noMethod reports that no method can be called. If there may be more methods than are known, it reports only what is
// certainly a misspelt name.
func (j *jvm) noMethod(o *schema.Object, rule, what string, class *classfile.Class, span diag.Span, name string, args []passed, all []*classfile.Method, complete bool) {
	short := shortClass(class.Name)
	if len(all) > 0 {
		if complete {
			j.fault(o, rule, span, "%s has no %s %q %s", short, what, name, forArguments(args)).
				WithHint("known: %s", signatures(all, name))
		}
		return
	}
	near, ok := j.similar.closest(name, j.methodNames(class))
	if !complete && !(ok && near.Sure) {
		return
	}
	d := j.fault(o, rule, span, "%s has no public %s %q", short, what, name)
	if ok {
		d.Suggest(span, near)
	}
}

// property checks a property: Flux calls its setter, or else sets the public field.
func (j *jvm) property(o *schema.Object, class *classfile.Class, p *schema.Property) {
	if p.Name == nil || p.Name.Text == "" || p.Value == nil {
		return
	}
	name, value := p.Name.Text, j.passing(p.Value)
	first, size := utf8.DecodeRuneInString(name)
	setter := "set" + string(unicode.ToUpper(first)) + name[size:]
	methods, complete := j.path.Methods(class, setter)
	all := bare(methods)
	if possible := j.possible(all, []passed{value}); len(possible) > 0 {
		j.convertsAll(o, possible, []passed{value})
		return
	}
	field, ok, fieldsComplete := j.path.PublicField(class, name)
	short := shortClass(class.Name)
	switch {
	case !complete || !fieldsComplete:
	case ok:
		j.field(o, short, field, value)
	case len(all) > 0:
		j.fault(o, ruleUnknownProperty, p.Name.Span, "%s has no method %q %s", short, setter, forArguments([]passed{value})).
			WithHint("known: %s", signatures(all, setter))
	default:
		d := j.fault(o, ruleUnknownProperty, p.Name.Span, "%s has no property %q: it has neither a public method %q nor a public field %q", short, name, setter, name)
		if near, ok := j.similar.closest(name, j.properties(class)); ok {
			d.Suggest(p.Name.Span, near)
		}
	}
}

// methodNames returns the names of the methods that a class may be meant to have: not those of every object.
func (j *jvm) methodNames(class *classfile.Class) []string {
	return slices.DeleteFunc(slices.Clone(j.path.MethodNames(class)), func(name string) bool {
		return slices.Contains([]string{"equals", "getClass", "hashCode", "notify", "notifyAll", "toString", "wait"}, name)
	})
}

// field checks that a public field can be set. Flux converts nothing for it.
func (j *jvm) field(o *schema.Object, class string, field classfile.FieldOf, value passed) {
	t, ok := field.Type()
	switch {
	case !ok:
	case field.Flags.Has(classfile.Final):
		j.fault(o, ruleUnknownProperty, value.span, "the field %q of %s is final, so it cannot be set", field.Name, class)
	case value.class != "" && j.stores(t, value.class) == classfile.No:
		j.fault(o, ruleWrongArgument, value.span, "the field %q of %s is of the type %s, so it cannot hold an object of the class %s", field.Name, class, javaName(t), shortClass(value.class)).
			WithHint("Flux converts values for setters, but not for fields")
	}
}

// properties returns the names of all properties of a class.
func (j *jvm) properties(class *classfile.Class) []string {
	names := slices.Clone(j.path.PublicFieldNames(class))
	for _, method := range j.path.MethodNames(class) {
		if rest, ok := strings.CutPrefix(method, "set"); ok && rest != "" {
			first, size := utf8.DecodeRuneInString(rest)
			names = append(names, string(unicode.ToLower(first))+rest[size:])
		}
	}
	return names
}

// getTopology checks the method of a topology source (FluxBuilder.findGetTopologyMethod, 2.8.3).
func (j *jvm) getTopology(o *schema.Object, class *classfile.Class) {
	name, span := "getTopology", o.ClassName.Span
	if o.MethodName != nil {
		name, span = o.MethodName.Text, o.MethodName.Span
	}
	pkg := "org.apache.storm"
	if !j.topology.Storm.AtLeast(1, 0) {
		pkg = "backtype.storm"
	}
	methods, complete := j.path.Methods(class, name)
	for _, m := range methods {
		params, result, ok := classfile.ParseMethod(m.Descriptor)
		if !ok || len(params) != 1 || !result.IsClass(pkg+".generated.StormTopology") {
			continue
		}
		if j.assignable("java.util.Map", params[0]) != classfile.No || j.assignable(pkg+".Config", params[0]) != classfile.No {
			return
		}
	}
	if !complete {
		return
	}
	d := j.fault(o, ruleUnknownMethod, span, "%s has no public method %q that takes a Map or a Config and returns a StormTopology", shortClass(class.Name), name)
	if len(methods) > 0 {
		d.WithHint("known: %s", signatures(bare(methods), name))
	} else if near, ok := j.similar.closest(name, j.methodNames(class)); ok && o.MethodName != nil {
		d.Suggest(span, near)
	}
}

// possible returns the methods that Flux may call with the arguments.
func (j *jvm) possible(methods []*classfile.Method, args []passed) []*classfile.Method {
	var possible []*classfile.Method
	for _, m := range methods {
		params, ok := m.Params()
		if !ok || len(params) != len(args) {
			continue
		}
		refused := false
		for i, arg := range args {
			refused = refused || j.takes(params[i], arg) == classfile.No
		}
		if !refused {
			possible = append(possible, m)
		}
	}
	return possible
}

// convertsAll reports an argument that none of the methods that Flux may call can get.
func (j *jvm) convertsAll(o *schema.Object, possible []*classfile.Method, args []passed) bool {
	var first *unfit
	for _, m := range possible {
		params, _ := m.Params()
		var found *unfit
		for i := range args {
			if found == nil {
				found = j.converts(params[i], args[i])
			}
		}
		if found == nil {
			return true
		}
		if first == nil {
			first = found
		}
	}
	if first == nil {
		return true
	}
	d := j.fault(o, ruleWrongArgument, first.span, "%s", first.message)
	if near, ok := j.similar.closest(first.word, first.names); ok {
		d.Suggest(first.span, near)
	} else if len(first.names) > 0 {
		d.WithHint("known: %s", listed(first.names))
	}
	return false
}

func (j *jvm) passingAll(args *schema.Arguments) []passed {
	if args == nil {
		return nil
	}
	list := make([]passed, len(args.Items))
	for i, item := range args.Items {
		list[i] = j.passing(item)
	}
	return list
}

func bare(methods []classfile.MethodOf) []*classfile.Method {
	list := make([]*classfile.Method, len(methods))
	for i, m := range methods {
		list[i] = m.Method
	}
	return list
}

// forArguments names arguments by their Java classes: "for 2 arguments (String, Integer)".
func forArguments(args []passed) string {
	if len(args) == 0 {
		return "without parameters"
	}
	names := make([]string, len(args))
	for i, arg := range args {
		switch {
		case arg.class != "":
			names[i] = shortClass(arg.class)
		case arg.base != "":
			names[i] = shortClass(arg.base)
		default:
			names[i] = "?"
		}
	}
	return fmt.Sprintf("for %d argument%s (%s)", len(args), plural(len(args)), strings.Join(names, ", "))
}

// signatures lists methods, or constructors, under a name.
func signatures(methods []*classfile.Method, name string) string {
	var list []string
	for i, m := range methods {
		if i == mostListed {
			return strings.Join(list, ", ") + fmt.Sprintf(" and %d more", len(methods)-i)
		}
		list = append(list, signature(m, name))
	}
	return strings.Join(list, ", ")
}

func signature(m *classfile.Method, name string) string {
	params, _ := m.Params()
	names := make([]string, len(params))
	for i, p := range params {
		names[i] = javaName(p)
	}
	return name + "(" + strings.Join(names, ", ") + ")"
}
