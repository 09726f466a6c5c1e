package local

import "github.com/stormflux/stormflux/internal/multilang"

// A tree is a spout's tuple with all tuples that bolts anchored to it. It is complete when none of them is open. It
// fails when a bolt fails one of them, or when it takes too long. The spout gets one outcome.
type tree struct {
	prev, next *tree
	bucket     *treeList // nil when the outcome is known, or when the spout died
	spout      *task
	id         multilang.RawValue // the spout's message id
	start      int64              // when it was emitted, as Engine.now
	open       int                // number of its deliveries that have no answer
}

// pending reports whether the spout still waits for the outcome.
func (t *tree) pending() bool { return t.bucket != nil }

// treeList is a list of pending trees.
type treeList struct{ first, last *tree }

func (l *treeList) push(t *tree) {
	t.prev, t.next, t.bucket = l.last, nil, l
	if l.last == nil {
		l.first = t
	} else {
		l.last.next = t
	}
	l.last = t
}

func (t *tree) unlink() {
	l := t.bucket
	if t.prev == nil {
		l.first = t.next
	} else {
		t.prev.next = t.next
	}
	if t.next == nil {
		l.last = t.prev
	} else {
		t.next.prev = t.prev
	}
	t.prev, t.next, t.bucket = nil, nil, nil
}

// A pendingTrees holds the trees of a spout task in two buckets, as Storm's RotatingMap does. A tree that is in the
// older bucket at a rotation has waited for at least one period and at most two.
type pendingTrees struct {
	buckets [2]treeList
	newest  int
	count   int
}

func (p *pendingTrees) add(t *tree) {
	p.buckets[p.newest].push(t)
	p.count++
}

func (p *pendingTrees) remove(t *tree) {
	t.unlink()
	p.count--
}

// rotate calls expired with each tree of the older bucket and makes that bucket the newest. expired must remove the
// tree.
func (p *pendingTrees) rotate(expired func(*tree)) {
	old := &p.buckets[1-p.newest]
	for old.first != nil {
		expired(old.first)
	}
	p.newest = 1 - p.newest
}

// clear removes all trees and returns their number.
func (p *pendingTrees) clear() (removed int) {
	for i := range p.buckets {
		for p.buckets[i].first != nil {
			p.remove(p.buckets[i].first)
			removed++
		}
	}
	return removed
}
