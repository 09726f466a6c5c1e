package layered

// rank gives each node the rank with which the edges are shortest in sum.
func (p *part) rank() {
	p.longestPath()
	s := simplex{at: make([]int, len(p.nodes))}
	for i := range p.nodes {
		s.at[i] = p.vertex[i].rank
	}
	for _, e := range p.edges {
		s.links = append(s.links, link{from: e.from, to: e.to, least: 1})
	}
	s.minimise()
	first := s.at[0]
	for _, r := range s.at {
		first = min(first, r)
	}
	for i, r := range s.at {
		p.vertex[i].rank = r - first
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
