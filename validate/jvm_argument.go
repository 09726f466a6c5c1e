package validate

import (
	"math"
	"strings"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/classfile"
	"github.com/stormflux/stormflux/schema"
	"github.com/stormflux/stormflux/schema/yaml"
)

const ruleWrongArgument = "wrong-argument"

// passed is an object that Flux passes as an argument.
type passed struct {
	class   string      // its class, when that is known for sure
	base    string      // otherwise a class that it inherits from, or is; "" when nothing is known
	literal *yaml.Value // what is written; nil for a reference
	span    diag.Span
}

// passing returns what Flux makes of an argument. SnakeYAML decides the classes of literals.
func (j *jvm) passing(a schema.Argument) passed {
	made := passed{span: a.Written().Span}
	switch a := a.(type) {
	case *schema.Reference:
		if a.Object != nil {
			made.class, made.base = j.classOf(a.Object)
		}
	case *schema.ReferenceList:
		made.class = "java.util.ArrayList"
	case schema.Literal:
		if j.doc.IsUnresolved(a.Value.Span) {
			break // nobody knows what it will be
		}
		made.literal = a.Value
		made.class = literalClass(a.Value)
	}
	return made
}

// literalClass returns the class of a literal; "" for null, which fits everywhere here: Flux refuses it, stormflux does
// not.
func literalClass(v *yaml.Value) string {
	if _, ok := v.Milliseconds(); ok {
		return "java.util.Date"
	}
	if _, ok := v.Bytes(); ok {
		return "[B"
	}
	switch v.Kind {
	case yaml.Bool:
		return "java.lang.Boolean"
	case yaml.Int:
		switch {
		case v.Int != nil:
			return "java.math.BigInteger"
		case v.Int64 < math.MinInt32 || v.Int64 > math.MaxInt32:
			return "java.lang.Long"
		}
		return "java.lang.Integer"
	case yaml.Float:
		return "java.lang.Double"
	case yaml.String:
		return "java.lang.String"
	case yaml.Sequence:
		return "java.util.ArrayList"
	case yaml.Map:
		return "java.util.LinkedHashMap"
	}
	return ""
}

// classOf returns the class of an object of `components`. A factory may return an object of any class that inherits from
// the type that it declares.
func (j *jvm) classOf(o *schema.Object) (class, base string) {
	if o.ClassName == nil {
		return "", ""
	}
	if o.Factory == nil || o.ConstructorArgs != nil && len(o.ConstructorArgs.Items) > 0 {
		return o.ClassName.Text, ""
	}
	c, err := j.path.Class(o.ClassName.Text)
	if err != nil {
		return "", ""
	}
	methods, complete := j.path.Methods(c, o.Factory.Text)
	if len(methods) != 1 || !complete {
		return "", ""
	}
	result, ok := methods[0].Result()
	switch {
	case !ok:
		return "", ""
	case result.IsPrimitive():
		return classfile.BoxOf(result.Name), ""
	}
	return "", result.ClassName()
}

// takes reports whether Flux takes an argument for a parameter (FluxBuilder.canInvokeWithArgs, 2.8.3).
func (j *jvm) takes(param classfile.Type, arg passed) classfile.Answer {
	class := arg.class
	switch {
	case class == "" && arg.base != "" && j.assignable(arg.base, param) == classfile.Yes:
		return classfile.Yes
	case class == "":
		return classfile.Unknown
	}
	if param.IsPrimitive() {
		if param.Name == "boolean" {
			return classfile.AnswerOf(class == "java.lang.Boolean")
		}
		return j.path.Assignable(class, "java.lang.Number") // char, too
	}
	if param.IsArray() && !strings.HasPrefix(class, "[") {
		return j.path.Assignable(class, "java.util.List")
	}
	if is := j.assignable(class, param); is != classfile.No {
		return is
	}
	if c, err := j.path.Class(param.Name); err == nil && c.IsEnum() && class == "java.lang.String" {
		return classfile.Yes
	}
	number, isNumber := j.path.Assignable(param.Name, "java.lang.Number"), j.path.Assignable(class, "java.lang.Number")
	switch {
	case number == classfile.No || isNumber == classfile.No:
		return classfile.No
	case number == classfile.Yes && isNumber == classfile.Yes:
		return classfile.Yes
	}
	return classfile.Unknown
}

// assignable reports whether an object of the class can be assigned to the type. The supertypes of Java's classes that the
// summary does not have are those of a newer Java: then the answer is unknown.
func (j *jvm) assignable(class string, to classfile.Type) classfile.Answer {
	if class == to.ClassName() || to.IsClass("java.lang.Object") {
		return classfile.Yes
	}
	if to.IsPrimitive() {
		return classfile.No
	}
	if to.IsArray() || strings.HasPrefix(class, "[") {
		if to.IsArray() && strings.HasPrefix(class, "[") {
			return classfile.Unknown
		}
		return classfile.No
	}
	is := j.path.Assignable(class, to.Name)
	if _, err := j.path.Class(to.Name); err != nil && is == classfile.No {
		return classfile.Unknown
	}
	return is
}

// unfit is an argument that Flux takes and then cannot convert.
type unfit struct {
	span    diag.Span
	message string
	word    string   // what is misspelt, if anything is
	names   []string // what it may be
}

// converts returns why Flux cannot convert an argument that it takes for the parameter; nil when it can or may.
func (j *jvm) converts(param classfile.Type, arg passed) *unfit {
	if arg.literal == nil {
		return nil
	}
	if param.IsArray() && arg.literal.Kind == yaml.Sequence {
		return j.elements(param.Element(), arg)
	}
	if arg.class != "java.lang.String" || param.Kind != classfile.ClassType || param.IsArray() || param.IsClass("java.lang.String") {
		return nil
	}
	enum, err := j.path.Class(param.Name)
	if err != nil || !enum.IsEnum() || !enum.IsComplete() {
		return nil
	}
	names := enum.EnumConstants()
	for _, name := range names {
		if name == arg.literal.Text {
			return nil
		}
	}
	return &unfit{arg.span, "the enum " + shortClass(enum.Name) + " has no constant " + quoted(arg.literal.Text), arg.literal.Text, names}
}

// elements returns the first element of a list that does not fit into an array: Flux converts none (Array.set).
func (j *jvm) elements(element classfile.Type, arg passed) *unfit {
	for _, item := range arg.literal.Items {
		class := literalClass(item)
		if class == "" || item.Kind == yaml.Map { // a map may be a reference
			continue
		}
		if j.stores(element, class) == classfile.No {
			return &unfit{span: item.Span, message: "an element of the type " + javaName(element) + " cannot be " + literalName(item)}
		}
	}
	return nil
}

// stores reports whether Java's reflection puts an object of the class into a field or an element of the type. It unpacks a
// number and widens it, and converts nothing else (JLS 5.1.2).
func (j *jvm) stores(to classfile.Type, class string) classfile.Answer {
	if !to.IsPrimitive() {
		return j.assignable(class, to)
	}
	switch class {
	case "java.lang.Integer":
		return classfile.AnswerOf(strings.Contains("int long float double", to.Name))
	case "java.lang.Long":
		return classfile.AnswerOf(strings.Contains("long float double", to.Name))
	case "java.lang.Double":
		return classfile.AnswerOf(to.Name == "double")
	case "java.lang.Boolean":
		return classfile.AnswerOf(to.Name == "boolean")
	case "java.lang.Byte", "java.lang.Short", "java.lang.Character", "java.lang.Float":
		return classfile.Unknown
	}
	return classfile.No
}

// literalName names a literal in a message.
func literalName(v *yaml.Value) string {
	if v.IsScalar() {
		return v.Kind.String() + " (" + shortened(v.Text) + ")"
	}
	return v.Kind.String()
}

// javaName returns a type as a programmer writes it, without its package.
func javaName(t classfile.Type) string {
	return shortClass(t.Name) + strings.Repeat("[]", t.Dims)
}
