package clojure

import (
	"math"
	"math/big"
	"slices"
	"strings"
	"unicode/utf16"

	"github.com/stormflux/stormflux/internal/classfile"
	"github.com/stormflux/stormflux/internal/classfile/calls"
	"github.com/stormflux/stormflux/internal/topology"
)

// expression is a form with the class that Clojure's compiler infers for it. Clojure chooses among overloads by these
// classes (Compiler.getMatchingParams), and if they do not decide, by the classes of the values.
type expression struct {
	*form
	// class is what Class.getName returns for the inferred class, such as "int". It is "" if the compiler infers none, and
	// null for nil.
	class string
}

const null = "null"

// The classes that expressions often have.
const (
	javaString  = "java.lang.String"
	javaBoolean = "java.lang.Boolean"
	javaObject  = "java.lang.Object"
)

// objects writes the JVM objects of one definition.
type objects struct {
	*emitter
	made   []*calls.Object
	locals []string      // the name of the local of each object that is used more than once; "" for the others
	forms  []*expression // of the objects so far
}

// value returns an argument as an object: a number is boxed when it is passed.
func (o *objects) value(v calls.Value) expression {
	switch x := v.V.(type) {
	case nil:
		return expression{atom("nil"), null}
	case bool:
		return expression{value(x), javaBoolean}
	case *big.Int:
		return o.integer(x, v.Type.Name)
	case float64:
		return o.fraction(x, v.Type.Name)
	case string:
		return o.text(x, v.Type)
	case topology.Date:
		return o.made1("java.util.Date", value(int64(x)))
	case []calls.Value:
		if v.Type.IsArray() {
			return o.array(x, v.Type)
		}
		return o.made1("java.util.ArrayList", o.items(x)...)
	case []calls.Entry:
		return o.made1("java.util.LinkedHashMap", o.entries(x)...)
	case topology.Ref:
		return o.reference(int(x))
	}
	panic("clojure: an unknown argument")
}

// made1 returns a call of a constructor of Java's own class.
func (o *objects) made1(class string, args ...*form) expression {
	return expression{call(o.className(class)+".", args...), class}
}

// integer returns a whole number. The types of the boxes are those that the casts return.
func (o *objects) integer(n *big.Int, class string) expression {
	literal := atom(n.String())
	switch class {
	case "long", "java.lang.Long":
		return expression{literal, "long"}
	case "int", "java.lang.Integer":
		return expression{call("int", literal), "int"}
	case "short", "java.lang.Short":
		return expression{call("short", literal), "short"}
	case "byte", "java.lang.Byte":
		return expression{call("byte", literal), "byte"}
	case "java.math.BigDecimal":
		return expression{atom(n.String() + "M"), class}
	}
	return o.made1("java.math.BigInteger", text(n.String()))
}

func (o *objects) fraction(f float64, class string) expression {
	switch class {
	case "float", "java.lang.Float":
		if literal := float(f); !math.IsNaN(f) && !math.IsInf(f, 0) {
			return expression{call("float", atom(literal)), "float"}
		}
		return expression{atom(strings.Replace(float(f), "Double", "Float", 1)), "float"} // the cast refuses infinity
	case "java.math.BigDecimal":
		return o.made1(class, atom(float(f)))
	}
	return expression{atom(float(f)), "double"}
}

// text returns a string, a char or the constant of an enum.
func (o *objects) text(s string, t classfile.Type) expression {
	switch t.Name {
	case javaString:
		return expression{text(s), javaString}
	case "char", "java.lang.Character":
		return expression{atom(char(s)), "java.lang.Character"}
	}
	return expression{atom(o.className(t.Name) + "/" + s), t.Name}
}

// char returns the literal of a character.
func char(s string) string {
	c := utf16.Encode([]rune(s))[0]
	if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' {
		return `\` + s
	}
	var b strings.Builder
	writeUnicode(&b, rune(c))
	return b.String()
}

// items returns the elements of a list as one form; none for an empty list.
func (o *objects) items(list []calls.Value) []*form {
	if len(list) == 0 {
		return nil
	}
	return []*form{o.elements(list)}
}

// elements returns a vector. For many whole numbers of one type it is a call of map, because a literal would be a Long.
func (o *objects) elements(list []calls.Value) *form {
	for _, cast := range []string{"int", "short", "byte"} {
		same := func(v calls.Value) bool {
			return !v.Type.IsArray() && (v.Type.Name == cast || v.Type.Name == boxed[cast])
		}
		if len(list) > 2 && !slices.ContainsFunc(list, func(v calls.Value) bool { return !same(v) }) {
			numbers := make([]*form, len(list))
			for i, v := range list {
				numbers[i] = atom(v.V.(*big.Int).String())
			}
			return call("map", atom(cast), o.data(vector(numbers...)))
		}
	}
	items := make([]*form, len(list))
	for i, v := range list {
		items[i] = o.value(v).form
	}
	return o.data(vector(items...))
}

var boxed = map[string]string{"int": "java.lang.Integer", "short": "java.lang.Short", "byte": "java.lang.Byte"}

// smallMap is the number of entries up to which a map literal keeps its order.
const smallMap = 8

func (o *objects) entries(entries []calls.Entry) []*form {
	if len(entries) == 0 {
		return nil
	}
	var parts []*form
	for _, e := range entries {
		parts = append(parts, o.value(e.Key).form, o.value(e.Value).form)
	}
	if len(entries) <= smallMap {
		return []*form{o.data(mapping(parts...))}
	}
	if f := vector(parts...); f.code > methodCode/5 {
		return []*form{call("apply", atom("array-map"), o.data(f))}
	}
	return []*form{call("array-map", parts...)}
}

// data moves a large collection into private functions, unless it refers to objects.
func (o *objects) data(f *form) *form {
	if f.code <= methodCode/5 || slices.ContainsFunc(o.locals, func(l string) bool { return l != "" && f.uses(l) }) {
		return f
	}
	return o.hoist(f, "values")
}

// primitiveArrays are the functions that make arrays of primitive values.
var primitiveArrays = map[string]string{
	"boolean": "boolean-array", "byte": "byte-array", "char": "char-array", "double": "double-array", "float": "float-array",
	"int": "int-array", "long": "long-array", "short": "short-array",
}

func (o *objects) array(list []calls.Value, t classfile.Type) expression {
	element := t.Element()
	if !element.IsPrimitive() {
		return expression{call("into-array", o.classValue(element), o.elements(list)), ""}
	}
	items := make([]*form, len(list))
	for i, v := range list {
		items[i] = o.loose(v).form
	}
	f := o.data(vector(items...))
	if element.Name == "byte" || element.Name == "short" { // before Clojure 1.7 the elements must be of the type
		f = call("map", atom(element.Name), f)
	}
	return expression{call(primitiveArrays[element.Name], f), t.ClassName()}
}

// loose returns a primitive argument as a literal: Clojure converts it if there is only one overload.
func (o *objects) loose(v calls.Value) expression {
	if !v.Type.IsPrimitive() {
		return o.value(v)
	}
	switch x := v.V.(type) {
	case *big.Int:
		return expression{atom(x.String()), "long"}
	case float64:
		if !math.IsNaN(x) && !math.IsInf(x, 0) {
			return expression{atom(float(x)), "double"}
		}
	}
	return o.value(v)
}

// pinned returns an expression with exactly the class of a parameter.
func (o *objects) pinned(e expression, t classfile.Type) *form {
	if name := t.ClassName(); e.class == name {
		return e.form
	}
	if t.IsPrimitive() {
		return call(t.Name, e.form) // also the name of the cast
	}
	switch t.Name {
	case "java.lang.Integer", "java.lang.Long", "java.lang.Short", "java.lang.Byte", "java.lang.Float", "java.lang.Double", "java.lang.Character":
		if e.class != null && e.class != "" && !t.IsArray() {
			return call(o.className(t.Name)+"/valueOf", e.form)
		}
	}
	hint := "^" + quote(t.ClassName())
	if !t.IsArray() {
		hint = "^" + o.className(t.Name)
	}
	if e.kind == atomForm && slices.Contains(o.locals, e.form.text) || e.class == "" && e.kind == callForm {
		return e.hinted(hint)
	}
	return call("identity", e.form).hinted(hint)
}

// hinted returns a form with a type hint.
func (f *form) hinted(hint string) *form {
	hinted := *f
	hinted.hint = hint + " "
	return (&hinted).measure()
}

// fits reports whether Clojure's compiler takes an expression for a parameter (Reflector.paramArgTypeMatch).
func (o *objects) fits(class string, t classfile.Type) classfile.Answer {
	name := t.ClassName()
	switch {
	case class == name:
		return classfile.Yes
	case class == null:
		return answer(!t.IsPrimitive())
	case class == "":
		return answer(name == javaObject)
	case t.IsPrimitive():
		return answer(slices.Contains(unboxed[name], class))
	case primitiveArrays[class] != "": // a primitive class is no object
		return classfile.No
	case name == javaObject:
		return classfile.Yes
	case t.IsArray() != strings.HasPrefix(class, "["):
		return classfile.No
	case t.IsArray() || o.opts.Classes == nil:
		return classfile.Unknown
	}
	return o.opts.Classes.Assignable(class, name)
}

func answer(yes bool) classfile.Answer {
	if yes {
		return classfile.Yes
	}
	return classfile.No
}

// unboxed are the classes that Clojure converts to a primitive parameter.
var unboxed = map[string][]string{
	"boolean": {javaBoolean},
	"byte":    {"java.lang.Byte"},
	"char":    {"java.lang.Character"},
	"double":  {"java.lang.Double", "float"},
	"float":   {"java.lang.Float", "double"},
	"int":     {"java.lang.Integer", "long", "java.lang.Long", "short", "byte"},
	"long":    {"java.lang.Long", "int", "short", "byte"},
	"short":   {"java.lang.Short"},
}
