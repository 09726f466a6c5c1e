package jvmruntime

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
)

// Tags of a class file's constants (The Java Virtual Machine Specification, 4.4) and the sizes of their contents.
const (
	tagUtf8  = 1
	tagClass = 7
)

var constantSizes = map[byte]int{
	3: 4, 4: 4, 5: 8, 6: 8, tagClass: 2, 8: 2, 9: 4, 10: 4, 11: 4, 12: 4, 15: 3, 16: 2, 17: 4, 18: 4, 19: 2, 20: 2,
}

// isWide reports whether a constant takes two places of the pool: Long and Double.
func isWide(tag byte) bool { return tag == 5 || tag == 6 }

// relocate renames the package org.apache.storm to backtype.storm in a class file, wherever its constants name it: as
// classes, in descriptors and in strings. The class implements none of the missing interfaces afterwards.
func relocate(class []byte, missing []string) ([]byte, error) {
	if len(class) < 10 || binary.BigEndian.Uint32(class) != 0xCAFEBABE {
		return nil, errors.New("it is not a class file")
	}
	out := slices.Clone(class[:10])
	count := int(binary.BigEndian.Uint16(class[8:]))
	names := make([]string, count)  // Utf8 constants, renamed
	nameOf := make([]uint16, count) // Class constants: the index of the name
	rest := class[10:]              // what is not copied yet
	errTruncated := errors.New("it ends in the middle of a constant")
	for i := 1; i < count; i++ {
		if len(rest) < 3 {
			return nil, errTruncated
		}
		tag := rest[0]
		size, known := constantSizes[tag]
		if tag == tagUtf8 {
			size, known = 2+int(binary.BigEndian.Uint16(rest[1:])), true
		}
		if !known {
			return nil, fmt.Errorf("it has a constant with the unknown tag %d", tag)
		}
		if len(rest) < 1+size {
			return nil, errTruncated
		}
		content := rest[1 : 1+size]
		rest = rest[1+size:]
		out = append(out, tag)
		switch tag {
		case tagUtf8:
			text := rename(content[2:])
			names[i] = string(text)
			out = binary.BigEndian.AppendUint16(out, uint16(len(text))) // not longer than before
			content = text
		case tagClass:
			nameOf[i] = binary.BigEndian.Uint16(content)
		}
		out = append(out, content...)
		if isWide(tag) {
			i++
		}
	}
	if len(rest) < 8 {
		return nil, errTruncated
	}
	// access_flags, this_class, super_class, interfaces_count, interfaces
	out = append(out, rest[:6]...)
	interfaces := int(binary.BigEndian.Uint16(rest[6:]))
	rest = rest[8:]
	if len(rest) < 2*interfaces {
		return nil, errTruncated
	}
	var kept []byte
	for i := range interfaces {
		index := int(binary.BigEndian.Uint16(rest[2*i:]))
		if index >= count || int(nameOf[index]) >= count {
			return nil, errors.New("it names an interface that is not among its constants")
		}
		if !slices.Contains(missing, names[nameOf[index]]) {
			kept = append(kept, rest[2*i:2*i+2]...)
		}
	}
	out = binary.BigEndian.AppendUint16(out, uint16(len(kept)/2))
	return slices.Concat(out, kept, rest[2*interfaces:]), nil
}

func rename(text []byte) []byte {
	text = bytes.ReplaceAll(text, []byte("org/apache/storm/"), []byte("backtype/storm/"))
	return bytes.ReplaceAll(text, []byte("org.apache.storm."), []byte("backtype.storm."))
}
