package local

import (
	"time"

	"github.com/stormflux/stormflux/internal/local/clock"
	"github.com/stormflux/stormflux/internal/multilang"
)

// spoutState is where a spout task stands. Storm speaks with a spout strictly in turns (ShellSpout.querySubprocess): one
// command, then whatever the spout has to say, up to its sync. A spout that says that it can take it gets several
// commands at once; it answers them one after the other, and cannot tell the difference but by the time it does not lose.
type spoutState struct {
	sent     []sentCommand // commands that wait for their sync, oldest first
	nexts    int           // how many of them are next
	nextSent bool          // the spout has been asked for a tuple at least once
	quick    bool          // the last next emitted something, and took no time worth mentioning
	emitted  bool          // the spout has emitted since the last sync
	active   bool          // the spout has been told activate, not deactivate
	due      []outcome
	// deferred are answers to emits that wait for the sync of an ack. Without ackers Storm acks inside of the emit, and
	// answers the emit after that.
	deferred [][]byte
	idle     clock.Timer
	waiting  bool // idle runs
}

// A sentCommand is a command that waits for its sync.
type sentCommand struct {
	next bool
	at   int64 // when it was sent, as Engine.now
}

const (
	// pipelined commands at most wait for their sync, nextsPipelined of them for tuples.
	pipelined      = 64
	nextsPipelined = 8
	// quickNext is what a nextTuple may take that is asked for before the one before it has answered. A slow one
	// would keep acks waiting behind it.
	quickNext = 2 * time.Millisecond
)

// An outcome is an ack or fail that the spout has not been told yet.
type outcome struct {
	ok bool
	id multilang.RawValue
}

// stepSpout sends the spout the next command, if it is its turn.
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
			return // it is at work: what is due goes with the answer to its sync
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
				s.due = nil // let go of what was told
			}
			t.command(session, command)
		case e.active != s.active:
			s.active = e.active
			if s.active {
				t.command(session, multilang.SpoutMsg{Command: multilang.Activate})
			} else {
				t.command(session, multilang.SpoutMsg{Command: multilang.Deactivate})
			}
		case !s.active, t.blocked > 0, s.waiting, s.nexts >= nexts:
			return
		case t.exec.limit > 0 && t.exec.pending+s.nexts >= t.exec.limit:
			return
		default:
			s.nextSent = true
			s.nexts++
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
			e.warn("extra-sync", t, "the spout wrote a sync that nobody waits for: Storm would take it for the answer to its next command, and run ahead of the spout from then on")
			return nil
		}
		first := s.sent[0]
		s.sent = append(s.sent[:0], s.sent[1:]...)
		if first.next {
			s.nexts--
			t.progress = true
			s.quick = s.emitted && e.now-first.at < int64(quickNext)
			if !s.emitted {
				t.waitIdle()
			}
		}
		s.emitted = false
		t.stepSpout()
	case multilang.Log, multilang.Error:
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

// waitIdle keeps next from the spout for the time that Storm sleeps after a nextTuple that emitted nothing.
func (t *task) waitIdle() {
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
	s.emitted = true
	e.activity = e.now
	t.stats.emitted++
	t.stats.transferred += int64(len(e.chosen))
	if t.traced {
		e.traceEmit(t, b, m)
	}
	direct := m.hasTask && m.task != 0
	var answer []byte
	switch {
	case m.id != "" && tr == nil:
		// No ackers: acked on the spot, inside of the emit.
		t.stats.acked++
		if m.needIDs && !direct {
			answer = e.appendTaskIDs(nil)
			e.warn("nested-ack", t, "there are no ackers (topology.acker.executors: 0), so Storm sends the ack of a tuple before the list of tasks that its emit waits for: a spout that does not expect a command there hangs; emit with need_task_ids false")
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
			e.complete(tr, true) // nobody reads the stream
		}
	}
	if m.needIDs && !direct {
		session.outbox.control = e.appendTaskIDs(session.outbox.control)
		e.touch(session)
	}
	return nil
}

// complete has the spout told what became of a tree.
func (e *Engine) complete(tr *tree, ok bool) {
	t := tr.spout
	t.pending.remove(tr)
	e.activity = e.now
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

// spoutDied forgets what a spout's process was waiting for: a new process knows nothing of it. Storm's spout, whose worker
// died, does not hear of its pending tuples either.
func (t *task) spoutDied() (forgotten int) {
	forgotten = t.pending.clear() + len(t.spout.due)
	t.exec.pending -= forgotten - len(t.spout.due)
	if t.spout.idle != nil {
		t.spout.idle.Stop()
	}
	t.spout = spoutState{}
	return forgotten
}
