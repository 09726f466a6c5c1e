package layered

// A part is a connected piece of a graph during its layout.
type part struct {
	graph Graph
	opts  *Options

	nodes  []int  // indices of Graph.Nodes; the vertices of the same index stand for them
	edges  []edge // without loops
	loops  []int  // indices of Graph.Edges
	vertex []vertex
	ranks  [][]int // vertices, in their order across the flow

	rects           []Rect // of vertices
	routes          map[int]Route
	gaps            []Gap
	length, breadth int
}

// edge is an edge between two vertices of a part, in the direction of the flow.
type edge struct {
	index    int // of Graph.Edges
	from, to int
	against  bool  // it leads from `to` to `from` in the graph
	chain    []int // the vertices between, one for each rank that the edge passes
}

// vertex is a box of a node, or the place where an edge passes a rank.
type vertex struct {
	length, breadth int
	rank, order     int
	inner           bool  // the place of an edge
	labelled        bool  // and of its label
	in, out         []int // neighbours in the ranks before and after, by their order
	across          int   // of its middle
}

// connected returns the nodes of each part, in the order of the graph.
func connected(g Graph) [][]int {
	leader := make([]int, len(g.Nodes))
	for i := range leader {
		leader[i] = i
	}
	var find func(int) int
	find = func(i int) int {
		if leader[i] != i {
			leader[i] = find(leader[i])
		}
		return leader[i]
	}
	for _, e := range g.Edges {
		a, b := find(e.From), find(e.To)
		leader[max(a, b)] = min(a, b)
	}
	var parts [][]int
	at := map[int]int{}
	for i := range g.Nodes {
		first := find(i)
		if _, ok := at[first]; !ok {
			at[first] = len(parts)
			parts = append(parts, nil)
		}
		parts[at[first]] = append(parts[at[first]], i)
	}
	return parts
}

func newPart(g Graph, nodes []int, opts *Options) *part {
	p := &part{graph: g, opts: opts, nodes: nodes, routes: map[int]Route{}}
	local := map[int]int{}
	for i, n := range nodes {
		local[n] = i
		p.vertex = append(p.vertex, vertex{length: g.Nodes[n].Length, breadth: g.Nodes[n].Breadth})
	}
	for i, e := range g.Edges {
		from, ok := local[e.From]
		switch {
		case !ok:
		case e.From == e.To:
			p.loops = append(p.loops, i)
		default:
			p.edges = append(p.edges, edge{index: i, from: from, to: local[e.To]})
		}
	}
	return p
}

func (p *part) arrange() *part {
	p.breakCycles()
	p.rank()
	p.makeRoom()
	p.split()
	p.order()
	p.place()
	p.tighten()
	p.route()
	return p
}

// makeRoom makes each box broad enough for the ends of its edges, and adds the room for its loops.
func (p *part) makeRoom() {
	in, out := make([]int, len(p.nodes)), make([]int, len(p.nodes))
	for _, e := range p.edges {
		out[e.from]++
		in[e.to]++
	}
	for i := range p.nodes {
		v := &p.vertex[i]
		if ends := max(in[i], out[i]); ends > 0 {
			v.breadth = max(v.breadth, (ends-1)*p.opts.PortGap+2*p.opts.PortMargin)
		}
	}
	for _, i := range p.loops {
		e := p.graph.Edges[i]
		v := &p.vertex[p.local(e.From)]
		v.breadth += p.opts.EdgeGap + e.Label.Breadth
		v.length = max(v.length, e.Label.Length)
	}
}

// local returns the vertex of a node.
func (p *part) local(node int) int {
	for i, n := range p.nodes {
		if n == node {
			return i
		}
	}
	panic("layered: the node is of another part")
}

// split doubles the ranks, so there is one between every two for labels, and puts a vertex wherever an edge passes a rank.
func (p *part) split() {
	last := 0
	for i := range p.vertex {
		p.vertex[i].rank *= 2
		last = max(last, p.vertex[i].rank)
	}
	p.ranks = make([][]int, last+1)
	for i := range p.edges {
		e := &p.edges[i]
		from, to := p.vertex[e.from].rank, p.vertex[e.to].rank
		middle := (from + to) / 2
		if middle%2 == 0 {
			middle--
		}
		label := p.graph.Edges[e.index].Label
		previous := e.from
		for r := from + 1; r < to; r++ {
			v := vertex{rank: r, inner: true}
			if r == middle && label != (Node{}) {
				v.length, v.breadth, v.labelled = label.Length, label.Breadth, true
			}
			e.chain = append(e.chain, len(p.vertex))
			p.connect(previous, len(p.vertex), &v)
			previous = len(p.vertex) - 1
		}
		p.vertex[previous].out = append(p.vertex[previous].out, e.to)
		p.vertex[e.to].in = append(p.vertex[e.to].in, previous)
	}
}

// connect adds a vertex behind another one.
func (p *part) connect(previous, index int, v *vertex) {
	v.in = []int{previous}
	p.vertex[previous].out = append(p.vertex[previous].out, index)
	p.vertex = append(p.vertex, *v)
}

// pack puts the parts beside one another.
func (l *Layout) pack(parts []*part, opts *Options) {
	shelf := opts.Shelf
	for _, p := range parts {
		shelf = max(shelf, p.length)
	}
	along, across, breadth := 0, 0, 0 // of the row
	for _, p := range parts {
		if along > 0 && along+p.length > shelf {
			along, across, breadth = 0, across+breadth+opts.PartGap, 0
		}
		l.put(p, along, across)
		l.Length, l.Breadth = max(l.Length, along+p.length), max(l.Breadth, across+p.breadth)
		along += p.length + opts.PartGap
		breadth = max(breadth, p.breadth)
	}
}

// put adds a part at a place.
func (l *Layout) put(p *part, along, across int) {
	move := func(r Rect) Rect {
		if r == (Rect{}) {
			return r
		}
		return Rect{r.Along + along, r.Across + across, r.Length, r.Breadth}
	}
	for i, n := range p.nodes {
		l.Nodes[n] = move(p.rects[i])
	}
	for i, r := range p.routes {
		for k := range r.Runs {
			r.Runs[k].From += along
			r.Runs[k].To += along
			r.Runs[k].Across += across
		}
		r.Loop, r.Label = move(r.Loop), move(r.Label)
		l.Edges[i] = r
	}
	for _, g := range p.gaps {
		for k := range g.Segments {
			g.Segments[k].From += across
			g.Segments[k].To += across
		}
		l.Gaps = append(l.Gaps, Gap{g.From + along, g.To + along, g.Segments})
	}
}
