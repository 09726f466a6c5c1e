package java

import (
	"encoding/binary"
	"slices"
)

// An Object is an object in a Java Object Serialization stream.
type Object struct {
	Class *Class
	// Fields holds the values of the fields: those of the superclasses first, and within a class in the order of
	// [Class.Fields]. A value is nil, a bool, int8, int16, uint16 (char), int32, int64, float32, float64, string or *Object.
	Fields []any
	// Written is what the writeObject method of the class wrote beyond the fields: block data as []byte, and nil, string
	// or *Object.
	Written []any
}

// A Class is a class descriptor.
type Class struct {
	Name   string
	UID    uint64  // serialVersionUID
	Fields []Field // sorted by Java: primitive fields first, then by name
	Super  *Class
	// WritesData reports that the class has a writeObject method. Of an object's class and its superclasses only one may
	// have it: [Object.Written] belongs to that one.
	WritesData bool
}

// A Field is a field of a class with its type descriptor: "I" for an int, "Ljava/util/List;" for an object.
type Field struct {
	Name, Type string
}

// Field returns the value of the field with that name, or nil if no class has one. A subclass comes before its superclass.
func (o *Object) Field(name string) any {
	end := len(o.Fields)
	for c := o.Class; c != nil; c = c.Super {
		start := end - len(c.Fields)
		if start < 0 {
			return nil
		}
		if i := slices.IndexFunc(c.Fields, func(f Field) bool { return f.Name == name }); i >= 0 {
			return o.Fields[start+i]
		}
		end = start
	}
	return nil
}

const (
	arrayListName = "java.util.ArrayList"
	hashMapName   = "java.util.HashMap"
	integerName   = "java.lang.Integer"
)

// NewArrayList returns a java.util.ArrayList whose capacity is the number of its elements.
func NewArrayList(elements ...any) *Object {
	n := uint32(len(elements))
	return &Object{
		Class:   &Class{Name: arrayListName, UID: 0x7881d21d99c7619d, WritesData: true, Fields: []Field{{"size", "I"}}},
		Fields:  []any{int32(n)},
		Written: append([]any{binary.BigEndian.AppendUint32(nil, n)}, elements...), // its capacity, and the elements
	}
}

// List returns the elements of a java.util.ArrayList, and whether o is one.
func (o *Object) List() ([]any, bool) {
	if o == nil || o.Class.Name != arrayListName || len(o.Written) == 0 {
		return nil, false
	}
	size, ok := o.Field("size").(int32)
	if elements := o.Written[1:]; ok && int(size) == len(elements) {
		return elements, true
	}
	return nil, false
}

// An Entry is a key and its value in a map.
type Entry struct{ Key, Value any }

// NewHashMap returns a java.util.HashMap as it is after new HashMap() and a put of each entry.
func NewHashMap(entries ...Entry) *Object {
	buckets := hashMapBuckets(len(entries))
	threshold := int32(float64(buckets) * hashMapLoadFactor)
	if len(entries) == 0 {
		threshold = 0 // the table is made by the first put
	}
	block := binary.BigEndian.AppendUint32(nil, uint32(buckets))
	written := []any{binary.BigEndian.AppendUint32(block, uint32(len(entries)))}
	for _, e := range entries {
		written = append(written, e.Key, e.Value)
	}
	return &Object{
		Class: &Class{Name: hashMapName, UID: 0x0507dac1c31660d1, WritesData: true,
			Fields: []Field{{"loadFactor", "F"}, {"threshold", "I"}}},
		Fields:  []any{float32(hashMapLoadFactor), threshold},
		Written: written,
	}
}

// NewInteger returns a java.lang.Integer.
func NewInteger(v int32) *Object {
	number := &Class{Name: "java.lang.Number", UID: 0x86ac951d0b94e08b}
	return &Object{
		Class:  &Class{Name: integerName, UID: 0x12e2a0a4f7818738, Fields: []Field{{"value", "I"}}, Super: number},
		Fields: []any{v},
	}
}
