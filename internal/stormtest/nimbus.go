package stormtest

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"net"
	"time"
)

// Topology is a topology as Nimbus lists it.
type Topology struct {
	ID     string // the name with a counter and a time
	Name   string
	Status string // ACTIVE, INACTIVE, KILLED or REBALANCING
}

// Topologies asks Nimbus for its topologies.
func (c *Cluster) Topologies(ctx context.Context) ([]Topology, error) {
	summary, err := askNimbus(ctx, c.NimbusAddr(), "getClusterInfo")
	if err != nil {
		return nil, err
	}
	var topologies []Topology
	list, _ := summary[3].([]any)
	for _, item := range list {
		fields := item.(thriftStruct)
		topologies = append(topologies, Topology{ID: fields.text(1), Name: fields.text(2), Status: fields.text(7)})
	}
	return topologies, nil
}

// AwaitTopology waits until Nimbus lists the topology with the status, or with status "" until it does not list it
// any more. The context limits the wait.
func (c *Cluster) AwaitTopology(ctx context.Context, name, status string) error {
	for {
		topologies, err := c.Topologies(ctx)
		if err != nil {
			return err
		}
		found := ""
		for _, topology := range topologies {
			if topology.Name == name {
				found = topology.Status
			}
		}
		if found == status {
			return nil
		}
		if err := wait(ctx, pollInterval); err != nil {
			return fmt.Errorf("waiting for topology %q to be %q (it is %q): %w", name, status, found, err)
		}
	}
}

// nimbusReady returns nil if Nimbus leads and has at least the given number of supervisors.
func nimbusReady(ctx context.Context, addr string, supervisors int) error {
	if _, err := askNimbus(ctx, addr, "getLeader"); err != nil {
		return err
	}
	summary, err := askNimbus(ctx, addr, "getClusterInfo")
	if err != nil {
		return err
	}
	if list, _ := summary[1].([]any); len(list) < supervisors {
		return fmt.Errorf("%d of %d supervisors have registered", len(list), supervisors)
	}
	// getLeader believes ZooKeeper, where a killed Nimbus of the same address leads until its session ends. Of the
	// calls that only a leader serves, a submission without options is the one that has no effect: a leader answers
	// that they are missing (Nimbus.submitTopologyWithOpts), others with an internal error. It leaves a warning in the
	// log.
	if _, err := callNimbus(ctx, addr, "submitTopologyWithOpts"); err != nil {
		return fmt.Errorf("it does not lead: %w", err)
	}
	return nil
}

// supervisorsSince returns nil if Nimbus has heard from a number of supervisors that started after a time.
func supervisorsSince(ctx context.Context, addr string, supervisors int, began time.Time) error {
	summary, err := askNimbus(ctx, addr, "getClusterInfo")
	if err != nil {
		return err
	}
	list, _ := summary[1].([]any)
	young := 0
	for _, s := range list {
		if uptime, ok := s.(thriftStruct)[2].(int32); ok && time.Duration(uptime)*time.Second <= time.Since(began) {
			young++
		}
	}
	if young < supervisors {
		return fmt.Errorf("%d of %d supervisors have registered", young, supervisors)
	}
	return nil
}

// thriftStruct is a Thrift struct by field ids. This package asks two questions without arguments, so it reads
// Thrift's binary protocol generically instead of depending on generated code that its users test.
type thriftStruct map[int16]any

func (s thriftStruct) text(field int16) string {
	text, _ := s[field].(string)
	return text
}

// askNimbus calls a method that returns a struct, without arguments.
func askNimbus(ctx context.Context, addr, method string) (thriftStruct, error) {
	result, err := callNimbus(ctx, addr, method)
	if err != nil {
		return nil, err
	}
	success, ok := result[0].(thriftStruct)
	if !ok {
		return nil, fmt.Errorf("calling %s: no result", method)
	}
	return success, nil
}

// callNimbus calls a method without arguments on a connection of its own (framed transport, strict binary protocol:
// https://github.com/apache/thrift/blob/master/doc/specs/thrift-binary-protocol.md). Field 0 of what it returns is
// the result, the others are the declared exceptions.
func callNimbus(ctx context.Context, addr, method string) (thriftStruct, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()

	call := binary.BigEndian.AppendUint32(nil, 0x80010001) // version 1, CALL
	call = binary.BigEndian.AppendUint32(call, uint32(len(method)))
	call = append(call, method...)
	call = binary.BigEndian.AppendUint32(call, 0) // sequence id
	call = append(call, 0)                        // no arguments
	frame := binary.BigEndian.AppendUint32(nil, uint32(len(call)))
	if _, err := conn.Write(append(frame, call...)); err != nil {
		return nil, fmt.Errorf("calling %s: %w", method, err)
	}
	var size [4]byte
	if _, err := io.ReadFull(conn, size[:]); err != nil {
		return nil, fmt.Errorf("calling %s: %w", method, err)
	}
	reply := make([]byte, min(binary.BigEndian.Uint32(size[:]), 64<<20))
	if _, err := io.ReadFull(conn, reply); err != nil {
		return nil, fmt.Errorf("calling %s: %w", method, err)
	}
	r := &thriftReader{data: reply}
	kind := r.uint32() & 0xff
	r.bytes() // the method's name
	r.uint32()
	result := r.structure()
	if r.failed {
		return nil, fmt.Errorf("calling %s: the reply is not Thrift's binary protocol", method)
	}
	const replyKind = 2
	if kind != replyKind {
		return nil, fmt.Errorf("calling %s: %s", method, result.text(1))
	}
	return result, nil
}

type thriftReader struct {
	data   []byte
	failed bool
}

func (r *thriftReader) take(n uint32) []byte {
	if uint64(n) > uint64(len(r.data)) {
		r.failed, r.data = true, nil
		return make([]byte, min(n, 8))
	}
	taken := r.data[:n]
	r.data = r.data[n:]
	return taken
}

func (r *thriftReader) uint8() byte    { return r.take(1)[0] }
func (r *thriftReader) uint16() uint16 { return binary.BigEndian.Uint16(r.take(2)) }
func (r *thriftReader) uint32() uint32 { return binary.BigEndian.Uint32(r.take(4)) }
func (r *thriftReader) uint64() uint64 { return binary.BigEndian.Uint64(r.take(8)) }
func (r *thriftReader) bytes() []byte  { return r.take(r.uint32()) }

func (r *thriftReader) structure() thriftStruct {
	fields := thriftStruct{}
	for !r.failed {
		kind := r.uint8()
		if kind == 0 {
			break
		}
		id := int16(r.uint16())
		fields[id] = r.value(kind)
	}
	return fields
}

func (r *thriftReader) value(kind byte) any {
	switch kind {
	case 2: // bool
		return r.uint8() != 0
	case 3: // i8
		return int8(r.uint8())
	case 4:
		return math.Float64frombits(r.uint64())
	case 6:
		return int16(r.uint16())
	case 8:
		return int32(r.uint32())
	case 10:
		return int64(r.uint64())
	case 11: // string, binary
		return string(r.bytes())
	case 12:
		return r.structure()
	case 13: // map: nothing here asks for one, so it is only skipped
		keys, values := r.uint8(), r.uint8()
		for n := r.uint32(); n > 0 && !r.failed; n-- {
			r.value(keys)
			r.value(values)
		}
		return nil
	case 14, 15: // set, list
		items := []any{}
		element := r.uint8()
		for n := r.uint32(); n > 0 && !r.failed; n-- {
			items = append(items, r.value(element))
		}
		return items
	}
	r.failed = true
	return nil
}
