package component

import "github.com/stormflux/stormflux/internal/multilang"

// An Emission is a tuple to be emitted with all that can be said about it. Values are what encoding/json can encode, and
// floats that are not finite. Storm types numbers by their text: a Go float64 always arrives as a Double, an int as an
// Integer or Long by its size.
type Emission struct {
	Stream string // "" is the stream "default"
	Values []any
	// Anchors are the tuples that the new one is made of: if it fails, they fail. Spouts have none. A BasicBolt's and
	// BatchBolt's emits are anchored to the tuples at hand, to which these are added.
	Anchors []*Tuple
	// ID is a spout's message id; "" emits without, and the spout is never told what became of the tuple.
	ID string
	// Task, if not 0, is the task that alone receives the tuple; the stream must be declared direct. Storm 2.6 and later
	// cannot do this for programs: the worker dies of the message (JsonSerializer casts an Integer to Long).
	Task int
}

func (s *session) emit(e *Emission, needTaskIDs bool, anchor *Tuple, more []*Tuple, waiter func()) {
	var few [4]string
	m := multilang.ShellMsg{Command: multilang.Emit, Stream: e.Stream, NeedTaskIDs: needTaskIDs, Anchors: few[:0]}
	if e.ID != "" {
		m.ID = multilang.RawValue(multilang.AppendString(nil, e.ID))
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
		// Storm's worker would die of it.
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

// finish acks or fails a tuple once: Storm's worker dies of the second time.
func (s *session) finish(command multilang.Command, t *Tuple) {
	if t.done.Swap(true) {
		return
	}
	var quoted [32]byte
	id := multilang.RawValue(multilang.AppendString(quoted[:0], t.ID))
	s.out.send(&multilang.ShellMsg{Command: command, ID: id})
}

// A SpoutCollector is how a spout emits.
type SpoutCollector struct {
	s *session
}

// Context returns the spout's context.
func (c *SpoutCollector) Context() *Context { return c.s.ctx }

// Emit emits to the default stream without a message id: fire and forget.
func (c *SpoutCollector) Emit(values ...any) {
	c.s.emit(&Emission{Values: values}, false, nil, nil, nil)
}

// EmitID emits to the default stream under a message id, which Ack or Fail get later. Without acker tasks
// (topology.acker.executors: 0) Storm acks at once.
func (c *SpoutCollector) EmitID(id string, values ...any) {
	c.s.emit(&Emission{ID: id, Values: values}, false, nil, nil, nil)
}

// Send emits e.
func (c *SpoutCollector) Send(e Emission) { c.s.emit(&e, false, nil, nil, nil) }

// SendTaskIDs emits e and waits for the tasks that Storm sent it to. It costs a round trip. The error is that of a broken
// connection.
func (c *SpoutCollector) SendTaskIDs(e Emission) ([]int, error) {
	return c.s.emitTaskIDs(&e, nil, nil)
}

// A Collector is how a bolt emits, acks and fails.
type Collector struct {
	s *session
}

// Context returns the bolt's context.
func (c *Collector) Context() *Context { return c.s.ctx }

// Emit emits to the default stream, anchored to a tuple that is not yet acked or failed, or to none if it is nil.
func (c *Collector) Emit(anchor *Tuple, values ...any) {
	c.s.emit(&Emission{Values: values}, false, anchor, nil, nil)
}

// Send emits e.
func (c *Collector) Send(e Emission) { c.s.emit(&e, false, nil, nil, nil) }

// SendTaskIDs emits e and waits for the tasks that Storm sent it to. It costs a round trip, in which tuples that arrive
// are set aside. The error is that of a broken connection.
func (c *Collector) SendTaskIDs(e Emission) ([]int, error) { return c.s.emitTaskIDs(&e, nil, nil) }

// Ack tells Storm that the bolt is done with a tuple. Acking or failing it a second time does nothing.
func (c *Collector) Ack(t *Tuple) { c.s.finish(multilang.Ack, t) }

// Fail tells Storm that the bolt could not handle a tuple; the spout that it came from learns of it at once.
// Acking or failing it a second time does nothing.
func (c *Collector) Fail(t *Tuple) { c.s.finish(multilang.Fail, t) }

// A BasicCollector is how a [BasicBolt] or [BatchBolt] emits: anchored to the tuple, or the batch, at hand. It must not be
// used after the call that it was given to.
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

// SendTaskIDs emits e and waits for the tasks that Storm sent it to: see [Collector.SendTaskIDs].
func (c *BasicCollector) SendTaskIDs(e Emission) ([]int, error) {
	return c.s.emitTaskIDs(&e, c.tuple, c.batch)
}
