package layered

import "slices"

// rank gives each node the rank with which the edges are shortest in sum, by the network simplex method: a spanning tree of
// tight edges (length 1) holds the ranks, and edges change their place in it as long as that makes the sum smaller.
func (p *part) rank() {
	if len(p.nodes) == 1 {
		return
	}
	s := &simplex{part: p, tight: make([]bool, len(p.edges)), touching: make([][]int, len(p.nodes))}
	for i, e := range p.edges {
		s.touching[e.from] = append(s.touching[e.from], i)
		s.touching[e.to] = append(s.touching[e.to], i)
	}
	p.longestPath()
	s.span()
	// The method ends for all graphs that are known, but nobody has proved that it always does.
	for range 20 * len(p.edges) {
		s.root()
		leaving := s.leaving()
		if leaving < 0 {
			break
		}
		s.exchange(leaving)
	}
	first := p.vertex[0].rank
	for _, v := range p.vertex {
		first = min(first, v.rank)
	}
	for i := range p.vertex {
		p.vertex[i].rank -= first
	}
}

// longestPath gives each node the number of edges on the longest way to it.
func (p *part) longestPath() {
	incoming := make([]int, len(p.nodes))
	leaving := make([][]int, len(p.nodes))
	for _, e := range p.edges {
		incoming[e.to]++
		leaving[e.from] = append(leaving[e.from], e.to)
	}
	var ready []int
	for v, n := range incoming {
		if n == 0 {
			ready = append(ready, v)
		}
	}
	for len(ready) > 0 {
		v := ready[0]
		ready = ready[1:]
		for _, to := range leaving[v] {
			p.vertex[to].rank = max(p.vertex[to].rank, p.vertex[v].rank+1)
			if incoming[to]--; incoming[to] == 0 {
				ready = append(ready, to)
			}
		}
	}
}

// simplex is the state of the network simplex method.
type simplex struct {
	*part
	tight    []bool  // the edges of the spanning tree
	touching [][]int // the edges at each vertex

	parent       []int // the tree edge towards the root, or -1
	first, last  []int // the first and own number of each subtree in postorder
	postorder    []int
	surplus      []int // edges that leave a subtree, less those that enter it
	searchOffset int
}

func (s *simplex) slack(i int) int {
	e := s.edges[i]
	return s.vertex[e.to].rank - s.vertex[e.from].rank - 1
}

// span makes the first spanning tree, and moves nodes so that its edges are tight.
func (s *simplex) span() {
	in := make([]bool, len(s.nodes))
	tree := []int{0}
	in[0] = true
	for next := 0; ; {
		for ; next < len(tree); next++ {
			for _, i := range s.touching[tree[next]] {
				if other := s.other(i, tree[next]); !in[other] && s.slack(i) == 0 {
					s.tight[i], in[other] = true, true
					tree = append(tree, other)
				}
			}
		}
		if len(tree) == len(s.nodes) {
			return
		}
		nearest := -1
		for i, e := range s.edges {
			if in[e.from] != in[e.to] && (nearest < 0 || s.slack(i) < s.slack(nearest)) {
				nearest = i
			}
		}
		move := s.slack(nearest)
		if in[s.edges[nearest].to] {
			move = -move
		}
		for _, v := range tree {
			s.vertex[v].rank += move
		}
		next = 0
	}
}

func (s *simplex) other(i, v int) int {
	if s.edges[i].from == v {
		return s.edges[i].to
	}
	return s.edges[i].from
}

// root walks the tree from vertex 0 and computes what depends on its form.
func (s *simplex) root() {
	n := len(s.nodes)
	s.parent, s.first, s.last = slices.Repeat([]int{-1}, n), make([]int, n), make([]int, n)
	s.surplus, s.postorder = make([]int, n), s.postorder[:0]
	for _, e := range s.edges {
		s.surplus[e.from]++
		s.surplus[e.to]--
	}
	var walk func(int)
	walk = func(v int) {
		s.first[v] = len(s.postorder)
		for _, i := range s.touching[v] {
			if s.tight[i] && i != s.parent[v] {
				child := s.other(i, v)
				s.parent[child] = i
				walk(child)
				s.surplus[v] += s.surplus[child]
			}
		}
		s.last[v] = len(s.postorder)
		s.postorder = append(s.postorder, v)
	}
	walk(0)
}

func (s *simplex) inSubtree(v, of int) bool {
	return s.first[of] <= s.last[v] && s.last[v] <= s.last[of]
}

// leaving returns the vertex whose edge to its parent shall leave the tree, or -1 when the sum is as small as it can be. The
// sum gets smaller if more edges lead against the tree edge than along it.
func (s *simplex) leaving() int {
	for range s.postorder {
		v := s.postorder[s.searchOffset%len(s.postorder)]
		if i := s.parent[v]; i >= 0 {
			cut := s.surplus[v]
			if s.edges[i].to == v {
				cut = -cut
			}
			if cut < 0 {
				return v
			}
		}
		s.searchOffset++
	}
	return -1
}

// exchange takes the edge of a vertex to its parent out of the tree, puts another one in, and moves the subtree.
func (s *simplex) exchange(v int) {
	old := s.parent[v]
	up := s.edges[old].from == v // the old edge leads out of the subtree
	entering := -1
	for i, e := range s.edges {
		from, to := s.inSubtree(e.from, v), s.inSubtree(e.to, v)
		if from != to && to == up && (entering < 0 || s.slack(i) < s.slack(entering)) {
			entering = i
		}
	}
	move := s.slack(entering)
	if !up {
		move = -move
	}
	// The new edge leads the other way, so the subtree moves away from its old parent.
	for _, w := range s.postorder[s.first[v] : s.last[v]+1] {
		s.vertex[w].rank -= move
	}
	s.tight[old], s.tight[entering] = false, true
}
