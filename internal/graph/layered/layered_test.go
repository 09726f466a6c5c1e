package layered

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"
)

func testOptions() Options {
	return Options{
		NodeGap: 24, EdgeGap: 10, PortGap: 10, PortMargin: 12, PartGap: 40, Shelf: 800,
		RankGap: func([]Segment) int { return 30 },
	}
}

// random returns a graph as topologies are, and worse: with cycles, loops, parallel edges, and parts.
func random(r *rand.Rand, nodes int) Graph {
	var g Graph
	for range nodes {
		g.Nodes = append(g.Nodes, Node{60 + r.IntN(120), 30 + r.IntN(60)})
	}
	for range r.IntN(2*nodes + 1) {
		from := r.IntN(nodes)
		to := min(nodes-1, from+r.IntN(8))
		if r.IntN(10) == 0 {
			to = r.IntN(nodes)
		}
		e := Edge{From: from, To: to}
		if r.IntN(4) > 0 {
			e.Label = Node{20 + r.IntN(60), 14 + r.IntN(30)}
		}
		g.Edges = append(g.Edges, e)
	}
	return g
}

func TestRandomGraphs(t *testing.T) {
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 1))
		nodes := 1 + r.IntN(300)
		g := random(r, nodes)
		t.Run(fmt.Sprintf("seed%d", seed), func(t *testing.T) {
			began := time.Now()
			l := Arrange(g, testOptions())
			if took := time.Since(began); took > 5*time.Second {
				t.Errorf("%d nodes and %d edges took %s", len(g.Nodes), len(g.Edges), took)
			}
			checkLayout(t, g, l)
			if again := Arrange(g, testOptions()); !reflect.DeepEqual(l, again) {
				t.Error("the same graph has another layout the second time")
			}
		})
	}
}

// checkLayout reports boxes and labels that overlap or have another size than they should, and edges that do not lead from
// box to box or that run through one.
func checkLayout(t *testing.T, g Graph, l *Layout) {
	t.Helper()
	var boxes []Rect
	for i, n := range g.Nodes {
		if r := l.Nodes[i]; r.Length < n.Length || r.Breadth < n.Breadth {
			t.Errorf("box %d is %+v, smaller than %+v", i, r, n)
		}
		boxes = append(boxes, l.Nodes[i])
	}
	for i, e := range g.Edges {
		if r := l.Edges[i].Label; r.Length != e.Label.Length || r.Breadth != e.Label.Breadth {
			t.Errorf("the label of edge %d is %+v, want the size %+v", i, r, e.Label)
		} else if r != (Rect{}) {
			boxes = append(boxes, r)
		}
	}
	whole := Rect{0, 0, l.Length, l.Breadth}
	for i, a := range boxes {
		if a.Along < 0 || a.Across < 0 || a.End() > whole.End() || a.Side() > whole.Side() {
			t.Errorf("box %d (%+v) is outside of %+v", i, a, whole)
		}
		for k, b := range boxes[:i] {
			if overlap(a, b) {
				t.Errorf("boxes %d (%+v) and %d (%+v) overlap", i, a, k, b)
			}
		}
	}
	for i, e := range g.Edges {
		checkRoute(t, i, e, l, boxes)
	}
}

func overlap(a, b Rect) bool {
	return a.Along < b.End() && b.Along < a.End() && a.Across < b.Side() && b.Across < a.Side()
}

func checkRoute(t *testing.T, i int, e Edge, l *Layout, boxes []Rect) {
	t.Helper()
	route := l.Edges[i]
	if e.From == e.To {
		if route.Loop == (Rect{}) || len(route.Runs) > 0 {
			t.Errorf("edge %d is a loop, but its route is %+v", i, route)
		}
		for k, b := range l.Nodes {
			if overlap(route.Loop, b) {
				t.Errorf("the loop of edge %d runs through box %d", i, k)
			}
		}
		return
	}
	from, to := l.Nodes[e.From], l.Nodes[e.To]
	if route.Against {
		from, to = to, from
	}
	first, last := route.Runs[0], route.Runs[len(route.Runs)-1]
	if first.From != from.End() || first.Across < from.Across || first.Across >= from.Side() ||
		last.To != to.Along || last.Across < to.Across || last.Across >= to.Side() {
		t.Errorf("edge %d does not lead from %+v to %+v: %+v", i, from, to, route.Runs)
	}
	for k, run := range route.Runs {
		if run.From > run.To || k > 0 && run.From <= route.Runs[k-1].To {
			t.Errorf("edge %d runs back: %+v", i, route.Runs)
		}
		for _, b := range boxes {
			if b != route.Label && overlap(Rect{run.From, run.Across, run.To - run.From, 1}, b) {
				t.Errorf("edge %d runs through %+v", i, b)
			}
		}
	}
	for _, gap := range l.Gaps { // between two runs, an edge needs a gap without boxes
		for _, s := range gap.Segments {
			if s.Edge != i {
				continue
			}
			low, high := min(s.From, s.To), max(s.From, s.To)
			for _, b := range boxes {
				if overlap(Rect{gap.From, low, gap.To - gap.From, high - low + 1}, b) {
					t.Errorf("edge %d crosses %+v in a gap", i, b)
				}
			}
		}
	}
}

// The ranks of a graph whose best ranks are known.
func TestRank(t *testing.T) {
	// Two sources feed one bolt: the source of the short way stands directly before the bolt, not at the beginning.
	g := Graph{Nodes: make([]Node, 5), Edges: []Edge{{From: 0, To: 1}, {From: 1, To: 2}, {From: 2, To: 3}, {From: 4, To: 3}}}
	p := newPart(g, []int{0, 1, 2, 3, 4}, &Options{})
	p.breakCycles()
	p.rank()
	var got []int
	for _, v := range p.vertex {
		got = append(got, v.rank)
	}
	if want := []int{0, 1, 2, 3, 2}; !reflect.DeepEqual(got, want) {
		t.Errorf("the ranks are %v, want %v", got, want)
	}
}

// The network simplex finds ranks whose sum of lengths is the smallest of all.
func TestRankIsBest(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 2))
		n := 2 + r.IntN(5)
		g := Graph{Nodes: make([]Node, n)}
		for range r.IntN(2 * n) {
			a, b := r.IntN(n), r.IntN(n)
			if a != b {
				g.Edges = append(g.Edges, Edge{From: min(a, b), To: max(a, b)})
			}
		}
		parts := connected(g)
		if len(parts) > 1 {
			continue
		}
		p := newPart(g, parts[0], &Options{})
		p.breakCycles()
		p.rank()
		sum := 0
		for _, e := range p.edges {
			sum += p.vertex[e.to].rank - p.vertex[e.from].rank
		}
		if best := bestSum(g, n); sum != best {
			t.Errorf("seed %d: the edges %v have the sum %d, the best is %d", seed, g.Edges, sum, best)
		}
	}
}

// bestSum tries all ranks below n.
func bestSum(g Graph, n int) int {
	best := 1 << 30
	ranks := make([]int, n)
	var try func(v int)
	try = func(v int) {
		if v < n {
			for ranks[v] = range n {
				try(v + 1)
			}
			return
		}
		sum := 0
		for _, e := range g.Edges {
			length := ranks[e.To] - ranks[e.From]
			if length < 1 {
				return
			}
			sum += length
		}
		best = min(best, sum)
	}
	try(0)
	return best
}

// What place has placed gets no longer edges across the flow, and shorter ones in sum of many graphs.
func TestTighten(t *testing.T) {
	before, after := 0, 0
	for seed := range uint64(30) {
		g := random(rand.New(rand.NewPCG(seed, 5)), 60)
		opts := testOptions()
		for _, nodes := range connected(g) {
			p := newPart(g, nodes, &opts)
			for _, step := range []func(){p.breakCycles, p.rank, p.makeRoom, p.split, p.order, p.place} {
				step()
			}
			old := p.across()
			p.tighten()
			if p.across() > old {
				t.Errorf("seed %d: the edges lead %d across the flow, and %d before", seed, p.across(), old)
			}
			before, after = before+old, after+p.across()
		}
	}
	if after*4 > before*3 {
		t.Errorf("the edges lead %d across the flow, and %d before", after, before)
	}
}

// across returns how far all edges lead across the flow.
func (p *part) across() (sum int) {
	for _, v := range p.vertex {
		for _, w := range v.out {
			sum += max(v.across-p.vertex[w].across, p.vertex[w].across-v.across)
		}
	}
	return sum
}

// The edges of a tree, of a ladder and of a small bipartite graph cross as seldom as they can.
func TestOrder(t *testing.T) {
	for name, c := range map[string]struct {
		edges string
		want  int
	}{
		"tree":             {"01 02 13 14 25 26", 0},
		"written crossing": {"03 12", 0},
		"ladder":           {"02 13 24 35 05", 0},
		"k22":              {"02 03 12 13", 1},
		"k33":              {"03 04 05 13 14 15 23 24 25", 9},
	} {
		g := Graph{}
		for i := 0; i < len(c.edges); i += 3 {
			e := Edge{From: int(c.edges[i] - '0'), To: int(c.edges[i+1] - '0')}
			for len(g.Nodes) <= max(e.From, e.To) {
				g.Nodes = append(g.Nodes, Node{10, 10})
			}
			g.Edges = append(g.Edges, e)
		}
		crossings := 0
		for _, nodes := range connected(g) {
			opts := testOptions()
			crossings += newPart(g, nodes, &opts).arrange().crossings()
		}
		if crossings != c.want {
			t.Errorf("%s: %d edges cross, want %d", name, crossings, c.want)
		}
	}
}

// A chain is one straight line.
func TestChainIsStraight(t *testing.T) {
	g := Graph{Nodes: []Node{{50, 30}, {60, 71}, {40, 20}}, Edges: []Edge{{0, 1, Node{20, 14}}, {1, 2, Node{30, 15}}}}
	l := Arrange(g, testOptions())
	for i, e := range l.Edges {
		for _, run := range e.Runs {
			if run.Across != l.Edges[0].Runs[0].Across {
				t.Errorf("edge %d is not straight: %+v", i, e.Runs)
			}
		}
	}
}

func BenchmarkArrange(b *testing.B) {
	g := random(rand.New(rand.NewPCG(7, 7)), 200)
	for b.Loop() {
		Arrange(g, testOptions())
	}
}
