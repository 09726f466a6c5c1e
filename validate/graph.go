package validate

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/schema"
)

// The rules about how tuples flow.
const (
	ruleCycle           = "cycle"
	ruleUnreachableBolt = "unreachable-bolt"
	ruleUnreadStream    = "unread-stream"
	ruleSilentSpout     = "spout-without-output"
)

// edge is a resolved subscription; components are indexes in checker.all.
type edge struct {
	from, to int
	span     diag.Span
}

// graph checks the flow of tuples through the whole topology.
func (c *checker) graph() {
	out := outgoing(len(c.all), c.edges)
	c.cycles(out, c.unreachable(out))
	c.silentSpouts()
	c.unread()
}

// outgoing lists, for each component, the indexes of the edges that leave it, in the order of the edges.
func outgoing(n int, edges []edge) [][]int {
	count := make([]int, n)
	for _, e := range edges {
		count[e.from]++
	}
	flat := make([]int, len(edges))
	out := make([][]int, n)
	at := 0
	for i, m := range count {
		out[i] = flat[at : at : at+m]
		at += m
	}
	for i, e := range edges {
		out[e.from] = append(out[e.from], i)
	}
	return out
}

// mostCycles is how many cycles are reported in one knot (components that all lead to each other), and mostInAll in a
// document. Each costs a search of the knot, and nobody reads more.
const (
	mostCycles = 16
	mostInAll  = 64
)

// cycles reports for each edge that lies on a cycle one shortest cycle through it, each cycle once.
// There can be exponentially many elementary cycles; these name every edge that is part of one. For bolts that no spout
// leads to, that fault is enough.
func (c *checker) cycles(out [][]int, reached []bool) {
	knot := knots(out, c.edges)
	covered := make([]bool, len(c.edges))
	inKnot := make(map[int]int) // reported cycles by knot
	seen := make(map[string]bool)
	search := search{out: out, edges: c.edges, knot: knot, via: make([]int, len(c.all)), round: make([]int, len(c.all))}
	last := make(map[int]*diag.Diagnostic)
	total := 0
	for i, e := range c.edges {
		if covered[i] || knot[e.from] != knot[e.to] || knot[e.from] < 0 || !reached[e.from] {
			continue
		}
		if inKnot[knot[e.from]] == mostCycles || total == mostInAll {
			if d := last[knot[e.from]]; d != nil && d.Hint == cycleHint {
				d.Hint += "; there are more cycles among these components"
			}
			continue
		}
		path := search.shortest(e.to, e.from) // edges from e.to back to e.from
		covered[i] = true
		for _, p := range path {
			covered[p] = true
		}
		ring := make([]int, 0, len(path)+1) // edges, beginning with the one that leaves the first component
		ring = append(append(ring, i), path...)
		first := 0
		for j, r := range ring {
			if c.edges[r].from < c.edges[ring[first]].from {
				first = j
			}
		}
		ring = slices.Concat(ring[first:], ring[:first])
		var key strings.Builder
		for _, r := range ring {
			key.WriteString(strconv.Itoa(c.edges[r].from))
			key.WriteByte(' ')
		}
		if seen[key.String()] {
			continue
		}
		seen[key.String()] = true
		inKnot[knot[e.from]]++
		total++
		last[knot[e.from]] = c.list.Warnf(ruleCycle, c.edges[ring[len(ring)-1]].span, "tuples can run in a circle: %s", c.shownCycle(ring)).
			WithHint(cycleHint)
	}
}

const cycleHint = "Storm allows it; make sure that something ends the circle, or the tuples multiply until they time out"

// longestCycle is how many components of a cycle a message names.
const longestCycle = 50

func (c *checker) shownCycle(ring []int) string {
	var b strings.Builder
	for i, r := range ring {
		if i == longestCycle {
			fmt.Fprintf(&b, "%d more -> ", len(ring)-i)
			break
		}
		fmt.Fprintf(&b, "%q -> ", c.all[c.edges[r].from].ID)
	}
	fmt.Fprintf(&b, "%q", c.all[c.edges[ring[0]].from].ID)
	return b.String()
}

// knots returns for each component the number of its strongly connected component, and -1 when it is on no cycle. It is
// Tarjan's algorithm without recursion, so that a chain of 10,000 bolts needs no deep stack.
func knots(out [][]int, edges []edge) []int {
	n := len(out)
	knot := make([]int, n)
	index := make([]int, n) // 0: not visited
	low := make([]int, n)
	onStack := make([]bool, n)
	next := make([]int, n) // the next edge of each component to follow
	var stack, calls []int
	counter, knotCount := 0, 0
	for i := range knot {
		knot[i] = -1
	}
	for root := range n {
		if index[root] != 0 {
			continue
		}
		calls = append(calls[:0], root)
		for len(calls) > 0 {
			v := calls[len(calls)-1]
			if index[v] == 0 {
				counter++
				index[v], low[v] = counter, counter
				stack = append(stack, v)
				onStack[v] = true
			}
			descended := false
			for next[v] < len(out[v]) {
				w := edges[out[v][next[v]]].to
				next[v]++
				if index[w] == 0 {
					calls = append(calls, w)
					descended = true
					break
				}
				if onStack[w] {
					low[v] = min(low[v], index[w])
				}
			}
			if descended {
				continue
			}
			calls = calls[:len(calls)-1]
			if len(calls) > 0 {
				parent := calls[len(calls)-1]
				low[parent] = min(low[parent], low[v])
			}
			if low[v] != index[v] {
				continue
			}
			size := 0
			for i := len(stack) - 1; ; i-- {
				size++
				if stack[i] == v {
					break
				}
			}
			members := stack[len(stack)-size:]
			stack = stack[:len(stack)-size]
			cyclic := size > 1 || slices.ContainsFunc(out[v], func(e int) bool { return edges[e].to == v })
			for _, w := range members {
				onStack[w] = false
				if cyclic {
					knot[w] = knotCount
				}
			}
			if cyclic {
				knotCount++
			}
		}
	}
	return knot
}

// search finds shortest paths inside a knot.
type search struct {
	out   [][]int
	edges []edge
	knot  []int
	via   []int // the edge by which a component was reached
	round []int // the search in which it was
	now   int
	queue []int
}

// shortest returns the edges of a shortest path. There is one, because from and to are in the same knot.
func (s *search) shortest(from, to int) []int {
	if from == to {
		return nil
	}
	s.now++
	s.queue = append(s.queue[:0], from)
	s.round[from] = s.now
	for at := 0; at < len(s.queue); at++ {
		v := s.queue[at]
		for _, i := range s.out[v] {
			w := s.edges[i].to
			if s.round[w] == s.now || s.knot[w] != s.knot[from] {
				continue
			}
			s.round[w], s.via[w] = s.now, i
			if w == to {
				var path []int
				for at := to; at != from; at = s.edges[s.via[at]].from {
					path = append(path, s.via[at])
				}
				slices.Reverse(path)
				return path
			}
			s.queue = append(s.queue, w)
		}
	}
	panic("validate: no path inside a strongly connected component")
}

// unreachable warns of bolts that no spout leads to, and returns the components that a spout leads to. A component with
// a fault in its inputs counts as reached.
func (c *checker) unreachable(out [][]int) (reached []bool) {
	reached = make([]bool, len(c.all))
	if len(c.topology.Spouts) == 0 {
		return reached
	}
	if c.unknownTarget {
		for i := range reached {
			reached[i] = true
		}
		return reached
	}
	var queue []int
	for i := range c.all {
		k := &c.all[i]
		if k.Kind == schema.Spout || k.inputsUnclear || len(k.Inputs) == 0 || c.readsSystem(k) || c.known(k.ID) != k {
			reached[i] = true
			queue = append(queue, i)
		}
	}
	for at := 0; at < len(queue); at++ {
		for _, i := range out[queue[at]] {
			if w := c.edges[i].to; !reached[w] {
				reached[w] = true
				queue = append(queue, w)
			}
		}
	}
	for i := range c.all {
		if k := &c.all[i]; !reached[i] {
			c.list.Warnf(ruleUnreachableBolt, k.Span, "%s gets no tuples: no spout leads to it", k.name()).
				WithHint("it reads only from %s", listed(sources(k)))
		}
	}
	return reached
}

func sources(k *component) []string {
	var names []string
	for _, in := range k.Inputs {
		if !slices.Contains(names, in.From.ID) {
			names = append(names, in.From.ID)
		}
		if len(names) > mostListed {
			break
		}
	}
	return names
}

// silentSpouts warns of spouts that are processes and do not declare what they emit. `outputs: []` declares that they
// emit nothing.
func (c *checker) silentSpouts() {
	for i := range c.all {
		k := &c.all[i]
		if k.Kind == schema.Spout && k.multilang && len(k.Streams) == 0 && !k.open && !k.missingOutputs && !c.doc.IsMeant(k.src.Value, "outputs") {
			c.list.Warnf(ruleSilentSpout, k.Span, "%s declares no outputs, so it cannot emit anything", k.name()).
				WithHint("declare what it emits: `outputs: [field, ...]`, or `outputs: []` for nothing")
		}
	}
}

// unread notes streams that nobody reads. A stream without fields stands for a component that emits nothing.
func (c *checker) unread() {
	if c.unknownSource {
		return
	}
	for i := range c.all {
		k := &c.all[i]
		for j, s := range k.Streams {
			if k.read[j] || k.leftOut || len(s.Fields) == 0 || c.known(k.ID) != k {
				continue
			}
			c.list.Notef(ruleUnreadStream, s.Span, "nothing reads stream %q of %s", s.ID, k.name())
		}
	}
}
