package local

import (
	"fmt"
	"strings"
	"time"
)

// An EventKind says what an [Event] tells.
type EventKind uint8

// The kinds of event. The last four are told only of components that [Options.Trace] chooses.
const (
	InvalidEvent EventKind = iota
	StartEvent             // a process was started and has answered the handshake
	LogEvent               // a component logged Text with Level
	StderrEvent            // a component wrote the line Text to standard error
	ErrorEvent             // a component reported the error Text to Storm
	WarningEvent           // the engine saw something that is likely wrong: Text
	DeathEvent             // a process ended: Death
	RestartEvent           // a process will be started again: Text says when
	EmitEvent              // a component emitted a tuple
	ReceiveEvent           // a tuple was handed to a component
	AckEvent               // a bolt acked a tuple; a spout's tuple tree is complete
	FailEvent              // a bolt failed a tuple; a spout's tuple tree failed or timed out
)

func (k EventKind) String() string {
	names := [...]string{"invalid", "start", "log", "stderr", "error", "warning", "death", "restart", "emit", "receive", "ack", "fail"}
	if int(k) < len(names) {
		return names[k]
	}
	return names[0]
}

// An Event is something that happened. Component is empty and Task is 0 where it concerns the topology as a whole.
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
	ID         string   // a spout's message id, or the id of a bolt's input
	Source     string   // of a received tuple: the component it comes from
	SourceTask int      // its task
	Anchors    []string // of an emitted tuple
	Tasks      []int    // of an emitted tuple: where it went
}

// A Death is the end of a process that was not asked to end.
type Death struct {
	Spout     bool
	Component string
	Task      int
	PID       int
	// Reason says what happened, in one sentence without the component.
	Reason string
	// WorkerDies tells that a worker of Storm dies of it. Storm says how: its exception, or why.
	WorkerDies bool
	Storm      string
	Line       string   // what the process wrote that could not be understood
	Stderr     []string // its last lines
	Tuple      string   // the tuple that it worked on, as far as one can tell
	Failed     int      // tuples of spouts that failed because of it
	Lost       int      // tuples at hand that no spout will be told about
}

// String tells all of it on several lines.
func (d *Death) String() string {
	var b strings.Builder
	kind := "bolt"
	if d.Spout {
		kind = "spout"
	}
	fmt.Fprintf(&b, "%s %q (task %d", kind, d.Component, d.Task)
	if d.PID > 0 {
		fmt.Fprintf(&b, ", pid %d", d.PID)
	}
	fmt.Fprintf(&b, "): %s", d.Reason)
	if d.Storm != "" {
		fmt.Fprintf(&b, "\n  Storm: %s", d.Storm)
	}
	if d.Line != "" {
		fmt.Fprintf(&b, "\n  output: %s", d.Line)
	}
	if d.Tuple != "" {
		fmt.Fprintf(&b, "\n  tuple at hand: %s", d.Tuple)
	}
	for i, line := range d.Stderr {
		if i == 0 {
			b.WriteString("\n  last lines of standard error:")
		}
		b.WriteString("\n    " + line)
	}
	return b.String()
}

// nextReport returns the function that reports the events of a critical section. It waits until those of the sections before
// are reported: events are reported in the order in which they happened. It is called without the lock, so that what
// reports may call Snapshot.
func (e *Engine) nextReport() func([]Event) {
	before, over := e.reported, make(chan struct{})
	e.reported = over
	return func(events []Event) {
		<-before
		defer close(over)
		for _, event := range events {
			e.logs.write(event)
			if e.opts.Events != nil {
				e.opts.Events(event)
			}
		}
	}
}

// awaitReports waits until all that has happened is reported.
func (e *Engine) awaitReports() {
	e.mu.Lock()
	reported := e.reported
	e.mu.Unlock()
	<-reported
}
