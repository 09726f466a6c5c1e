package java

import (
	"errors"
	"fmt"
	"math"
)

// Deserialize reads the object at the start of a Java Object Serialization stream. It understands what [Serialize] writes,
// which most classes need. Arrays, enums, proxies and class annotations are errors.
func Deserialize(stream []byte) (*Object, error) {
	r := &deserializer{rest: stream}
	if magic, version := r.u16(), r.u16(); r.err == nil && (magic != streamMagic || version != streamVersion) {
		return nil, errors.New("it is no Java object stream")
	}
	o, isObject := r.value(0).(*Object)
	if r.err == nil && !isObject {
		r.fail("it does not begin with an object")
	}
	if r.err != nil {
		return nil, r.err
	}
	return o, nil
}

// ClassOf returns the name of the class of the object at the start of a Java Object Serialization stream, or "". It
// understands more streams than [Deserialize].
func ClassOf(stream []byte) string {
	r := &deserializer{rest: stream}
	if r.u16() != streamMagic || r.u16() != streamVersion || r.byte() != tcObject || r.byte() != tcClassDesc {
		return ""
	}
	return r.utf()
}

// maxStreamDepth bounds how deep objects may be nested: a stream may come from anywhere.
const maxStreamDepth = 100

// A deserializer reads a stream. After a fault, err is set, and everything that it reads is zero.
type deserializer struct {
	rest    []byte
	handles []any // string, *Class or *Object
	err     error
}

func (r *deserializer) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf(format, args...)
	}
}

func (r *deserializer) take(n uint64) []byte {
	if r.err == nil && n > uint64(len(r.rest)) {
		r.fail("it ends too early")
	}
	if r.err != nil {
		return nil
	}
	taken := r.rest[:n]
	r.rest = r.rest[n:]
	return taken
}

func (r *deserializer) unsigned(size uint64) uint64 {
	var v uint64
	for _, b := range r.take(size) {
		v = v<<8 | uint64(b)
	}
	return v
}

func (r *deserializer) byte() byte  { return byte(r.unsigned(1)) }
func (r *deserializer) u16() uint16 { return uint16(r.unsigned(2)) }
func (r *deserializer) u32() uint32 { return uint32(r.unsigned(4)) }
func (r *deserializer) u64() uint64 { return r.unsigned(8) }

// text reads a string of the given number of bytes.
func (r *deserializer) text(length uint64) string {
	s, err := DecodeModifiedUTF8(r.take(length))
	if err != nil {
		r.fail("%w", err)
	}
	return s
}

func (r *deserializer) utf() string { return r.text(uint64(r.u16())) }

// newHandle gives v the next handle.
func (r *deserializer) newHandle(v any) { r.handles = append(r.handles, v) }

func (r *deserializer) referenced() any {
	handle := r.u32() - baseWireHandle
	if r.err == nil && int64(handle) >= int64(len(r.handles)) {
		r.fail("a reference to nothing")
	}
	if r.err != nil {
		return nil
	}
	return r.handles[handle]
}

// endOfData is what [deserializer.content] returns at the end of what a writeObject method wrote.
type endOfData struct{}

// value reads nil, a string or an object.
func (r *deserializer) value(depth int) any {
	switch v := r.content(depth).(type) {
	case nil, string, *Object:
		return v
	default:
		r.fail("%T where an object belongs", v)
		return nil
	}
}

// content reads what begins with a type code: a value, block data or the end of these.
func (r *deserializer) content(depth int) any {
	if depth > maxStreamDepth {
		r.fail("objects are nested too deeply")
	}
	if r.err != nil {
		return nil
	}
	switch code := r.byte(); code {
	case tcNull:
		return nil
	case tcReference:
		return r.referenced()
	case tcString:
		return r.newString(uint64(r.u16()))
	case tcLongString:
		return r.newString(r.u64())
	case tcObject:
		return r.object(depth)
	case tcBlockData:
		return r.take(uint64(r.byte()))
	case tcEndBlockData:
		return endOfData{}
	default:
		r.fail("type code 0x%02x is not understood", code)
		return nil
	}
}

func (r *deserializer) newString(length uint64) string {
	s := r.text(length)
	r.newHandle(s)
	return s
}

func (r *deserializer) class(depth int) *Class {
	if depth > maxStreamDepth {
		r.fail("classes are nested too deeply")
	}
	switch code := r.byte(); {
	case r.err != nil, code == tcNull:
		return nil
	case code == tcReference:
		c, ok := r.referenced().(*Class)
		if !ok {
			r.fail("a reference to something else than a class")
		}
		return c
	case code != tcClassDesc:
		r.fail("class descriptor 0x%02x is not understood", code)
		return nil
	}
	c := &Class{Name: r.utf(), UID: r.u64()}
	r.newHandle(c)
	flags := r.byte()
	c.WritesData = flags&scWriteMethod != 0
	if flags&^scWriteMethod != scSerializable {
		r.fail("the flags 0x%02x of %s are not understood", flags, c.Name)
	}
	for n := r.u16(); n > 0 && r.err == nil; n-- {
		c.Fields = append(c.Fields, r.field(depth))
	}
	if end := r.byte(); end != tcEndBlockData {
		r.fail("%s has annotations, which are not understood", c.Name)
	}
	c.Super = r.class(depth + 1)
	for super := c.Super; super != nil; super = super.Super {
		if super == c {
			r.fail("%s is its own superclass", c.Name)
			c.Super = nil
		}
	}
	return c
}

func (r *deserializer) field(depth int) Field {
	code := r.byte()
	f := Field{Name: r.utf(), Type: string([]byte{code})}
	if !f.isObject() {
		return f
	}
	descriptor, _ := r.value(depth + 1).(string)
	if descriptor == "" || descriptor[0] != code {
		r.fail("the type of the field %s is not understood", f.Name)
	}
	f.Type = descriptor
	return f
}

func (r *deserializer) object(depth int) *Object {
	o := &Object{Class: r.class(depth)}
	if o.Class == nil {
		r.fail("an object without a class")
		return o
	}
	r.newHandle(o)
	r.classData(o, o.Class, depth)
	return o
}

// classData reads what belongs to c and, before it, to its superclasses.
func (r *deserializer) classData(o *Object, c *Class, depth int) {
	if c == nil || r.err != nil {
		return
	}
	r.classData(o, c.Super, depth)
	for _, f := range c.Fields {
		if r.err != nil {
			return
		}
		if f.isObject() {
			o.Fields = append(o.Fields, r.value(depth+1))
		} else {
			o.Fields = append(o.Fields, r.primitive(f.Type[0]))
		}
	}
	if !c.WritesData {
		return
	}
	if o.Written != nil {
		r.fail("several classes of one object write data of their own")
	}
	o.Written = []any{}
	for r.err == nil {
		item := r.content(depth + 1)
		if item == (endOfData{}) {
			return
		}
		o.Written = append(o.Written, item)
	}
}

// primitive reads a value of the type with the given code, and fails when there is none.
func (r *deserializer) primitive(code byte) any {
	switch code {
	case 'Z':
		return r.byte() != 0
	case 'B':
		return int8(r.byte())
	case 'S':
		return int16(r.u16())
	case 'C':
		return r.u16()
	case 'I':
		return int32(r.u32())
	case 'J':
		return int64(r.u64())
	case 'F':
		return math.Float32frombits(r.u32())
	case 'D':
		return math.Float64frombits(r.u64())
	}
	r.fail("type 0x%02x is not understood", code)
	return nil
}
