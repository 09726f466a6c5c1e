package component

import (
	"github.com/stormflux/stormflux/internal/java"
	"github.com/stormflux/stormflux/internal/multilang"
)

// An Emission is a tuple to emit, with all its options. Values are anything that encoding/json can encode, and also
// floats that are not finite. Storm gives numbers a type by their text: a Go float64 always arrives as a Double; an int
// arrives as an Integer or a Long, depending on its size.
type Emission struct {
	Stream string // "" is the stream "default"
	Values []any
	// Anchors are the tuples from which the new one is made: if it fails, they fail. Spouts have none. A BasicBolt or
	// BatchBolt anchors its emits to the current tuples anyway; these are added.
	Anchors []*Tuple
	// ID is a spout's message id. With "" there is no message id, and the spout never hears what became of the tuple.
	ID string
	// Task, if not 0, is the only task that receives the tuple; the stream must be declared direct. Storm 2.6 and later
	// cannot do this for programs: the message kills the worker (JsonSerializer casts an Integer to Long).
	Task int
}

func (s *session) emit(e *Emission, needTaskIDs bool, anchor *Tuple, more []*Tuple, waiter func()) {
	var few [4]string
	m := multilang.ShellMsg{Command: multilang.Emit, Stream: e.Stream, NeedTaskIDs: needTaskIDs, Anchors: few[:0]}
	if e.ID != "" {
		m.ID = multilang.RawValue(java.AppendJSONString(nil, e.ID))
	}
	if e.Task != 0 {
		m.Task, m.HasTask = int64(e.Task), true
	}
	if anchor != nil {
		m.Anchors = append(m.Anchors, anchor.anchorID())
	}
	for _, t := range more {
		m.Anchors = append(m.Anchors, t.anchorID())
	}
	for _, t := range e.Anchors {
		m.Anchors = append(m.Anchors, t.anchorID())
	}
	s.out.emit(&m, e.Values, waiter)
}

func (t *Tuple) anchorID() string {
	if t.done.Load() {
		// It would kill Storm's worker.
		valueError("emit anchored to a tuple that is already acked or failed: %s", t.describe())
	}
	return t.ID
}

func (s *session) emitTaskIDs(e *Emission, anchor *Tuple, more []*Tuple) ([]int, error) {
	if e.Task != 0 {
		s.emit(e, false, anchor, more, nil)
		return []int{e.Task}, nil
	}
	answer := make(chan []int, 1)
	s.emit(e, true, anchor, more, func() { s.expectTaskIDs(answer) })
	return s.awaitTaskIDs(answer)
}

// finish acks or fails a tuple once: a second time would kill Storm's worker.
func (s *session) finish(command multilang.Command, t *Tuple) {
	if t.done.Swap(true) {
		return
	}
	var quoted [32]byte
	id := multilang.RawValue(java.AppendJSONString(quoted[:0], t.ID))
	s.out.send(&multilang.ShellMsg{Command: command, ID: id})
}

// A SpoutCollector emits the tuples of a spout.
type SpoutCollector struct {
	s *session
}

// Context returns the spout's context.
func (c *SpoutCollector) Context() *Context { return c.s.ctx }

// Emit emits to the default stream without a message id: fire and forget.
func (c *SpoutCollector) Emit(values ...any) {
	c.s.emit(&Emission{Values: values}, false, nil, nil, nil)
}

// EmitID emits to the default stream with a message id. Ack or Fail get this id later. Without acker tasks
// (topology.acker.executors: 0) Storm acks at once.
func (c *SpoutCollector) EmitID(id string, values ...any) {
	c.s.emit(&Emission{ID: id, Values: values}, false, nil, nil, nil)
}

// Send emits e.
func (c *SpoutCollector) Send(e Emission) { c.s.emit(&e, false, nil, nil, nil) }

// SendTaskIDs emits e and returns the tasks that Storm sent it to. Waiting for them costs a round trip. The error
// reports a broken connection.
func (c *SpoutCollector) SendTaskIDs(e Emission) ([]int, error) {
	return c.s.emitTaskIDs(&e, nil, nil)
}

// A Collector emits, acks and fails the tuples of a bolt.
type Collector struct {
	s *session
}

// Context returns the bolt's context.
func (c *Collector) Context() *Context { return c.s.ctx }

// Emit emits to the default stream. The new tuple is anchored to anchor, which must not be acked or failed yet; with
// nil it is not anchored.
func (c *Collector) Emit(anchor *Tuple, values ...any) {
	c.s.emit(&Emission{Values: values}, false, anchor, nil, nil)
}

// Send emits e.
func (c *Collector) Send(e Emission) { c.s.emit(&e, false, nil, nil, nil) }

// SendTaskIDs emits e and returns the tasks that Storm sent it to. Waiting for them costs a round trip. Tuples that
// arrive meanwhile are kept for later. The error reports a broken connection.
func (c *Collector) SendTaskIDs(e Emission) ([]int, error) { return c.s.emitTaskIDs(&e, nil, nil) }

// Ack tells Storm that the bolt is done with a tuple. Acking or failing it a second time does nothing.
func (c *Collector) Ack(t *Tuple) { c.s.finish(multilang.Ack, t) }

// Fail tells Storm that the bolt could not handle a tuple. The spout that the tuple came from hears about it at once.
// Acking or failing it a second time does nothing.
func (c *Collector) Fail(t *Tuple) { c.s.finish(multilang.Fail, t) }

// A BasicCollector emits the tuples of a [BasicBolt] or [BatchBolt], anchored to the current tuple or batch. It must
// not be used after the call that received it has returned.
type BasicCollector struct {
	s     *session
	tuple *Tuple
	batch []*Tuple
}

// Context returns the bolt's context.
func (c *BasicCollector) Context() *Context { return c.s.ctx }

// Emit emits to the default stream.
func (c *BasicCollector) Emit(values ...any) {
	c.s.emit(&Emission{Values: values}, false, c.tuple, c.batch, nil)
}

// Send emits e.
func (c *BasicCollector) Send(e Emission) { c.s.emit(&e, false, c.tuple, c.batch, nil) }

// SendTaskIDs emits e and returns the tasks that Storm sent it to: see [Collector.SendTaskIDs].
func (c *BasicCollector) SendTaskIDs(e Emission) ([]int, error) {
	return c.s.emitTaskIDs(&e, c.tuple, c.batch)
}
