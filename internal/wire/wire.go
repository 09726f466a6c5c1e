// Package wire turns the model of a topology into Storm's Thrift structures and reads it back from them.
//
// It knows how a process, a JVM object and each grouping look in Thrift, and what Storm keeps as serialised Java because
// Thrift has no form for it. It writes the bytes in one fixed order. It does not talk to a cluster.
package wire

import (
	"context"
	"fmt"

	"github.com/apache/thrift/lib/go/thrift"

	"github.com/stormflux/stormflux/internal/storm"
	"github.com/stormflux/stormflux/internal/topology"
)

// Protocol is a Thrift protocol. The zero value is invalid.
type Protocol uint8

// The protocols.
const (
	Binary Protocol = iota + 1
	Compact
)

// Marshal returns a topology's structure as a Thrift StormTopology. The same topology always gives the same bytes. The
// structure contains neither the name nor the configuration of the topology.
func Marshal(ctx context.Context, t *topology.Topology, p Protocol) ([]byte, error) {
	buf := thrift.NewTMemoryBuffer()
	if err := writeCanonical(ctx, Encode(t), p.on(buf), buf); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}

// Unmarshal reads a Thrift StormTopology; see [Decode].
func Unmarshal(ctx context.Context, data []byte, p Protocol) (*topology.Topology, error) {
	buf := thrift.NewTMemoryBuffer()
	buf.Write(data)
	t := storm.NewStormTopology()
	if err := t.Read(ctx, p.on(buf)); err != nil {
		return nil, fmt.Errorf("reading a Thrift topology: %w", err)
	}
	return Decode(t)
}

func (p Protocol) on(transport thrift.TTransport) thrift.TProtocol {
	switch p {
	case Binary:
		return thrift.NewTBinaryProtocolConf(transport, nil)
	case Compact:
		return thrift.NewTCompactProtocolConf(transport, nil)
	}
	panic(fmt.Sprintf("wire: invalid protocol %d", p))
}
