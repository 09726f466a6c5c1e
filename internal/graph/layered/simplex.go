package layered

// effort bounds the number of steps of a simplex times its size. What the steps before the bound have reached is no less
// right, only longer.
const effort = 30_000_000

// simplex minimises the sum of the lengths of links on a line, by the network simplex method: a spanning tree of tight
// links, those of the least length, holds all points, and links change their place in it as long as that makes the sum
// smaller. All points must be connected.
type simplex struct {
	at    []int // where each point is; it must be right to begin with
	links []link

	tight       []bool  // the links of the spanning tree
	touching    [][]int // the links at each point
	parent      []int   // the tree link towards the root, or -1
	first, last []int   // the first and own number of each subtree in postorder
	postorder   []int
	surplus     []int // links that leave a subtree, less those that enter it
	offset      int   // where in postorder the search goes on
}

// link demands that `to` is at least some distance behind `from`.
type link struct {
	from, to, least int
	free            bool // its length does not count
}

func (l link) weight() int {
	if l.free {
		return 0
	}
	return 1
}

func (s *simplex) minimise() {
	s.tight, s.touching = make([]bool, len(s.links)), make([][]int, len(s.at))
	s.parent, s.surplus = make([]int, len(s.at)), make([]int, len(s.at))
	s.first, s.last = make([]int, len(s.at)), make([]int, len(s.at))
	for i, l := range s.links {
		s.touching[l.from] = append(s.touching[l.from], i)
		s.touching[l.to] = append(s.touching[l.to], i)
	}
	s.span()
	for range effort / (len(s.at) + len(s.links)) {
		s.root()
		leaving := s.leaving()
		if leaving < 0 {
			return
		}
		s.exchange(leaving)
	}
}

func (s *simplex) slack(i int) int {
	l := s.links[i]
	return s.at[l.to] - s.at[l.from] - l.least
}

// span makes the first spanning tree, and moves points so that its links are tight.
func (s *simplex) span() {
	in := make([]bool, len(s.at))
	tree := []int{0}
	in[0] = true
	for next := 0; ; {
		for ; next < len(tree); next++ {
			for _, i := range s.touching[tree[next]] {
				if other := s.other(i, tree[next]); !in[other] && s.slack(i) == 0 {
					s.tight[i], in[other] = true, true
					tree = append(tree, other)
				}
			}
		}
		if len(tree) == len(s.at) {
			return
		}
		nearest := -1
		for i, l := range s.links {
			if in[l.from] != in[l.to] && (nearest < 0 || s.slack(i) < s.slack(nearest)) {
				nearest = i
			}
		}
		move := s.slack(nearest)
		if in[s.links[nearest].to] {
			move = -move
		}
		for _, v := range tree {
			s.at[v] += move
		}
		next = 0
	}
}

func (s *simplex) other(i, v int) int {
	if s.links[i].from == v {
		return s.links[i].to
	}
	return s.links[i].from
}

// root walks the tree from point 0 and computes what depends on its form.
func (s *simplex) root() {
	s.postorder = s.postorder[:0]
	clear(s.surplus)
	for _, l := range s.links {
		s.surplus[l.from] += l.weight()
		s.surplus[l.to] -= l.weight()
	}
	s.parent[0] = -1
	s.walk(0)
}

func (s *simplex) walk(v int) {
	s.first[v] = len(s.postorder)
	for _, i := range s.touching[v] {
		if s.tight[i] && i != s.parent[v] {
			child := s.other(i, v)
			s.parent[child] = i
			s.walk(child)
			s.surplus[v] += s.surplus[child]
		}
	}
	s.last[v] = len(s.postorder)
	s.postorder = append(s.postorder, v)
}

func (s *simplex) inSubtree(v, of int) bool {
	return s.first[of] <= s.last[v] && s.last[v] <= s.last[of]
}

// leaving returns the point whose link to its parent shall leave the tree, or -1 when the sum is as small as it can be. The
// sum gets smaller if more links lead against the tree link than along it.
func (s *simplex) leaving() int {
	for range s.postorder {
		s.offset++
		v := s.postorder[s.offset%len(s.postorder)]
		if i := s.parent[v]; i >= 0 && (s.links[i].from == v && s.surplus[v] < 0 || s.links[i].to == v && s.surplus[v] > 0) {
			return v
		}
	}
	return -1
}

// exchange takes the link of a point to its parent out of the tree, puts another one in, and moves the subtree.
func (s *simplex) exchange(v int) {
	old := s.parent[v]
	up := s.links[old].from == v // the old link leads out of the subtree, so the new one leads into it
	entering := -1
	for i, l := range s.links {
		from, to := s.inSubtree(l.from, v), s.inSubtree(l.to, v)
		if from != to && to == up && (entering < 0 || s.slack(i) < s.slack(entering)) {
			entering = i
		}
	}
	move := s.slack(entering)
	if up {
		move = -move
	}
	for _, w := range s.postorder[s.first[v] : s.last[v]+1] {
		s.at[w] += move
	}
	s.tight[old], s.tight[entering] = false, true
}
