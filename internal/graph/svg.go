package graph

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"strings"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/graph/layered"
)

// Sizes in pixels.
const (
	margin     = 24 // around the drawing
	titleRoom  = 52 // above the drawing, for the title
	padding    = 12 // in a box
	nameSize   = 14
	smallSize  = 11
	nameHeight = 20
	lineHeight = 15
	labelPad   = 7
	loopRoom   = 28 // at each side of the label of a loop
	arrow      = 8
	fewLines   = 6  // of streams in a box, or of a label; the tooltip has them all
	nameLimit  = 32 // in columns
	lineLimit  = 40
	labelLimit = 32
)

// slugs are the CSS classes of languages.
var slugs = map[string]string{
	"Go": "go", "Python": "python", "Node": "node", "JVM": "jvm", "Shell": "shell", "Ruby": "ruby", "Perl": "perl", "PHP": "php",
}

// style has the colours, for a light and a dark surface. Viewers that know no media queries show the light ones.
const style = `
text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,Helvetica,Arial,sans-serif;font-size:11px;fill:#57606a}
.paper{fill:#ffffff}
.title{font-size:17px;font-weight:600;fill:#1f2328}
.name{font-size:14px;font-weight:600;fill:#1f2328}
.count{font-weight:600;fill:#1f2328}
.box{fill:#f6f8fa;stroke:#8c959f;stroke-width:1.2}
.rule{stroke:#d0d7de}
.spout .box{fill:#ddf4ff;stroke:#218bff;stroke-width:1.6}
.spout .rule{stroke:#a5d6ff}
.system .box{stroke-dasharray:4 3}
.stripe{fill:#8c959f}
.go .stripe{fill:#00a7d0}
.python .stripe{fill:#e3b341}
.node .stripe{fill:#4f9e3f}
.jvm .stripe{fill:#e16f24}
.shell .stripe{fill:#6e5494}
.ruby .stripe{fill:#cc342d}
.perl .stripe{fill:#39457e}
.php .stripe{fill:#777bb3}
.line{fill:none;stroke:#8c959f;stroke-width:1.5}
.head{fill:#6e7781}
.pill{fill:#ffffff;stroke:#d0d7de}
.label{fill:#424a53}
.warm .line,.warm .box{stroke:#bf8700}
.warm .head,.warm .mark{fill:#9a6700}
.hot .line,.hot .box{stroke:#cf222e}
.hot .head,.hot .mark{fill:#cf222e}
.link:hover .line{stroke:#0969da;stroke-width:2.5}
.link:hover .head{fill:#0969da}
.link:hover .pill{stroke:#0969da}
@media(prefers-color-scheme:dark){
text{fill:#9198a1}
.paper{fill:#0d1117}
.title,.name,.count{fill:#f0f6fc}
.box{fill:#161b22;stroke:#656c76}
.rule{stroke:#30363d}
.spout .box{fill:#0c2d4d;stroke:#388bfd}
.spout .rule{stroke:#1f4f85}
.shell .stripe{fill:#a78bda}
.perl .stripe{fill:#8b9be0}
.php .stripe{fill:#a5a8d8}
.line{stroke:#656c76}
.head{fill:#9198a1}
.pill{fill:#0d1117;stroke:#3d444d}
.label{fill:#c9d1d9}
.warm .line,.warm .box{stroke:#d29922}
.warm .head,.warm .mark{fill:#e3b341}
.hot .line,.hot .box{stroke:#f85149}
.hot .head,.hot .mark{fill:#ff7b72}
.link:hover .line{stroke:#58a6ff}
.link:hover .head{fill:#58a6ff}
.link:hover .pill{stroke:#58a6ff}
}
`

// svg is a drawing in the making.
type svg struct {
	bytes.Buffer
	graph  *Graph
	boxes  []svgBox
	links  []*link
	layout *layered.Layout
}

// svgBox is what a box shows.
type svgBox struct {
	name, count, kind string
	mark              string
	outputs           []string
	width, height     int
}

func drawSVG(g *Graph) []byte {
	d := &svg{graph: g, links: g.links()}
	plan := layered.Graph{}
	for _, n := range g.Nodes {
		b := newBox(n)
		d.boxes = append(d.boxes, b)
		plan.Nodes = append(plan.Nodes, layered.Node{Length: b.width, Breadth: b.height})
	}
	for _, l := range d.links {
		lines := labelLines(l)
		label := layered.Node{
			Length:  widest(lines, smallWidth) + 2*labelPad,
			Breadth: len(lines)*lineHeight + 5,
		}
		if box := &plan.Nodes[l.from]; l.from == l.to {
			box.Length = max(box.Length, label.Length+2*loopRoom)
		}
		plan.Edges = append(plan.Edges, layered.Edge{From: l.from, To: l.to, Label: label})
	}
	d.layout = layered.Arrange(plan, layered.Options{
		NodeGap: 30, EdgeGap: 14, PortGap: 12, PortMargin: 12, PartGap: 48, Shelf: 1200, RankGap: svgGap,
	})
	d.draw()
	return d.Bytes()
}

func smallWidth(text string) int { return textWidth(text, smallSize) }

// svgGap returns the room between two ranks: the steeper the edges, the more.
func svgGap(segments []layered.Segment) int {
	steepest := 0
	for _, s := range segments {
		steepest = max(steepest, s.From-s.To, s.To-s.From)
	}
	return min(32+steepest/6, 150)
}

func newBox(n *Node) svgBox {
	b := svgBox{
		name: short(diag.Printable(n.ID), nameLimit), count: n.executors(),
		kind: short(diag.Printable(n.kind()), lineLimit), mark: short(diag.Printable(n.Mark.Text), lineLimit),
	}
	for _, line := range n.outputs() {
		b.outputs = append(b.outputs, diag.Printable(line))
	}
	b.outputs = shortAll(atMost(fewLines, b.outputs), lineLimit)
	first := boldWidth(b.name, nameSize)
	if b.count != "" {
		first += 14 + boldWidth(b.count, smallSize)
	}
	b.width = max(110, first, smallWidth(b.kind), widest(b.outputs, smallWidth), smallWidth(b.mark)) + 2*padding + 4
	b.height = 2*padding - 4 + nameHeight + lineHeight
	if b.mark != "" {
		b.height += lineHeight
	}
	if len(b.outputs) > 0 {
		b.height += 8 + len(b.outputs)*lineHeight
	}
	return b
}

// labelLines returns what the label of a link shows.
func labelLines(l *link) []string {
	var lines []string
	for _, line := range l.lines() {
		lines = append(lines, diag.Printable(line))
	}
	return shortAll(atMost(fewLines, lines), labelLimit)
}

func (d *svg) draw() {
	name := short(diag.Printable(d.graph.Name), 80)
	width := max(d.layout.Length, boldWidth(name, 17), 200) + 2*margin
	height := d.layout.Breadth + titleRoom + margin
	d.printf(`<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img" aria-labelledby="title desc">`+"\n",
		width, height, width, height)
	d.printf("<title id=\"title\">%s</title>\n<desc id=\"desc\">%s</desc>\n", escape("topology "+d.graph.Name), escape(d.graph.describe()))
	d.printf("<style>%s</style>\n", style)
	d.printf(`<rect class="paper" width="%d" height="%d" rx="8"/>`+"\n", width, height)
	d.printf(`<text class="title" x="%d" y="32">%s</text>`+"\n", margin, escape(name))
	if at := margin + boldWidth(name, 17) + 14; at+smallWidth(d.graph.summary()) < width {
		d.printf(`<text x="%d" y="32">%s</text>`+"\n", at, escape(d.graph.summary()))
	}
	d.printf(`<g transform="translate(%d %d)">`+"\n", margin, titleRoom)
	for i, l := range d.links {
		d.link(l, d.layout.Edges[i])
	}
	for i := range d.graph.Nodes {
		d.node(i)
	}
	d.WriteString("</g>\n</svg>\n")
}

// describe returns the graph in sentences, for people who cannot see it.
func (g *Graph) describe() string {
	var b strings.Builder
	b.WriteString(g.summary() + ".")
	for _, e := range g.Edges {
		fmt.Fprintf(&b, " %s reads %s from %s, %s.", e.To.ID, streamName(e.Stream), e.From.ID, e.Grouping)
	}
	return b.String()
}

func streamName(id string) string {
	if id == "" {
		return "the default stream"
	}
	return "stream " + id
}

func (d *svg) printf(format string, args ...any) { fmt.Fprintf(&d.Buffer, format, args...) }

// escape makes text of others safe in XML: no markup, and no characters that are invisible or that XML does not have.
func escape(text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(diag.Printable(text))) // a Builder does not fail
	return b.String()
}

// class returns the CSS classes of a level, after a space.
func (l Level) class() string { return [...]string{Calm: "", Warm: " warm", Hot: " hot"}[l] }

func (d *svg) node(i int) {
	n, b, r := d.graph.Nodes[i], d.boxes[i], d.layout.Nodes[i]
	classes := string(n.Role)
	if slug, ok := slugs[n.Language]; ok {
		classes += " " + slug
	}
	corner := 6
	if n.Role == Spout {
		corner = 16
	}
	d.printf(`<g class="%s%s" transform="translate(%d %d)"><title>%s</title>`+"\n", classes, n.Mark.Level.class(), r.Along, r.Across, tooltip(n))
	d.printf(`<rect class="box" width="%d" height="%d" rx="%d"/>`, r.Length, r.Breadth, corner)
	if n.Role != System {
		d.printf(`<rect class="stripe" x="7" y="%d" width="4" height="%d" rx="2"/>`, padding, b.height-2*padding)
	}
	d.WriteByte('\n')
	x, y := padding+6, padding+12
	d.printf(`<text class="name" x="%d" y="%d">%s</text>`, x, y, escape(b.name))
	if b.count != "" {
		d.printf(`<text class="count" x="%d" y="%d" text-anchor="end">%s</text>`, r.Length-padding, y, b.count)
	}
	y += lineHeight + 3
	d.printf(`<text x="%d" y="%d">%s</text>`, x, y, escape(b.kind))
	if b.mark != "" {
		y += lineHeight
		d.printf(`<text class="mark" x="%d" y="%d">%s</text>`, x, y, escape(b.mark))
	}
	if len(b.outputs) > 0 {
		d.printf(`<path class="rule" d="M%d %dH%d"/>`, x, y+8, r.Length-padding)
		y += 8
		for _, line := range b.outputs {
			y += lineHeight
			d.printf(`<text x="%d" y="%d">%s</text>`, x, y, escape(line))
		}
	}
	d.WriteString("</g>\n")
}

// tooltip returns everything about a node.
func tooltip(n *Node) string {
	lines := []string{n.ID, n.kind()}
	if n.Parallelism > 0 {
		lines = append(lines, count(n.Parallelism, "executor"))
	}
	if n.Runs != "" {
		lines = append(lines, "runs "+n.Runs)
	}
	for _, out := range n.outputs() {
		lines = append(lines, "emits "+out)
	}
	if n.Mark.Text != "" {
		lines = append(lines, n.Mark.Text)
	}
	return escapeLines(lines)
}

// escapeLines escapes lines and joins them.
func escapeLines(lines []string) string {
	out := make([]string, len(lines))
	for i, line := range lines {
		out[i] = escape(line)
	}
	return strings.Join(out, "\n")
}

func (d *svg) link(l *link, route layered.Route) {
	from, to := d.graph.Nodes[l.from], d.graph.Nodes[l.to]
	d.printf(`<g class="link%s"><title>%s</title>`+"\n", l.level().class(), escapeLines(append([]string{from.ID + " → " + to.ID}, l.lines()...)))
	if len(route.Runs) == 0 {
		d.loop(route)
	} else {
		d.path(route)
	}
	d.label(l, route.Label)
	d.WriteString("</g>\n")
}

// path draws an edge: straight through the ranks, and curved between them.
func (d *svg) path(route layered.Route) {
	first, last := route.Runs[0], route.Runs[len(route.Runs)-1]
	d.printf(`<path class="line" d="M%d %d`, first.From, first.Across)
	at := first
	for _, run := range route.Runs[1:] {
		if run.Across != at.Across {
			middle := (at.To + run.From) / 2
			if at.To != at.From || at != first {
				d.printf("H%d", at.To)
			}
			d.printf("C%d %d %d %d %d %d", middle, at.Across, middle, run.Across, run.From, run.Across)
		}
		at = run
	}
	d.printf(`H%d"/>`, last.To)
	if route.Against {
		d.head(first.From, first.Across, arrow)
	} else {
		d.head(last.To, last.Across, -arrow)
	}
}

// head draws an arrow that points along the flow.
func (d *svg) head(x, y, length int) {
	d.printf(`<path class="head" d="M%d %dl%d -4v8z"/>`+"\n", x, y, length)
}

// loop draws an edge from a box to itself, below the box.
func (d *svg) loop(route layered.Route) {
	label := route.Label
	top, middle := route.Loop.Across, label.Across+label.Breadth/2
	left, right := label.Along-loopRoom/2, label.End()+loopRoom/2
	d.printf(`<path class="line" d="M%d %dQ%d %d %d %dH%dQ%d %d %d %d"/>`,
		right, top, right, middle, label.End(), middle, label.Along, left, middle, left, top)
	d.printf(`<path class="head" d="M%d %dl-4 %dh8z"/>`+"\n", left, top, arrow)
}

func (d *svg) label(l *link, r layered.Rect) {
	d.printf(`<rect class="pill" x="%d" y="%d" width="%d" height="%d" rx="%d"/>`, r.Along, r.Across, r.Length, r.Breadth, min(r.Breadth/2, 10))
	y := r.Across + 13
	for _, line := range labelLines(l) {
		d.printf(`<text class="label" x="%d" y="%d" text-anchor="middle">%s</text>`, r.Along+r.Length/2, y, escape(line))
		y += lineHeight
	}
	d.WriteByte('\n')
}
