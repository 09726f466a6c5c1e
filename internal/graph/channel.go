package graph

import (
	"cmp"
	"slices"

	"github.com/stormflux/stormflux/internal/graph/layered"
)

// wire is a piece of an edge in the gap between two rows of boxes: down to its row, along it, and down to the end. A wire
// that has to step aside consists of two, one after the other.
type wire struct {
	from, to int // columns
	row      int
	placed   bool
	above    []*wire // these need a row further up
	next     *wire   // the second piece
}

func (w *wire) left() int  { return min(w.from, w.to) }
func (w *wire) right() int { return max(w.from, w.to) }

// channel is the gap between two rows of boxes. No two wires of it share a cell, except where they cross.
type channel struct {
	wires []*wire // in the order of the segments
	rows  int     // with horizontal pieces
}

// newChannel gives each segment a row. The columns of all segments' beginnings differ, and so do those of their ends.
func newChannel(segments []layered.Segment) *channel {
	c := &channel{}
	taken := map[int]bool{} // columns
	var bent []*wire
	for _, s := range segments {
		w := &wire{from: s.From, to: s.To}
		c.wires = append(c.wires, w)
		taken[s.From], taken[s.To] = true, true
		if w.from != w.to {
			bent = append(bent, w)
		}
	}
	for _, w := range bent {
		for _, other := range bent {
			if other != w && other.to == w.from { // w comes from above where the other goes on below
				other.above = append(other.above, w)
			}
		}
	}
	// Of several edges from one box to the same side, the outermost one turns first. So they do not cross.
	slices.SortStableFunc(bent, func(a, b *wire) int {
		right := func(w *wire) bool { return w.to > w.from }
		switch {
		case right(a) && right(b):
			return cmp.Compare(b.from, a.from)
		case !right(a) && !right(b):
			return cmp.Compare(a.from, b.from)
		case right(a):
			return -1
		}
		return 1
	})
	c.place(bent, taken)
	return c
}

// place gives rows to wires, each after those that have to be above it. When wires wait for one another, one of them steps
// aside.
func (c *channel) place(waiting []*wire, taken map[int]bool) {
	var rows [][]*wire
	for len(waiting) > 0 {
		ready := slices.IndexFunc(waiting, func(w *wire) bool {
			return !slices.ContainsFunc(w.above, func(a *wire) bool { return !a.placed })
		})
		if ready < 0 {
			waiting = append(waiting, stepAside(waiting, taken))
			continue
		}
		w := waiting[ready]
		waiting = slices.Delete(waiting, ready, ready+1)
		for _, a := range w.above {
			w.row = max(w.row, a.row+1)
		}
		for w.row < len(rows) && slices.ContainsFunc(rows[w.row], func(o *wire) bool { return o.left() <= w.right() && w.left() <= o.right() }) {
			w.row++
		}
		if w.row >= len(rows) {
			rows = append(rows, make([][]*wire, w.row+1-len(rows))...)
		}
		rows[w.row] = append(rows[w.row], w)
		w.placed = true
	}
	c.rows = len(rows)
}

// stepAside breaks a circle of wires: the first one goes to a free column first, and from there to its end. It returns the
// new second piece.
func stepAside(waiting []*wire, taken map[int]bool) *wire {
	w := waiting[0]
	free := w.to
	for distance := 1; taken[free]; distance++ {
		if free = w.to + distance; taken[free] && w.to >= distance {
			free = w.to - distance
		}
	}
	taken[free] = true
	second := &wire{from: free, to: w.to, above: append(w.above, w)}
	w.to, w.above, w.next = free, nil, second
	return second
}
