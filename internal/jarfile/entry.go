package jarfile

import "encoding/binary"

// Entry is what the directory says of an entry. It may lie.
type Entry struct {
	record string // and what follows it
}

// Name returns the name: a path with "/". That of a folder ends with "/".
func (e Entry) Name() string { return e.record[entrySize:][:number16(e.record[28:])] }

// Flags returns the general purpose bits [4.4.4]. Bit 0 says that the entry is encrypted.
func (e Entry) Flags() uint16 { return number16(e.record[8:]) }

// Method returns the compression method [4.4.5]: 0 stored, 8 deflated.
func (e Entry) Method() uint16 { return number16(e.record[10:]) }

// length returns the length of the record.
func (e Entry) length() int {
	return entrySize + int(number16(e.record[28:])) + int(number16(e.record[30:])) + int(number16(e.record[32:]))
}

// zip64 reports whether a number of the record is in a field of zip64.
func (e Entry) zip64() bool {
	return number32(e.record[20:]) == none32 || number32(e.record[24:]) == none32 || number32(e.record[42:]) == none32
}

// none32 stands for a number that is in a field of zip64.
const none32 = 1<<32 - 1

// Sizes are the sizes of an entry in bytes.
type Sizes struct {
	Content, Packed int64
	offset          int64 // of the local header
}

// Sizes returns the sizes of the entry. They can be in its zip64 field [4.5.3].
func (e Entry) Sizes() Sizes {
	s := Sizes{Packed: int64(number32(e.record[20:])), Content: int64(number32(e.record[24:])), offset: int64(number32(e.record[42:]))}
	extra := e.record[entrySize+int(number16(e.record[28:])):][:number16(e.record[30:])]
	for len(extra) >= 4 {
		id, size := number16(extra), int(number16(extra[2:]))
		if size > len(extra)-4 {
			break
		}
		field := extra[4 : 4+size]
		extra = extra[4+size:]
		if id != 1 {
			continue
		}
		for _, n := range []*int64{&s.Content, &s.Packed, &s.offset} { // only those that did not fit are there, in this order
			if *n == none32 && len(field) >= 8 {
				*n = int64(min(binary.LittleEndian.Uint64([]byte(field[:8])), 1<<62))
				field = field[8:]
			}
		}
	}
	return s
}

func number16(text string) uint16 { return binary.LittleEndian.Uint16([]byte(text[:2])) }
func number32(text string) uint32 { return binary.LittleEndian.Uint32([]byte(text[:4])) }
