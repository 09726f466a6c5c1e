package classfile

// reader reads big-endian numbers. After a read past the end it has failed: then every read returns 0.
type reader struct {
	data   []byte
	at     int
	failed bool
}

// take returns the next n bytes; nil past the end.
func (r *reader) take(n int) []byte {
	if r.failed || n < 0 || n > len(r.data)-r.at {
		r.failed = true
		return nil
	}
	r.at += n
	return r.data[r.at-n : r.at : r.at]
}

func (r *reader) u1() uint8 {
	if b := r.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (r *reader) u2() uint16 {
	if b := r.take(2); b != nil {
		return uint16(b[0])<<8 | uint16(b[1])
	}
	return 0
}

func (r *reader) u4() uint32 {
	if b := r.take(4); b != nil {
		return uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
	}
	return 0
}

func (r *reader) u8() uint64 { return uint64(r.u4())<<32 | uint64(r.u4()) }

// count reads the length of a table whose entries have at least size bytes each. If they cannot fit into the rest of
// the data, the reader fails and the length is 0: a lying length allocates nothing.
func (r *reader) count(size int) int {
	n := int(r.u2())
	if n*size > len(r.data)-r.at {
		r.failed = true
		return 0
	}
	return n
}
