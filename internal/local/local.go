// Package local is the embedded engine: it runs a topology on this machine as one worker of Storm would run it, with
// components as child processes that speak Storm's multilang protocol.
//
// It owns task ids, groupings, acking with timeouts, back-pressure, the processes with their starts, deaths and restarts,
// and the diagnosis of what a component does that a worker of Storm dies of. It does not own the wire format (package
// multilang), how a topology comes to be (package compiler), or how events and numbers are shown: it hands out [Event]s
// and [Snapshot]s.
//
// # How it works
//
// All state of the topology is guarded by one mutex. Each task has a goroutine that owns its process: it starts it, reads
// and decodes what it writes, and applies whole batches of messages under the mutex. After that the same goroutine
// writes what became due to any process, as far as that process's pipe takes it; what a pipe does not take goes on in
// that process's writer goroutine. So a tuple passes from one process to the next without waking a goroutine.
//
// A tuple tree is counted, not XORed as Storm's ackers do it: within one process no message of an acker can be lost, and
// a count of the tuples that are neither acked nor failed is zero exactly when Storm's XOR is.
//
// Tuples stay the JSON text that the component wrote. Of a tuple's values only those are parsed that a fields grouping
// hashes, by the goroutine that read them.
//
// # Where it differs from Storm, on purpose
//
// A spout whose answer to the handshake says so, which that of our SDK does, is sent several commands at once; Storm sends
// the next one after the answer, and so does the engine to any other spout. The difference is only time.
// Tasks of one spout executor do not wait for each other's nextTuple. When a process dies, the tuples that it had are
// failed at once, where Storm's worker dies as a whole and they time out. A component that is a JVM class is refused.
package local

import (
	"context"
	"fmt"
	"time"

	"github.com/stormflux/stormflux/internal/local/clock"
	"github.com/stormflux/stormflux/internal/settings"
	"github.com/stormflux/stormflux/internal/topology"
)

// Options say what to run and how. Topology and Resources are needed; the zero value of anything else is useful.
type Options struct {
	// Topology is what to run. Storm's defaults are put below its configuration.
	Topology *topology.Topology
	// Resources is the folder that components run in: what the jar's resources/ would hold, launchers included.
	Resources string
	// Storm is the version to behave like; the zero value is 2.8.
	Storm settings.Version

	// For ends the run after so long; 0 is no limit.
	For time.Duration
	// UntilIdle ends the run when nothing has happened for IdleAfter (default 2 s): no tuple is being worked on, none is
	// pending, and no spout has emitted anything.
	UntilIdle bool
	IdleAfter time.Duration
	// Drain is how long the run waits, after it has stopped the spouts, for tuples that are being worked on; the default
	// is 1 s, a negative value means not at all.
	Drain time.Duration
	// Inactive starts nothing until [Engine.SetActive] is called.
	Inactive bool

	// LogDir is a folder that gets one log file for each task; "" is none.
	LogDir string
	// Events is called with what happens, one call at a time. It holds up the component that it tells about, and may
	// call [Engine.Snapshot] but no other method of the engine.
	Events func(Event)
	// Trace tells of which components each tuple is told as an event. It is asked once for each component.
	Trace func(component string) bool

	// Start starts what a task talks to. Where it returns no peer and no error, the task gets the component's process, and
	// so does every task when Start is nil.
	Start func(component string, task int) (Peer, error)
	// Clock is the clock of everything but the operating system's processes; nil is this machine's. Somebody has to
	// advance a [clock.Virtual] until Run returns: see [Engine.Settle].
	Clock clock.Clock
	// Seed is where the choices of shuffle and none groupings begin: with the same seed the same events lead to the same
	// choices. 0 is another seed for each run.
	Seed uint64

	// MaxDeaths ends the run when one task's process died so often within two minutes; the default is 10.
	// Without having done anything in between, half as often is enough.
	MaxDeaths int
	// LongestDelay limits the time between a death and the next start, which doubles with each death; the default is 10 s.
	LongestDelay time.Duration
}

// An End is why a run ended.
type End uint8

// The ends of a run.
const (
	InvalidEnd  End = iota
	Interrupted     // the context was cancelled
	Elapsed         // Options.For is over
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

// A Summary is what a run did.
type Summary struct {
	End End
	Snapshot
	// Faults are the protocol violations that a worker of Storm would have died of, in the order in which they happened;
	// no more than a hundred are kept.
	Faults []*Death
}

// Run runs a topology until the context is cancelled or an option ends it. No process is left when it returns. The error
// is what made the run impossible or what ended it early, or a [*FaultsError] when the run went to its end but a component
// did what a worker of Storm dies of. The summary is nil only when nothing was started.
func Run(ctx context.Context, opts Options) (*Summary, error) {
	e, err := New(opts)
	if err != nil {
		return nil, err
	}
	return e.Run(ctx)
}

// A FaultsError says that components did what a worker of Storm dies of.
type FaultsError struct {
	Faults []*Death
	Count  int
}

func (e *FaultsError) Error() string {
	s := fmt.Sprintf("a worker of Storm would have died: %s", e.Faults[0])
	if e.Count > 1 {
		s += fmt.Sprintf("\n(and %d more such faults)", e.Count-1)
	}
	return s
}
