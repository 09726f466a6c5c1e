package local

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"sync/atomic"
	"time"
)

func (e *Engine) endWhenIdle() {
	e.lock()
	idle := e.idle()
	if idle && e.idleText == "" {
		e.idleText = e.describeIdle()
	}
	e.unlock()
	if idle {
		e.finish(Idle)
	}
}

// idle reports whether nothing happens, and nothing has happened for a while.
func (e *Engine) idle() bool {
	if !e.active || e.now-e.activity < int64(e.opts.IdleAfter) {
		return false
	}
	return !slices.ContainsFunc(e.tasks, (*task).busy)
}

// busy reports whether the task may still do something that nobody has asked it for.
func (t *task) busy() bool {
	switch {
	case t.ready == nil, t.queue.count > 0, t.pending.count > 0, len(t.spout.due) > 0:
		return true
	case t.comp.spout && !t.spout.isDry(t.engine.now):
		return true
	case t.given.first != nil && t.probe != probeAnswered:
		// The bolt may still work on tuples without an answer. If it has answered a later heartbeat, it does not: it
		// just never acks them.
		return true
	}
	return t.awaitsTick || t.ready.source.partial.Load()
}

// patience is how much longer than the longest empty nextTuple the current one may take: see isDry.
const patience = 10 * time.Millisecond

// isDry reports whether the spout has answered a nextTuple without a tuple since it last emitted. Some spouts wait a
// while in every nextTuple, so that there is always one without an answer. It counts as empty too, unless it takes much
// longer than the empty ones before it.
func (s *spoutState) isDry(now int64) bool {
	return s.dry && !slices.ContainsFunc(s.sent, func(c sentCommand) bool {
		return c.next && now-c.at > 2*s.longestDry+int64(patience)
	})
}

// A partialReader knows whether a component has written a part of a message.
type partialReader struct {
	src     io.Reader
	partial atomic.Bool
}

func (r *partialReader) Read(b []byte) (int, error) {
	n, err := r.src.Read(b)
	if n > 0 {
		r.partial.Store(true)
	}
	return n, err
}

// describeIdle says what the engine saw when it decided that the run is idle.
func (e *Engine) describeIdle() string {
	seen := []string{fmt.Sprintf("for %s, no component has emitted or answered a tuple", e.opts.IdleAfter)}
	if slices.ContainsFunc(e.tasks, func(t *task) bool { return t.comp.spout }) {
		seen = append(seen, "the last nextTuple of every spout gave no tuple")
	}
	seen = append(seen, "no tuple is queued or pending")
	if slices.ContainsFunc(e.tasks, func(t *task) bool { return t.comp.tick > 0 }) {
		seen = append(seen, "every bolt with ticks has had a tick since its last tuple")
	}
	for _, c := range e.plan.components {
		held := 0
		for _, t := range e.targets[c.index] {
			held += len(t.inputs)
		}
		if held > 0 {
			seen = append(seen, fmt.Sprintf("%q waits for more, and has neither acked nor failed %d of its tuples", c.id, held))
		}
	}
	return strings.Join(seen, "; ")
}
