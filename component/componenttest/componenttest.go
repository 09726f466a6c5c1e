// Package componenttest runs a spout or a bolt in a test, without a process and without Storm. It feeds tuples or
// commands to the component and returns what the component emitted, acked and reported.
//
// Package component itself serves the component over the real protocol. So a test sees what Storm would see: numbers
// with a type that follows from their text, ids as strings, errors as text.
package componenttest

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"sync"
	"testing"

	"github.com/stormflux/stormflux/component"
	"github.com/stormflux/stormflux/internal/java"
	"github.com/stormflux/stormflux/internal/multilang"
)

// Options describe the topology around the component. The zero value is a component "component" with the task id 1.
type Options struct {
	Component string
	Task      int
	// Tasks are the topology's tasks, by id. The component's own task is always there.
	Tasks map[int]string
	Conf  map[string]any
	// Sources are the fields of the streams that the component reads, by component and stream.
	Sources map[string]map[string][]string
	// Outputs are the fields of the component's own streams.
	Outputs map[string][]string
	// TaskIDs is the answer to an emit that asks for task ids.
	TaskIDs []int
}

// A Tuple is fed to a bolt. If Component is empty, it comes from "source". If Stream is empty, it comes on "default".
// An empty ID is replaced by a number, counted from 1.
type Tuple struct {
	ID        string
	Component string
	Stream    string
	Task      int
	Values    []any
}

// An Emit is what a component emitted. Numbers in Values are int64, *big.Int or float64: see component.Tuple.Value.
type Emit struct {
	Stream  string
	Values  []any
	Anchors []string // of a bolt
	ID      string   // a spout's message id
	Task    int      // the target of a direct emit
}

// A Log is a message for Storm's log.
type Log struct {
	Level   int // 0 trace, 1 debug, 2 info, 3 warn, 4 error
	Message string
}

// A Result is what a component did during one call, and what its goroutines did since the call before.
type Result struct {
	Emits  []Emit
	Acked  []string // ids of tuples
	Failed []string
	Errors []string
	Logs   []Log
}

// harness is Storm's end of a connection to a served component.
type harness struct {
	t       testing.TB
	toComp  *io.PipeWriter
	taskIDs []int
	ids     int

	// The messages that the component has written and the test has not collected. Their number has no limit: a
	// component must never wait for a test.
	mu       sync.Mutex
	arrived  *sync.Cond
	messages []multilang.ShellMsg
	ended    bool  // no more messages come
	err      error // what serving returned, once ended
	// outgoing are the bytes that a separate goroutine writes to the component, as in Storm's ShellBolt. If the
	// goroutine that answers with task ids wrote them itself, it could not read from a component that waits to write.
	outgoing []byte
	closing  bool
}

func start(t testing.TB, options Options, serve func(context.Context, io.Reader, io.Writer) error) *harness {
	t.Helper()
	inR, inW := io.Pipe()
	outR, outW := io.Pipe()
	h := &harness{t: t, toComp: inW, taskIDs: options.TaskIDs}
	h.arrived = sync.NewCond(&h.mu)
	handshake, err := options.handshake()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	go h.writeOutgoing()
	var readers sync.WaitGroup
	readers.Go(func() { h.read(outR) })
	go func() {
		err := serve(ctx, inR, outW)
		// Messages to an ended component must not block.
		inR.Close()
		outW.Close()
		readers.Wait()
		h.mu.Lock()
		h.ended, h.err = true, err
		h.mu.Unlock()
		h.arrived.Broadcast()
	}()
	t.Cleanup(func() {
		cancel()
		h.end()
	})
	h.write(handshake)
	return h
}

func (o Options) handshake() ([]byte, error) {
	if o.Component == "" {
		o.Component = "component"
	}
	if o.Task == 0 {
		o.Task = 1
	}
	h := multilang.Handshake{Conf: map[string]json.RawMessage{}}
	for key, v := range o.Conf {
		text, err := multilang.AppendValue(nil, v)
		if err != nil {
			return nil, fmt.Errorf("setting %q: %w", key, err)
		}
		h.Conf[key] = text
	}
	c := &h.Context
	c.TaskID, c.ComponentID = o.Task, o.Component
	c.TaskComponents = multilang.TaskComponents{o.Task: o.Component}
	for task, component := range o.Tasks {
		c.TaskComponents[task] = component
	}
	c.SourceFields, c.OutputFields = o.Sources, o.Outputs
	for stream := range o.Outputs {
		c.Streams = append(c.Streams, stream)
	}
	return h.Append(nil)
}

// read passes messages on one by one, and answers emits that ask for task ids. It reads everything to the end, so the
// component never blocks on writing.
func (h *harness) read(from io.Reader) {
	in := multilang.NewReader(from, 0)
	for first := true; ; first = false {
		text, err := in.Read()
		if err != nil {
			if err != io.EOF && err != io.ErrClosedPipe {
				h.t.Errorf("reading from the component: %v", err)
			}
			return
		}
		if first {
			if _, err := multilang.DecodePID(text); err != nil {
				h.t.Error(err)
			}
			continue
		}
		var m multilang.ShellMsg
		if err := multilang.DecodeShellMsg(text, &m); err != nil {
			h.t.Error(err)
			return
		}
		if m.Command == multilang.Emit && m.NeedTaskIDs && !m.HasTask {
			h.write(multilang.AppendTaskIDs(nil, h.taskIDs))
		}
		h.mu.Lock()
		h.messages = append(h.messages, m)
		h.mu.Unlock()
		h.arrived.Broadcast()
	}
}

func (h *harness) write(message []byte) {
	h.mu.Lock()
	h.outgoing = append(h.outgoing, message...)
	h.mu.Unlock()
	h.arrived.Broadcast()
}

func (h *harness) writeOutgoing() {
	defer h.toComp.Close()
	for {
		h.mu.Lock()
		for len(h.outgoing) == 0 && !h.closing {
			h.arrived.Wait()
		}
		chunk := h.outgoing
		h.outgoing = nil
		h.mu.Unlock()
		if len(chunk) == 0 {
			return
		}
		if _, err := h.toComp.Write(chunk); err != nil {
			// The component has ended; the end of its messages shows it.
			return
		}
	}
}

// take returns the next message, or false if the component has ended.
func (h *harness) take() (multilang.ShellMsg, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for len(h.messages) == 0 {
		if h.ended {
			return multilang.ShellMsg{}, false
		}
		h.arrived.Wait()
	}
	m := h.messages[0]
	h.messages = h.messages[1:]
	return m, true
}

// collect returns messages until a sync, or until the component ends. It reports whether there was a sync.
func (h *harness) collect(r *Result) bool {
	for {
		m, ok := h.take()
		if !ok {
			return false
		}
		switch m.Command {
		case multilang.Sync:
			return true
		case multilang.Emit:
			emit := Emit{Stream: m.Stream, Values: values(m.Tuple), Anchors: m.Anchors, Task: int(m.Task)}
			if text, ok := m.ID.Text(); ok {
				emit.ID = text
			}
			r.Emits = append(r.Emits, emit)
		case multilang.Ack:
			id, _ := m.ID.Text()
			r.Acked = append(r.Acked, id)
		case multilang.Fail:
			id, _ := m.ID.Text()
			r.Failed = append(r.Failed, id)
		case multilang.Error:
			r.Errors = append(r.Errors, m.Msg)
		case multilang.Log:
			r.Logs = append(r.Logs, Log{m.Level, m.Msg})
		}
	}
}

func values(raw multilang.RawValues) []any {
	values := []any{}
	for v := range raw.All() {
		values = append(values, v.Plain())
	}
	return values
}

// end closes the component's input and waits until it is served.
func (h *harness) end() Result {
	var r Result
	h.mu.Lock()
	h.closing = true
	h.mu.Unlock()
	h.arrived.Broadcast()
	for h.collect(&r) {
	}
	return r
}

// A Bolt is a bolt under test.
type Bolt struct {
	h *harness
}

// StartBolt prepares a bolt. Wrap a basic bolt in component.Basic. The bolt ends with the test.
func StartBolt(t testing.TB, bolt component.Bolt, options Options) *Bolt {
	t.Helper()
	return &Bolt{start(t, options, func(ctx context.Context, in io.Reader, out io.Writer) error {
		return component.ServeBolt(ctx, bolt, in, out)
	})}
}

// Execute feeds a tuple and returns the result.
func (b *Bolt) Execute(tuple Tuple) Result {
	b.h.t.Helper()
	b.h.ids++
	if tuple.ID == "" {
		tuple.ID = strconv.Itoa(b.h.ids)
	}
	if tuple.Component == "" {
		tuple.Component = "source"
	}
	if tuple.Stream == "" {
		tuple.Stream = multilang.DefaultStream
	}
	text, err := multilang.AppendList(nil, tuple.Values)
	if err != nil {
		b.h.t.Fatal(err)
	}
	return b.feed(&multilang.BoltMsg{ID: tuple.ID, Component: tuple.Component, Stream: tuple.Stream, Task: tuple.Task, Tuple: multilang.RawValues(text)})
}

// Values feeds a tuple of values from "source" on "default" and returns the result.
func (b *Bolt) Values(values ...any) Result {
	b.h.t.Helper()
	return b.Execute(Tuple{Values: values})
}

// Tick feeds a tick tuple and returns the result. The id of the tuple is "tick".
func (b *Bolt) Tick() Result {
	b.h.t.Helper()
	return b.feed(&multilang.BoltMsg{ID: "tick", Component: multilang.SystemComponent, Stream: multilang.TickStream, Task: -1, Tuple: "[1]"})
}

// feed sends a tuple and then a heartbeat. The answer to the heartbeat marks the end of the messages that belong to the
// tuple.
func (b *Bolt) feed(m *multilang.BoltMsg) Result {
	heartbeat := multilang.BoltMsg{ID: "heartbeat", Stream: multilang.HeartbeatStream, Task: -1, Tuple: "[]"}
	var r Result
	b.h.write(heartbeat.Append(m.Append(nil)))
	b.h.collect(&r)
	return r
}

// End ends the bolt, which runs its Cleanup. It returns the result and the error of component.ServeBolt.
func (b *Bolt) End() (Result, error) {
	r := b.h.end()
	return r, b.h.err
}

// A Spout is a spout under test.
type Spout struct {
	h *harness
}

// StartSpout opens a spout. The spout ends with the test. StartSpout does not activate it: see [Spout.Activate].
func StartSpout(t testing.TB, spout component.Spout, options Options) *Spout {
	t.Helper()
	return &Spout{start(t, options, func(ctx context.Context, in io.Reader, out io.Writer) error {
		return component.ServeSpout(ctx, spout, in, out)
	})}
}

func (s *Spout) command(command multilang.SpoutCommand, id string) Result {
	m := multilang.SpoutMsg{Command: command, ID: multilang.RawValue(java.AppendJSONString(nil, id))}
	var r Result
	s.h.write(m.Append(nil))
	s.h.collect(&r)
	return r
}

// Next calls NextTuple once.
func (s *Spout) Next() Result { return s.command(multilang.Next, "") }

// Ack tells the spout that a message is done.
func (s *Spout) Ack(id string) Result { return s.command(multilang.SpoutAck, id) }

// Fail tells the spout that a message failed.
func (s *Spout) Fail(id string) Result { return s.command(multilang.SpoutFail, id) }

// Activate tells the spout that its topology is active, as Storm does before the first Next.
func (s *Spout) Activate() Result { return s.command(multilang.Activate, "") }

// Deactivate tells the spout that its topology is inactive.
func (s *Spout) Deactivate() Result { return s.command(multilang.Deactivate, "") }

// End ends the spout, which runs its Close. It returns the result and the error of component.ServeSpout.
func (s *Spout) End() (Result, error) {
	r := s.h.end()
	return r, s.h.err
}
