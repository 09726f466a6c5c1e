// Package layered lays out a directed graph in ranks: most edges lead from one rank to a later one, so the picture has a
// direction in which things flow. Cycles, self loops, parallel edges, and labels on edges are allowed.
//
// The steps are those of Sugiyama, Tagawa and Toda: break cycles (cycle.go), give each node a rank (rank.go, the network
// simplex of Gansner, Koutsofios, North and Vo, "A Technique for Drawing Directed Graphs", 1993), order each rank
// (order.go), make long edges straight (place.go, Brandes and Köpf, "Fast and Simple Horizontal Coordinate Assignment",
// 2001), bring everything as close together as that allows (tighten.go, the network simplex again), and lead the edges
// around the boxes (route.go). Parts of the graph that no edge connects are laid out on their own (part.go).
//
// The package knows no topologies and draws nothing. It counts in whole units, pixels or characters, so the same graph has
// the same layout on every machine.
package layered

// Graph is what to lay out. The order of its nodes and edges decides between layouts that are equally good.
type Graph struct {
	Nodes []Node
	Edges []Edge
}

// Node is a box. Its length runs along the flow, its breadth across.
type Node struct{ Length, Breadth int }

// Edge leads from one node to another, or to the same one. From and To are indices of [Graph.Nodes].
type Edge struct {
	From, To int
	Label    Node // a box that the edge runs through; zero for none
}

// Options are the distances of a layout.
type Options struct {
	NodeGap int // between two boxes of a rank
	EdgeGap int // between an edge or a label and its neighbours in a rank

	PortGap    int // between the ends of two edges at one side of a box
	PortMargin int // between the end of an edge and the corner of its box

	// RankGap returns the distance between two ranks that the segments connect.
	RankGap func([]Segment) int

	// PartGap is the distance between parts that no edge connects. They stand behind one another along the flow as long as
	// they fit into Shelf, or into the length of the longest part. Then the next row begins.
	PartGap, Shelf int
}

// Segment is the piece of an edge in the gap between two ranks. It leads from one position across the flow to another.
type Segment struct {
	Edge     int // index of the edge
	From, To int
	Against  bool // the edge leads against the flow
}

// Layout is a laid out graph. It begins at (0, 0).
type Layout struct {
	Length, Breadth int
	Nodes           []Rect  // in the order of [Graph.Nodes]
	Edges           []Route // in the order of [Graph.Edges]
	Gaps            []Gap
}

// Rect is where a box is: from the smallest coordinates to just before Along+Length and Across+Breadth.
type Rect struct{ Along, Across, Length, Breadth int }

// End returns where the box ends along the flow.
func (r Rect) End() int { return r.Along + r.Length }

// Side returns where the box ends across the flow.
func (r Rect) Side() int { return r.Across + r.Breadth }

// Route is how an edge runs.
type Route struct {
	// Runs are the straight pieces of the edge, in the direction of the flow. The first one begins at a box, the last one
	// ends at one, and a piece of the gap between two ranks connects each to the next.
	Runs []Run
	// Against says that the edge leads against the flow, from the end of Runs to its beginning.
	Against bool
	// Loop is the room for an edge from a node to itself, at the side of its box. Runs is empty then.
	Loop Rect
	// Label is where the label is; zero for an edge without label.
	Label Rect
}

// Run is a straight piece of an edge along the flow.
type Run struct{ From, To, Across int }

// Gap is the room between two ranks with its segments.
type Gap struct {
	From, To int // along the flow
	Segments []Segment
}

// Arrange lays a graph out.
func Arrange(g Graph, opts Options) *Layout {
	l := &Layout{Nodes: make([]Rect, len(g.Nodes)), Edges: make([]Route, len(g.Edges))}
	var parts []*part
	for _, nodes := range connected(g) {
		parts = append(parts, newPart(g, nodes, &opts).arrange())
	}
	l.pack(parts, &opts)
	return l
}
