package local

import "github.com/stormflux/stormflux/internal/multilang"

// A tree is a spout's tuple with all that bolts emitted anchored to it. It is complete when no tuple of it is open, and
// failed when a tuple of it was failed, or when it took too long. It is told to the spout once.
type tree struct {
	prev, next *tree
	bucket     *treeList // nil when it has been told, or nobody is left to be told
	spout      *task
	id         multilang.RawValue // the spout's message id
	start      int64              // when it was emitted, as Engine.now
	open       int                // deliveries that belong to it
}

// pending tells whether the spout still waits for the tree.
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

// A pendingTrees holds a spout task's trees in two buckets, as Storm's RotatingMap does: what is in the older one when they
// are rotated has waited for at least one and at most two periods.
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

// rotate calls expired with each tree of the older bucket, which must remove it, and makes that bucket the newest.
func (p *pendingTrees) rotate(expired func(*tree)) {
	old := &p.buckets[1-p.newest]
	for old.first != nil {
		expired(old.first)
	}
	p.newest = 1 - p.newest
}

// clear removes all trees.
func (p *pendingTrees) clear() (removed int) {
	for i := range p.buckets {
		for p.buckets[i].first != nil {
			p.remove(p.buckets[i].first)
			removed++
		}
	}
	return removed
}
