package calls

import (
	"math"
	"math/big"
	"slices"
	"strings"
	"unicode/utf16"

	"github.com/stormflux/stormflux/internal/classfile"
	"github.com/stormflux/stormflux/internal/topology"
)

// unfit is why a value has no form of a type.
type unfit struct {
	why      string
	overflow bool // the type fits, but the number is out of its range
	unknown  bool // the class files do not say
}

const outOfRange = "is out of range"

// isInstance reports whether a value is an instance of a type.
func (r *resolver) isInstance(v Value, t classfile.Type) classfile.Answer {
	if v.V == nil || t.IsPrimitive() {
		return classfile.No
	}
	if t.IsClass("java.lang.Object") {
		return classfile.Yes
	}
	if v.Type.Name == "" {
		return classfile.Unknown
	}
	answer := r.assignable(v.Type, t)
	if ref, ok := r.refOf(v); ok && answer == classfile.No && !ref.exact {
		return classfile.Unknown // it may be of a subclass
	}
	return answer
}

// assignable reports whether an object of a type can stand where another type is expected.
func (r *resolver) assignable(from, to classfile.Type) classfile.Answer {
	switch {
	case from.ClassName() == to.ClassName():
		return classfile.Yes
	case from.IsPrimitive() || to.IsPrimitive():
		return classfile.No
	case to.IsClass("java.lang.Object"):
		return classfile.Yes
	case from.IsArray() && to.IsArray():
		if from.Element().IsPrimitive() || to.Element().IsPrimitive() {
			return classfile.No
		}
		return r.assignable(from.Element(), to.Element())
	case to.IsArray():
		return classfile.No
	case from.IsArray():
		return classfile.AnswerOf(to.Name == "java.lang.Cloneable" || to.Name == "java.io.Serializable")
	}
	if r.path == nil {
		return classfile.Unknown
	}
	is := r.path.Assignable(from.Name, to.Name)
	if _, err := r.path.Class(to.Name); err != nil && is == classfile.No {
		return classfile.Unknown
	}
	return is
}

// accepts reports whether Flux considers a parameter of the type for a value (Conversion.fluxAccepts).
func (r *resolver) accepts(v Value, t classfile.Type) classfile.Answer {
	if v.V == nil {
		return classfile.No
	}
	is := r.isInstance(v, t)
	if is == classfile.Yes || v.Type.Name == "" && is == classfile.Unknown {
		return is
	}
	isNumber := r.isInstance(v, class("java.lang.Number"))
	forms := []classfile.Answer{
		is,
		classfile.AnswerOf(t.IsPrimitive() && t.Name == "boolean" && v.Type.IsClass("java.lang.Boolean")),
		both(isNumber, classfile.AnswerOf(t.IsPrimitive() && t.Name != "boolean")),
	}
	if !t.IsPrimitive() && !t.IsArray() && isNumber != classfile.No {
		forms = append(forms, both(isNumber, r.assignable(t, class("java.lang.Number"))))
	}
	if v.Type.IsClass("java.lang.String") {
		forms = append(forms, r.isEnum(t))
	}
	if t.IsArray() {
		forms = append(forms, r.isInstance(v, class("java.util.List")))
	}
	switch {
	case slices.Contains(forms, classfile.Yes):
		return classfile.Yes
	case slices.Contains(forms, classfile.Unknown):
		return classfile.Unknown
	}
	return classfile.No
}

func both(a, b classfile.Answer) classfile.Answer {
	switch {
	case a == classfile.No || b == classfile.No:
		return classfile.No
	case a == classfile.Yes && b == classfile.Yes:
		return classfile.Yes
	}
	return classfile.Unknown
}

// isEnum is Class.isEnum.
func (r *resolver) isEnum(t classfile.Type) classfile.Answer {
	if t.IsPrimitive() || t.IsArray() {
		return classfile.No
	}
	c, err := r.class(t.Name)
	if err != nil {
		return classfile.Unknown
	}
	return classfile.AnswerOf(c.IsEnum())
}

func (r *resolver) convertAll(values []Value, types []classfile.Type) ([]Value, *unfit) {
	all := make([]Value, len(values))
	for i, v := range values {
		var bad *unfit
		if all[i], bad = r.convert(v, types[i]); bad != nil {
			return nil, bad
		}
	}
	return all, nil
}

// convert does what Conversion.convert of the adapter does.
func (r *resolver) convert(v Value, t classfile.Type) (Value, *unfit) {
	if v.V == nil {
		if t.IsPrimitive() {
			return v, &unfit{why: "null is no " + t.String()}
		}
		return v, nil
	}
	is := r.isInstance(v, t)
	if is == classfile.Yes {
		return v, nil
	}
	if t.IsPrimitive() && t.Name == "boolean" && v.Type.IsClass("java.lang.Boolean") {
		return Value{t, v.V}, nil
	}
	text, isText := v.V.(string)
	switch target := t.Name; {
	case t.IsArray():
		if list, ok := v.V.([]Value); ok && !v.Type.IsArray() {
			return r.array(list, t)
		}
	case isNumber(v) && numeric(t):
		return number(v, t)
	case isText && len(utf16.Encode([]rune(text))) == 1 && (target == "char" || target == classfile.BoxOf("char")):
		return Value{t, text}, nil
	case isText && r.isEnum(t) == classfile.Yes:
		return r.constant(text, t)
	case isText && r.isEnum(t) == classfile.Unknown:
		is = classfile.Unknown
	}
	if ref, ok := r.refOf(v); ok && (!ref.exact || strings.HasPrefix(v.Type.Name, "java.")) {
		is = classfile.Unknown // it may be a number or a list
	}
	if is == classfile.Unknown {
		return v, &unfit{unknown: true}
	}
	return v, &unfit{why: "a value of the type " + v.Type.String() + " is no " + t.String()}
}

func isNumber(v Value) bool {
	switch v.V.(type) {
	case *big.Int, float64:
		return true
	}
	return false
}

// numeric reports whether numbers are converted to the type.
func numeric(t classfile.Type) bool {
	if t.IsPrimitive() {
		return t.Name != "boolean" && t.Name != "char" && t.Name != "void"
	}
	p := classfile.PrimitiveOf(t.Name)
	return p != "" && p != "boolean" && p != "char" || t.IsClass("java.math.BigInteger") || t.IsClass("java.math.BigDecimal")
}

func number(v Value, t classfile.Type) (Value, *unfit) {
	tooLarge := &unfit{why: "a number for a " + t.String() + " " + outOfRange, overflow: true}
	n, isInteger := v.V.(*big.Int)
	f, _ := v.V.(float64)
	kind := t.Name
	if p := classfile.PrimitiveOf(kind); p != "" {
		kind = p
	}
	switch kind {
	case "double", "float":
		return fraction(n, f, t, kind == "float", tooLarge)
	case "java.math.BigDecimal":
		if !isInteger && (math.IsNaN(f) || math.IsInf(f, 0)) {
			return v, tooLarge
		}
		return Value{t, v.V}, nil
	}
	if !isInteger {
		if math.IsNaN(f) || math.IsInf(f, 0) {
			return v, tooLarge
		}
		n, _ = new(big.Float).SetFloat64(f).Int(nil) // digits after the point are dropped
	}
	if bits := map[string]uint{"long": 63, "int": 31, "short": 15, "byte": 7}[kind]; bits > 0 {
		limit := new(big.Int).Lsh(big.NewInt(1), bits)
		if n.Cmp(limit) >= 0 || n.Cmp(new(big.Int).Neg(limit)) < 0 {
			return v, tooLarge
		}
	}
	return Value{t, n}, nil
}

// fraction returns a number as a double or float.
func fraction(n *big.Int, f float64, t classfile.Type, short bool, tooLarge *unfit) (Value, *unfit) {
	infinite := math.IsInf(f, 0)
	switch {
	case n == nil && short:
		f = float64(float32(f))
	case n == nil:
	case short:
		g, _ := new(big.Float).SetInt(n).Float32()
		f = float64(g)
	default:
		f, _ = new(big.Float).SetInt(n).Float64()
	}
	if math.IsInf(f, 0) && !infinite {
		return Value{}, tooLarge
	}
	return Value{t, f}, nil
}

func (r *resolver) constant(name string, t classfile.Type) (Value, *unfit) {
	c, err := r.class(t.Name)
	if err != nil {
		return Value{}, &unfit{unknown: true}
	}
	if names := c.EnumConstants(); !slices.Contains(names, name) {
		return Value{}, &unfit{why: t.Name + " has no constant \"" + name + "\"; known constants: " + strings.Join(names, ", ")}
	}
	return Value{t, name}, nil
}

func (r *resolver) array(list []Value, t classfile.Type) (Value, *unfit) {
	items := make([]Value, len(list))
	for i, item := range list {
		var bad *unfit
		if items[i], bad = r.convert(item, t.Element()); bad != nil {
			return Value{}, bad
		}
	}
	return Value{t, items}, nil
}

// refOf returns the object that a value refers to.
func (r *resolver) refOf(v Value) (*Object, bool) {
	if i, ok := refIndex(v); ok {
		return r.objects[i], true
	}
	return nil, false
}

func refIndex(v Value) (int, bool) {
	ref, ok := v.V.(topology.Ref)
	return int(ref), ok
}
