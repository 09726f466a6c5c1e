package local

import (
	"fmt"
	"strings"
	"time"

	"github.com/stormflux/stormflux/internal/exception"
)

// An EventKind says what happened in an [Event].
type EventKind uint8

// The kinds of events. The last four are only for components that [Options.Trace] chooses.
const (
	InvalidEvent EventKind = iota
	StartEvent             // a process was started and has answered the handshake
	LogEvent               // a component logged Text with Level
	StderrEvent            // a component wrote the line Text to standard error
	ErrorEvent             // a component reported the error Text to Storm
	WarningEvent           // the engine saw something that is probably wrong: Text
	DeathEvent             // a component ended: Death
	RestartEvent           // a component will start again: Text says when
	EmitEvent              // a component emitted a tuple
	ReceiveEvent           // a component was given a tuple
	AckEvent               // a bolt acked a tuple, or a spout's tuple tree is complete
	FailEvent              // a bolt failed a tuple, or a spout's tuple tree failed or timed out
)

func (k EventKind) String() string {
	names := [...]string{"invalid", "start", "log", "stderr", "error", "warning", "death", "restart", "emit", "receive", "ack", "fail"}
	if int(k) < len(names) {
		return names[k]
	}
	return names[0]
}

// An Event is something that happened. Component is empty and Task is 0 if it concerns the whole topology.
type Event struct {
	Kind      EventKind
	Time      time.Time
	Component string
	Task      int
	PID       int
	Level     int // of a LogEvent: multilang.LevelTrace to LevelError
	Text      string
	Death     *Death
	Tuple     *TupleEvent
}

// A TupleEvent is the tuple of a trace event. Values and ids are JSON text.
type TupleEvent struct {
	Stream     string
	Values     string
	ID         string   // the message id of a spout, or the id of a bolt's input
	Source     string   // of a received tuple: the component that emitted it
	SourceTask int      // and the task that emitted it
	Anchors    []string // of an emitted tuple
	Tasks      []int    // of an emitted tuple: the tasks that got it
}

// String describes the tuple on one line.
func (t *TupleEvent) String() string {
	var b strings.Builder
	if t.Source != "" {
		fmt.Fprintf(&b, "from %s task %d ", t.Source, t.SourceTask)
	}
	if t.Stream != "" {
		fmt.Fprintf(&b, "stream %s ", t.Stream)
	}
	if t.ID != "" {
		fmt.Fprintf(&b, "id %s ", t.ID)
	}
	if t.Values != "" {
		b.WriteString(t.Values)
	}
	if len(t.Anchors) > 0 {
		fmt.Fprintf(&b, " anchored to %s", strings.Join(t.Anchors, " "))
	}
	if t.Tasks != nil {
		fmt.Fprintf(&b, " to tasks %v", t.Tasks)
	}
	return strings.TrimSpace(b.String())
}

// A Death is the end of a component that nobody asked to end.
type Death struct {
	Spout     bool
	Component string
	Task      int
	PID       int
	// Reason says what happened, in one sentence without the name of the component.
	Reason string
	// WorkerDies reports whether the component broke the protocol. Storm says what a Storm worker does then.
	WorkerDies bool
	Storm      string
	Fix        string              // the place in the topology's file and the line to write there, or ""
	Line       string              // output that could not be understood
	Stderr     []string            // last lines of standard error
	Exception  exception.Exception // in standard error; without a message if there is none
	Tuple      string              // the tuple that the component probably worked on
	Failed     int                 // tuples of spouts that failed with it
	Lost       int                 // its tuples of which no spout learns what became of them
}

// who returns the task and its process: bolt "count" (task 3, pid 4711).
func (d *Death) who() string {
	kind, pid := "bolt", ""
	if d.Spout {
		kind = "spout"
	}
	if d.PID > 0 {
		pid = fmt.Sprintf(", pid %d", d.PID)
	}
	return fmt.Sprintf("%s %q (task %d%s)", kind, d.Component, d.Task, pid)
}

// String describes the death on several lines.
func (d *Death) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s", d.who(), d.Reason)
	if d.Storm != "" {
		fmt.Fprintf(&b, "\n  Storm: %s", d.Storm)
	}
	if d.Fix != "" {
		fmt.Fprintf(&b, "\n  write: %s", d.Fix)
	}
	if d.Line != "" {
		fmt.Fprintf(&b, "\n  output: %s", d.Line)
	}
	if d.Tuple != "" {
		fmt.Fprintf(&b, "\n  current tuple: %s", d.Tuple)
	}
	for i, line := range d.Stderr {
		if i == 0 {
			b.WriteString("\n  last lines of standard error:")
		}
		b.WriteString("\n    " + line)
	}
	return b.String()
}

// nextReport returns the function that reports the events of one critical section. The caller calls it after it has
// released the lock, so that Options.Events may call Snapshot. The function first waits until the events of all earlier
// sections are reported: this keeps the order in which events happened.
func (e *Engine) nextReport() func([]Event) {
	before, over := e.reported, make(chan struct{})
	e.reported = over
	return func(events []Event) {
		<-before
		defer close(over)
		for _, event := range events {
			err := e.logs.write(event)
			if e.opts.Events == nil {
				continue
			}
			e.opts.Events(event)
			if err != nil {
				e.opts.Events(Event{Kind: WarningEvent, Time: event.Time, Component: event.Component, Task: event.Task, Text: err.Error()})
			}
		}
	}
}

// awaitReports waits until all events so far are reported.
func (e *Engine) awaitReports() {
	e.mu.Lock()
	reported := e.reported
	e.mu.Unlock()
	<-reported
}

// event has unlock report an event. The task may be nil.
func (e *Engine) event(t *task, event Event) {
	event.Time = e.start.Add(time.Duration(e.now))
	if t != nil {
		event.Component, event.Task = t.comp.id, t.id
		if t.ready != nil && event.PID == 0 {
			event.PID = t.ready.peer.PID()
		}
	}
	e.events = append(e.events, event)
}

// warn reports a warning, once for each key and component.
func (e *Engine) warn(key string, t *task, format string, args ...any) {
	if !e.hasWarned(key, t) {
		e.warned[warningKey(key, t)] = true
		e.event(t, Event{Kind: WarningEvent, Text: fmt.Sprintf(format, args...)})
	}
}

func (e *Engine) hasWarned(key string, t *task) bool { return e.warned[warningKey(key, t)] }

func warningKey(key string, t *task) string {
	if t != nil {
		key = t.comp.id + "\x00" + key
	}
	return key
}

func (e *Engine) trace(t *task, kind EventKind, tuple TupleEvent) {
	e.event(t, Event{Kind: kind, Tuple: &tuple})
}
