package layered

import "slices"

// tighten moves the vertices to where the edges lead across the flow as little as possible in sum. The alignments alone
// spread a large graph wide, because each of them pushes everything to one side. What is straight between the ranks that an
// edge passes moves as one block, so it stays straight.
func (p *part) tighten() {
	block, at := p.blocks()
	var links []link
	known := map[pair]int{}
	for _, rank := range p.ranks {
		for i := 1; i < len(rank); i++ {
			ends, least := pair{block[rank[i-1]], block[rank[i]]}, p.distance(rank[i-1], rank[i])
			if k, ok := known[ends]; ok {
				links[k].least = max(links[k].least, least)
				continue
			}
			known[ends] = len(links)
			links = append(links, link{from: ends[0], to: ends[1], least: least, free: true})
		}
	}
	// The distance between two blocks, whichever is the first, is the length of two links from a point before both.
	for v := range p.vertex {
		for _, next := range p.vertex[v].out {
			if a, b := block[v], block[next]; a != b {
				links = append(links, link{from: len(at), to: a}, link{from: len(at), to: b})
				at = append(at, min(at[a], at[b]))
			}
		}
	}
	s := simplex{at: at, links: links}
	s.minimise()
	for v := range p.vertex {
		p.vertex[v].across = s.at[block[v]]
	}
}

// blocks returns the block of each vertex, and where each block is.
func (p *part) blocks() (block, at []int) {
	block = slices.Repeat([]int{-1}, len(p.vertex))
	for _, rank := range p.ranks {
		for _, v := range rank {
			if before, ok := p.innerBefore(v); ok && p.vertex[before].across == p.vertex[v].across {
				block[v] = block[before]
				continue
			}
			block[v] = len(at)
			at = append(at, p.vertex[v].across)
		}
	}
	return block, at
}
