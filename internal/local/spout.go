package local

import (
	"time"

	"github.com/stormflux/stormflux/internal/local/clock"
	"github.com/stormflux/stormflux/internal/multilang"
)

// spoutState is the state of a conversation with a spout. Storm and a spout take strict turns
// (ShellSpout.querySubprocess): one command, then everything that the spout writes up to its sync. A spout that says
// that it supports this gets several commands at once. It answers them one after the other; only the time between them
// is shorter.
type spoutState struct {
	sent  []sentCommand // commands without a sync yet, oldest first
	nexts int           // how many of them are "next"
	dry   bool          // it has answered a "next" without a tuple since it last emitted
	// longestDry is the longest time that such a "next" took, in nanoseconds.
	longestDry int64
	quick      bool // the last "next" emitted something and took less than quickNext
	emitted    bool // the spout has emitted since the last sync
	complained bool // the spout has reported an error since the last sync
	active     bool // the last such command was "activate", not "deactivate"
	due        []outcome
	// deferred are answers to emits. They wait for the sync of an ack: without ackers Storm acks while it handles the
	// emit, and answers the emit after that.
	deferred [][]byte
	idle     clock.Timer
	waiting  bool // the timer idle runs
}

// A sentCommand is a command without a sync yet.
type sentCommand struct {
	next bool
	at   int64 // when it was sent, as Engine.now
}

const (
	// At most pipelined commands wait for their sync, and nextsPipelined of them are "next".
	pipelined      = 64
	nextsPipelined = 8
	// quickNext limits the duration of a nextTuple that is followed by another one without waiting. Acks would wait
	// behind a slow one.
	quickNext = 2 * time.Millisecond
)

// An outcome is an ack or fail that is not sent to the spout yet.
type outcome struct {
	ok bool
	id multilang.RawValue
}

// stepSpout sends the spout as many commands as it may get now.
func (t *task) stepSpout() {
	e, s, session := t.engine, &t.spout, t.ready
	if session == nil || e.stopping {
		return
	}
	limit, nexts := 1, 1
	if session.pipelining && e.plan.ackers > 0 {
		limit = pipelined
		if s.quick {
			nexts = nextsPipelined
		}
		if len(s.sent) > 0 && len(s.due) > 0 && len(s.due) < gather {
			return // it is busy: what is due is sent with its next sync
		}
	}
	for len(s.sent) < limit {
		switch {
		case len(s.due) > 0:
			command := multilang.SpoutMsg{Command: multilang.SpoutFail, ID: s.due[0].id}
			if s.due[0].ok {
				command.Command = multilang.SpoutAck
			}
			if s.due = s.due[1:]; len(s.due) == 0 {
				s.due = nil // release the memory
			}
			t.command(session, command)
		case e.active != s.active:
			s.active = e.active
			if s.active {
				t.command(session, multilang.SpoutMsg{Command: multilang.Activate})
			} else {
				t.command(session, multilang.SpoutMsg{Command: multilang.Deactivate})
			}
		case !s.active, t.blocked > 0, s.waiting, s.nexts >= nexts, e.opts.Stepped && t.nextsLeft == 0:
			return
		case t.exec.limit > 0 && t.exec.pending+s.nexts >= t.exec.limit:
			return
		default:
			s.nexts++
			t.nextsLeft-- // counts only if the run is stepped
			t.command(session, multilang.SpoutMsg{Command: multilang.Next})
		}
	}
}

func (t *task) command(s *session, m multilang.SpoutMsg) {
	if len(t.spout.sent) == 0 {
		s.heard = t.engine.now
	}
	t.spout.sent = append(t.spout.sent, sentCommand{m.Command == multilang.Next, t.engine.now})
	s.outbox.control = m.Append(s.outbox.control)
	t.engine.touch(s)
}

// fromSpout applies a message of a spout.
func (t *task) fromSpout(session *session, b *batch, m *message) *fault {
	e, s := t.engine, &t.spout
	switch m.command {
	case multilang.Emit:
		return t.spoutEmit(session, b, m)
	case multilang.Sync:
		if len(s.deferred) > 0 {
			last := len(s.deferred) - 1
			session.outbox.control = append(session.outbox.control, s.deferred[last]...)
			s.deferred = s.deferred[:last]
			e.touch(session)
			return nil
		}
		if len(s.sent) == 0 {
			e.warn("extra-sync", t, "the spout wrote a sync without a command: "+
				"Storm takes it for the answer to its next command, and is one command ahead of the spout from then on")
			return nil
		}
		first := s.sent[0]
		s.sent = append(s.sent[:0], s.sent[1:]...)
		if first.next {
			s.nexts--
			t.progress = t.progress || !s.complained // libraries answer the command with which a component dies
			s.quick = s.emitted && e.now-first.at < int64(quickNext)
			if !s.emitted {
				s.dry, s.longestDry = true, max(s.longestDry, e.now-first.at)
				t.waitIdle()
			}
		}
		s.emitted, s.complained = false, false
		t.stepSpout()
	case multilang.Log, multilang.Error:
		s.complained = s.complained || m.command == multilang.Error
		t.logMessage(m)
	case multilang.Metrics:
		return faultMetric(m.name)
	case multilang.Ack, multilang.Fail:
		return faultSpoutCommand(m.command.String())
	default:
		return faultSpoutCommand(m.name)
	}
	return nil
}

// waitIdle delays the next "next", as Storm sleeps after a nextTuple that emitted nothing.
func (t *task) waitIdle() {
	if t.engine.opts.Stepped {
		return
	}
	s := &t.spout
	s.waiting = true
	if s.idle == nil {
		s.idle = t.engine.clock.AfterFunc(t.engine.idleWait, func() {
			t.engine.lock()
			s.waiting = false
			t.stepSpout()
			t.engine.unlock()
		})
		return
	}
	s.idle.Reset(t.engine.idleWait)
}

func (t *task) spoutEmit(session *session, b *batch, m *message) *fault {
	e, s := t.engine, &t.spout
	e.trees = e.trees[:0]
	var tr *tree
	if m.id != "" && e.plan.ackers > 0 {
		tr = &tree{spout: t, id: m.id, start: e.now}
		e.trees = append(e.trees, tr)
	}
	if f := e.route(t, b, m); f != nil {
		return f
	}
	s.emitted, s.dry, s.longestDry = true, false, 0
	if !m.checkpoint() {
		e.activity = e.now
	}
	t.stats.emitted++
	t.stats.transferred += int64(len(e.chosen))
	if t.traced {
		e.traceEmit(t, b, m)
	}
	direct := m.hasTask && m.task != 0
	var answer []byte
	switch {
	case t.comp.jvm && m.id != "" && tr == nil:
		t.stats.acked++ // the host has acked it
	case m.id != "" && tr == nil:
		// No ackers: Storm acks at once, while it handles the emit.
		t.stats.acked++
		if m.needIDs && !direct {
			answer = e.appendTaskIDs(nil)
			e.warn("nested-ack", t, "there are no ackers (topology.acker.executors: 0), so Storm sends the ack of a tuple before "+
				"it sends the task ids that the emit waits for: a spout that does not expect a command there hangs; "+
				"emit with need_task_ids false")
		}
		command := multilang.SpoutMsg{Command: multilang.SpoutAck, ID: m.id}
		session.outbox.control = command.Append(session.outbox.control)
		s.deferred = append(s.deferred, answer)
		e.touch(session)
		return nil
	case tr != nil:
		t.pending.add(tr)
		t.exec.pending++
		if tr.open == 0 {
			e.complete(tr, true) // no bolt reads the stream
		}
	}
	if m.needIDs && !direct && !t.comp.jvm {
		session.outbox.answer()
	}
	return nil
}

// complete ends a tree and sends its outcome to the spout.
func (e *Engine) complete(tr *tree, ok bool) {
	t := tr.spout
	t.pending.remove(tr)
	if t.comp.id != checkpointSpout {
		e.activity = e.now
	}
	if ok {
		t.stats.acked++
		t.stats.completeNanos += e.now - tr.start
	} else {
		t.stats.failed++
	}
	if t.traced {
		kind := FailEvent
		if ok {
			kind = AckEvent
		}
		e.trace(t, kind, TupleEvent{ID: string(tr.id)})
	}
	t.spout.due = append(t.spout.due, outcome{ok, tr.id})
	t.exec.pending--
	for _, other := range t.exec.tasks {
		other.stepSpout()
	}
}

// spoutDied forgets the trees and outcomes of a spout whose process died: the next process does not know them. In Storm
// the worker dies too, and the spout never learns what became of its tuples. It returns how many were forgotten.
func (t *task) spoutDied() (forgotten int) {
	forgotten = t.pending.clear() + len(t.spout.due)
	t.exec.pending -= forgotten - len(t.spout.due)
	if t.spout.idle != nil {
		t.spout.idle.Stop()
	}
	t.spout = spoutState{}
	return forgotten
}
