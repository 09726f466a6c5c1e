package compiler

import (
	"slices"

	"github.com/stormflux/stormflux/internal/topology"
	"github.com/stormflux/stormflux/validate"
)

// The ids and fields of Storm's checkpoints (CheckpointSpout, since Storm 1.0).
const (
	checkpointSpout  = "$checkpointspout"
	checkpointStream = "$checkpoint"
)

// checkpoints adds what a stateful bolt needs, as Storm's own TopologyBuilder does: a spout that emits checkpoints, a
// path for them to every bolt, and a wrapper around every bolt without state that passes them on.
func (l *lowering) checkpoints() {
	stateful := map[string]bool{}
	for _, b := range l.src.Bolts {
		if class, ok := b.Implementation.(*validate.Class); ok {
			stateful[b.ID] = class.Kind == validate.StatefulBoltClass || class.Kind == validate.StatefulWindowedClass
		}
	}
	top := l.prog.Topology
	if !slices.ContainsFunc(top.Bolts, func(b *topology.Component) bool { return stateful[b.ID] }) {
		return
	}
	for _, b := range top.Bolts {
		if !stateful[b.ID] {
			b.Code = passCheckpointsOn(b)
		}
		if b.Stream(checkpointStream) == nil {
			b.Streams = append(b.Streams, newCheckpointStream())
		}
		b.Inputs = append(b.Inputs, checkpointInputs(top, b)...)
	}
	top.Spouts = append(top.Spouts, &topology.Component{
		ID: checkpointSpout, Parallelism: 1, Streams: []*topology.Stream{newCheckpointStream()},
		Code: &topology.Definition{Component: checkpointSpout, Objects: []*topology.Object{{Class: "org.apache.storm.spout.CheckpointSpout"}}},
	})
}

func newCheckpointStream() *topology.Stream {
	return &topology.Stream{ID: checkpointStream, Fields: []string{"txid", "action"}}
}

// checkpointInputs returns a subscription to the checkpoints of each source of a bolt. Those of the spouts come from the
// checkpoint spout.
func checkpointInputs(top *topology.Topology, b *topology.Component) []*topology.Input {
	var inputs []*topology.Input
	for _, in := range b.Inputs {
		source := in.Component
		if slices.ContainsFunc(top.Spouts, func(s *topology.Component) bool { return s.ID == source }) {
			source = checkpointSpout
		}
		if !slices.ContainsFunc(inputs, func(in *topology.Input) bool { return in.Component == source }) {
			inputs = append(inputs, &topology.Input{Component: source, Stream: checkpointStream, Grouping: topology.All{}})
		}
	}
	return inputs
}

// passCheckpointsOn wraps the code of a bolt without state. The adapter makes Storm's CheckpointTupleForwarder, which
// needs a bolt that is an object, so a process gets one too.
func passCheckpointsOn(b *topology.Component) *topology.Definition {
	var objects []*topology.Object
	switch code := b.Code.(type) {
	case *topology.Definition:
		objects = code.Objects
	case *topology.Process:
		words := make([]any, len(code.Words))
		for i, w := range code.Words {
			words[i] = w
		}
		objects = []*topology.Object{{Class: "stormflux.runtime.Process", Args: []any{words}}}
	}
	wrapper := &topology.Object{
		Class: "stormflux.runtime.Checkpoints", Factory: "forward", Args: []any{topology.Ref(len(objects) - 1)},
	}
	return &topology.Definition{Component: b.ID, Objects: append(slices.Clone(objects), wrapper)}
}
