package graph

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/stormflux/stormflux/diag"
)

// drawDOT writes the graph in the language of Graphviz.
func drawDOT(g *Graph) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "digraph %s {\n", dotText(g.Name))
	b.WriteString("  rankdir=LR\n")
	b.WriteString("  node [shape=box, fontname=\"Helvetica\", fontsize=11]\n")
	b.WriteString("  edge [fontname=\"Helvetica\", fontsize=10]\n")
	for i, n := range g.Nodes {
		look := ""
		switch n.Role {
		case Spout:
			look = `, style="rounded,filled", fillcolor="#ddf4ff"`
		case System:
			look = ", style=dashed"
		}
		fmt.Fprintf(&b, "  n%d [label=%s, tooltip=%s%s%s]\n", i, dotText(strings.Join(nodeLines(n), "\n")), dotText(n.Runs), look, dotColor(n.Mark.Level))
	}
	for _, l := range g.links() {
		fmt.Fprintf(&b, "  n%d -> n%d [label=%s%s]\n", l.from, l.to, dotText(strings.Join(l.lines(), "\n")), dotColor(l.level()))
	}
	b.WriteString("}\n")
	return b.Bytes()
}

// nodeLines returns what a node says in formats that lay out text themselves.
func nodeLines(n *Node) []string {
	name := n.ID
	if count := n.executors(); count != "" {
		name += " " + count
	}
	lines := []string{name, n.kind()}
	if n.Mark.Text != "" {
		lines = append(lines, n.Mark.Text)
	}
	for _, out := range n.outputs() {
		lines = append(lines, "→ "+out)
	}
	return lines
}

func dotColor(l Level) string {
	return [...]string{Calm: "", Warm: `, color="#bf8700", fontcolor="#9a6700"`, Hot: `, color="#cf222e", fontcolor="#cf222e"`}[l]
}

// dotText quotes a text. Graphviz reads escapes and the entities of HTML in it.
func dotText(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "&", "&amp;").Replace(diag.Printable(line))
	}
	return `"` + strings.Join(lines, `\n`) + `"`
}
