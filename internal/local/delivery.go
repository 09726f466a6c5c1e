package local

import (
	"strconv"

	"github.com/stormflux/stormflux/internal/multilang"
)

// A delivery is one tuple for one task.
type delivery struct {
	// prev and next link the tuples that a component has, those it neither acked nor failed, oldest first.
	prev, next *delivery
	id         int64 // set when the component gets the tuple
	source     *task // nil for a tick
	stream     string
	values     multilang.RawValues // as the component gets them
	shown      multilang.RawValues // as people see them, or "": between JVM components, values are a number of the host
	tree       *tree               // the first tree that the tuple belongs to, or nil
	more       []*tree             // the others
	queued     int64               // when it came into the queue, as Engine.now
	given      int64               // when the component got it
}

// sourceName returns the component of the source, as the receiver sees it.
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

// checkpointSpout emits on checkpointStream from time to time, as long as the topology runs: a checkpoint is not activity,
// and neither is a tick (CheckpointSpout, 2.8.3).
const (
	checkpointSpout  = "$checkpointspout"
	checkpointStream = "$checkpoint"
)

// counts reports whether the tuple delays the end of [Options.UntilIdle].
func (d *delivery) counts() bool { return d.source != nil && d.stream != checkpointStream }

func (m *message) checkpoint() bool { return m.stream != nil && m.stream.id == checkpointStream }

func (d *delivery) eachTree(f func(*tree)) {
	if d.tree == nil {
		return
	}
	f(d.tree)
	for _, t := range d.more {
		f(t)
	}
}

// newDelivery returns an empty delivery. release takes it back.
func (e *Engine) newDelivery() *delivery {
	d := e.free
	if d == nil {
		return &delivery{}
	}
	e.free = d.next
	more := d.more[:0]
	*d = delivery{more: more}
	return d
}

func (e *Engine) release(d *delivery) {
	d.values, d.shown, d.tree, d.source = "", "", nil, nil
	clear(d.more)
	d.prev, d.next = nil, e.free
	e.free = d
}

// A deliveryList is a list of deliveries, linked by prev and next.
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

// idFactor spreads the numbers 1, 2, 3 ... over all signed 64-bit numbers. Ids of Storm look like that, so a component
// that expects small or positive ids fails here too. The factor is odd: no two numbers give the same id.
const idFactor = 0x9e3779b97f4a7c15

// tupleID returns the id of tuple number n.
func tupleID(n uint64) int64 { return int64(n * idFactor) }

// parseTupleID reads an id exactly as the engine wrote it. Other spellings of the number are no ids.
func parseTupleID(text string) (int64, bool) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || text[0] == '+' || text[0] == '0' || len(text) > 1 && text[0] == '-' && text[1] == '0' {
		return 0, false
	}
	return n, true
}
