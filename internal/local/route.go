package local

import (
	"fmt"
	"slices"
	"time"

	"github.com/stormflux/stormflux/internal/java"
	"github.com/stormflux/stormflux/internal/multilang"
)

// queueBytes bounds what waits for one task in bytes, where Storm counts tuples only.
const queueBytes = 16 << 20

// A chooser is what a task's grouping remembers between tuples.
type chooser struct {
	order []*task // shuffle: the targets in random order
	next  int
	used  []int64 // partial key: how often each target was used
}

func newChooser(e *Engine, sub *subscription) chooser {
	targets := e.targets[sub.target.index]
	switch sub.kind {
	case shuffleGrouping, localOrShuffleGrouping:
		order := slices.Clone(targets)
		e.random.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		return chooser{order: order}
	case partialKeyGrouping:
		return chooser{used: make([]int64, len(targets))}
	}
	return chooser{}
}

// choose appends to e.chosen the tasks that a tuple of t goes to by one subscription.
func (e *Engine) choose(t *task, sub *subscription, b *batch, m *message) {
	targets := e.targets[sub.target.index]
	c := &t.choosers[sub.slot]
	switch sub.kind {
	case shuffleGrouping, localOrShuffleGrouping:
		// All tasks are in this one worker: local-or-shuffle is shuffle.
		target := c.order[c.next]
		if c.next++; c.next == len(c.order) {
			c.next = 0
		}
		if e.loadAware && target.queue.count > e.queueLimit/4 {
			// Storm's load-aware shuffle sends less to tasks with long queues.
			for _, other := range c.order {
				if other.queue.count < target.queue.count {
					target = other
				}
			}
		}
		e.chosen = append(e.chosen, target)
	case fieldsGrouping:
		h := java.HashList(b.keyHashes(m, sub.key))
		e.chosen = append(e.chosen, targets[java.FloorMod(h, len(targets))])
	case partialKeyGrouping:
		first, second := partialKeyPair(b.keyHashes(m, sub.key), len(targets))
		if c.used[second] < c.used[first] {
			first = second
		}
		c.used[first]++
		e.chosen = append(e.chosen, targets[first])
	case globalGrouping:
		e.chosen = append(e.chosen, targets[0])
	case allGrouping:
		e.chosen = append(e.chosen, targets...)
	case noneGrouping:
		e.chosen = append(e.chosen, targets[e.random.IntN(len(targets))])
	default:
		panic(fmt.Sprintf("local: grouping %d chooses no tasks", sub.kind))
	}
}

// route sets e.chosen to the tasks that an emit of t goes to, with e.trees for its trees. The fault is nil, or what Storm
// would have died of.
func (e *Engine) route(t *task, b *batch, m *message) *fault {
	e.chosen = e.chosen[:0]
	if m.stream == nil {
		return faultUnknownStream(m.name, t.comp)
	}
	if m.hasTask {
		if e.opts.Storm.AtLeast(2, 6) {
			return faultDirectEmit(m.task, e.opts.Storm)
		}
		if m.task != 0 {
			return e.routeDirect(t, m)
		}
	}
	if f := e.checkValues(t, m); f != nil {
		return f
	}
	for _, sub := range m.stream.subs {
		if sub.kind == directGrouping {
			return faultRegularEmit(m.stream.id, sub.target.id)
		}
		if len(e.targets[sub.target.index]) > 0 {
			e.choose(t, sub, b, m)
		}
	}
	for _, target := range e.chosen {
		e.deliver(t, target, m)
	}
	return nil
}

// routeDirect is Task.getOutgoingTasks with a task id.
func (e *Engine) routeDirect(t *task, m *message) *fault {
	if len(m.stream.subs) == 0 {
		return faultDirectNobody(m.stream.id)
	}
	target := e.byID[int(m.task)]
	if target != nil {
		for _, sub := range m.stream.subs {
			if sub.target != target.comp {
				continue
			}
			if sub.kind != directGrouping {
				return faultDirectToRegular(m.stream.id, target.comp.id, m.task)
			}
			if f := e.checkValues(t, m); f != nil {
				return f
			}
			e.chosen = append(e.chosen, target)
			e.deliver(t, target, m)
			return nil
		}
	}
	e.warn("direct-nowhere "+m.stream.id, t, "a tuple was emitted directly to task %d on stream %q, which no bolt with that task reads: it is dropped, as Storm drops it", m.task, m.stream.id)
	return nil
}

// checkValues looks at what Storm does not check, or dies of.
func (e *Engine) checkValues(t *task, m *message) *fault {
	fields := m.stream.fields
	switch {
	case m.tuple == "":
		if len(m.stream.keys) > 0 {
			return faultNullTuple(m.stream.id)
		}
		e.warn("null-tuple "+m.stream.id, t, "an emit on stream %q has no tuple: whoever reads it gets null for a tuple", m.stream.id)
	case m.values != len(fields):
		if m.short {
			return faultTooFew(m.stream, m.values)
		}
		e.warn("values "+m.stream.id, t, "a tuple of %d values was emitted on stream %q, which has %d fields %q: Storm passes it on as it is", m.values, m.stream.id, len(fields), fields)
	}
	if e.kryo != nil {
		if class := e.kryo.unregistered(m.tuple); class != "" {
			return faultUnregistered(class)
		}
	}
	return nil
}

// deliver puts a tuple into a task's queue. Where the queue is full, the source waits before it does anything more.
func (e *Engine) deliver(from, to *task, m *message) {
	d := e.newDelivery()
	d.source, d.stream, d.values, d.queued = from, m.stream.id, m.tuple, e.now
	for i, tr := range e.trees {
		tr.open++
		if i == 0 {
			d.tree = tr
		} else {
			d.more = append(d.more, tr)
		}
	}
	to.enqueue(d)
	if to.full() && !e.cyclic(m.stream, to) {
		from.waitFor(to)
	}
}

func (e *Engine) cyclic(s *stream, to *task) bool {
	for _, sub := range s.subs {
		if sub.target == to.comp {
			return sub.cyclic
		}
	}
	return false
}

const (
	// gather is how many tuples are written at once, without waiting, to a process that has others to work on.
	gather = 64
	// gatherWait is how long fewer wait, where no answer of the process comes before.
	gatherWait = time.Millisecond
)

// enqueue puts a tuple into the queue and has it written: at once where the process has nothing to work on, and otherwise
// when the process answers, when there are many, or after a moment. Every write wakes a process, which costs more than all
// else that is done for a tuple.
func (t *task) enqueue(d *delivery) {
	t.queue.push(d)
	e := t.engine
	switch {
	case t.ready == nil:
	case t.given.first == nil, t.queue.count >= gather:
		e.touch(t.ready)
	case !t.gathering:
		t.gathering = true
		e.gathering = append(e.gathering, t)
		if len(e.gathering) == 1 {
			e.gatherTimer.Reset(gatherWait)
		}
	}
}

// gathered is called when tuples have waited for gatherWait.
func (e *Engine) gathered() {
	e.lock()
	e.writeGathered()
	e.unlock()
}

// writeGathered has the tuples written that wait for others.
func (e *Engine) writeGathered() {
	if len(e.gathering) == 0 {
		return
	}
	e.gatherTimer.Stop()
	for _, t := range e.gathering {
		t.gathering = false
		if t.ready != nil {
			e.touch(t.ready)
		}
	}
	e.gathering = e.gathering[:0]
}

// touch has what is due to the process written when the lock is given up.
func (e *Engine) touch(s *session) {
	if !s.outbox.touched {
		s.outbox.touched = true
		e.touched = append(e.touched, s)
	}
}

func (t *task) full() bool {
	return t.queue.count > t.engine.queueLimit || t.queue.bytes > queueBytes
}

func (t *task) waitFor(target *task) {
	if t.engine.stopping || slices.Contains(target.waiters, t) {
		return
	}
	target.waiters = append(target.waiters, t)
	t.blocked++
}

// releaseWaiters lets those go on that waited for the queue.
func (t *task) releaseWaiters() {
	if len(t.waiters) == 0 || t.queue.count > t.engine.queueLimit/2 || t.queue.bytes > queueBytes/2 {
		return
	}
	waiters := t.waiters
	t.waiters = nil
	for _, w := range waiters {
		if w.blocked > 0 { // it is not when the run is ending
			if w.blocked--; w.blocked == 0 {
				w.unblock()
			}
		}
	}
}

// unblock lets the task's goroutine go on.
func (t *task) unblock() {
	t.blocked = 0
	select {
	case t.resume <- struct{}{}:
	default:
	}
	if t.comp.spout {
		t.stepSpout()
	}
}

// taskIDs returns the list of e.chosen as Storm answers it.
func (e *Engine) appendTaskIDs(dst []byte) []byte {
	ids := make([]int, 0, 8)
	for _, t := range e.chosen {
		ids = append(ids, t.id)
	}
	return multilang.AppendTaskIDs(dst, ids)
}

// traceEmit tells an emit that has been routed.
func (e *Engine) traceEmit(t *task, b *batch, m *message) {
	tuple := TupleEvent{Stream: m.stream.id, Values: string(m.tuple), ID: string(m.id)}
	for _, a := range b.anchors[m.anchors[0]:m.anchors[1]] {
		tuple.Anchors = append(tuple.Anchors, fmt.Sprint(a.id))
	}
	for _, target := range e.chosen {
		tuple.Tasks = append(tuple.Tasks, target.id)
	}
	e.trace(t, EmitEvent, tuple)
}
