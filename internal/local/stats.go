package local

import (
	"time"
)

// taskStats counts what a task did since the start of the run.
type taskStats struct {
	emitted, transferred, acked, failed, executed, errors, restarts, timedOut int64

	waitNanos, ackNanos, busyNanos, completeNanos int64
	answered                                      int64 // when the bolt last acked or failed a tuple
	lastError                                     string

	busyBefore [capacityWindow]int64 // busyNanos at the last beats
	doneBefore [capacityWindow]int64 // done at the last beats
	timeBefore [capacityWindow]int64
	beats      int
}

// capacityWindow is the number of seconds that a capacity covers.
const capacityWindow = 10

func (s *taskStats) beat(now int64, spout bool) {
	i := s.beats % capacityWindow
	s.busyBefore[i], s.doneBefore[i], s.timeBefore[i] = s.busyNanos, s.done(spout), now
	s.beats++
}

// done counts what a bolt has answered and what a spout has emitted.
func (s *taskStats) done(spout bool) int64 {
	if spout {
		return s.emitted
	}
	return s.executed
}

// recent returns the capacity, and how much was done in a second.
func (s *taskStats) recent(now int64, spout bool) (capacity, rate float64) {
	var busy, done, since int64
	if s.beats > 0 {
		i := 0
		if s.beats >= capacityWindow {
			i = s.beats % capacityWindow
		}
		busy, done, since = s.busyBefore[i], s.doneBefore[i], s.timeBefore[i]
	}
	if now <= since {
		return 0, 0
	}
	return float64(s.busyNanos-busy) / float64(now-since), float64(s.done(spout)-done) / time.Duration(now-since).Seconds()
}

// A Snapshot holds the numbers of a run at one moment.
type Snapshot struct {
	Running time.Duration // since the start
	Active  bool
	// Components are sorted by id as Storm sorts them, and their tasks by task id.
	Components []ComponentStats
}

// ComponentStats holds the numbers of a component.
type ComponentStats struct {
	ID        string
	Spout     bool
	Executors int
	Stats     // of all tasks together; latencies are averages over all their tuples
	Tasks     []TaskStats
}

// TaskStats holds the numbers of a task.
type TaskStats struct {
	ID  int
	PID int // 0: no process runs, or the process has not answered the handshake
	Stats
}

// Stats counts tuples. The engine counts every tuple; Storm samples one of twenty.
type Stats struct {
	Emitted     int64 // emits
	Transferred int64 // tuples sent: one for each task that got an emit
	Executed    int64 // bolts: tuples acked or failed
	Acked       int64 // spouts: completed trees
	Failed      int64
	TimedOut    int64 // spouts: how many of Failed timed out
	Errors      int64 // errors that the component reported
	Restarts    int64
	Queue       int // tuples that wait for the component
	Pending     int // spouts: trees that are neither complete nor failed; bolts: tuples that the component has

	// The profile of a bolt, as averages per tuple. Wait is the time in the queue. Process is the time during which the
	// bolt had no earlier tuple to answer. Ack is the time from handing the tuple to the bolt until its ack or fail;
	// Storm calls this the process latency.
	Wait, Process, Ack time.Duration
	Complete           time.Duration // spouts: the complete latency of Storm
	// Capacity is the share of the last seconds during which a bolt was busy. A bolt with a capacity near 1 needs more
	// tasks. The capacity of a component is the highest of its tasks.
	Capacity float64
	// Rate is how many tuples in a second a bolt has acked or failed, or a spout has emitted, in the last seconds.
	Rate      float64
	LastError string
}

// Snapshot returns the numbers of this moment.
func (e *Engine) Snapshot() Snapshot {
	// Not lock and unlock: unlock may report events, but Options.Events may call this method.
	e.mu.Lock()
	defer e.mu.Unlock()
	e.readClock()
	s := Snapshot{Running: time.Duration(e.now), Active: e.active, Components: make([]ComponentStats, len(e.plan.components))}
	for i, c := range e.plan.components {
		cs := &s.Components[i]
		cs.ID, cs.Spout, cs.Executors = c.id, c.spout, c.executors
		var sum taskStats
		for _, t := range e.targets[c.index] {
			one := TaskStats{ID: t.id, Stats: t.stats.public()}
			one.Queue, one.Pending = t.queue.count, len(t.inputs)
			if c.spout {
				one.Pending = t.pending.count
			}
			one.Capacity, one.Rate = t.stats.recent(e.now, c.spout)
			if t.ready != nil {
				one.PID = t.ready.peer.PID()
			}
			sum.add(&t.stats)
			cs.Tasks = append(cs.Tasks, one)
			cs.Queue += one.Queue
			cs.Pending += one.Pending
			cs.Capacity = max(cs.Capacity, one.Capacity)
			cs.Rate += one.Rate
		}
		before := cs.Stats
		cs.Stats = sum.public()
		cs.Queue, cs.Pending, cs.Capacity, cs.Rate = before.Queue, before.Pending, before.Capacity, before.Rate
	}
	return s
}

func (s *taskStats) add(o *taskStats) {
	s.emitted += o.emitted
	s.transferred += o.transferred
	s.acked += o.acked
	s.failed += o.failed
	s.executed += o.executed
	s.errors += o.errors
	s.restarts += o.restarts
	s.timedOut += o.timedOut
	s.waitNanos += o.waitNanos
	s.ackNanos += o.ackNanos
	s.busyNanos += o.busyNanos
	s.completeNanos += o.completeNanos
	if o.lastError != "" {
		s.lastError = o.lastError
	}
}

func (s *taskStats) public() Stats {
	return Stats{
		Emitted: s.emitted, Transferred: s.transferred, Executed: s.executed, Acked: s.acked, Failed: s.failed,
		TimedOut: s.timedOut, Errors: s.errors, Restarts: s.restarts, LastError: s.lastError,
		Wait: average(s.waitNanos, s.executed), Process: average(s.busyNanos, s.executed), Ack: average(s.ackNanos, s.executed),
		Complete: average(s.completeNanos, s.acked),
	}
}

func average(nanos, count int64) time.Duration {
	if count == 0 {
		return 0
	}
	return time.Duration(nanos / count)
}
