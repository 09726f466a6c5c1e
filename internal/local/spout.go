package local

import (
	"time"

	"github.com/stormflux/stormflux/internal/multilang"
)

// spoutState is where a spout task stands. Storm speaks with a spout strictly in turns (ShellSpout.querySubprocess): one
// command, then whatever the spout has to say, up to its sync.
type spoutState struct {
	busy     bool // a command waits for its sync
	nextSent bool // ... or did: the spout has been asked for a tuple at least once
	inNext   bool // that command is next
	emitted  bool // the spout has emitted since that command
	active   bool // the spout has been told activate, not deactivate
	due      []told
	// deferred are answers to emits that wait for the sync of an ack. Without ackers Storm acks inside of the emit, and
	// answers the emit after that.
	deferred [][]byte
	idle     *time.Timer
	waiting  bool // idle runs
}

// told is an ack or fail that the spout has not been told yet.
type told struct {
	ok bool
	id multilang.RawValue
}

// stepSpout sends the spout the next command, if it is its turn.
func (t *task) stepSpout() {
	e, s, p := t.engine, &t.spout, t.proc
	if p == nil || s.busy || e.stopping {
		return
	}
	switch {
	case len(s.due) > 0:
		command := multilang.SpoutMsg{Command: multilang.SpoutFail, ID: s.due[0].id}
		if s.due[0].ok {
			command.Command = multilang.SpoutAck
		}
		if s.due = s.due[1:]; len(s.due) == 0 {
			s.due = nil // let go of what was told
		}
		t.command(p, command)
	case e.active != s.active:
		s.active = e.active
		if s.active {
			t.command(p, multilang.SpoutMsg{Command: multilang.Activate})
		} else {
			t.command(p, multilang.SpoutMsg{Command: multilang.Deactivate})
		}
	case !s.active, t.blocked > 0, s.waiting, t.exec.limit > 0 && t.exec.pending >= t.exec.limit:
	default:
		s.inNext, s.nextSent = true, true
		t.command(p, multilang.SpoutMsg{Command: multilang.Next})
	}
}

func (t *task) command(p *process, m multilang.SpoutMsg) {
	t.spout.busy, t.spout.emitted = true, false
	p.heard = t.engine.now
	p.control = m.Append(p.control)
	t.engine.touch(p)
}

// fromSpout applies a message of a spout.
func (t *task) fromSpout(p *process, b *batch, m *message) *fault {
	e, s := t.engine, &t.spout
	switch m.command {
	case multilang.Emit:
		return t.spoutEmit(p, b, m)
	case multilang.Sync:
		if len(s.deferred) > 0 {
			last := len(s.deferred) - 1
			p.control = append(p.control, s.deferred[last]...)
			s.deferred = s.deferred[:last]
			e.touch(p)
			return nil
		}
		if !s.busy {
			e.warn("extra-sync", t, "the spout wrote a sync that nobody waits for: Storm would take it for the answer to its next command, and run ahead of the spout from then on")
			return nil
		}
		if !s.inNext {
			s.busy = false
		} else {
			s.busy, s.inNext = false, false
			t.progress = true
			if !s.emitted {
				t.waitIdle()
			}
		}
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
		s.idle = time.AfterFunc(t.engine.idleWait, func() {
			t.engine.lock()
			s.waiting = false
			t.stepSpout()
			t.engine.unlock()
		})
		return
	}
	s.idle.Reset(t.engine.idleWait)
}

func (t *task) spoutEmit(p *process, b *batch, m *message) *fault {
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
		p.control = command.Append(p.control)
		s.deferred = append(s.deferred, answer)
		e.touch(p)
		return nil
	case tr != nil:
		t.pending.add(tr)
		t.exec.pending++
		if tr.open == 0 {
			e.complete(tr, true) // nobody reads the stream
		}
	}
	if m.needIDs && !direct {
		p.control = e.appendTaskIDs(p.control)
		e.touch(p)
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
	t.spout.due = append(t.spout.due, told{ok, tr.id})
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
