package graph

import (
	"fmt"
	"strings"

	"github.com/stormflux/stormflux/diag"
)

// drawList writes the graph as an indented list: each component with its streams, and below it who reads them.
func drawList(g *Graph) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n", g.Name, g.summary())
	links := g.links()
	for i, n := range g.Nodes {
		fmt.Fprintf(&b, "\n%s\n", strings.Join(nodeLines(n)[:2], "  "))
		for _, line := range nodeLines(n)[2:] {
			fmt.Fprintf(&b, "  %s\n", line)
		}
		for _, l := range links {
			if l.from != i {
				continue
			}
			for _, line := range l.lines() {
				fmt.Fprintf(&b, "  └─ %s ─> %s\n", line, g.Nodes[l.to].ID)
			}
		}
	}
	return []byte(diag.PrintableLines(b.String()))
}
