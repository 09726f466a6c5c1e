// Package graph draws topologies: as SVG, for Graphviz (DOT), as Mermaid, and with characters for a terminal.
//
// A [Graph] is all that the drawings know. [Of] makes one of a checked topology, [OfCompiled] of a compiled one. The same
// Graph always gives the same bytes. Nothing that comes from a file can leave its place in a drawing: each format escapes
// every text.
package graph

import (
	"fmt"
	"strings"
)

// Graph is what a drawing shows.
type Graph struct {
	Name  string
	Nodes []*Node // spouts, then bolts, then Storm's own component if something reads from it
	Edges []*Edge // by the bolt that reads
}

// Role is what a node is in the topology.
type Role string

// The roles.
const (
	Spout  Role = "spout"
	Bolt   Role = "bolt"
	System Role = "system" // Storm's own component
)

// Node is a component.
type Node struct {
	ID          string
	Role        Role
	Language    string // such as "Go" or "JVM"; "" if it is not known
	Runs        string // in a few words
	Parallelism int    // executors; 0 if it is not known
	Tasks       int    // 0 when not given: as many as executors
	Tick        string // such as "5s"; "" for none
	Streams     []Stream
	Mark        Mark
}

// Stream is an output stream.
type Stream struct {
	ID     string // "" for the default one
	Fields []string
	Direct bool
}

// Edge is a subscription: To reads a stream of From.
type Edge struct {
	From, To *Node
	Stream   string // "" for the default one
	Grouping string // such as "shuffle" or "fields(word)"
	Mark     Mark
}

// Mark is what somebody observed at a node or an edge while the topology ran.
type Mark struct {
	Text  string // such as "120 tuples/s"; "" for none
	Level Level
}

// Level says how a mark is coloured.
type Level uint8

// The levels. The zero value has no colour of its own.
const (
	Calm Level = iota
	Warm
	Hot
)

// Format is a form of a drawing.
type Format string

// The formats.
const (
	Text    Format = "text"
	SVG     Format = "svg"
	DOT     Format = "dot"
	Mermaid Format = "mermaid"
)

// Formats returns the names of all formats, the default first.
func Formats() []string { return []string{string(Text), string(SVG), string(DOT), string(Mermaid)} }

// FormatOf returns the format that the extension of a file's name stands for.
func FormatOf(extension string) (Format, bool) {
	f, ok := map[string]Format{
		".svg": SVG, ".dot": DOT, ".gv": DOT, ".mmd": Mermaid, ".mermaid": Mermaid, ".txt": Text,
	}[strings.ToLower(extension)]
	return f, ok
}

// Draw draws a graph. Only text looks at width: so many columns it may take up, or any number if width is 0.
func Draw(g *Graph, f Format, width int) []byte {
	switch f {
	case SVG:
		return drawSVG(g)
	case DOT:
		return drawDOT(g)
	case Mermaid:
		return drawMermaid(g)
	case Text:
		return drawText(g, width)
	}
	panic(fmt.Sprintf("graph: unknown format %q", f))
}

// summary returns how many spouts and bolts there are.
func (g *Graph) summary() string {
	spouts, bolts := 0, 0
	for _, n := range g.Nodes {
		switch n.Role {
		case Spout:
			spouts++
		case Bolt:
			bolts++
		}
	}
	return count(spouts, "spout") + ", " + count(bolts, "bolt")
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// kind returns what a node is: "bolt · Python · 8 tasks · tick 5s".
func (n *Node) kind() string {
	words := []string{string(n.Role)}
	if n.Role == System {
		words[0] = "part of Storm"
	}
	if n.Language != "" {
		words = append(words, n.Language)
	}
	if n.Tasks > 0 && n.Tasks != n.Parallelism {
		words = append(words, count(n.Tasks, "task"))
	}
	if n.Tick != "" {
		words = append(words, "tick "+n.Tick)
	}
	return strings.Join(words, " · ")
}

// executors returns "×4", or "" if there is one, or if the number is not known.
func (n *Node) executors() string {
	if n.Parallelism < 2 {
		return ""
	}
	return fmt.Sprintf("×%d", n.Parallelism)
}

// outputs returns a line for each stream.
func (n *Node) outputs() []string {
	var lines []string
	for _, s := range n.Streams {
		line := strings.Join(s.Fields, ", ")
		switch {
		case s.ID != "" && line != "":
			line = s.ID + ": " + line
		case s.ID != "":
			line = s.ID
		case line == "":
			line = "no fields"
		}
		if s.Direct {
			line += " (direct)"
		}
		lines = append(lines, line)
	}
	return lines
}

// label returns what an edge says: "errors · fields(word)".
func (e *Edge) label() string {
	words := e.Grouping
	if e.Stream != "" {
		words = e.Stream + " · " + words
	}
	return words
}

// link is everything that one node reads from another: one line in a drawing.
type link struct {
	from, to int // indices of Graph.Nodes
	edges    []*Edge
}

// links joins the edges between the same two nodes, in the order of the first one of each.
func (g *Graph) links() []*link {
	number := map[*Node]int{}
	for i, n := range g.Nodes {
		number[n] = i
	}
	var all []*link
	known := map[[2]int]*link{}
	for _, e := range g.Edges {
		ends := [2]int{number[e.From], number[e.To]}
		l := known[ends]
		if l == nil {
			l = &link{from: ends[0], to: ends[1]}
			known[ends] = l
			all = append(all, l)
		}
		l.edges = append(l.edges, e)
	}
	return all
}

// lines returns the labels and marks of a link.
func (l *link) lines() []string {
	var lines []string
	for _, e := range l.edges {
		lines = append(lines, e.label())
		if e.Mark.Text != "" {
			lines = append(lines, e.Mark.Text)
		}
	}
	return lines
}

// level returns the highest level of a link's marks.
func (l *link) level() Level {
	var highest Level
	for _, e := range l.edges {
		highest = max(highest, e.Mark.Level)
	}
	return highest
}

// atMost returns the first lines, and how many more there are if they are more than a few.
func atMost(few int, lines []string) []string {
	if len(lines) <= few {
		return lines
	}
	return append(append([]string(nil), lines[:few-1]...), fmt.Sprintf("and %d more", len(lines)-few+1))
}
