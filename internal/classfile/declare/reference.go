package declare

import (
	"slices"
	"strings"

	"github.com/stormflux/stormflux/internal/classfile"
)

// letters are the types of elements that newarray makes (JVMS 6.5).
var letters = map[int]string{4: "Z", 5: "C", 6: "F", 7: "D", 8: "B", 9: "S", 10: "I", 11: "J"}

// allocate interprets new, newarray and anewarray.
func (f *frame) allocate(op int) *thrown {
	if op == 188 {
		element, ok := letters[f.u1()]
		if !ok {
			f.m.malformed("newarray")
		}
		return f.newArray(element)
	}
	name, ok := f.class.file.Pool.Class(f.u2())
	if !ok {
		f.m.malformed("new")
	}
	if op == 189 {
		return f.newArray(elementOf(name))
	}
	c := f.m.class(name)
	if ex := f.m.initialize(c); ex != nil {
		return ex
	}
	f.push(f.m.newObject(c))
	return nil
}

// newObject returns an object before its constructor. Nothing is known of one that has neither code nor a model.
func (m *machine) newObject(c *class) *object {
	m.allocate(4)
	o := &object{class: c, fields: map[string]value{}}
	for s := c; s != nil; s = s.super {
		if s.model != nil && s.model.make != nil {
			o.native = s.model.make(m)
			break
		}
		if s.hidden() {
			o.blurred = true
		}
	}
	return o
}

// elementOf returns the descriptor of a class that an array has elements of.
func elementOf(name string) string {
	if strings.HasPrefix(name, "[") {
		return strings.ReplaceAll(name, ".", "/")
	}
	return "L" + strings.ReplaceAll(name, ".", "/") + ";"
}

func (f *frame) newArray(element string) *thrown {
	n, known, why := popped[int32](f)
	if !known {
		f.push(&array{element: element, blurred: true})
		return f.m.mayThrow("an array of a length that depends on " + why)
	}
	if n < 0 {
		return f.m.throw("java.lang.NegativeArraySizeException", "")
	}
	f.push(f.m.newArray(element, int(n)))
	return nil
}

func (m *machine) newArray(element string, n int) *array {
	m.allocate(n + 1)
	m.step(n / 16)
	a := &array{element: element, items: make([]value, n)}
	if z := zero(element); z != nil {
		for i := range a.items {
			a.items[i] = z
		}
	}
	return a
}

// popElement takes an array and an index. The index is -1 if the element is not known.
func (f *frame) popElement() (a *array, i int, ex *thrown) {
	index, known, why := popped[int32](f)
	switch v := f.pop().(type) {
	case nil:
		return nil, -1, f.m.nullPointer()
	case unknown:
		return nil, -1, f.m.mayThrow("an element of " + v.why)
	case *array:
		switch {
		case v.blurred:
			return v, -1, f.m.mayThrow("an element of an unknown array")
		case !known:
			f.m.blur(v)
			return v, -1, f.m.mayThrow("an element whose index depends on " + why)
		case index < 0 || int(index) >= len(v.items):
			return nil, -1, f.m.throw("java.lang.ArrayIndexOutOfBoundsException", "")
		}
		return v, int(index), nil
	}
	f.m.malformed("a value has the wrong type")
	return nil, -1, nil
}

func (f *frame) arrayLoad() *thrown {
	op := f.code.Bytes[f.at]
	a, i, ex := f.popElement()
	switch {
	case ex != nil:
		return ex
	case i < 0:
		f.push(unknown{wide: op == 47 || op == 49, why: "an element of an array"})
	default:
		f.push(a.items[i])
	}
	return nil
}

func (f *frame) arrayStore(op int) *thrown {
	v := f.pop()
	a, i, ex := f.popElement()
	if ex != nil {
		return ex
	}
	if i < 0 {
		f.m.blur(v)
		return nil
	}
	if n, ok := v.(int32); ok {
		switch {
		case op == 84 && a.element == "Z":
			v = n & 1
		case op == 84:
			v = int32(int8(n))
		case op == 85:
			v = int32(uint16(n))
		case op == 86:
			v = int32(int16(n))
		}
	}
	if op == 83 && v != nil && !f.m.isInstance(v, classOfDescriptor(a.element)) {
		return f.m.throw("java.lang.ArrayStoreException", "")
	}
	a.items[i] = v
	return nil
}

// object interprets arraylength, athrow, checkcast, instanceof, monitorenter, monitorexit and multianewarray.
func (f *frame) object(op int) *thrown {
	switch op {
	case 190:
		return f.arrayLength()
	case 191: // athrow
		v := f.popReference()
		if v == nil {
			return f.m.nullPointer()
		}
		return &thrown{v}
	case 192: // checkcast
		v, name := f.popReference(), f.className()
		f.push(v)
		return f.m.checkCast(v, name)
	case 193: // instanceof
		v, name := f.popReference(), f.className()
		if u, ok := v.(unknown); ok {
			f.push(u)
			return nil
		}
		f.push(boolean(f.m.isInstance(v, name)))
		return nil
	case 194, 195: // monitors
		if f.popReference() == nil {
			return f.m.nullPointer()
		}
		return nil
	case 197:
		return f.multiArray()
	}
	f.m.malformed("an unknown instruction")
	return nil
}

// className reads a class of the pool.
func (f *frame) className() string {
	name, ok := f.class.file.Pool.Class(f.u2())
	if !ok {
		f.m.malformed("a class")
	}
	return name
}

// checkCast returns the exception of a cast.
func (m *machine) checkCast(v value, name string) *thrown {
	if v == nil {
		return nil
	}
	answer := m.instance(v, name)
	switch {
	case answer == classfile.Yes:
		return nil
	case answer == classfile.Unknown:
		return m.mayThrow("the class of " + whyOf(v))
	}
	return m.throw("java.lang.ClassCastException", "")
}

func (f *frame) arrayLength() *thrown {
	switch v := f.pop().(type) {
	case nil:
		return f.m.nullPointer()
	case unknown:
		f.push(unknown{why: v.why})
		return f.m.mayThrow(v.why)
	case *array:
		if v.blurred && v.items == nil {
			f.push(unknown{why: "the length of an array"})
		} else {
			f.push(int32(len(v.items))) // nobody can change it
		}
		return nil
	}
	f.m.malformed("a value has the wrong type")
	return nil
}

func (f *frame) multiArray() *thrown {
	name, n := elementOf(f.className()), f.u1()
	if n == 0 || !strings.HasPrefix(name, strings.Repeat("[", n)) {
		f.m.malformed("multianewarray")
	}
	lengths := make([]int, n)
	for i, v := range f.popArgs(n) {
		length, ok := v.(int32)
		if !ok {
			f.push(&array{element: name[1:], blurred: true})
			return f.m.mayThrow("the length of an array")
		}
		if length < 0 {
			return f.m.throw("java.lang.NegativeArraySizeException", "")
		}
		lengths[i] = int(length)
	}
	f.push(f.m.multiArray(name[1:], lengths))
	return nil
}

func (m *machine) multiArray(element string, lengths []int) *array {
	a := m.newArray(element, lengths[0])
	if len(lengths) > 1 {
		for i := range a.items {
			a.items[i] = m.multiArray(element[1:], lengths[1:])
		}
	}
	return a
}

// fieldAccess interprets getstatic, putstatic, getfield and putfield.
func (f *frame) fieldAccess(op int) *thrown {
	ref, ok := f.class.file.Pool.Ref(f.u2())
	if !ok {
		f.m.malformed("a field")
	}
	switch op {
	case 178:
		v, ex := f.m.getStatic(ref)
		if ex == nil {
			f.push(v)
		}
		return ex
	case 179:
		return f.m.putStatic(ref, f.pop())
	case 180:
		return f.getField(ref)
	}
	return f.putField(ref, f.pop())
}

func (m *machine) getStatic(ref classfile.Ref) (value, *thrown) {
	why := ref.Class + "." + ref.Name
	if v, ok := m.modelledStatic(ref); ok {
		return v, nil
	}
	owner, field, _ := m.class(ref.Class).field(ref.Name)
	if field == nil && isJava(ref.Class) {
		return unknownOf(ref.Descriptor, why), nil // to initialise a class of Java throws nothing
	}
	if field == nil {
		return unknownOf(ref.Descriptor, why), m.mayThrow(why)
	}
	if constant, ok := field.Constant(); ok && field.Flags.Has(classfile.Static|classfile.Final) {
		return constant, nil
	}
	if ex := m.initialize(owner); ex != nil {
		return nil, ex
	}
	if m.loose && !field.Flags.Has(classfile.Final) {
		return unknownOf(ref.Descriptor, why), nil
	}
	if v, ok := m.statics[owner.name+"."+ref.Name]; ok {
		return v, nil
	}
	if constant, ok := field.Constant(); ok {
		return constant, nil
	}
	return zero(ref.Descriptor), nil
}

func (m *machine) putStatic(ref classfile.Ref, v value) *thrown {
	owner, field, _ := m.class(ref.Class).field(ref.Name)
	if field == nil {
		m.leak(v)
		return m.mayThrow(ref.Class + "." + ref.Name)
	}
	if ex := m.initialize(owner); ex != nil {
		return ex
	}
	if m.loose {
		m.blur(v)
	}
	m.statics[owner.name+"."+ref.Name] = narrow(v, ref.Descriptor)
	return nil
}

// narrow returns an int as a field of the type keeps it.
func narrow(v value, descriptor string) value {
	n, ok := v.(int32)
	if !ok {
		return v
	}
	switch descriptor {
	case "Z":
		return n & 1
	case "B":
		return int32(int8(n))
	case "C":
		return int32(uint16(n))
	case "S":
		return int32(int16(n))
	}
	return n
}

// fieldKey returns the key of an object's field. known is false if the field is not.
func (m *machine) fieldKey(ref classfile.Ref) (key string, known bool) {
	c := m.class(ref.Class)
	owner, field, _ := c.field(ref.Name)
	if field == nil {
		for a := range c.ancestors {
			if a.model != nil && slices.Contains(a.model.fields, ref.Name) {
				return a.name + "." + ref.Name, true
			}
		}
		return "", false
	}
	return owner.name + "." + ref.Name, true
}

func (f *frame) getField(ref classfile.Ref) *thrown {
	switch v := f.popReference().(type) {
	case nil:
		return f.m.nullPointer()
	case unknown:
		f.push(unknownOf(ref.Descriptor, v.why))
		return f.m.mayThrow(v.why)
	case *object:
		key, known := f.m.fieldKey(ref)
		if v.blurred || !known {
			f.push(unknownOf(ref.Descriptor, ref.Class+"."+ref.Name))
			return nil
		}
		if field, ok := v.fields[key]; ok {
			f.push(field)
		} else {
			f.push(zero(ref.Descriptor))
		}
		return nil
	}
	f.push(unknownOf(ref.Descriptor, ref.Class+"."+ref.Name))
	return nil
}

func (f *frame) putField(ref classfile.Ref, v value) *thrown {
	switch o := f.popReference().(type) {
	case nil:
		return f.m.nullPointer()
	case unknown:
		f.m.blur(v)
		return f.m.mayThrow(o.why)
	case *object:
		key, known := f.m.fieldKey(ref)
		if o.blurred || !known {
			f.m.blur(v)
			return nil
		}
		o.fields[key] = narrow(v, ref.Descriptor)
	}
	return nil
}
