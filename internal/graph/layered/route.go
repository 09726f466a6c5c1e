package layered

import (
	"cmp"
	"slices"
)

// route leads the edges: straight through each rank, beside its boxes, and from one rank to the next in the gap between
// them, where nothing else is.
func (p *part) route() {
	low := p.vertex[0].across
	for i, v := range p.vertex {
		if start := v.across - v.breadth/2; i == 0 || start < low {
			low = start
		}
	}
	for i := range p.vertex {
		p.vertex[i].across -= low
	}
	ends := p.ports()
	starts, lengths := p.measure(ends)
	p.rects = make([]Rect, len(p.vertex))
	for i, v := range p.vertex {
		along := starts[v.rank] + (lengths[v.rank]-v.length)/2
		p.rects[i] = Rect{along, v.across - v.breadth/2, v.length, v.breadth}
		p.breadth = max(p.breadth, p.rects[i].Side())
	}
	p.placeLoops()
	for i, e := range p.edges {
		p.routes[e.index] = p.runs(e, ends[i], starts, lengths)
	}
}

// ends are the positions across the flow where an edge leaves one box and enters the other.
type ends struct{ from, to int }

// box returns where the box of a node is across the flow, without the room for its loops.
func (p *part) box(v int) (start, breadth int) {
	breadth = p.vertex[v].breadth
	for _, i := range p.loops {
		if e := p.graph.Edges[i]; e.From == p.nodes[v] {
			breadth -= p.opts.EdgeGap + e.Label.Breadth
		}
	}
	return p.vertex[v].across - p.vertex[v].breadth/2, breadth
}

// ports chooses where the edges leave and enter the boxes: in the order of what they lead to, as straight as possible.
func (p *part) ports() []ends {
	all := make([]ends, len(p.edges))
	leaving, entering := make([][]int, len(p.nodes)), make([][]int, len(p.nodes))
	for i, e := range p.edges {
		leaving[e.from] = append(leaving[e.from], i)
		entering[e.to] = append(entering[e.to], i)
	}
	for v := range p.nodes {
		p.spread(v, leaving[v], func(i int) int { return p.edges[i].chain[0] }, func(i, at int) { all[i].from = at })
		p.spread(v, entering[v], func(i int) int { return p.edges[i].chain[len(p.edges[i].chain)-1] }, func(i, at int) { all[i].to = at })
	}
	return all
}

// spread places the ends of edges at one side of a box.
func (p *part) spread(v int, edges []int, neighbour func(int) int, set func(i, at int)) {
	if len(edges) == 0 {
		return
	}
	slices.SortStableFunc(edges, func(a, b int) int {
		return cmp.Compare(p.vertex[neighbour(a)].order, p.vertex[neighbour(b)].order)
	})
	wanted := make([]int, len(edges))
	for k, i := range edges {
		wanted[k] = p.vertex[neighbour(i)].across - k*p.opts.PortGap
	}
	start, breadth := p.box(v)
	low := start + p.opts.PortMargin
	high := start + breadth - p.opts.PortMargin - (len(edges)-1)*p.opts.PortGap
	for k, at := range nearestSorted(wanted) {
		set(edges[k], max(low, min(at, high))+k*p.opts.PortGap)
	}
}

// nearestSorted returns the ascending numbers that are nearest to the given ones (least squares, by pooling neighbours that
// are in the wrong order).
func nearestSorted(wanted []int) []int {
	type pool struct{ sum, n int }
	var pools []pool
	for _, w := range wanted {
		pools = append(pools, pool{w, 1})
		for k := len(pools) - 1; k > 0 && pools[k-1].sum*pools[k].n > pools[k].sum*pools[k-1].n; k-- {
			pools[k-1] = pool{pools[k-1].sum + pools[k].sum, pools[k-1].n + pools[k].n}
			pools = pools[:k]
		}
	}
	var out []int
	for _, q := range pools {
		for range q.n {
			out = append(out, q.sum/q.n)
		}
	}
	return out
}

// measure returns where each rank starts along the flow, and how long it is.
func (p *part) measure(ends []ends) (starts, lengths []int) {
	starts, lengths = make([]int, len(p.ranks)), make([]int, len(p.ranks))
	for _, v := range p.vertex {
		lengths[v.rank] = max(lengths[v.rank], v.length)
	}
	segments := make([][]Segment, len(p.ranks)) // in the gap before each rank
	for i, e := range p.edges {
		at := ends[i].from
		for k, v := range e.chain {
			segments[p.vertex[v].rank] = append(segments[p.vertex[v].rank], Segment{e.index, at, p.vertex[v].across, e.against})
			at = p.vertex[e.chain[k]].across
		}
		r := p.vertex[e.to].rank
		segments[r] = append(segments[r], Segment{e.index, at, ends[i].to, e.against})
	}
	for r := 1; r < len(p.ranks); r++ {
		end := starts[r-1] + lengths[r-1]
		starts[r] = end + p.opts.RankGap(segments[r])
		p.gaps = append(p.gaps, Gap{end, starts[r], segments[r]})
	}
	last := len(p.ranks) - 1
	p.length = starts[last] + lengths[last]
	return starts, lengths
}

// runs returns the route of an edge.
func (p *part) runs(e edge, at ends, starts, lengths []int) Route {
	r := Route{Against: e.against}
	end := func(v int) int { return starts[p.vertex[v].rank] + lengths[p.vertex[v].rank] }
	r.Runs = append(r.Runs, Run{p.rects[e.from].End(), end(e.from), at.from})
	for _, v := range e.chain {
		r.Runs = append(r.Runs, Run{starts[p.vertex[v].rank], end(v), p.vertex[v].across})
		if p.vertex[v].labelled {
			r.Label = p.rects[v]
		}
	}
	r.Runs = append(r.Runs, Run{starts[p.vertex[e.to].rank], p.rects[e.to].Along, at.to})
	return r
}

// placeLoops takes the room for loops from the boxes, and gives it to the routes.
func (p *part) placeLoops() {
	for v := range p.nodes {
		start, breadth := p.box(v)
		side := start + breadth
		box := &p.rects[v]
		box.Breadth = breadth
		for _, i := range p.loops {
			e := p.graph.Edges[i]
			if e.From != p.nodes[v] {
				continue
			}
			room := Rect{box.Along, side, box.Length, p.opts.EdgeGap + e.Label.Breadth}
			label := Rect{box.Along + (box.Length-e.Label.Length)/2, side + p.opts.EdgeGap, e.Label.Length, e.Label.Breadth}
			p.routes[i] = Route{Loop: room, Label: label}
			side = room.Side()
		}
	}
}
