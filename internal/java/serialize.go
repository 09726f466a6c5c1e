package java

import (
	"encoding/binary"
	"fmt"
	"math"
)

// The Java Object Serialization Stream Protocol, version 5 (Java's specification of that name, section 6.4).
const (
	streamMagic   = 0xaced
	streamVersion = 5

	tcNull         = 0x70
	tcReference    = 0x71
	tcClassDesc    = 0x72
	tcObject       = 0x73
	tcString       = 0x74
	tcBlockData    = 0x77
	tcEndBlockData = 0x78
	tcLongString   = 0x7c

	baseWireHandle = 0x7e0000

	scWriteMethod  = 0x01
	scSerializable = 0x02
)

// Serialize returns the bytes that Java's ObjectOutputStream writes for an object. It writes equal strings, and classes with
// one name, once; after that it writes references, as Java does for constants. It panics when [Object] does not allow a
// value's type, or when the value does not fit its field.
func Serialize(o *Object) []byte {
	w := &serializer{strings: map[string]uint32{}, classes: map[string]uint32{}, objects: map[*Object]uint32{}}
	w.u16(streamMagic)
	w.u16(streamVersion)
	w.object(o)
	return w.out
}

// A serializer writes a stream. Every string, class and object gets a handle, a number, when it is first written.
type serializer struct {
	out     []byte
	next    uint32
	strings map[string]uint32
	classes map[string]uint32
	objects map[*Object]uint32
}

func (w *serializer) byte(b byte)  { w.out = append(w.out, b) }
func (w *serializer) u16(v uint16) { w.out = binary.BigEndian.AppendUint16(w.out, v) }
func (w *serializer) u32(v uint32) { w.out = binary.BigEndian.AppendUint32(w.out, v) }
func (w *serializer) u64(v uint64) { w.out = binary.BigEndian.AppendUint64(w.out, v) }

// reference writes a reference to what was written before under key, or gives it the next handle. It reports whether it
// wrote a reference.
func reference[K comparable](w *serializer, handles map[K]uint32, key K) bool {
	handle, ok := handles[key]
	if ok {
		w.byte(tcReference)
		w.u32(baseWireHandle + handle)
	}
	return ok
}

func assign[K comparable](w *serializer, handles map[K]uint32, key K) {
	handles[key] = w.next
	w.next++
}

// utf writes a string that is no object: a name.
func (w *serializer) utf(s string) {
	encoded := AppendModifiedUTF8(nil, s)
	if len(encoded) > math.MaxUint16 {
		panic("java: a name in a stream is too long")
	}
	w.u16(uint16(len(encoded)))
	w.out = append(w.out, encoded...)
}

func (w *serializer) string(s string) {
	if reference(w, w.strings, s) {
		return
	}
	assign(w, w.strings, s)
	encoded := AppendModifiedUTF8(nil, s)
	if len(encoded) > math.MaxUint16 {
		w.byte(tcLongString)
		w.u64(uint64(len(encoded)))
	} else {
		w.byte(tcString)
		w.u16(uint16(len(encoded)))
	}
	w.out = append(w.out, encoded...)
}

func (w *serializer) class(c *Class) {
	if c == nil {
		w.byte(tcNull)
		return
	}
	if reference(w, w.classes, c.Name) {
		return
	}
	w.byte(tcClassDesc)
	w.utf(c.Name)
	w.u64(c.UID)
	assign(w, w.classes, c.Name)
	flags := byte(scSerializable)
	if c.WritesData {
		flags |= scWriteMethod
	}
	w.byte(flags)
	w.u16(uint16(len(c.Fields)))
	for _, f := range c.Fields {
		w.byte(f.Type[0])
		w.utf(f.Name)
		if f.isObject() {
			w.string(f.Type)
		}
	}
	w.byte(tcEndBlockData) // no annotations
	w.class(c.Super)
}

func (f Field) isObject() bool { return f.Type[0] == 'L' || f.Type[0] == '[' }

func (w *serializer) object(o *Object) {
	if reference(w, w.objects, o) {
		return
	}
	w.byte(tcObject)
	w.class(o.Class)
	assign(w, w.objects, o)
	if rest := w.classData(o, o.Class, o.Fields); len(rest) > 0 {
		panic(fmt.Sprintf("java: an object of %s has more values than fields", o.Class.Name))
	}
}

// classData writes the values of c and, before them, those of its superclasses. It returns the values of subclasses.
func (w *serializer) classData(o *Object, c *Class, values []any) []any {
	if c == nil {
		return values
	}
	values = w.classData(o, c.Super, values)
	if len(values) < len(c.Fields) {
		panic(fmt.Sprintf("java: an object of %s has fewer values than fields", o.Class.Name))
	}
	for i, f := range c.Fields {
		if f.isObject() {
			w.value(values[i])
		} else {
			w.primitive(f, values[i])
		}
	}
	if c.WritesData {
		for _, item := range o.Written {
			if block, ok := item.([]byte); ok {
				w.byte(tcBlockData)
				w.byte(byte(len(block)))
				w.out = append(w.out, block...)
			} else {
				w.value(item)
			}
		}
		w.byte(tcEndBlockData)
	}
	return values[len(c.Fields):]
}

func (w *serializer) value(v any) {
	switch v := v.(type) {
	case nil:
		w.byte(tcNull)
	case string:
		w.string(v)
	case *Object:
		w.object(v)
	default:
		panic(fmt.Sprintf("java: a %T is no object", v))
	}
}

func (w *serializer) primitive(f Field, v any) {
	code := byte(0)
	switch v := v.(type) {
	case bool:
		code = 'Z'
		w.byte(map[bool]byte{true: 1}[v])
	case int8:
		code = 'B'
		w.byte(byte(v))
	case int16:
		code = 'S'
		w.u16(uint16(v))
	case uint16:
		code = 'C'
		w.u16(v)
	case int32:
		code = 'I'
		w.u32(uint32(v))
	case int64:
		code = 'J'
		w.u64(uint64(v))
	case float32:
		code = 'F'
		w.u32(math.Float32bits(v))
	case float64:
		code = 'D'
		w.u64(math.Float64bits(v))
	}
	if f.Type[0] != code {
		panic(fmt.Sprintf("java: the field %s of type %s cannot hold a %T", f.Name, f.Type, v))
	}
}
