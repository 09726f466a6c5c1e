package asyaml

import (
	"slices"

	"github.com/stormflux/stormflux/compiler"
	"github.com/stormflux/stormflux/internal/topology"
)

// withoutCheckpoints returns a model without what the compiler adds for stateful bolts.
func withoutCheckpoints(t *topology.Topology) *topology.Topology {
	if !slices.ContainsFunc(t.Spouts, isCheckpointSpout) {
		return t
	}
	plain := *t
	plain.Spouts = slices.DeleteFunc(slices.Clone(t.Spouts), isCheckpointSpout)
	plain.Bolts = nil
	for _, b := range t.Bolts {
		bolt := *b
		bolt.Streams = slices.DeleteFunc(slices.Clone(b.Streams), func(s *topology.Stream) bool { return s.ID == compiler.CheckpointStream })
		bolt.Inputs = slices.DeleteFunc(slices.Clone(b.Inputs), func(in *topology.Input) bool { return in.Stream == compiler.CheckpointStream })
		if process := compiler.ProcessOf(bolt.Code); process != nil {
			bolt.Code = process
		}
		plain.Bolts = append(plain.Bolts, &bolt)
	}
	return &plain
}

func isCheckpointSpout(c *topology.Component) bool { return c.ID == compiler.CheckpointSpout }
