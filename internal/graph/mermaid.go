package graph

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"

	"github.com/stormflux/stormflux/diag"
)

// drawMermaid writes the graph as a flowchart of Mermaid.
func drawMermaid(g *Graph) []byte {
	var b bytes.Buffer
	b.WriteString("flowchart LR\n")
	for i, n := range g.Nodes {
		left, right := "[", "]"
		if n.Role == Spout {
			left, right = "([", "])"
		}
		fmt.Fprintf(&b, "  n%d%s%s%s\n", i, left, mermaidText(nodeLines(n)), right)
	}
	links := g.links()
	for _, l := range links {
		fmt.Fprintf(&b, "  n%d -->|%s| n%d\n", l.from, mermaidText(l.lines()), l.to)
	}
	for i, n := range g.Nodes {
		if color := mermaidColor(n.Mark.Level); color != "" {
			fmt.Fprintf(&b, "  style n%d stroke:%s\n", i, color)
		}
	}
	for i, l := range links {
		if color := mermaidColor(l.level()); color != "" {
			fmt.Fprintf(&b, "  linkStyle %d stroke:%s\n", i, color)
		}
	}
	return b.Bytes()
}

func mermaidColor(l Level) string { return [...]string{Calm: "", Warm: "#bf8700", Hot: "#cf222e"}[l] }

// listMark is what would make a list of a line.
var listMark = regexp.MustCompile(`^ *([0-9]+[.)]|-)`)

// mermaidText quotes lines. Every character that Mermaid, Markdown or HTML may read as markup becomes a character code.
func mermaidText(lines []string) string {
	if strings.Join(lines, "") == "" {
		return `" "` // Mermaid refuses an empty label
	}
	var b strings.Builder
	b.WriteByte('"')
	for i, line := range lines {
		if i > 0 {
			b.WriteString("<br/>")
		}
		line = diag.Printable(line)
		mark := len(listMark.FindString(line))
		for at, r := range line {
			switch {
			case at >= mark && strings.ContainsRune(" -.,()", r), r > 127, '0' <= r && r <= '9', 'A' <= r && r <= 'Z', 'a' <= r && r <= 'z':
				b.WriteRune(r)
			default:
				fmt.Fprintf(&b, "#%d;", r)
			}
		}
	}
	b.WriteByte('"')
	return b.String()
}
