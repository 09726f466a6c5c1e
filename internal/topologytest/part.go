package topologytest

import (
	"maps"
	"slices"
	"strings"

	"github.com/stormflux/stormflux/internal/topology"
	"github.com/stormflux/stormflux/validate"
)

// The ids of Storm's checkpoints for stateful bolts (CheckpointSpout, since Storm 1.0).
const (
	checkpointSpout  = "$checkpointspout"
	checkpointStream = "$checkpoint"
)

// mockWord is the program of a mock.
const mockWord = "mock"

// part is the part of a topology that a test runs.
type part struct {
	*topology.Topology
	test *validate.Test
	// mocked are the components that are replaced, by id. The value reports whether the component is a spout in the whole
	// topology: a mocked bolt that reads from no component under test is a spout in the part.
	mocked      map[string]bool
	checkpoints bool // a stateful bolt needs them
}

// partOf returns the part of a topology that a test runs: the components under test, and mocks in place of their
// neighbours.
func partOf(whole *topology.Topology, test *validate.Test) *part {
	p := &part{Topology: &topology.Topology{Name: whole.Name, Conf: maps.Clone(whole.Conf)}, test: test, mocked: map[string]bool{}}
	if p.Conf == nil {
		p.Conf = map[string]any{}
	}
	for _, s := range test.Config {
		p.Conf[s.Key] = s.Value
	}
	if !test.AsWritten {
		delete(p.Conf, "topology.tasks")
	}
	p.checkpoints = p.needsCheckpoints(whole)
	for _, c := range whole.Spouts {
		switch {
		case p.under(c.ID):
			p.Spouts = append(p.Spouts, p.tested(whole, c))
		case p.neighbour(whole, c):
			p.mocked[c.ID] = true
			p.Spouts = append(p.Spouts, mocked(c, nil))
		}
	}
	for _, c := range whole.Bolts {
		inputs := p.inputsOfMock(c)
		switch {
		case p.under(c.ID):
			p.Bolts = append(p.Bolts, p.tested(whole, c))
		case len(inputs) > 0:
			p.mocked[c.ID] = false
			p.Bolts = append(p.Bolts, mocked(c, inputs))
		case p.neighbour(whole, c):
			p.mocked[c.ID] = false
			p.Spouts = append(p.Spouts, mocked(c, nil))
		}
	}
	if len(p.Spouts) == 0 { // Storm needs one
		p.Spouts = append(p.Spouts, mocked(&topology.Component{ID: "$nothing"}, nil))
	}
	if p.hasJVM() {
		p.WorkerHooks = whole.WorkerHooks
	}
	return p
}

func (p *part) under(id string) bool {
	return slices.Contains(p.test.Components, id) || id == checkpointSpout && p.checkpoints
}

// needsCheckpoints reports whether a component under test takes part in checkpoints.
func (p *part) needsCheckpoints(whole *topology.Topology) bool {
	return slices.ContainsFunc(whole.Bolts, func(b *topology.Component) bool {
		return slices.Contains(p.test.Components, b.ID) && slices.ContainsFunc(b.Inputs, isCheckpoint)
	})
}

func isCheckpoint(in *topology.Input) bool { return in.Stream == checkpointStream }

// neighbour reports whether a component under test reads from a component.
func (p *part) neighbour(whole *topology.Topology, c *topology.Component) bool {
	return slices.ContainsFunc(whole.Bolts, func(b *topology.Component) bool {
		return p.under(b.ID) && slices.ContainsFunc(b.Inputs, func(in *topology.Input) bool { return in.Component == c.ID && !isCheckpoint(in) })
	})
}

func (p *part) hasJVM() bool {
	return slices.ContainsFunc(p.Components(), func(c *topology.Component) bool {
		_, process := c.Code.(*topology.Process)
		return !process
	})
}

// tested returns a component under test as the part has it.
func (p *part) tested(whole *topology.Topology, c *topology.Component) *topology.Component {
	out := *c
	if !p.test.AsWritten {
		out.Parallelism = 1
		out.Conf = maps.Clone(c.Conf)
		delete(out.Conf, "topology.tasks")
	}
	out.Inputs = nil
	for _, in := range c.Inputs {
		if in := p.input(whole, in); !slices.ContainsFunc(out.Inputs, func(other *topology.Input) bool {
			return other.Component == in.Component && other.Stream == in.Stream
		}) {
			out.Inputs = append(out.Inputs, in)
		}
	}
	return &out
}

// input returns an input of a component under test as the part has it. A mock emits as a process does, so it cannot choose
// the task of a direct stream, and it sends no checkpoints on.
func (p *part) input(whole *topology.Topology, in *topology.Input) *topology.Input {
	if p.under(in.Component) || whole.Component(in.Component) == nil {
		return in
	}
	out := *in
	if isCheckpoint(in) {
		out.Component = checkpointSpout
		return &out
	}
	switch in.Grouping.(type) {
	case topology.Direct:
		out.Grouping = topology.All{}
	case topology.Custom: // a process asks a JVM for each tuple
		if !p.test.AsWritten {
			out.Grouping = topology.Shuffle{}
		}
	}
	return &out
}

// inputsOfMock returns what a mocked bolt reads from components under test.
func (p *part) inputsOfMock(c *topology.Component) []*topology.Input {
	if p.under(c.ID) {
		return nil
	}
	var inputs []*topology.Input
	for _, in := range c.Inputs {
		if !p.under(in.Component) || isCheckpoint(in) {
			continue
		}
		out := *in
		if _, custom := in.Grouping.(topology.Custom); custom {
			out.Grouping = topology.Shuffle{} // it has one task
		}
		inputs = append(inputs, &out)
	}
	return inputs
}

// mocked returns the component that stands for another one.
func mocked(c *topology.Component, inputs []*topology.Input) *topology.Component {
	out := &topology.Component{
		ID: c.ID, Code: &topology.Process{Words: []string{mockWord}}, Parallelism: 1, Inputs: inputs,
		Conf: map[string]any{"topology.max.spout.pending": nil}, // its rows come when the test says so
	}
	for _, s := range c.Streams {
		if s.ID != checkpointStream {
			out.Streams = append(out.Streams, &topology.Stream{ID: s.ID, Fields: s.Fields})
		}
	}
	return out
}

// ticks reports whether a bolt gets ticks in the topology.
func (p *part) ticks(id string) bool {
	c := p.Component(id)
	if c == nil {
		return false
	}
	const key = "topology.tick.tuple.freq.secs"
	return c.Conf[key] != nil || p.Conf[key] != nil
}

// isStorms reports whether a component is one of Storm's own.
func isStorms(id string) bool { return strings.HasPrefix(id, "__") || strings.HasPrefix(id, "$") }
