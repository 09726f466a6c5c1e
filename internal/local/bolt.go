package local

import (
	"strconv"

	"github.com/stormflux/stormflux/internal/multilang"
)

// A probe says whether the bolt has certainly read every tuple that it was given.
type probe uint8

const (
	probeNone     probe = iota // a tuple was written after the last heartbeat, or there was no heartbeat yet
	probeSent                  // nothing was written after the last heartbeat
	probeAnswered              // and the bolt has answered that heartbeat
)

// fromBolt applies a message of a bolt.
func (t *task) fromBolt(s *session, b *batch, m *message) *fault {
	e := t.engine
	switch m.command {
	case multilang.Emit:
		return t.boltEmit(s, b, m)
	case multilang.Ack, multilang.Fail:
		return t.answer(m)
	case multilang.Sync:
		if s.heartbeats > 0 {
			s.heartbeats--
		}
		if s.heartbeats == 0 && t.probe == probeSent {
			t.probe = probeAnswered
		}
	case multilang.Log, multilang.Error:
		t.logMessage(m)
	case multilang.Metrics:
		return faultMetric(m.name)
	default:
		switch {
		case t.comp.jvm && m.name == resetTimeout:
			t.resetTimeout(m)
			return nil
		case t.comp.jvm && m.name == executed:
			t.executed(m)
			return nil
		}
		e.warn("unknown-command "+m.name, t, "the bolt wrote the unknown command %q: Storm ignores it", m.name)
	}
	return nil
}

func (t *task) boltEmit(s *session, b *batch, m *message) *fault {
	e := t.engine
	e.trees = e.trees[:0]
	for _, a := range b.anchors[m.anchors[0]:m.anchors[1]] {
		d := t.inputs[a.id]
		if t.comp.jvm && d == nil {
			if !t.acksLate {
				e.warn("late anchor", t, "the bolt anchored a tuple to one that it had acked or failed before: Storm may then never complete the tree")
			}
			continue
		}
		if !a.ok || d == nil {
			text := a.text
			if a.ok {
				text = strconv.FormatInt(a.id, 10)
			}
			return faultAnchor(text)
		}
		if d.tree != nil {
			e.addTree(d.tree)
			for _, tr := range d.more {
				e.addTree(tr)
			}
		}
	}
	if f := e.route(t, b, m); f != nil {
		return f
	}
	t.progress = true
	if !m.checkpoint() {
		e.activity = e.now
	}
	t.stats.emitted++
	t.stats.transferred += int64(len(e.chosen))
	if t.traced {
		e.traceEmit(t, b, m)
	}
	if m.needIDs && !t.comp.jvm && (!m.hasTask || m.task == 0) {
		return s.answerBolt()
	}
	return nil
}

// answerBolt makes the task ids of the current emit due. Storm goes on reading a bolt that does not read them.
func (s *session) answerBolt() *fault {
	t, e := s.task, s.task.engine
	s.outbox.answer()
	switch n := s.outbox.answers; {
	case n > e.maxAnswers:
		return faultBoltUnread(n)
	case n > manyAnswers:
		e.warn("unread", t, "the bolt does not read the answers to its emits: a Storm worker keeps them all in memory until none is left; "+
			"read the answer to each emit, or emit with need_task_ids false")
	}
	return nil
}

// addTree adds a tree to those of the current emit, once. It leaves out trees whose outcome is known.
func (e *Engine) addTree(tr *tree) {
	if !tr.pending() {
		return
	}
	for _, have := range e.trees {
		if have == tr {
			return
		}
	}
	e.trees = append(e.trees, tr)
}

// answer applies an ack or fail.
func (t *task) answer(m *message) *fault {
	e := t.engine
	d := t.inputs[m.input]
	if t.comp.jvm && d == nil {
		if t.acksLate {
			return nil
		}
		e.warn("second answer", t, "the bolt acked or failed a tuple twice: Storm may then never complete the tree")
		return nil
	}
	if !m.inputOK || d == nil {
		return faultAnswer(m)
	}
	ok := m.command == multilang.Ack
	t.progress = t.progress || ok // libraries fail the tuple with which a component dies
	t.settle(d, ok)
	t.count(d)
	if ok {
		t.stats.acked++
	} else {
		t.stats.failed++
	}
	if d.counts() {
		e.activity = e.now
	}
	if t.traced {
		kind := FailEvent
		if ok {
			kind = AckEvent
		}
		e.trace(t, kind, d.event())
	}
	e.release(d)
	return nil
}

// count counts a tuple that the bolt has handled.
func (t *task) count(d *delivery) {
	now := t.engine.now
	t.stats.executed++
	t.stats.ackNanos += now - d.given
	t.stats.waitNanos += d.given - d.queued
	// Time before the answer to the previous tuple was not for this one. A bolt that answers a tuple only after a tick has
	// waited for the tick.
	t.stats.busyNanos += now - max(d.given, t.stats.answered, t.ticked)
	t.stats.answered = now
}

// settle removes an answered tuple from what the component has, and from its trees. It returns how many trees failed.
func (t *task) settle(d *delivery, ok bool) (failed int) {
	e := t.engine
	t.workingOn = d.next
	delete(t.inputs, d.id)
	t.given.remove(d)
	d.eachTree(func(tr *tree) {
		tr.open--
		switch {
		case !tr.pending():
		case !ok:
			e.complete(tr, false)
			failed++
		case tr.open == 0:
			e.complete(tr, true)
		}
	})
	return failed
}

// boltDied fails the tuples that the component had. It returns how many trees failed, and how many tuples had no tree.
func (t *task) boltDied() (failed, lost int) {
	defer func() { t.workingOn = nil }()
	for t.given.first != nil {
		d := t.given.first
		if d.tree == nil && d.source != nil {
			lost++
		}
		failed += t.settle(d, false)
		t.engine.release(d)
	}
	return failed, lost
}

// manyUnanswered is how many tuples a bolt may leave without ack or fail before the engine warns.
const manyUnanswered = 100_000

// take moves queued tuples to the outbox, as many as are written at once.
func (t *task) take(s *session) {
	e := t.engine
	size := 0
	for t.queue.count > 0 && len(s.outbox.tuples) < e.maxPending && size < writeSize {
		d := t.queue.pop()
		t.awaitsTick = d.source != nil && t.comp.tick > 0
		e.lastID++
		d.id, d.given = tupleID(e.lastID), e.now
		if d.source == nil && t.ticked <= t.stats.answered {
			t.ticked = e.now
		}
		t.inputs[d.id] = d
		t.given.push(d)
		if t.workingOn == nil {
			t.workingOn = d
		}
		// A copy: the bolt may answer the delivery, or die, before the tuple is written.
		s.outbox.tuples = append(s.outbox.tuples, outTuple{d.sourceName(), d.stream, d.sourceTask(), d.values, d.id})
		size += len(d.values) + overhead
		if t.traced {
			e.trace(t, ReceiveEvent, d.event())
		}
		if d.counts() {
			e.activity = e.now
		}
	}
	if size > 0 {
		t.probe = probeNone
		if len(t.inputs) > manyUnanswered {
			kept := "a Storm worker keeps them all in memory until none is left"
			if t.comp.jvm {
				kept = "Storm fails them after topology.message.timeout.secs if a spout waits for them"
			}
			e.warn("unanswered", t, "the bolt has neither acked nor failed %d tuples: %s", len(t.inputs), kept)
		}
		t.releaseWaiters()
	}
}

func (d *delivery) event() TupleEvent {
	return TupleEvent{
		Stream: d.stream, Values: string(d.shown), ID: strconv.FormatInt(d.id, 10),
		Source: d.sourceName(), SourceTask: d.sourceTask(),
	}
}
