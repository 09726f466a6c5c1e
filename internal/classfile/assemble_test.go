package classfile

import (
	"encoding/binary"
	"math"
	"strings"

	"github.com/stormflux/stormflux/internal/java"
)

// source describes a class file that a test needs.
type source struct {
	name, super string // super "" is java.lang.Object
	interfaces  []string
	flags       Flags // 0 is public
	major       uint16
	fields      []member
	methods     []member
	attributes  []attribute
}

// member is a field, or a method whose descriptor begins with "(".
type member struct {
	flags            Flags // 0 is public
	name, descriptor string
	signature        string
	attributes       []attribute
}

type attribute struct {
	name    string
	content func(a *assembler) []byte
}

// assembler makes a constant pool.
type assembler struct {
	pool  []byte
	count uint16
	known map[string]uint16
}

func (a *assembler) add(width uint16, tag Tag, content []byte) uint16 {
	entry := string(tag) + string(content)
	if i, ok := a.known[entry]; ok {
		return i
	}
	i := a.count
	a.known[entry] = i
	a.count += width
	a.pool = append(append(a.pool, byte(tag)), content...)
	return i
}

func (a *assembler) utf8(text string) uint16 {
	encoded := java.AppendModifiedUTF8(nil, text)
	return a.add(1, TagUtf8, append(binary.BigEndian.AppendUint16(nil, uint16(len(encoded))), encoded...))
}

func (a *assembler) refer(tag Tag, indexes ...uint16) uint16 {
	var content []byte
	for _, i := range indexes {
		content = binary.BigEndian.AppendUint16(content, i)
	}
	return a.add(1, tag, content)
}

func (a *assembler) class(name string) uint16 {
	return a.refer(TagClass, a.utf8(strings.ReplaceAll(name, ".", "/")))
}
func (a *assembler) str(text string) uint16 { return a.refer(TagString, a.utf8(text)) }
func (a *assembler) integer(n int32) uint16 {
	return a.add(1, TagInteger, binary.BigEndian.AppendUint32(nil, uint32(n)))
}
func (a *assembler) long(n int64) uint16 {
	return a.add(2, TagLong, binary.BigEndian.AppendUint64(nil, uint64(n)))
}
func (a *assembler) double(f float64) uint16 {
	return a.add(2, TagDouble, binary.BigEndian.AppendUint64(nil, math.Float64bits(f)))
}
func (a *assembler) nameAndType(name, descriptor string) uint16 {
	return a.refer(TagNameAndType, a.utf8(name), a.utf8(descriptor))
}
func (a *assembler) method(class, name, descriptor string) uint16 {
	return a.refer(TagMethodref, a.class(class), a.nameAndType(name, descriptor))
}
func (a *assembler) handle(kind byte, ref uint16) uint16 {
	return a.add(1, TagMethodHandle, binary.BigEndian.AppendUint16([]byte{kind}, ref))
}

func (a *assembler) attributes(list []attribute) []byte {
	out := binary.BigEndian.AppendUint16(nil, uint16(len(list)))
	for _, t := range list {
		content := t.content(a)
		out = binary.BigEndian.AppendUint16(out, a.utf8(t.name))
		out = binary.BigEndian.AppendUint32(out, uint32(len(content)))
		out = append(out, content...)
	}
	return out
}

func (a *assembler) members(list []member) []byte {
	out := binary.BigEndian.AppendUint16(nil, uint16(len(list)))
	for _, m := range list {
		if m.flags == 0 {
			m.flags = Public
		}
		out = binary.BigEndian.AppendUint16(out, uint16(m.flags))
		out = binary.BigEndian.AppendUint16(out, a.utf8(m.name))
		out = binary.BigEndian.AppendUint16(out, a.utf8(m.descriptor))
		attributes := m.attributes
		if m.signature != "" {
			attributes = append(attributes, textAttribute("Signature", m.signature))
		}
		out = append(out, a.attributes(attributes)...)
	}
	return out
}

// textAttribute is an attribute that consists of one string.
func textAttribute(name, text string) attribute {
	return attribute{name, func(a *assembler) []byte { return u2(a.utf8(text)) }}
}

func u2(numbers ...uint16) []byte {
	var out []byte
	for _, n := range numbers {
		out = binary.BigEndian.AppendUint16(out, n)
	}
	return out
}

// file returns the class file.
func (s source) file() []byte {
	a := &assembler{count: 1, known: map[string]uint16{}}
	if s.flags == 0 {
		s.flags = Public | Super
	}
	if s.super == "" {
		s.super = object
	}
	if s.major == 0 {
		s.major = 52
	}
	var super uint16 // java.lang.Object has none
	if s.name != object {
		super = a.class(s.super)
	}
	body := u2(uint16(s.flags), a.class(s.name), super, uint16(len(s.interfaces)))
	for _, i := range s.interfaces {
		body = append(body, u2(a.class(i))...)
	}
	body = append(body, a.members(s.fields)...)
	body = append(body, a.members(s.methods)...)
	body = append(body, a.attributes(s.attributes)...)
	head := append(binary.BigEndian.AppendUint32(nil, magic), u2(0, s.major, a.count)...)
	return append(append(head, a.pool...), body...)
}
