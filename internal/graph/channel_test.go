package graph

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stormflux/stormflux/internal/graph/layered"
)

// No two pieces of different edges lie on one another, also where edges have to change places with one another.
func TestChannels(t *testing.T) {
	for seed := range uint64(500) {
		r := rand.New(rand.NewPCG(seed, 4))
		columns := 2 + r.IntN(30)
		from, to := r.Perm(columns), r.Perm(columns) // many columns are a beginning and an end
		var segments []layered.Segment
		for i := range 1 + r.IntN(columns) {
			segments = append(segments, layered.Segment{Edge: i, From: from[i], To: to[i]})
		}
		t.Run(fmt.Sprintf("seed%d", seed), func(t *testing.T) { checkChannel(t, segments) })
	}
}

func checkChannel(t *testing.T, segments []layered.Segment) {
	t.Helper()
	c := newChannel(segments)
	type place struct {
		row, column int
		vertical    bool // from the middle of the row to the middle of the next one
	}
	owner := map[place]int{}
	take := func(edge int, p place) {
		if other, ok := owner[p]; ok && other != edge {
			t.Errorf("edges %d and %d share %+v in %+v", other, edge, p, segments)
		}
		owner[p] = edge
	}
	vertical := func(edge, column, from, to int) { // between the middles of two rows
		for row := from; row < to; row++ {
			take(edge, place{row, column, true})
		}
	}
	for i, w := range c.wires {
		row, column := -1, segments[i].From
		for ; w != nil; w = w.next {
			if w.from != column || w.from != w.to && w.row < row {
				t.Errorf("edge %d leaves column %d for %+v", i, column, *w)
			}
			if w.from == w.to {
				continue
			}
			if w.row >= c.rows {
				t.Errorf("edge %d uses row %d of %d", i, w.row, c.rows)
			}
			vertical(i, w.from, row, w.row)
			for x := w.left(); x <= w.right(); x++ {
				take(i, place{w.row, x, false})
			}
			row, column = w.row, w.to
		}
		if column != segments[i].To {
			t.Errorf("edge %d ends in column %d, not in %d", i, column, segments[i].To)
		}
		vertical(i, column, row, c.rows)
	}
}
