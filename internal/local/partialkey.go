package local

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"unicode/utf16"
)

// A partial key grouping is not in Storm's IDL: a topology holds a Java object, org.apache.storm.grouping.PartialKeyGrouping,
// in serialised form. Only this class, in the form that Storm 2 and our compiler write it, is understood.

const partialKeyClass = "org.apache.storm.grouping.PartialKeyGrouping"

// partialKeyFields reads the field names out of a serialised PartialKeyGrouping: the strings of the one ArrayList in it
// (org.apache.storm.tuple.Fields.fields).
func partialKeyFields(serialized []byte) ([]string, error) {
	class := append([]byte{0, byte(len(partialKeyClass))}, partialKeyClass...)
	head := append([]byte{0xac, 0xed, 0, 5, 0x73, 0x72}, class...)
	if !bytes.HasPrefix(serialized, head) {
		return nil, errors.New("it is not Storm's PartialKeyGrouping, and no other Java class can be run here")
	}
	const list = "\x00\x13java.util.ArrayList"
	i := bytes.Index(serialized, []byte(list))
	if i < 0 {
		return nil, errors.New("the PartialKeyGrouping has no list of fields")
	}
	r := &javaReader{rest: serialized[i+len(list):]}
	r.skip(8 + 1)     // serialVersionUID, flags
	r.want(0, 1, 'I') // one field, an int
	r.skip(2 + len("size"))
	r.want(0x78, 0x70) // end of the class's annotations, no superclass
	n := int(r.u32())
	r.want(0x77, 4) // block data: the capacity
	r.skip(4)
	var fields []string
	for range n {
		if r.err != nil {
			break
		}
		r.want(0x74) // a string; a reference would be to a type's name, which is no field's
		fields = append(fields, r.utf())
	}
	r.want(0x78)
	if r.err != nil {
		return nil, fmt.Errorf("the PartialKeyGrouping's list of fields: %w", r.err)
	}
	return fields, nil
}

type javaReader struct {
	rest []byte
	err  error
}

func (r *javaReader) take(n int) []byte {
	if r.err == nil && n > len(r.rest) {
		r.err = errors.New("unexpected end")
	}
	if r.err != nil {
		return make([]byte, n)
	}
	taken := r.rest[:n]
	r.rest = r.rest[n:]
	return taken
}

func (r *javaReader) skip(n int) { r.take(n) }

func (r *javaReader) u32() uint32 { return binary.BigEndian.Uint32(r.take(4)) }

func (r *javaReader) want(want ...byte) {
	if got := r.take(len(want)); r.err == nil && !bytes.Equal(got, want) {
		r.err = fmt.Errorf("%x where %x was expected", got, want)
	}
}

// utf reads a string in Java's modified UTF-8.
func (r *javaReader) utf() string {
	enc := r.take(int(binary.BigEndian.Uint16(r.take(2))))
	var units []uint16
	for i := 0; i < len(enc); {
		c := enc[i]
		switch {
		case c < 0x80:
			units = append(units, uint16(c))
			i++
		case c&0xe0 == 0xc0 && i+1 < len(enc):
			units = append(units, uint16(c&0x1f)<<6|uint16(enc[i+1]&0x3f))
			i += 2
		case i+2 < len(enc):
			units = append(units, uint16(c&0x0f)<<12|uint16(enc[i+1]&0x3f)<<6|uint16(enc[i+2]&0x3f))
			i += 3
		default:
			r.err = errors.New("a malformed string")
			return ""
		}
	}
	return string(utf16.Decode(units))
}

// partialKeyPair returns the two targets, as indexes below n, that a key may go to, from the hashes of its values.
// See PartialKeyGrouping.RandomTwoTaskAssignmentCreator: the key's bytes seed a java.util.Random.
func partialKeyPair(hashes []int32, n int) (first, second int) {
	seed := int32(1) // Arrays.hashCode(byte[])
	for _, h := range hashes {
		for shift := 24; shift >= 0; shift -= 8 {
			seed = 31*seed + int32(int8(h>>shift))
		}
	}
	random := newJavaRandom(int64(seed))
	first = random.intn(n)
	second = random.intn(n)
	if first == second {
		second = (second + 1) % n
	}
	return first, second
}

// javaRandom is java.util.Random, whose algorithm is part of its specification.
type javaRandom uint64

const (
	randomMultiplier = 0x5deece66d
	randomMask       = 1<<48 - 1
)

func newJavaRandom(seed int64) *javaRandom {
	r := javaRandom((uint64(seed) ^ randomMultiplier) & randomMask)
	return &r
}

func (r *javaRandom) next31() int32 {
	*r = (*r*randomMultiplier + 0xb) & randomMask
	return int32(*r >> (48 - 31))
}

func (r *javaRandom) intn(n int) int {
	bound := int32(n)
	bits := r.next31()
	if bound&(bound-1) == 0 {
		return int(int64(bound) * int64(bits) >> 31)
	}
	for {
		value := bits % bound
		if bits-value+(bound-1) >= 0 { // overflow means that bits is in the last, incomplete range
			return int(value)
		}
		bits = r.next31()
	}
}
