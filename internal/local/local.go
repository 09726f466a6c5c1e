// Package local is the embedded engine. It runs a topology on this machine as one worker of Storm would run it.
// Components are child processes that speak Storm's multilang protocol.
//
// It owns task ids, groupings, acks and timeouts, back-pressure, and the start, death and restart of components. It
// also diagnoses everything a component does that would kill a Storm worker. It does not own the wire format (package
// multilang), how a topology is made (package compiler), or how events and numbers look: it reports [Event]s and
// [Snapshot]s.
//
// # Rooms
//
// Package process starts and ends operating system processes. Package clock is the time, real or virtual. A [Peer] is
// what a task talks to: a process, or a component in a goroutine ([InProcess]). A session is one conversation with a
// peer: handshake, commands, heartbeats, answers, faults. It reads batches of messages, and has an outbox for what it
// writes. Everything else is state of the topology: tasks, queues, groupings and tuple trees.
//
// # How it works
//
// One mutex guards all state of the topology. Each task has a goroutine that owns its session: it starts the component,
// reads and decodes what the component writes, and applies whole batches of messages under the mutex. Then the same
// goroutine writes everything that became due to any component, as far as that component's pipe takes it. A writer
// goroutine for each session writes the rest. So a tuple passes from one process to the next without waking a
// goroutine.
//
// Storm's ackers combine ids with XOR. The engine counts the tuples of a tree that are neither acked nor failed: within
// one process no message of an acker can be lost, and the count is zero exactly when Storm's XOR is.
//
// Tuples stay the JSON text that the component wrote. The engine parses only the values that a fields grouping hashes,
// in the goroutine that read them.
//
// Events have one order: that in which they happened under the mutex. They are reported without it.
//
// # Where it differs from Storm on purpose
//
// Storm sends a spout one command, waits for the answer, and sends the next. The engine does the same, unless the spout
// says in its answer to the handshake that it takes several commands at once, as our SDK does. The only difference is
// speed. Tasks of one spout executor do not wait for each other's nextTuple. When a process dies, its tuples fail at
// once; in Storm the whole worker dies, and the tuples time out.
//
// # JVM components
//
// All JVM components run in one JVM (package host, stormflux.runtime.Host). Its tasks speak the multilang protocol with a
// few additions: the JVM chooses the tasks for its emits with Storm's own groupings, so that an emit needs no answer, and
// values between JVM components stay there; the engine passes on a number for them. When a JVM component fails, the whole
// JVM ends, as a worker does, and starts again.
package local

import (
	"context"
	"fmt"
	"time"

	"github.com/stormflux/stormflux/internal/local/clock"
	"github.com/stormflux/stormflux/internal/settings"
	"github.com/stormflux/stormflux/internal/topology"
)

// Options say what to run and how. Topology and Resources are required. The zero value of every other option is useful.
type Options struct {
	// Topology is what to run. Storm's defaults apply where its configuration sets nothing.
	Topology *topology.Topology
	// Resources is the folder that components run in. It holds what resources/ of the jar would hold, with launchers.
	Resources string
	// Storm is the version whose behaviour the engine follows; the default is 2.8.
	Storm settings.Version

	// For ends the run after this time; 0 means no limit.
	For time.Duration
	// UntilIdle ends the run when nothing has happened for IdleAfter (default 2 s): no component works on a tuple or
	// writes one, no tuple is pending, and every spout has answered a nextTuple without a tuple. A bolt with ticks gets a
	// tick after its last tuple.
	UntilIdle bool
	IdleAfter time.Duration
	// Drain is how long the run waits at its end for tuples that bolts still work on, after it has stopped the spouts.
	// The default is 1 s. With a negative value it does not wait.
	Drain time.Duration
	// Inactive starts nothing until [Engine.SetActive] is called.
	Inactive bool

	// LogDir is a folder for one log file per task; "" means no log files.
	LogDir string
	// Events is called for everything that happens, one call at a time, in the order in which it happened. The
	// component that caused the event waits for the call. The function may call [Engine.Snapshot], but no other method
	// of the engine.
	Events func(Event)
	// Trace reports whether each tuple of a component is an event. It is called once for each component.
	Trace func(component string) bool

	// Declaration returns the place where the topology's file declares a component, and the line to write there so that
	// the component may emit so many values on the stream; "" if it does not know. Faults and warnings quote it. It may
	// be nil.
	Declaration func(component, stream string, values int) string

	// Sources has the files that resources come from, by their names in stack traces: resources/split.py. It may be nil.
	Sources map[string]string

	// JVM is what JVM components, custom groupings and worker hooks run in. It may be nil if the topology has none.
	JVM *JVM

	// Start starts the peer of a task that is a process. If Start is nil, or returns neither a peer nor an error, the task talks to the
	// process of its component.
	Start func(component string, task int) (Peer, error)
	// Clock drives everything except the end of operating system processes. The default is the clock of this machine.
	// The caller must advance a [clock.Virtual] until Run returns: see [Engine.Settle].
	Clock clock.Clock
	// Stepped leaves it to the caller when things happen, for tests on a virtual clock. Spouts get a "next" only for
	// [Engine.Next]. No heartbeat looks for components that hang; [Engine.Settle] waits for them.
	Stepped bool
	// Seed determines the random choices of groupings: with the same seed, the same events lead to the same choices.
	// With 0 each run has a seed of its own.
	Seed uint64

	// MaxDeaths is how many deaths of one task's component within two minutes end the run; the default is 10. Half as
	// many are enough if the component does nothing in between.
	MaxDeaths int
	// LongestDelay limits the time between a death and the next start. That time doubles with each death. The default
	// is 10 s.
	LongestDelay time.Duration
}

// An End says why a run ended.
type End uint8

// The ends of a run.
const (
	InvalidEnd  End = iota
	Interrupted     // the context was cancelled, or Kill was called
	Elapsed         // Options.For has passed
	Idle            // Options.UntilIdle
	Failed          // see the error
)

func (e End) String() string {
	switch e {
	case Interrupted:
		return "interrupted"
	case Elapsed:
		return "time is over"
	case Idle:
		return "idle"
	case Failed:
		return "failed"
	}
	return "invalid"
}

// A Summary says what a run did.
type Summary struct {
	End End
	// Idle says what was seen as idle if End is Idle.
	Idle string
	Snapshot
	// Faults are the protocol violations that would have killed a Storm worker, in the order in which they happened.
	// Only the first hundred are kept.
	Faults []*Death
}

// Run runs a topology until the context is cancelled or an option ends it. No process is left when it returns. The
// error says why the run was impossible or ended early. It is a [*FaultsError] when the run reached its end, but a
// component did something that would kill a Storm worker. It is a [*DeathsError] when a component kept dying until the
// end. The summary is nil only if nothing was started.
func Run(ctx context.Context, opts Options) (*Summary, error) {
	e, err := New(opts)
	if err != nil {
		return nil, err
	}
	return e.Run(ctx)
}

// A StartError says that this machine could not start the process of a component.
type StartError struct{ Death *Death }

func (e *StartError) Error() string { return e.Death.String() }

// A FaultsError says that components did something that would kill a Storm worker.
type FaultsError struct {
	Faults []*Death
	Count  int
}

func (e *FaultsError) Error() string {
	s := fmt.Sprintf("a Storm worker would have died: %s", e.Faults[0])
	if e.Count > 1 {
		s += fmt.Sprintf("\n(and %d more such faults)", e.Count-1)
	}
	return s
}
