package local

import (
	"strconv"

	"github.com/stormflux/stormflux/internal/multilang"
)

// A delivery is one tuple on its way to, or at, one task.
type delivery struct {
	// prev and next link what a process has been given and has neither acked nor failed, oldest first.
	prev, next *delivery
	id         int64 // given when it is handed to the process
	source     *task // nil for a tick
	stream     string
	values     multilang.RawValues
	tree       *tree   // the first tree it belongs to, or nil
	more       []*tree // the others
	queued     int64   // when, as Engine.now
	given      int64   // to the process
}

// component and task of a delivery's source, as the receiver is told.
func (d *delivery) sourceName() string {
	if d.source == nil {
		return multilang.SystemComponent
	}
	return d.source.comp.id
}

func (d *delivery) sourceTask() int {
	if d.source == nil {
		return -1
	}
	return d.source.id
}

func (d *delivery) eachTree(f func(*tree)) {
	if d.tree == nil {
		return
	}
	f(d.tree)
	for _, t := range d.more {
		f(t)
	}
}

// deliveryList is a list of deliveries through their links.
type deliveryList struct{ first, last *delivery }

func (l *deliveryList) push(d *delivery) {
	d.prev = l.last
	if l.last == nil {
		l.first = d
	} else {
		l.last.next = d
	}
	l.last = d
}

func (l *deliveryList) remove(d *delivery) {
	if d.prev == nil {
		l.first = d.next
	} else {
		d.prev.next = d.next
	}
	if d.next == nil {
		l.last = d.prev
	} else {
		d.next.prev = d.prev
	}
	d.prev, d.next = nil, nil
}

// deliveryQueue is a first-in-first-out queue that keeps its memory small when it is.
type deliveryQueue struct {
	ring  []*delivery
	start int
	count int
	bytes int // of values
}

// overhead stands for what a queued tuple costs beside its values.
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

// Ids of tuples are the numbers from 1 on, made to look as Storm's do: any signed 64-bit number. Who takes them for small
// or positive shall find out here.
const idFactor = 0x9e3779b97f4a7c15 // odd, so that no two numbers give the same id

func tupleID(n uint64) int64 { return int64(n * idFactor) }

// parseTupleID reads an id as it was written out, and nothing else that looks like a number.
func parseTupleID(text string) (int64, bool) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || text[0] == '+' || text[0] == '0' || len(text) > 1 && text[0] == '-' && text[1] == '0' {
		return 0, false
	}
	return n, true
}
