package graph

import (
	"fmt"
	"strings"

	"github.com/stormflux/stormflux/diag"
)

// drawList writes the graph as an indented list: each component with its streams, and below it who reads them.
func drawList(g *Graph) []byte {
	var b strings.Builder
	line := func(format string, texts ...any) {
		b.WriteString(diag.Printable(fmt.Sprintf(format, texts...)) + "\n")
	}
	line("%s: %s", g.Name, g.summary())
	for _, n := range g.Nodes {
		lines := nodeLines(n)
		b.WriteByte('\n')
		line("%s  %s", lines[0], lines[1])
		for _, more := range lines[2:] {
			line("  %s", more)
		}
		for _, e := range g.Edges {
			if e.From != n {
				continue
			}
			text := e.label()
			if e.Mark.Text != "" {
				text += " (" + e.Mark.Text + ")"
			}
			line("  └─ %s ─> %s", text, e.To.ID)
		}
	}
	return []byte(b.String())
}
