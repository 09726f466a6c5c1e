package compiler

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"github.com/apache/thrift/lib/go/thrift"
)

// canonical is a write-only Thrift protocol that remembers what is written and replays it into another protocol with
// the entries of every map ordered by their key's binary form. Thrift's generated code ranges over Go maps, so writing
// straight to the target would give other bytes on every run.
type canonical struct {
	// The reading half, and the writing of types that no structure of a topology has (byte, UUID): never called.
	thrift.TProtocol
	events []event
}

// event is one call of the protocol. A whole map is one event, so that its entries can be ordered.
type event struct {
	write func(ctx context.Context, out thrift.TProtocol) error
	kind  eventKind
}

type eventKind uint8

const (
	plain eventKind = iota + 1
	mapBegin
	mapEnd
	containerBegin // of a struct, list or set
	containerEnd
)

// writeCanonical writes v to out in canonical order.
func writeCanonical(ctx context.Context, v thrift.TStruct, out thrift.TProtocol) error {
	rec := &canonical{}
	if err := v.Write(ctx, rec); err != nil {
		return fmt.Errorf("writing the topology as Thrift: %w", err)
	}
	ordered, rest, err := orderMaps(ctx, rec.events)
	if err != nil {
		return err
	}
	if len(rest) != 0 {
		panic("compiler: unbalanced Thrift events")
	}
	for _, e := range ordered {
		if err := e.write(ctx, out); err != nil {
			return fmt.Errorf("writing the topology as Thrift: %w", err)
		}
	}
	return out.Flush(ctx)
}

// orderMaps returns the events up to the end of the enclosing container with every map's entries in order, and the
// events behind that end.
func orderMaps(ctx context.Context, in []event) (out, rest []event, err error) {
	for len(in) > 0 {
		e := in[0]
		switch e.kind {
		case mapEnd, containerEnd:
			return out, in, nil
		case plain:
			out, in = append(out, e), in[1:]
		case containerBegin:
			inner, after, err := orderMaps(ctx, in[1:])
			if err != nil {
				return nil, nil, err
			}
			out = append(append(append(out, e), inner...), after[0])
			in = after[1:]
		case mapBegin:
			entries, after, err := orderEntries(ctx, in[1:])
			if err != nil {
				return nil, nil, err
			}
			out = append(append(append(out, e), entries...), after[0])
			in = after[1:]
		}
	}
	return out, nil, nil
}

func orderEntries(ctx context.Context, in []event) (out, rest []event, err error) {
	type entry struct {
		key    []byte
		events []event
	}
	var entries []entry
	for in[0].kind != mapEnd {
		key, after, err := oneValue(ctx, in)
		if err != nil {
			return nil, nil, err
		}
		value, after, err := oneValue(ctx, after)
		if err != nil {
			return nil, nil, err
		}
		buf := thrift.NewTMemoryBuffer()
		proto := thrift.NewTBinaryProtocolConf(buf, nil)
		for _, e := range key {
			if err := e.write(ctx, proto); err != nil {
				return nil, nil, err
			}
		}
		entries = append(entries, entry{key: buf.Bytes(), events: append(key, value...)})
		in = after
	}
	slices.SortFunc(entries, func(a, b entry) int { return bytes.Compare(a.key, b.key) })
	for _, e := range entries {
		out = append(out, e.events...)
	}
	return out, in, nil
}

// oneValue returns the events of the value that in begins with, its maps in order.
func oneValue(ctx context.Context, in []event) (out, rest []event, err error) {
	switch in[0].kind {
	case plain:
		return in[:1:1], in[1:], nil
	case mapBegin:
		entries, after, err := orderEntries(ctx, in[1:])
		if err != nil {
			return nil, nil, err
		}
		return append(append([]event{in[0]}, entries...), after[0]), after[1:], nil
	case containerBegin:
		inner, after, err := orderMaps(ctx, in[1:])
		if err != nil {
			return nil, nil, err
		}
		return append(append([]event{in[0]}, inner...), after[0]), after[1:], nil
	}
	panic("compiler: a Thrift value begins with the end of a container")
}

func (c *canonical) record(kind eventKind, write func(context.Context, thrift.TProtocol) error) error {
	c.events = append(c.events, event{write: write, kind: kind})
	return nil
}

func (c *canonical) WriteMessageBegin(context.Context, string, thrift.TMessageType, int32) error {
	panic("compiler: only structs are written")
}

func (c *canonical) WriteMessageEnd(context.Context) error {
	panic("compiler: only structs are written")
}

func (c *canonical) WriteStructBegin(_ context.Context, name string) error {
	return c.record(containerBegin, func(ctx context.Context, p thrift.TProtocol) error { return p.WriteStructBegin(ctx, name) })
}

func (c *canonical) WriteStructEnd(context.Context) error {
	return c.record(containerEnd, func(ctx context.Context, p thrift.TProtocol) error { return p.WriteStructEnd(ctx) })
}

func (c *canonical) WriteFieldBegin(_ context.Context, name string, t thrift.TType, id int16) error {
	return c.record(plain, func(ctx context.Context, p thrift.TProtocol) error { return p.WriteFieldBegin(ctx, name, t, id) })
}

func (c *canonical) WriteFieldEnd(context.Context) error {
	return c.record(plain, func(ctx context.Context, p thrift.TProtocol) error { return p.WriteFieldEnd(ctx) })
}

func (c *canonical) WriteFieldStop(context.Context) error {
	return c.record(plain, func(ctx context.Context, p thrift.TProtocol) error { return p.WriteFieldStop(ctx) })
}

func (c *canonical) WriteMapBegin(_ context.Context, key, value thrift.TType, size int) error {
	return c.record(mapBegin, func(ctx context.Context, p thrift.TProtocol) error { return p.WriteMapBegin(ctx, key, value, size) })
}

func (c *canonical) WriteMapEnd(context.Context) error {
	return c.record(mapEnd, func(ctx context.Context, p thrift.TProtocol) error { return p.WriteMapEnd(ctx) })
}

func (c *canonical) WriteListBegin(_ context.Context, elem thrift.TType, size int) error {
	return c.record(containerBegin, func(ctx context.Context, p thrift.TProtocol) error { return p.WriteListBegin(ctx, elem, size) })
}

func (c *canonical) WriteListEnd(context.Context) error {
	return c.record(containerEnd, func(ctx context.Context, p thrift.TProtocol) error { return p.WriteListEnd(ctx) })
}

func (c *canonical) WriteSetBegin(_ context.Context, elem thrift.TType, size int) error {
	return c.record(containerBegin, func(ctx context.Context, p thrift.TProtocol) error { return p.WriteSetBegin(ctx, elem, size) })
}

func (c *canonical) WriteSetEnd(context.Context) error {
	return c.record(containerEnd, func(ctx context.Context, p thrift.TProtocol) error { return p.WriteSetEnd(ctx) })
}

func (c *canonical) WriteBool(_ context.Context, v bool) error {
	return c.record(plain, func(ctx context.Context, p thrift.TProtocol) error { return p.WriteBool(ctx, v) })
}

func (c *canonical) WriteI16(_ context.Context, v int16) error {
	return c.record(plain, func(ctx context.Context, p thrift.TProtocol) error { return p.WriteI16(ctx, v) })
}

func (c *canonical) WriteI32(_ context.Context, v int32) error {
	return c.record(plain, func(ctx context.Context, p thrift.TProtocol) error { return p.WriteI32(ctx, v) })
}

func (c *canonical) WriteI64(_ context.Context, v int64) error {
	return c.record(plain, func(ctx context.Context, p thrift.TProtocol) error { return p.WriteI64(ctx, v) })
}

func (c *canonical) WriteDouble(_ context.Context, v float64) error {
	return c.record(plain, func(ctx context.Context, p thrift.TProtocol) error { return p.WriteDouble(ctx, v) })
}

func (c *canonical) WriteString(_ context.Context, v string) error {
	return c.record(plain, func(ctx context.Context, p thrift.TProtocol) error { return p.WriteString(ctx, v) })
}

func (c *canonical) WriteBinary(_ context.Context, v []byte) error {
	return c.record(plain, func(ctx context.Context, p thrift.TProtocol) error { return p.WriteBinary(ctx, v) })
}

func (c *canonical) Flush(context.Context) error { return nil }
