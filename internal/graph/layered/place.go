package layered

import (
	"math"
	"slices"
)

// place gives each vertex its first position across the flow. Four alignments, from each of the four corners, each make as many
// edges straight as they can, and every edge straight between the ranks that it passes. The position of a vertex is the
// median of the four.
func (p *part) place() {
	n := len(p.vertex)
	conflicts := p.conflicts()
	var positions [4][]int
	narrowest, width := 0, math.MaxInt
	for i := range positions {
		a := alignment{part: p, backwards: i&1 != 0, mirrored: i&2 != 0, conflicts: conflicts}
		positions[i] = a.positions()
		if low, high := p.extent(positions[i]); high-low < width {
			narrowest, width = i, high-low
		}
	}
	low, high := p.extent(positions[narrowest])
	for i := range positions {
		l, h := p.extent(positions[i])
		move := low - l
		if i&2 != 0 {
			move = high - h
		}
		for v := range n {
			positions[i][v] += move
		}
	}
	for v := range n {
		four := []int{positions[0][v], positions[1][v], positions[2][v], positions[3][v]}
		slices.Sort(four)
		p.vertex[v].across = floorHalf(four[1] + four[2])
	}
}

func floorHalf(n int) int { return n >> 1 }

// extent returns the sides of what positions take up across the flow.
func (p *part) extent(positions []int) (low, high int) {
	low, high = math.MaxInt, math.MinInt
	for v, at := range positions {
		start := at - p.vertex[v].breadth/2
		low, high = min(low, start), max(high, start+p.vertex[v].breadth)
	}
	return low, high
}

// distance returns how far the middles of two neighbours of a rank are apart.
func (p *part) distance(a, b int) int {
	v, w := &p.vertex[a], &p.vertex[b]
	gap := p.opts.EdgeGap
	if !v.inner && !w.inner {
		gap = p.opts.NodeGap
	}
	return (v.breadth+w.breadth+1)/2 + gap
}

type pair [2]int

// conflicts returns the pairs of neighbours that no alignment may make straight, because an edge between two passed ranks
// crosses there, which comes first.
func (p *part) conflicts() map[pair]bool {
	found := map[pair]bool{}
	for _, rank := range p.ranks[1:] {
		low, scanned := -1, 0
		for i, v := range rank {
			before, isInner := p.innerBefore(v)
			if !isInner && i < len(rank)-1 {
				continue
			}
			high := math.MaxInt
			if isInner {
				high = p.vertex[before].order
			}
			for ; scanned <= i; scanned++ {
				w := rank[scanned]
				for _, u := range p.vertex[w].in {
					if at := p.vertex[u].order; at < low || at > high {
						found[pair{u, w}] = true
					}
				}
			}
			low = high
		}
	}
	return found
}

// innerBefore returns the vertex before the place of an edge if it is a place of the same edge.
func (p *part) innerBefore(v int) (int, bool) {
	if w := &p.vertex[v]; w.inner && p.vertex[w.in[0]].inner {
		return w.in[0], true
	}
	return 0, false
}

// alignment is one of the four ways to place the vertices: from the first rank on or backwards, and from the one side or,
// mirrored, from the other.
type alignment struct {
	*part
	backwards, mirrored bool
	conflicts           map[pair]bool

	layers [][]int
	at     []int // place of each vertex in its layer
	root   []int // of the vertex's block: vertices of the same position
	next   []int // in the block; from the last one back to the root
}

func (a *alignment) positions() []int {
	a.layers, a.at = a.clonedRanks(), make([]int, len(a.vertex))
	if a.backwards {
		slices.Reverse(a.layers)
	}
	for _, layer := range a.layers {
		if a.mirrored {
			slices.Reverse(layer)
		}
		for i, v := range layer {
			a.at[v] = i
		}
	}
	a.align()
	positions := a.compact()
	if a.mirrored {
		for v := range positions {
			positions[v] = -positions[v]
		}
	}
	return positions
}

// align makes blocks: it joins each vertex with the median of its neighbours in the layer before, where no block crosses.
func (a *alignment) align() {
	a.root, a.next = make([]int, len(a.vertex)), make([]int, len(a.vertex))
	for v := range a.vertex {
		a.root[v], a.next[v] = v, v
	}
	for _, layer := range a.layers {
		last := -1
		for _, v := range layer {
			neighbours := slices.Clone(a.vertex[v].in)
			if a.backwards {
				neighbours = slices.Clone(a.vertex[v].out)
			}
			if a.mirrored {
				slices.Reverse(neighbours)
			}
			if len(neighbours) == 0 {
				continue
			}
			for m := (len(neighbours) - 1) / 2; m <= len(neighbours)/2; m++ {
				u := neighbours[m]
				if a.next[v] == v && last < a.at[u] && !a.conflict(u, v) {
					a.next[u] = v
					a.root[v] = a.root[u]
					a.next[v] = a.root[v]
					last = a.at[u]
				}
			}
		}
	}
}

func (a *alignment) conflict(u, v int) bool {
	if a.backwards {
		u, v = v, u
	}
	return a.conflicts[pair{u, v}]
}

// compact places the blocks as near to the first side as the distances allow, and then moves each as near to its neighbours
// on the other side as they allow.
func (a *alignment) compact() []int {
	type side struct{ block, distance int }
	before, behind := map[int][]side{}, map[int][]side{}
	waiting := make([]int, len(a.vertex))
	for _, layer := range a.layers {
		for i := 1; i < len(layer); i++ {
			u, v := a.root[layer[i-1]], a.root[layer[i]]
			d := a.distance(layer[i-1], layer[i])
			before[v], behind[u] = append(before[v], side{u, d}), append(behind[u], side{v, d})
			waiting[v]++
		}
	}
	var order []int
	for v := range a.vertex {
		if a.root[v] == v && waiting[v] == 0 {
			order = append(order, v)
		}
	}
	at := make([]int, len(a.vertex))
	for next := 0; next < len(order); next++ {
		b := order[next]
		for _, s := range before[b] {
			at[b] = max(at[b], at[s.block]+s.distance)
		}
		for _, s := range behind[b] {
			if waiting[s.block]--; waiting[s.block] == 0 {
				order = append(order, s.block)
			}
		}
	}
	for _, b := range slices.Backward(order) {
		room := math.MaxInt
		for _, s := range behind[b] {
			room = min(room, at[s.block]-s.distance)
		}
		if room != math.MaxInt {
			at[b] = max(at[b], room)
		}
	}
	positions := make([]int, len(a.vertex))
	for v := range positions {
		positions[v] = at[a.root[v]]
	}
	return positions
}
