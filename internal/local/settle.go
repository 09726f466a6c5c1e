package local

import "context"

// A condition is what a goroutine waits for. It is checked whenever the state may have changed.
type condition struct {
	holds   func() bool // called under Engine.mu
	reached chan struct{}
}

// when returns a condition whose channel is closed as soon as it holds. The caller must call forget.
func (e *Engine) when(holds func() bool) *condition {
	c := &condition{holds, make(chan struct{})}
	e.lock()
	e.conditions = append(e.conditions, c)
	e.unlock()
	return c
}

func (e *Engine) forget(c *condition) {
	e.lock()
	defer e.unlock()
	for i, other := range e.conditions {
		if other == c {
			e.conditions = append(e.conditions[:i:i], e.conditions[i+1:]...)
			return
		}
	}
}

func (e *Engine) checkConditions() {
	left := e.conditions[:0]
	for _, c := range e.conditions {
		if c.holds() {
			close(c.reached)
		} else {
			left = append(left, c)
		}
	}
	clear(e.conditions[len(left):])
	e.conditions = left
}

// Settle waits until every component has handled everything that it was given, with all consequences, and until all
// events are reported. Then nothing more happens until the clock moves. Settle sends heartbeats to bolts to learn when
// they have handled their tuples. A component that does not answer never settles, nor does a spout that never stops
// emitting: no time passes on a virtual clock meanwhile, so no timer and no [Options.For] ends it. Let such a spout emit
// with ids and set topology.max.spout.pending, deactivate it with [Engine.SetActive], or give the context a deadline. The
// error is that of the context. Settle returns at once when the run is over.
func (e *Engine) Settle(ctx context.Context) error {
	c := e.when(e.settled)
	defer e.forget(c)
	select {
	case <-c.reached:
	case <-e.stop:
	case <-ctx.Done():
		return ctx.Err()
	}
	e.awaitReports()
	return nil
}

// settled reports whether no component has anything to do. It sends a heartbeat to bolts of which it does not know.
func (e *Engine) settled() bool {
	select {
	case <-e.begin:
	default:
		return e.opts.Inactive
	}
	settled := len(e.gathering) == 0
	e.writeGathered()
	for _, t := range e.tasks {
		if !t.settled() {
			settled = false
		}
	}
	return settled
}

func (t *task) settled() bool {
	s := t.ready
	switch {
	case s == nil:
		return t.resting
	case t.queue.count > 0, !s.outbox.empty(), s.heartbeats > 0:
		return false
	case t.comp.spout:
		return len(t.spout.sent) == 0 && len(t.spout.due) == 0
	case t.probe == probeNone:
		s.sendHeartbeat()
		return false
	}
	return t.probe == probeAnswered
}

// drain waits until no tuple is on its way, but at most for Options.Drain.
func (e *Engine) drain(ended <-chan struct{}) {
	c := e.when(e.drained)
	defer e.forget(c)
	over := make(chan struct{})
	timer := e.clock.AfterFunc(e.opts.Drain, func() { close(over) })
	defer timer.Stop()
	select {
	case <-c.reached:
	case <-over:
	case <-ended:
	}
}

func (e *Engine) drained() bool {
	for _, t := range e.tasks {
		if t.queue.count > 0 || t.pending.count > 0 ||
			t.ready != nil && (len(t.spout.sent) > 0 || t.spout.active || len(t.spout.due) > 0) {
			return false
		}
	}
	return true
}
