package compiler

import (
	"slices"

	"github.com/stormflux/stormflux/internal/topology"
	"github.com/stormflux/stormflux/validate"
)

// The ids and fields of Storm's checkpoints (CheckpointSpout, since Storm 1.0).
const (
	CheckpointSpout  = "$checkpointspout"
	CheckpointStream = "$checkpoint"
)

// processClass is the adapter's bolt that starts a process.
const processClass = "stormflux.runtime.Process"

// checkpoints adds what a stateful bolt needs, as Storm's own TopologyBuilder does: a spout that emits checkpoints, and a
// path for them to every bolt. Bolts without state pass them on: the adapter sees to that.
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
		if process, ok := b.Code.(*topology.Process); ok {
			b.Code = processObject(b.ID, process)
		}
		if b.Stream(CheckpointStream) == nil {
			b.Streams = append(b.Streams, newCheckpointStream())
		}
		b.Inputs = append(b.Inputs, checkpointInputs(top, b)...)
	}
	top.Spouts = append(top.Spouts, &topology.Component{
		ID: CheckpointSpout, Parallelism: 1, Streams: []*topology.Stream{newCheckpointStream()},
		Code: &topology.Definition{Component: CheckpointSpout, Objects: []*topology.Object{{Class: "org.apache.storm.spout.CheckpointSpout"}}},
	})
}

func newCheckpointStream() *topology.Stream {
	return &topology.Stream{ID: CheckpointStream, Fields: []string{"txid", "action"}}
}

// checkpointInputs returns a subscription to the checkpoints of each source of a bolt. Those of the spouts come from the
// checkpoint spout.
func checkpointInputs(top *topology.Topology, b *topology.Component) []*topology.Input {
	var inputs []*topology.Input
	for _, in := range b.Inputs {
		source := in.Component
		if slices.ContainsFunc(top.Spouts, func(s *topology.Component) bool { return s.ID == source }) {
			source = CheckpointSpout
		}
		if !slices.ContainsFunc(inputs, func(in *topology.Input) bool { return in.Component == source }) {
			inputs = append(inputs, &topology.Input{Component: source, Stream: CheckpointStream, Grouping: topology.All{}})
		}
	}
	return inputs
}

// processObject returns a process as a bolt that is an object. The adapter wraps such a bolt, so that it passes checkpoints
// on.
func processObject(id string, process *topology.Process) *topology.Definition {
	words := make([]any, len(process.Words))
	for i, w := range process.Words {
		words[i] = w
	}
	return &topology.Definition{Component: id, Objects: []*topology.Object{{Class: processClass, Args: []any{words}}}}
}

// ProcessOf returns the process in what [processObject] returns, or nil for other code.
func ProcessOf(code topology.Code) *topology.Process {
	d, ok := code.(*topology.Definition)
	if !ok || d.Root().Class != processClass || len(d.Root().Args) != 1 {
		return nil
	}
	words, _ := d.Root().Args[0].([]any)
	process := &topology.Process{}
	for _, w := range words {
		word, ok := w.(string)
		if !ok {
			return nil
		}
		process.Words = append(process.Words, word)
	}
	if len(process.Words) == 0 {
		return nil
	}
	return process
}
