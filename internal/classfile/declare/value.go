package declare

import "github.com/stormflux/stormflux/internal/classfile"

// value is a value of the JVM: nil (null), int32 (also for boolean, byte, char and short), int64, float32, float64,
// string (java.lang.String), box, classRef (java.lang.Class), *object, *array, or unknown.
//
// Values of the Go types that are compared by content have no identity, so comparing equal ones by == is a guess. The
// exceptions are classes and objects.
type value = any

// unknown is a value that is not known.
type unknown struct {
	wide bool   // long or double
	why  string // where it comes from, for messages
}

// box is a java.lang.Integer and the like.
type box struct {
	class string
	v     value // as the primitive type; a Boolean holds an int32
}

// classRef is the name of a class, as Class.getName returns it.
type classRef string

// object is an instance of a class.
type object struct {
	class  *class
	fields map[string]value // by class and name; an absent field has its default value
	native any              // what a model keeps
	// blurred says that code without a model may have changed the object: nothing in it is known.
	blurred bool
}

// array is an array of any type.
type array struct {
	element string // the descriptor of the elements
	items   []value
	blurred bool
}

// thrown is an exception on its way. exception is an *object or an unknown. It is also a panic inside of models.
type thrown struct{ exception value }

func unknownOf(descriptor, why string) value {
	switch descriptor {
	case "V":
		return nil
	case "J", "D":
		return unknown{wide: true, why: why}
	}
	return unknown{why: why}
}

// zero returns the default value of a field or element.
func zero(descriptor string) value {
	switch descriptor {
	case "Z", "B", "C", "S", "I":
		return int32(0)
	case "J":
		return int64(0)
	case "F":
		return float32(0)
	case "D":
		return float64(0)
	}
	return nil
}

func isWide(v value) bool {
	switch v := v.(type) {
	case int64, float64:
		return true
	case unknown:
		return v.wide
	}
	return false
}

// whyOf returns what an unknown value depends on.
func whyOf(values ...value) string {
	for _, v := range values {
		if u, ok := v.(unknown); ok {
			return u.why
		}
	}
	return "an unknown value"
}

func isUnknown(v value) bool {
	_, ok := v.(unknown)
	return ok
}

func boolean(b bool) value {
	if b {
		return int32(1)
	}
	return int32(0)
}

// blur makes all that a value reaches unknown, because code may change it that the interpreter does not see, or code
// of which it does not know that it works on this value.
func (m *machine) blur(v value) {
	if m.mark(v) {
		m.loosen()
	}
}

// mark is blur for objects. It reports whether unseen code can call code of the class path by them.
func (m *machine) mark(v value) (callable bool) {
	switch v := v.(type) {
	case *array:
		if v.blurred {
			return false
		}
		v.blurred = true
		for _, item := range v.items {
			callable = m.mark(item) || callable
		}
	case *object:
		if v.blurred || v.class.isImmutable() || v.class.name == fieldsClass || v.class.isPlainEnum() {
			return false
		}
		if fixed, ok := v.native.(interface{ isFixed() bool }); !ok || !fixed.isFixed() {
			v.blurred = true
			callable = v.class.file != nil
		}
		for _, field := range v.fields {
			callable = m.mark(field) || callable
		}
		if holder, ok := v.native.(holder); ok {
			held, calls := holder.held(m)
			callable = callable || calls
			for _, item := range held {
				callable = m.mark(item) || callable
			}
		}
	}
	return callable
}

// holder is what a model keeps if it refers to other values.
type holder interface {
	// held returns the values. calls is true if the holder itself leads to code of the class path.
	held(m *machine) (values []value, calls bool)
}

// leak hands values to code that the interpreter does not see.
func (m *machine) leak(values ...value) {
	for _, v := range values {
		m.blur(v)
	}
}

// loosen takes note that unseen code may call code of the class path. That may change every static field.
func (m *machine) loosen() {
	if m.loose {
		return
	}
	m.loose = true
	for _, v := range m.statics {
		m.mark(v)
	}
}

// descriptor is a parsed descriptor of a method.
type descriptor struct {
	params []string // descriptors
	types  []classfile.Type
	result string
}
