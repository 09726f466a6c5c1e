package graph

import (
	"fmt"
	"strings"

	"github.com/stormflux/stormflux/internal/topology"
	"github.com/stormflux/stormflux/validate"
)

// The settings of a component that a drawing shows.
const (
	keyTick  = "topology.tick.tuple.freq.secs"
	keyTasks = "topology.tasks"
)

// Of returns the graph of a checked topology. No program has to be built for it.
func Of(t *validate.Topology) *Graph {
	if t.Built != nil {
		g := OfCompiled(t.Built)
		g.Name = t.Name
		return g
	}
	b := builder{graph: &Graph{Name: t.Name}, nodes: map[string]*Node{}}
	for _, c := range t.Components() {
		n := b.add(c.ID, Role(c.Kind.String()), c.Implementation)
		n.Parallelism, n.Tasks = c.Parallelism, c.Tasks
		for _, s := range c.Streams {
			n.Streams = append(n.Streams, stream(s.ID, s.Fields, s.Direct))
		}
		for _, s := range c.Config {
			n.configure(s.Key, s.Value)
		}
	}
	for _, c := range t.Components() {
		for _, in := range c.Inputs {
			b.connect(in.From.ID, c.ID, in.Stream.ID, in.Grouping.Type().String(), validate.FieldNames(in.Grouping))
		}
	}
	return b.graph
}

// OfCompiled returns the graph of a compiled topology, such as one that comes from a cluster.
func OfCompiled(t *topology.Topology) *Graph {
	b := builder{graph: &Graph{Name: t.Name}, nodes: map[string]*Node{}}
	for i, c := range t.Components() {
		role := Bolt
		if i < len(t.Spouts) {
			role = Spout
		}
		n := b.add(c.ID, role, implementation(c.Code))
		n.Parallelism = max(1, c.Parallelism)
		for _, s := range c.Streams {
			n.Streams = append(n.Streams, stream(s.ID, s.Fields, s.Direct))
		}
		for _, key := range []string{keyTasks, keyTick} {
			n.configure(key, c.Conf[key])
		}
	}
	for _, c := range t.Components() {
		for _, in := range c.Inputs {
			b.connect(in.Component, c.ID, in.Stream, in.Grouping.Name(), topology.FieldNames(in.Grouping))
		}
	}
	return b.graph
}

// implementation returns what compiled code was before.
func implementation(c topology.Code) validate.Implementation {
	switch c := c.(type) {
	case *topology.Process:
		return &validate.Command{Words: c.Words}
	case *topology.Definition:
		return &validate.Class{Name: c.Root().Class}
	case *topology.JavaObject:
		return &validate.Class{Name: c.Class}
	}
	return &validate.Class{Name: "a Java object"}
}

// builder collects a graph.
type builder struct {
	graph *Graph
	nodes map[string]*Node
}

func (b *builder) add(id string, role Role, runs validate.Implementation) *Node {
	n := &Node{ID: id, Role: role}
	if runs != nil {
		n.Language, n.Runs = runs.Language(), runs.String()
	}
	b.nodes[id] = n
	b.graph.Nodes = append(b.graph.Nodes, n)
	return n
}

// connect adds an edge. A source that no component has is Storm's own.
func (b *builder) connect(from, to, stream, grouping string, fields []string) {
	source := b.nodes[from]
	if source == nil {
		source = b.add(from, System, nil)
	}
	if len(fields) > 0 {
		grouping += "(" + strings.Join(fields, ", ") + ")"
	}
	if stream == topology.DefaultStream {
		stream = ""
	}
	b.graph.Edges = append(b.graph.Edges, &Edge{From: source, To: b.nodes[to], Stream: stream, Grouping: grouping})
}

// configure takes what a drawing shows from a component's configuration.
func (n *Node) configure(key string, value any) {
	number, ok := value.(int64)
	switch {
	case !ok:
	case key == keyTick:
		n.Tick = fmt.Sprintf("%ds", number)
	case key == keyTasks:
		n.Tasks = int(number)
	}
}

func stream(id string, fields []string, direct bool) Stream {
	if id == topology.DefaultStream {
		id = ""
	}
	return Stream{ID: id, Fields: fields, Direct: direct}
}
