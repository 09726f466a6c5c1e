// Package topology is the model of a compiled topology: what a cluster runs, in our own words. It is neither Thrift nor
// the file as written.
//
// Package compiler makes a Topology from a checked file. Package wire makes one from the Thrift structures of a running
// cluster. Every consumer (Thrift, the engine, the Clojure file, the dump) takes a Topology and nothing else.
//
// The package owns the types and simple queries on them. It checks nothing, imports no other package of this module,
// and knows no files, places or comments.
package topology

import "slices"

// DefaultStream is the id of the stream that a component emits to if it names none (Storm's Utils.DEFAULT_STREAM_ID).
const DefaultStream = "default"

// Topology is a compiled topology. Only the code that makes one may change it.
type Topology struct {
	Name string
	// Conf is the topology's configuration as it is submitted. See [Value] for the types of its values.
	Conf map[string]Value

	// Spouts and Bolts are in the order of the file, or sorted by id if they come from a cluster. The order is for people:
	// Storm keeps none.
	Spouts []*Component
	Bolts  []*Component

	WorkerHooks  []Code          // a [*Definition] or [SerializedJava] each; every worker runs them when it starts and when it ends
	SharedMemory []*SharedMemory // by name
	Dependencies Dependencies

	// StormVersion and JDKVersion are the versions of the client that submitted the topology, or "".
	StormVersion, JDKVersion string
}

// Value is a value of a configuration: nil, bool, int64, *big.Int, float64, string, []any or map[string]any.
type Value = any

// Components returns the spouts, then the bolts.
func (t *Topology) Components() []*Component { return slices.Concat(t.Spouts, t.Bolts) }

// Definitions returns every JVM object that a worker has to make.
func (t *Topology) Definitions() []*Definition {
	var all []*Definition
	add := func(c Code) {
		if d, ok := c.(*Definition); ok {
			all = append(all, d)
		}
	}
	for _, hook := range t.WorkerHooks {
		add(hook)
	}
	for _, c := range t.Components() {
		add(c.Code)
		for _, in := range c.Inputs {
			if custom, ok := in.Grouping.(Custom); ok {
				add(custom.Object)
			}
		}
	}
	return all
}

// NeedsJVM reports whether a part of the topology is a JVM object: a component, a custom grouping or a worker hook.
func (t *Topology) NeedsJVM() bool {
	return len(t.WorkerHooks) > 0 || slices.ContainsFunc(t.Components(), func(c *Component) bool {
		_, process := c.Code.(*Process)
		return !process || slices.ContainsFunc(c.Inputs, func(in *Input) bool { _, custom := in.Grouping.(Custom); return custom })
	})
}

// Component returns the component with an id, or nil.
func (t *Topology) Component(id string) *Component {
	for _, list := range [][]*Component{t.Spouts, t.Bolts} {
		for _, c := range list {
			if c.ID == id {
				return c
			}
		}
	}
	return nil
}

// Component is a spout or a bolt.
type Component struct {
	ID   string
	Code Code
	// Conf is the component's own configuration, or nil. Storm lets a component override only a few keys of the topology.
	Conf    map[string]Value
	Streams []*Stream
	Inputs  []*Input // none for a spout
	// Parallelism is the number of executors. 0 means that it is not set; Storm then starts 1.
	Parallelism int
}

// Stream returns the declared stream with an id, or nil.
func (c *Component) Stream(id string) *Stream {
	for _, s := range c.Streams {
		if s.ID == id {
			return s
		}
	}
	return nil
}

// Stream is an output stream of a component.
type Stream struct {
	ID     string
	Fields []string
	Direct bool // the sender chooses the receiving task
}

// Input is a subscription of a bolt to a stream. A bolt has at most one for each stream of each component.
type Input struct {
	Component string // id of the source, also one of Storm's own, such as __system
	Stream    string
	Grouping  Grouping
}

// SharedMemory is memory, in MB, that components of one worker or node share (since Storm 2.0).
type SharedMemory struct {
	Name                               string
	OnHeap, OffHeapWorker, OffHeapNode *float64
	Components                         []string // ids, sorted
}

// Dependencies are keys of blobs that workers add to their class path (since Storm 1.1).
type Dependencies struct{ Jars, Artifacts []string }
