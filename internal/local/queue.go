package local

import (
	"slices"
	"time"
)

// queueBytes limits how many bytes wait for one task. Storm limits only the number of tuples.
const queueBytes = 16 << 20

// A deliveryQueue is a first-in-first-out queue. It gives memory back when it gets shorter.
type deliveryQueue struct {
	ring  []*delivery
	start int
	count int
	bytes int // of values
}

// overhead is an estimate of the memory of a queued tuple without its values.
const overhead = 160

func (q *deliveryQueue) push(d *delivery) {
	if q.count == len(q.ring) {
		q.resize(max(64, 2*len(q.ring)))
	}
	q.ring[(q.start+q.count)&(len(q.ring)-1)] = d
	q.count++
	q.bytes += len(d.values) + overhead
}

func (q *deliveryQueue) pop() *delivery {
	d := q.ring[q.start]
	q.ring[q.start] = nil
	q.start = (q.start + 1) & (len(q.ring) - 1)
	q.count--
	q.bytes -= len(d.values) + overhead
	if len(q.ring) > 1024 && q.count < len(q.ring)/8 {
		q.resize(len(q.ring) / 4)
	}
	return d
}

func (q *deliveryQueue) resize(size int) {
	ring := make([]*delivery, size)
	for i := range q.count {
		ring[i] = q.ring[(q.start+i)&(len(q.ring)-1)]
	}
	q.ring, q.start = ring, 0
}

// deliver puts a tuple into a task's queue. If the queue is full, the source must wait.
func (e *Engine) deliver(from, to *task, m *message) {
	d := e.newDelivery()
	d.source, d.stream, d.values, d.shown, d.queued = from, m.stream.id, m.tuple, m.tuple, e.now
	if m.handle != "" && to.comp.jvm {
		d.values = m.handle
	}
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
	// gather is the number of queued tuples that are written at once to a component that still has others to work on.
	gather = 64
	// gatherWait is how long fewer tuples wait, unless the component answers before.
	gatherWait = time.Millisecond
)

// enqueue puts a tuple into the queue. The tuple is written at once if the component has nothing to work on. Otherwise it
// waits until the component answers, until there are many tuples, or for a moment: every write wakes a process, and
// that costs more than everything else that the engine does for a tuple.
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

// writeGathered has unlock write the tuples that wait for more.
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

// touch has unlock write what is due to the component.
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

// releaseWaiters lets the tasks continue that waited for room in the queue.
func (t *task) releaseWaiters() {
	if len(t.waiters) == 0 || t.queue.count > t.engine.queueLimit/2 || t.queue.bytes > queueBytes/2 {
		return
	}
	waiters := t.waiters
	t.waiters = nil
	for _, w := range waiters {
		if w.blocked > 0 { // 0 when the run is ending
			if w.blocked--; w.blocked == 0 {
				w.unblock()
			}
		}
	}
}

// unblock lets the task's goroutine continue.
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
