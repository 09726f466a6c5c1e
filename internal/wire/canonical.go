package wire

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"github.com/apache/thrift/lib/go/thrift"
)

// canonical is a write-only Thrift protocol. It writes into another protocol and sorts the entries of every map by the
// binary form of their keys. Thrift's generated code ranges over Go maps, so without it every run would give other bytes.
//
// It sorts in the written bytes, when a map ends. This works for protocols in which the bytes of an entry do not depend
// on the entries before it. The binary and the compact protocol are such protocols.
type canonical struct {
	// The embedded protocol is nil. It stands for the methods that nothing calls: the reading half, and the writing of
	// types that no structure of a topology has (byte, UUID).
	thrift.TProtocol

	out   thrift.TProtocol
	bytes *thrift.TMemoryBuffer // what out writes to, without a buffer between them

	// Keys are written a second time, in binary form, for the comparison.
	key      thrift.TProtocol
	keyBytes *thrift.TMemoryBuffer
	inKey    bool

	open    []container // the containers around the current position, the innermost last
	scratch []byte
}

// container is a struct, list, set or map that has not ended.
type container struct {
	isMap   bool
	entries []entry // of a map; the last one may be incomplete
	keys    int     // of a map: the offset of its keys in keyBytes
}

// entry is a map's entry: the offsets of the entry in bytes, and those of its key in keyBytes.
type entry struct {
	start, end       int
	keyStart, keyEnd int
}

// writeCanonical writes v to out in canonical order. out must write to buf directly, without a buffer of its own.
func writeCanonical(ctx context.Context, v thrift.TStruct, out thrift.TProtocol, buf *thrift.TMemoryBuffer) error {
	keys := thrift.NewTMemoryBuffer()
	c := &canonical{out: out, bytes: buf, key: thrift.NewTBinaryProtocolConf(keys, nil), keyBytes: keys}
	if err := v.Write(ctx, c); err != nil {
		return fmt.Errorf("writing the topology as Thrift: %w", err)
	}
	if len(c.open) != 0 {
		panic("wire: a Thrift container does not end")
	}
	return out.Flush(ctx)
}

// begin notes the start of a container. The caller has written the container's header.
func (c *canonical) begin(isMap bool) {
	if isMap && c.inKey {
		panic("wire: a map in a map's key")
	}
	c.open = append(c.open, container{isMap: isMap, keys: c.keyBytes.Len()})
	if isMap {
		c.beginEntry(&c.open[len(c.open)-1])
	}
}

func (c *canonical) beginEntry(m *container) {
	m.entries = append(m.entries, entry{start: c.bytes.Len(), keyStart: c.keyBytes.Len()})
	c.inKey = true
}

// end notes the end of a container. The caller has written that end.
func (c *canonical) end() {
	last := len(c.open) - 1
	if ended := &c.open[last]; ended.isMap {
		c.inKey = false // the map expected another key
		c.order(ended.entries[:len(ended.entries)-1])
		c.keyBytes.Truncate(ended.keys)
	}
	c.open = c.open[:last]
	c.value()
}

// value notes that a whole value was written. Inside a map this completes a key or an entry.
func (c *canonical) value() {
	if len(c.open) == 0 {
		return
	}
	m := &c.open[len(c.open)-1]
	if !m.isMap {
		return
	}
	e := &m.entries[len(m.entries)-1]
	if c.inKey {
		e.keyEnd = c.keyBytes.Len()
		c.inKey = false
		return
	}
	e.end = c.bytes.Len()
	c.beginEntry(m)
}

// order sorts a map's entries by their keys. The entries are adjacent in bytes.
func (c *canonical) order(entries []entry) {
	keys := c.keyBytes.Bytes()
	byKey := func(a, b entry) int {
		return bytes.Compare(keys[a.keyStart:a.keyEnd], keys[b.keyStart:b.keyEnd])
	}
	if len(entries) < 2 || slices.IsSortedFunc(entries, byKey) {
		return
	}
	start, end := entries[0].start, entries[len(entries)-1].end
	written := c.bytes.Bytes()
	slices.SortFunc(entries, byKey)
	c.scratch = slices.Grow(c.scratch[:0], end-start)
	for _, e := range entries {
		c.scratch = append(c.scratch, written[e.start:e.end]...)
	}
	copy(written[start:end], c.scratch)
}

// to calls write with the target, and inside a key also with the protocol for the comparison.
func (c *canonical) to(write func(thrift.TProtocol) error) error {
	if err := write(c.out); err != nil || !c.inKey {
		return err
	}
	return write(c.key)
}

// scalar is like to, for a whole value.
func (c *canonical) scalar(write func(thrift.TProtocol) error) error {
	err := c.to(write)
	c.value()
	return err
}

func (c *canonical) WriteMessageBegin(context.Context, string, thrift.TMessageType, int32) error {
	panic("wire: only structs are written")
}

func (c *canonical) WriteMessageEnd(context.Context) error {
	panic("wire: only structs are written")
}

func (c *canonical) WriteStructBegin(ctx context.Context, name string) error {
	err := c.to(func(p thrift.TProtocol) error { return p.WriteStructBegin(ctx, name) })
	c.begin(false)
	return err
}

func (c *canonical) WriteStructEnd(ctx context.Context) error {
	err := c.to(func(p thrift.TProtocol) error { return p.WriteStructEnd(ctx) })
	c.end()
	return err
}

func (c *canonical) WriteFieldBegin(ctx context.Context, name string, t thrift.TType, id int16) error {
	return c.to(func(p thrift.TProtocol) error { return p.WriteFieldBegin(ctx, name, t, id) })
}

func (c *canonical) WriteFieldEnd(ctx context.Context) error {
	return c.to(func(p thrift.TProtocol) error { return p.WriteFieldEnd(ctx) })
}

func (c *canonical) WriteFieldStop(ctx context.Context) error {
	return c.to(func(p thrift.TProtocol) error { return p.WriteFieldStop(ctx) })
}

func (c *canonical) WriteMapBegin(ctx context.Context, key, value thrift.TType, size int) error {
	err := c.to(func(p thrift.TProtocol) error { return p.WriteMapBegin(ctx, key, value, size) })
	c.begin(true)
	return err
}

func (c *canonical) WriteMapEnd(ctx context.Context) error {
	err := c.out.WriteMapEnd(ctx)
	c.end()
	return err
}

func (c *canonical) WriteListBegin(ctx context.Context, elem thrift.TType, size int) error {
	err := c.to(func(p thrift.TProtocol) error { return p.WriteListBegin(ctx, elem, size) })
	c.begin(false)
	return err
}

func (c *canonical) WriteListEnd(ctx context.Context) error {
	err := c.to(func(p thrift.TProtocol) error { return p.WriteListEnd(ctx) })
	c.end()
	return err
}

func (c *canonical) WriteSetBegin(ctx context.Context, elem thrift.TType, size int) error {
	err := c.to(func(p thrift.TProtocol) error { return p.WriteSetBegin(ctx, elem, size) })
	c.begin(false)
	return err
}

func (c *canonical) WriteSetEnd(ctx context.Context) error {
	err := c.to(func(p thrift.TProtocol) error { return p.WriteSetEnd(ctx) })
	c.end()
	return err
}

func (c *canonical) WriteBool(ctx context.Context, v bool) error {
	return c.scalar(func(p thrift.TProtocol) error { return p.WriteBool(ctx, v) })
}

func (c *canonical) WriteI16(ctx context.Context, v int16) error {
	return c.scalar(func(p thrift.TProtocol) error { return p.WriteI16(ctx, v) })
}

func (c *canonical) WriteI32(ctx context.Context, v int32) error {
	return c.scalar(func(p thrift.TProtocol) error { return p.WriteI32(ctx, v) })
}

func (c *canonical) WriteI64(ctx context.Context, v int64) error {
	return c.scalar(func(p thrift.TProtocol) error { return p.WriteI64(ctx, v) })
}

func (c *canonical) WriteDouble(ctx context.Context, v float64) error {
	return c.scalar(func(p thrift.TProtocol) error { return p.WriteDouble(ctx, v) })
}

func (c *canonical) WriteString(ctx context.Context, v string) error {
	return c.scalar(func(p thrift.TProtocol) error { return p.WriteString(ctx, v) })
}

func (c *canonical) WriteBinary(ctx context.Context, v []byte) error {
	return c.scalar(func(p thrift.TProtocol) error { return p.WriteBinary(ctx, v) })
}

func (c *canonical) Flush(context.Context) error { return nil }
