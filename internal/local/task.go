package local

import "github.com/stormflux/stormflux/internal/multilang"

// A task is one task of a component.
type task struct {
	engine *Engine
	comp   *component
	id     int
	exec   *executor
	traced bool

	// Under Engine.mu.
	current *session // nil while none is running
	ready   *session // equal to current once the handshake is answered
	queue   deliveryQueue
	given   deliveryList
	inputs  map[int64]*delivery // given, by id
	// workingOn is the tuple given next after the last answered one. A component that handles one tuple after the other
	// works on it now.
	workingOn    *delivery
	waiters      []*task // wait until the queue is shorter
	gathering    bool
	blocked      int          // number of full queues that this task waits for
	choosers     []chooser    // by subscription.slot
	pending      pendingTrees // of a spout
	spout        spoutState
	nextsLeft    int // with Options.Stepped: how often the spout may still get a "next"
	stats        taskStats
	probe        probe
	deaths       []int64 // times of the last deaths
	vainSessions int     // how many of the last sessions made no progress
	lastDeath    *Death
	resting      bool  // waits for its next start
	awaitsTick   bool  // has had no tick since its last tuple
	ticked       int64 // when the component got the first tick after its last answer, or an earlier time
	progress     bool  // the current session has done something
	acksLate     bool  // a JVM bolt may ack a tuple that was forgotten: see executed

	resume chan struct{} // receives when blocked becomes 0
	rested chan struct{} // receives when resting becomes false
}

// An executor counts pending trees: topology.max.spout.pending limits them for all its tasks together.
type executor struct {
	tasks   []*task
	pending int
	limit   int // 0: no limit
}

// logMessage reports what a component logged, or the error that it reported.
func (t *task) logMessage(m *message) {
	if t.engine.stopping {
		return // Storm's own Python adapter reports the end of its input as an error
	}
	if m.command == multilang.Error {
		t.stats.errors++
		t.stats.lastError = m.text
		t.engine.event(t, Event{Kind: ErrorEvent, Text: m.text})
		return
	}
	t.engine.event(t, Event{Kind: LogEvent, Level: m.level, Text: m.text})
}
