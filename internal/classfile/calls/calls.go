// Package calls finds out, without a JVM, which constructors, methods and fields the runtime adapter uses to make the
// objects of a definition, and which arguments it passes.
//
// The choice is that of the adapter (runtime/, Choice and Conversion), which is Flux's where Flux has one. An answer is
// never a guess: what the class files do not decide is unknown. The package knows no YAML and makes no diagnostics.
package calls

import (
	"fmt"
	"math"
	"math/big"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/stormflux/stormflux/internal/classfile"
	"github.com/stormflux/stormflux/internal/topology"
)

// Object is how one object of a definition is made.
type Object struct {
	Make  *Call
	Steps []*Call // one for each step of the definition
	// Type is the class of the object; the zero Type if it is not known. The object of a factory can be of a subclass.
	Type  classfile.Type
	exact bool // the object is of the class itself
}

// Call is a call of a constructor or method, or the assignment of a field.
type Call struct {
	Kind  Kind
	Class string // that has the constructor, the static method or the static field
	Name  string // of the method or field
	// Params are the types of the parameters, or the type of the field. They are nil if Unknown or Fault is set.
	Params []classfile.Type
	Args   []Value
	// Others are the parameters of the other public constructors or methods that a caller with as many arguments can mean.
	Others [][]classfile.Type
	// Alike are the parameters of those that fit as well. Of them, the order in which a JVM lists members decides.
	Alike [][]classfile.Type
	// Unknown says why the class files do not decide what is called. The arguments are then as they are written.
	Unknown string
	// Fault says why the adapter cannot make the call.
	Fault string
}

// Kind is a kind of call. The zero value is invalid.
type Kind uint8

// The kinds of calls.
const (
	Constructor Kind = iota + 1
	StaticMethod
	Method
	Field
	StaticField
)

// Value is a Java value that is passed.
type Value struct {
	// Type is its type: of an argument for a primitive parameter the primitive one. That of null is the zero Type.
	Type classfile.Type
	// V is nil for null, or a bool, a *big.Int, a float64, a string (also for a char or the name of an enum's constant), a
	// [topology.Date], a []Value for a list or an array, an []Entry for a map, or a [topology.Ref]. That of a BigDecimal is
	// the number that it is made of.
	V any
}

// Entry is an entry of a map.
type Entry struct{ Key, Value Value }

func class(name string) classfile.Type {
	return classfile.Type{Kind: classfile.ClassType, Name: name}
}

// Resolve returns how the objects of a definition are made, in its order. A nil path has no classes.
func Resolve(path *classfile.Path, d *topology.Definition) []*Object {
	r := &resolver{path: path}
	for _, o := range d.Objects {
		r.objects = append(r.objects, r.object(o))
	}
	return r.objects
}

// ValueOf returns the Java value that an argument without references is by itself.
func ValueOf(arg topology.Argument) Value { return (&resolver{}).value(arg) }

type resolver struct {
	path    *classfile.Path
	objects []*Object // so far
}

func (r *resolver) object(o *topology.Object) *Object {
	made := &Object{Type: class(o.Class), exact: true}
	c, err := r.class(o.Class)
	switch {
	case err != nil:
		made.Make = r.unknownCall(Constructor, o.Class, o.Factory, o.Args, "the class is not known here")
	case o.Factory != "":
		made.Make = r.factory(c, o)
	default:
		made.Make = r.choose(r.constructors(c), o.Args, choice{kind: Constructor, class: o.Class})
	}
	if o.Factory != "" {
		made.Type, made.exact = classfile.Type{}, false
		if made.Make.Kind = StaticMethod; err == nil && made.Make.Params != nil {
			made.Type, made.exact = r.result(c, made.Make)
		}
	}
	for _, s := range o.Steps {
		made.Steps = append(made.Steps, r.step(made, s))
	}
	return made
}

func (r *resolver) class(name string) (*classfile.Class, error) {
	if r.path == nil {
		return nil, classfile.ErrUnknown
	}
	return r.path.Class(name)
}

// unknownCall returns a call with its arguments as they are written.
func (r *resolver) unknownCall(kind Kind, class, name string, args []any, why string) *Call {
	return &Call{Kind: kind, Class: class, Name: name, Args: r.values(args), Unknown: why}
}

func (r *resolver) factory(c *classfile.Class, o *topology.Object) *Call {
	methods, complete := r.path.Methods(c, o.Factory)
	var static []member
	for _, m := range methods {
		if m.Flags.Has(classfile.Static) {
			static = append(static, memberOf(m))
		}
	}
	return r.choose(static, o.Args, choice{kind: StaticMethod, class: o.Class, name: o.Factory, open: !complete})
}

// result returns the type of what a factory returns, and whether the object cannot be of a subclass.
func (r *resolver) result(c *classfile.Class, call *Call) (classfile.Type, bool) {
	methods, _ := r.path.Methods(c, call.Name)
	for _, m := range methods {
		params, ok := m.Params()
		if !ok || !sameTypes(params, call.Params) {
			continue
		}
		result, _ := m.Result()
		if result.IsPrimitive() {
			return class(classfile.BoxOf(result.Name)), true
		}
		file, err := r.class(result.Name)
		return result, err == nil && !result.IsArray() && file.Flags.Has(classfile.Final)
	}
	return classfile.Type{}, false
}

func (r *resolver) step(made *Object, s *topology.Step) *Call {
	c, err := r.class(made.Type.Name)
	if made.Type.Name == "" || made.Type.IsArray() || err != nil {
		if s.Method != "" {
			return r.unknownCall(Method, "", s.Method, s.Args, "the class is not known here")
		}
		return r.unknownCall(Method, "", setterName(s.Property), s.Args, "the class is not known here")
	}
	if s.Property != "" {
		return r.property(c, made, s.Property, s.Args[0])
	}
	methods, complete := r.path.Methods(c, s.Method)
	return r.choose(members(methods), s.Args, choice{kind: Method, class: c.Name, name: s.Method, open: !complete || !made.exact})
}

func setterName(property string) string {
	first, size := utf8.DecodeRuneInString(property)
	return "set" + string(unicode.ToUpper(first)) + property[size:]
}

// property does what Definition.set of the adapter does.
func (r *resolver) property(c *classfile.Class, made *Object, name string, arg any) *Call {
	value := r.value(arg)
	methods, complete := r.path.Methods(c, setterName(name))
	field, hasField, fieldsComplete := r.path.PublicField(c, name)
	setters := members(methods)
	open := !complete || !fieldsComplete || !made.exact
	found := r.findsSetter(setters, value)
	if found == classfile.Unknown && hasField {
		return r.unknownCall(Method, c.Name, setterName(name), []any{arg}, "it has a setter and a field of that name")
	}
	if found == classfile.No && hasField {
		if stored, ok := r.store(value, field); ok {
			return assign(c, field, stored)
		}
	}
	var call *Call
	for _, m := range setters {
		if len(m.params) == 1 {
			call = r.choose(setters, []any{arg}, choice{kind: Method, class: c.Name, name: setterName(name), first: true, open: open})
			break
		}
	}
	if call != nil && (call.Fault == "" || !hasField || call.overflow()) {
		return call
	}
	if hasField {
		t, _ := field.Type()
		converted, bad := r.convert(value, t)
		if bad == nil {
			return assign(c, field, converted)
		}
		return &Call{Kind: Field, Class: c.Name, Name: name, Fault: fmt.Sprintf("the field %q: %s", name, bad.why)}
	}
	if open {
		return r.unknownCall(Method, c.Name, setterName(name), []any{arg}, "not all of its methods are known here")
	}
	return &Call{Kind: Method, Class: c.Name, Name: setterName(name), Fault: fmt.Sprintf("it has neither a public method %q nor a public field %q", setterName(name), name)}
}

func (c *Call) overflow() bool { return strings.HasSuffix(c.Fault, outOfRange) }

func assign(c *classfile.Class, field classfile.FieldOf, v Value) *Call {
	t, _ := field.Type()
	kind := Field
	if field.Flags.Has(classfile.Static) {
		kind = StaticField
	}
	return &Call{Kind: kind, Class: c.Name, Name: field.Name, Params: []classfile.Type{t}, Args: []Value{v}}
}

// findsSetter reports whether Flux considers a setter for the value.
func (r *resolver) findsSetter(setters []member, v Value) classfile.Answer {
	found := classfile.No
	for _, m := range setters {
		if len(m.params) != 1 {
			continue
		}
		accepted := r.accepts(v, m.params[0])
		if v.V == nil {
			accepted = classfile.Yes
		}
		switch {
		case accepted == classfile.Yes:
			return classfile.Yes
		case accepted == classfile.Unknown:
			found = classfile.Unknown
		}
	}
	return found
}

// store returns the value as Field.set of Java stores it: without a conversion, but it unpacks a number and widens it.
func (r *resolver) store(v Value, field classfile.FieldOf) (Value, bool) {
	t, ok := field.Type()
	switch {
	case !ok:
		return Value{}, false
	case v.V == nil:
		return v, !t.IsPrimitive()
	case !t.IsPrimitive():
		return v, r.isInstance(v, t) == classfile.Yes
	case t.Name == "boolean":
		return Value{t, v.V}, v.Type.Name == classfile.BoxOf("boolean")
	}
	wider := map[string]string{
		"java.lang.Integer": "int long float double", "java.lang.Long": "long float double", "java.lang.Double": "double",
	}[v.Type.Name]
	if !strings.Contains(wider, t.Name) {
		return Value{}, false
	}
	converted, bad := r.convert(v, t)
	return converted, bad == nil
}

// values returns arguments as the adapter reads them.
func (r *resolver) values(args []any) []Value {
	all := make([]Value, len(args))
	for i, arg := range args {
		all[i] = r.value(arg)
	}
	return all
}

// value returns the Java value of an argument (Definition.value of the adapter).
func (r *resolver) value(arg topology.Argument) Value {
	switch arg := arg.(type) {
	case nil:
		return Value{}
	case bool:
		return Value{class("java.lang.Boolean"), arg}
	case int64:
		if math.MinInt32 <= arg && arg <= math.MaxInt32 {
			return Value{class("java.lang.Integer"), big.NewInt(arg)}
		}
		return Value{class("java.lang.Long"), big.NewInt(arg)}
	case *big.Int:
		if arg.IsInt64() {
			return r.value(arg.Int64())
		}
		return Value{class("java.math.BigInteger"), arg}
	case float64:
		return Value{class("java.lang.Double"), arg}
	case string:
		return Value{class("java.lang.String"), arg}
	case topology.Date:
		return Value{class("java.util.Date"), arg}
	case topology.Bytes:
		return bytes(string(arg))
	case []any:
		return Value{class("java.util.ArrayList"), r.values(arg)}
	case topology.Map:
		return Value{class("java.util.LinkedHashMap"), r.entries(arg)}
	case topology.Ref:
		return Value{r.objects[arg].Type, arg}
	}
	panic(fmt.Sprintf("calls: an argument is a %T", arg))
}

// bytes returns a byte[].
func bytes(text string) Value {
	element := classfile.Type{Kind: classfile.PrimitiveType, Name: "byte"}
	items := make([]Value, len(text))
	for i := range items {
		items[i] = Value{element, big.NewInt(int64(int8(text[i])))}
	}
	element.Dims = 1
	return Value{element, items}
}

// entries returns the entries of a map. Of entries with one key, the first has the place and the last one the value.
func (r *resolver) entries(m topology.Map) []Entry {
	var all []Entry
	at := map[string]int{}
	for _, e := range m {
		entry := Entry{r.value(e.Key), r.value(e.Value)}
		key := fmt.Sprintf("%s %v", entry.Key.Type.Name, entry.Key.V)
		if i, ok := at[key]; ok {
			all[i].Value = entry.Value
			continue
		}
		at[key] = len(all)
		all = append(all, entry)
	}
	return all
}
