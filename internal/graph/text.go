package graph

import (
	"fmt"
	"strings"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/graph/layered"
)

// Sizes of a text drawing, in columns.
const (
	textName  = 28 // of a box
	textLabel = 28
	textFew   = 4 // lines of a label, or streams in a box
)

// textDrawing is a drawing of characters. The tuples flow down.
type textDrawing struct {
	canvas
	graph    *Graph
	boxes    [][]string // the lines of each box
	links    []*link
	labels   [][]string
	layout   *layered.Layout
	channels []*channel
}

// drawText draws a graph with characters. If that takes more columns than width, it writes a list.
func drawText(g *Graph, width int) []byte {
	picture := newTextDrawing(g).String()
	if width > 0 && widest(strings.Split(picture, "\n"), columns.StringWidth) > width {
		return drawList(g)
	}
	return []byte(fmt.Sprintf("%s: %s\n\n", diag.Printable(g.Name), g.summary()) + picture)
}

func newTextDrawing(g *Graph) *textDrawing {
	d := &textDrawing{graph: g, links: g.links()}
	d.arrange()
	for _, l := range d.layout.Gaps {
		d.channels = append(d.channels, newChannel(l.Segments))
	}
	d.draw()
	return d
}

func (d *textDrawing) arrange() {
	plan := layered.Graph{}
	for _, n := range d.graph.Nodes {
		lines := boxLines(n)
		d.boxes = append(d.boxes, lines)
		plan.Nodes = append(plan.Nodes, layered.Node{Length: len(lines) + 2, Breadth: widest(lines, columns.StringWidth) + 4})
	}
	for _, l := range d.links {
		lines := l.lines()
		for i := range lines {
			lines[i] = diag.Printable(lines[i])
		}
		lines = shortAll(atMost(textFew, lines), textLabel)
		d.labels = append(d.labels, lines)
		label := layered.Node{Length: len(lines), Breadth: widest(lines, columns.StringWidth)}
		if box := &plan.Nodes[l.from]; l.from == l.to {
			box.Length = max(box.Length, label.Length+4)
		}
		plan.Edges = append(plan.Edges, layered.Edge{From: l.from, To: l.to, Label: label})
	}
	d.layout = layered.Arrange(plan, layered.Options{
		NodeGap: 3, EdgeGap: loopColumns, PortGap: 2, PortMargin: 2, PartGap: 2, Shelf: 1 << 30,
		RankGap: func(segments []layered.Segment) int { return newChannel(segments).rows + 1 + firstRow(segments) },
	})
}

// loopColumns is the room between a box and the label of an edge to itself.
const loopColumns = 3

// firstRow returns how many rows of a gap are before its horizontal pieces: one if an edge ends there with an arrow.
func firstRow(segments []layered.Segment) int {
	for _, s := range segments {
		if s.Against {
			return 1
		}
	}
	return 0
}

// boxLines returns what a box says.
func boxLines(n *Node) []string {
	name := short(diag.Printable(n.ID), textName)
	if count := n.executors(); count != "" {
		name += "  " + count
	}
	lines := []string{name, short(diag.Printable(n.kind()), textName+6)}
	if n.Mark.Text != "" {
		lines = append(lines, short(diag.Printable(n.Mark.Text), textName+6))
	}
	var outputs []string
	for _, out := range n.outputs() {
		outputs = append(outputs, "→ "+diag.Printable(out))
	}
	return append(lines, shortAll(atMost(textFew, outputs), textName+6)...)
}

func (d *textDrawing) draw() {
	d.canvas = newCanvas(d.layout.Length, d.layout.Breadth)
	for i, g := range d.layout.Gaps {
		d.gap(g, d.channels[i])
	}
	for i := range d.links {
		for _, run := range d.layout.Edges[i].Runs {
			d.vertical(run.Across, run.From-1, run.To)
		}
	}
	for i, lines := range d.boxes {
		d.box(d.graph.Nodes[i], lines, d.layout.Nodes[i])
	}
	for i := range d.links {
		d.finish(d.layout.Edges[i], d.labels[i])
	}
}

// gap draws the pieces of edges between two ranks.
func (d *textDrawing) gap(g layered.Gap, c *channel) {
	first := g.From + firstRow(g.Segments)
	for _, w := range c.wires {
		from := g.From - 1
		for ; w != nil; w = w.next {
			row := first + w.row
			if w.from == w.to {
				row = from
			}
			d.vertical(w.from, from, row)
			d.horizontal(row, w.from, w.to)
			from = row
			if w.next == nil {
				d.vertical(w.to, row, g.To)
			}
		}
	}
}

// box draws the border and the lines of a box. Spouts have round corners.
func (d *textDrawing) box(n *Node, lines []string, r layered.Rect) {
	corners := [4]string{"┌", "┐", "└", "┘"}
	switch n.Role {
	case Spout:
		corners = [4]string{"╭", "╮", "╰", "╯"}
	case System:
		corners = [4]string{"+", "+", "+", "+"}
	}
	bottom, right := r.End()-1, r.Side()-1
	for x := r.Across + 1; x < right; x++ {
		d.set(r.Along, x, "─")
		d.set(bottom, x, "─")
	}
	for y := r.Along + 1; y < bottom; y++ {
		d.set(y, r.Across, "│")
		d.set(y, right, "│")
	}
	d.clear(layered.Rect{Along: r.Along + 1, Across: r.Across + 1, Length: r.Length - 2, Breadth: r.Breadth - 2})
	d.set(r.Along, r.Across, corners[0])
	d.set(r.Along, right, corners[1])
	d.set(bottom, r.Across, corners[2])
	d.set(bottom, right, corners[3])
	for i, line := range lines {
		d.write(r.Along+1+i, r.Across+2, line)
	}
}

// finish draws where an edge begins and ends, and its label.
func (d *textDrawing) finish(route layered.Route, label []string) {
	if len(route.Runs) == 0 {
		d.loop(route)
	} else {
		first, last := route.Runs[0], route.Runs[len(route.Runs)-1]
		if route.Against {
			d.set(first.From, first.Across, "▲")
			d.set(last.To, last.Across, "┴")
		} else {
			d.set(first.From-1, first.Across, "┬")
			d.set(last.To-1, last.Across, "▼")
		}
	}
	d.clear(route.Label)
	for i, line := range label {
		d.write(route.Label.Along+i, route.Label.Across+(route.Label.Breadth-columns.StringWidth(line))/2, line)
	}
}

// loop draws an edge from a box to itself, beside the box.
func (d *textDrawing) loop(route layered.Route) {
	top, bottom, side := route.Label.Along-1, route.Label.End(), route.Loop.Across
	d.write(top, side-1, "├─╮")
	for y := top + 1; y < bottom; y++ {
		d.set(y, side+1, "│")
	}
	d.write(bottom, side, "◄╯")
}
