package compiler

import (
	"bytes"
	"encoding/binary"
	"math"
)

// partialKeyGrouping returns Java's serialised form of a new org.apache.storm.grouping.PartialKeyGrouping on the given
// fields, which is what Storm's own TopologyBuilder.partialKeyGrouping puts into a topology as custom_serialized: Thrift
// knows no partial key grouping.
//
// The form is the Java Object Serialization Stream Protocol, version 5. Class names, fields and serialVersionUIDs are
// those of Storm 2.0.0 to 2.8.3, which are all the same.
func partialKeyGrouping(fields []string) []byte {
	w := &javaStream{handles: map[string]int32{}}
	w.u16(0xaced) // STREAM_MAGIC
	w.u16(5)      // STREAM_VERSION

	const (
		pkg        = "org.apache.storm.grouping.PartialKeyGrouping"
		objectPath = "Lorg/apache/storm/grouping/PartialKeyGrouping"
		serial     = 0x02 // SC_SERIALIZABLE
		serialBlk  = 0x03 // SC_SERIALIZABLE | SC_WRITE_METHOD
	)
	list := javaField{'L', "", "Ljava/util/List;"}
	hash := javaClass{"java.util.HashMap", 0x0507dac1c31660d1, serialBlk,
		[]javaField{{'F', "loadFactor", ""}, {'I', "threshold", ""}}, nil}
	number := javaClass{"java.lang.Number", 0x86ac951d0b94e08b, serial, nil, nil}
	integer := javaClass{"java.lang.Integer", 0x12e2a0a4f7818738, serial, []javaField{{'I', "value", ""}}, &number}

	w.object(javaClass{pkg, 0xe8ca94eb892f55c0, serial, []javaField{
		{'L', "assignmentCreator", objectPath + "$AssignmentCreator;"},
		{'L', "fields", "Lorg/apache/storm/tuple/Fields;"},
		{'L', "outFields", "Lorg/apache/storm/tuple/Fields;"},
		{'L', "targetSelector", objectPath + "$TargetSelector;"},
		{'L', "targetTasks", list.class},
	}, nil})

	w.object(javaClass{pkg + "$RandomTwoTaskAssignmentCreator", 0xe9d5ac079bbbd5fa, serial, nil, nil})

	w.object(javaClass{"org.apache.storm.tuple.Fields", 0xd11f2ce2c2edfb00, serial, []javaField{
		{'L', "fields", list.class},
		{'L', "index", "Ljava/util/Map;"},
	}, nil})
	n := uint32(len(fields))
	w.object(javaClass{"java.util.ArrayList", 0x7881d21d99c7619d, serialBlk, []javaField{{'I', "size", ""}}, nil})
	w.u32(n)
	w.block(n)
	for _, f := range fields {
		w.str(f)
	}
	w.buf.WriteByte(tcEndBlockData)
	w.hashMap(hash, n)
	for i, f := range fields {
		w.str(f)
		w.object(integer)
		w.u32(uint32(i))
	}
	w.buf.WriteByte(tcEndBlockData)

	w.buf.WriteByte(tcNull) // outFields

	w.object(javaClass{pkg + "$BalancedTargetSelector", 0x590faffd990c4335, serial,
		[]javaField{{'L', "targetTaskStats", "Ljava/util/Map;"}}, nil})
	w.hashMap(hash, 0)
	w.buf.WriteByte(tcEndBlockData)

	w.buf.WriteByte(tcNull) // targetTasks
	return w.buf.Bytes()
}

const (
	tcNull         = 0x70
	tcReference    = 0x71
	tcClassDesc    = 0x72
	tcObject       = 0x73
	tcString       = 0x74
	tcBlockData    = 0x77
	tcEndBlockData = 0x78
	tcLongString   = 0x7c
	baseWireHandle = 0x7e0000
)

type javaClass struct {
	name   string
	uid    uint64
	flags  byte
	fields []javaField
	super  *javaClass
}

type javaField struct {
	code  byte // 'I', 'F' or 'L'
	name  string
	class string // of 'L': its type's descriptor
}

// javaStream writes a Java serialisation stream. Every string and class descriptor gets a handle when it is first
// written, and is a reference to it from then on; an object takes a handle too.
type javaStream struct {
	buf     bytes.Buffer
	next    int32
	handles map[string]int32 // of strings ("s" + text) and class descriptors ("c" + name)
}

func (w *javaStream) u16(v uint16) { w.buf.Write(binary.BigEndian.AppendUint16(nil, v)) }
func (w *javaStream) u32(v uint32) { w.buf.Write(binary.BigEndian.AppendUint32(nil, v)) }
func (w *javaStream) u64(v uint64) { w.buf.Write(binary.BigEndian.AppendUint64(nil, v)) }

// block writes block data of whole ints.
func (w *javaStream) block(ints ...uint32) {
	w.buf.WriteByte(tcBlockData)
	w.buf.WriteByte(byte(4 * len(ints)))
	for _, i := range ints {
		w.u32(i)
	}
}

func (w *javaStream) assign(key string) {
	if key != "" {
		w.handles[key] = w.next
	}
	w.next++
}

// reference writes a reference to what key stands for and reports whether there was one.
func (w *javaStream) reference(key string) bool {
	handle, ok := w.handles[key]
	if ok {
		w.buf.WriteByte(tcReference)
		w.u32(uint32(baseWireHandle + handle))
	}
	return ok
}

func (w *javaStream) utf(s string) {
	enc := modifiedUTF8(s)
	w.u16(uint16(len(enc)))
	w.buf.Write(enc)
}

func (w *javaStream) str(s string) {
	if w.reference("s" + s) {
		return
	}
	w.assign("s" + s)
	if enc := modifiedUTF8(s); len(enc) > math.MaxUint16 {
		w.buf.WriteByte(tcLongString)
		w.u64(uint64(len(enc)))
		w.buf.Write(enc)
		return
	}
	w.buf.WriteByte(tcString)
	w.utf(s)
}

func (w *javaStream) classDesc(c javaClass) {
	if w.reference("c" + c.name) {
		return
	}
	w.buf.WriteByte(tcClassDesc)
	w.utf(c.name)
	w.u64(c.uid)
	w.assign("c" + c.name)
	w.buf.WriteByte(c.flags)
	w.u16(uint16(len(c.fields)))
	for _, f := range c.fields {
		w.buf.WriteByte(f.code)
		w.utf(f.name)
		if f.code == 'L' {
			w.str(f.class)
		}
	}
	w.buf.WriteByte(tcEndBlockData)
	if c.super != nil {
		w.classDesc(*c.super)
	} else {
		w.buf.WriteByte(tcNull)
	}
}

// object begins an object; its field values follow, superclass first.
func (w *javaStream) object(c javaClass) {
	w.buf.WriteByte(tcObject)
	w.classDesc(c)
	w.assign("")
}

// hashMap begins a java.util.HashMap of n entries; the entries and an end of block data follow.
func (w *javaStream) hashMap(class javaClass, n uint32) {
	const loadFactor = 0.75
	buckets := uint32(16)
	for float64(buckets)*loadFactor < float64(n) {
		buckets *= 2
	}
	threshold := uint32(float64(buckets) * loadFactor)
	if n == 0 {
		threshold = 0
	}
	w.object(class)
	w.u32(math.Float32bits(loadFactor))
	w.u32(threshold)
	w.block(buckets, n)
}

// modifiedUTF8 is Java's encoding of strings in streams and class files: UTF-16 units of up to three bytes each, and
// NUL as two bytes.
func modifiedUTF8(s string) []byte {
	var out []byte
	for _, r := range s {
		switch {
		case r == 0:
			out = append(out, 0xc0, 0x80)
		case r > 0xffff:
			r -= 0x10000
			for _, unit := range [2]rune{0xd800 + r>>10, 0xdc00 + r&0x3ff} {
				out = append(out, 0xe0|byte(unit>>12), 0x80|byte(unit>>6&0x3f), 0x80|byte(unit&0x3f))
			}
		default:
			out = append(out, string(r)...)
		}
	}
	return out
}
