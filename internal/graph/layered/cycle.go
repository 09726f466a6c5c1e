package layered

// breakCycles turns the edges around that close a cycle. It walks from the nodes without an incoming edge, in their order,
// so an edge that leads back to where the walk came from is turned, and not one that leads away from the sources.
func (p *part) breakCycles() {
	incoming := make([]int, len(p.nodes))
	leaving := make([][]int, len(p.nodes))
	for i, e := range p.edges {
		incoming[e.to]++
		leaving[e.from] = append(leaving[e.from], i)
	}
	const open, closed = 1, 2
	state := make([]int, len(p.nodes))
	var walk func(int)
	walk = func(v int) {
		state[v] = open
		for _, i := range leaving[v] {
			e := &p.edges[i]
			switch to := e.to; state[to] {
			case open:
				e.from, e.to, e.against = e.to, e.from, true
			case 0:
				walk(to)
			}
		}
		state[v] = closed
	}
	for v := range p.nodes {
		if incoming[v] == 0 {
			walk(v)
		}
	}
	for v := range p.nodes {
		if state[v] == 0 {
			walk(v)
		}
	}
}
