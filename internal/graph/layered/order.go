package layered

import (
	"cmp"
	"slices"
)

// patience is how many sweeps in a row may bring nothing before order gives up.
const patience = 4

// order puts the vertices of each rank into an order in which few edges cross. It sweeps over the ranks, forth and back. In
// each rank it sorts the vertices by the median of their neighbours, and then swaps neighbours as long as that helps.
func (p *part) order() {
	p.firstOrder()
	p.sortNeighbours()
	best, fewest := p.clonedRanks(), p.crossings()
	for round, idle := 0, 0; fewest > 0 && idle < patience; round++ {
		forth := round%2 == 0
		p.sweep(forth, round%4 < 2)
		p.transpose()
		if n := p.crossings(); n < fewest {
			best, fewest, idle = p.clonedRanks(), n, 0
		} else {
			idle++
		}
	}
	p.ranks = best
	for _, rank := range best {
		p.number(rank)
	}
	p.sortNeighbours()
}

func (p *part) clonedRanks() [][]int {
	out := make([][]int, len(p.ranks))
	for i, r := range p.ranks {
		out[i] = slices.Clone(r)
	}
	return out
}

// firstOrder walks through the graph, from the first rank on, and appends each vertex that it meets to its rank. So what
// belongs together stands together.
func (p *part) firstOrder() {
	met := make([]bool, len(p.vertex))
	var walk func(int)
	walk = func(v int) {
		if met[v] {
			return
		}
		met[v] = true
		w := &p.vertex[v]
		w.order = len(p.ranks[w.rank])
		p.ranks[w.rank] = append(p.ranks[w.rank], v)
		for _, next := range w.out {
			walk(next)
		}
	}
	byRank := make([]int, len(p.nodes))
	for i := range byRank {
		byRank[i] = i
	}
	slices.SortStableFunc(byRank, func(a, b int) int { return cmp.Compare(p.vertex[a].rank, p.vertex[b].rank) })
	for _, v := range byRank {
		walk(v)
	}
}

func (p *part) number(rank []int) {
	for i, v := range rank {
		p.vertex[v].order = i
	}
}

func (p *part) sortNeighbours() {
	byOrder := func(a, b int) int { return cmp.Compare(p.vertex[a].order, p.vertex[b].order) }
	for i := range p.vertex {
		slices.SortStableFunc(p.vertex[i].in, byOrder)
		slices.SortStableFunc(p.vertex[i].out, byOrder)
	}
}

// sweep sorts each rank by the medians of the rank before it, or backwards. A vertex without neighbours keeps its place.
// With flip, vertices with equal medians change their order, which gets the search out of some dead ends.
func (p *part) sweep(forth, flip bool) {
	for i := range p.ranks {
		rank := p.ranks[i]
		if !forth {
			rank = p.ranks[len(p.ranks)-1-i]
		}
		medians := map[int]int{}
		var movable []int
		for _, v := range rank {
			neighbours := p.vertex[v].in
			if !forth {
				neighbours = p.vertex[v].out
			}
			if m, ok := p.median(neighbours); ok {
				medians[v] = m
				movable = append(movable, v)
			}
		}
		if flip {
			slices.Reverse(movable)
		}
		slices.SortStableFunc(movable, func(a, b int) int { return cmp.Compare(medians[a], medians[b]) })
		for at, v := range rank {
			if _, ok := medians[v]; ok {
				rank[at], movable = movable[0], movable[1:]
			}
		}
		p.number(rank)
	}
}

// median returns the median of the places of vertices, times a scale that leaves room between two places. Of an even number
// of vertices, the median is between the two in the middle, nearer to the side where they stand closer together.
func (p *part) median(of []int) (int, bool) {
	const scale = 1 << 16
	places := make([]int, len(of))
	for i, v := range of {
		places[i] = p.vertex[v].order * scale
	}
	slices.Sort(places)
	half := len(places) / 2
	switch {
	case len(places) == 0:
		return 0, false
	case len(places)%2 == 1:
		return places[half], true
	case len(places) == 2:
		return (places[0] + places[1]) / 2, true
	}
	left, right := places[half-1]-places[0], places[len(places)-1]-places[half]
	if left+right == 0 {
		return (places[half-1] + places[half]) / 2, true
	}
	return places[half-1] + (places[half]-places[half-1])*(left/scale)/(left/scale+right/scale), true
}

// transpose swaps neighbours as long as that leaves fewer crossings.
func (p *part) transpose() {
	for range patience {
		p.sortNeighbours()
		better := false
		for _, rank := range p.ranks {
			for i := 1; i < len(rank); i++ {
				a, b := rank[i-1], rank[i]
				if p.crossed(a, b) > p.crossed(b, a) {
					rank[i-1], rank[i] = b, a
					p.vertex[a].order, p.vertex[b].order = i, i-1
					better = true
				}
			}
		}
		if !better {
			return
		}
	}
}

// crossed returns how often edges of a cross edges of b if a stands directly before b. The neighbours of both must be
// sorted. While transpose swaps in the rank before, they are nearly so.
func (p *part) crossed(a, b int) int {
	count := func(of, with []int) (n int) {
		for _, v := range of {
			for _, w := range with {
				if p.vertex[w].order < p.vertex[v].order {
					n++
				}
			}
		}
		return n
	}
	return count(p.vertex[a].in, p.vertex[b].in) + count(p.vertex[a].out, p.vertex[b].out)
}

// crossings returns how many edges cross.
func (p *part) crossings() (n int) {
	p.sortNeighbours()
	for r, rank := range p.ranks[1:] {
		counted := newTally(len(p.ranks[r]))
		for _, v := range rank {
			for _, w := range p.vertex[v].in {
				n += counted.above(p.vertex[w].order)
			}
			for _, w := range p.vertex[v].in {
				counted.add(p.vertex[w].order)
			}
		}
	}
	return n
}

// tally counts places, and how many of them are above another one (a Fenwick tree).
type tally struct {
	sums  []int
	total int
}

func newTally(places int) *tally { return &tally{sums: make([]int, places+1)} }

func (t *tally) add(place int) {
	t.total++
	for i := place + 1; i < len(t.sums); i += i & -i {
		t.sums[i]++
	}
}

func (t *tally) above(place int) int {
	n := t.total
	for i := place + 1; i > 0; i -= i & -i {
		n -= t.sums[i]
	}
	return n
}
