package shortform

import (
	"slices"
	"strings"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/schema/yaml"
)

// source is a file in the canonical layout, and where everything in it is.
type source struct {
	text     string
	lines    []string
	starts   []int // of the lines
	tree     *yaml.Tree
	scalars  map[int]*yaml.Value // by their offset
	comments []yaml.Range
	twice    bool // a key occurs twice in a map
}

// newSource returns nil for a text without structure.
func newSource(text []byte) *source {
	file := diag.NewFile("", "", text)
	var diags diag.List
	values := yaml.ReadLast(file, &diags)
	tree := yaml.ReadTree(file)
	if tree == nil || tree.Root == nil || values.Root == nil {
		return nil
	}
	s := &source{text: string(text), tree: tree, comments: tree.Comments, twice: values.Duplicates, scalars: make(map[int]*yaml.Value)}
	s.lines = strings.Split(strings.TrimSuffix(s.text, "\n"), "\n")
	at := 0
	for _, l := range s.lines {
		s.starts = append(s.starts, at)
		at += len(l) + 1
	}
	s.index(values.Root)
	return s
}

func (s *source) index(v *yaml.Value) {
	if v.IsScalar() {
		s.scalars[v.Span.Start] = v
		return
	}
	for _, item := range v.Items {
		s.index(item)
	}
	for _, e := range v.Entries {
		s.index(e.Key)
		s.index(e.Value)
	}
}

// line returns the number of the line at an offset, from 0.
func (s *source) line(at int) int {
	i, found := slices.BinarySearch(s.starts, at)
	if !found {
		i--
	}
	return i
}

// scalar returns the value of a node, or nil when it is no scalar with a place of its own.
func (s *source) scalar(n *yaml.Node) *yaml.Value {
	if n == nil || n.Kind != yaml.ScalarNode || len(n.Properties) > 0 {
		return nil
	}
	return s.scalars[n.Start]
}

// key returns the text of an entry's key; "" if it has no plain key.
func (s *source) key(e yaml.NodeEntry) string {
	if v := s.scalar(e.Key); v != nil && e.Mark < 0 {
		return v.Text
	}
	return ""
}

// get returns the value of a key of a map, or nil.
func (s *source) get(n *yaml.Node, key string) *yaml.Node {
	if !isMap(n) {
		return nil
	}
	for _, e := range n.Entries {
		if s.key(e) == key {
			return e.Value
		}
	}
	return nil
}

func isMap(n *yaml.Node) bool {
	return n != nil && (n.Kind == yaml.BlockMap || n.Kind == yaml.FlowMap) && len(n.Properties) == 0
}

func isList(n *yaml.Node) bool {
	return n != nil && (n.Kind == yaml.BlockList || n.Kind == yaml.FlowList) && len(n.Properties) == 0
}

func isFlow(n *yaml.Node) bool { return n.Kind == yaml.FlowMap || n.Kind == yaml.FlowList }

// of returns the text of a node.
func (s *source) of(n *yaml.Node) string { return s.text[n.First():n.End] }

// isWord reports whether a node is a scalar on one line, and not null.
func (s *source) isWord(n *yaml.Node) bool {
	v := s.scalar(n)
	return v != nil && v.Kind != yaml.Null && !strings.Contains(s.of(n), "\n")
}

// words returns a list of words as the text of a flow list. It returns false for any other list.
func (s *source) words(n *yaml.Node) (string, bool) {
	if !isList(n) || len(n.Entries) == 0 || slices.ContainsFunc(n.Entries, func(e yaml.NodeEntry) bool { return e.Key != nil || !s.isWord(e.Value) }) {
		return "", false
	}
	if isFlow(n) {
		return s.of(n), true
	}
	list := make([]string, len(n.Entries))
	for i, e := range n.Entries {
		list[i] = s.of(e.Value)
		v := s.scalar(e.Value)
		switch {
		case !v.Plain || !strings.ContainsAny(withoutReferences(list[i]), ",[]{}"):
		case strings.Contains(list[i], "${"):
			return "", false // quotes could change what the reference stands for
		default:
			list[i] = "'" + strings.ReplaceAll(v.Text, "'", "''") + "'"
		}
	}
	return "[" + strings.Join(list, ", ") + "]", true
}

// withoutReferences returns a text without its references, unless brackets of YAML cannot hold these.
func withoutReferences(text string) string {
	var b strings.Builder
	at := 0
	for _, ref := range yaml.FindReferences(text) {
		if ref.Start >= at && !strings.ContainsAny(text[ref.Start:ref.End], "\"'\\\t") {
			b.WriteString(text[at:ref.Start])
			at = ref.End
		}
	}
	return b.String() + text[at:]
}

// pair returns the lines of a key with a value of the source, at a column.
func (s *source) pair(column int, key string, n *yaml.Node) []string {
	indent := strings.Repeat(" ", column)
	if isFlow(n) || n.Kind == yaml.ScalarNode && !strings.HasPrefix(s.of(n), "|") && !strings.HasPrefix(s.of(n), ">") {
		return strings.Split(indent+key+": "+s.of(n), "\n")
	}
	return append([]string{indent + key + ":"}, s.block(column+2, n)...)
}

// block returns the lines of a list or map in block style, at a column.
func (s *source) block(column int, n *yaml.Node) []string {
	first, last := s.line(n.First()), s.line(n.End-1)
	lines := slices.Clone(s.lines[first : last+1])
	prefix := n.First() - s.starts[first]
	lines[0] = strings.Repeat(" ", prefix) + lines[0][prefix:]
	return shift(lines, column-prefix)
}

// shift moves lines to the right, or to the left.
func shift(lines []string, by int) []string {
	for i, l := range lines {
		switch {
		case l == "":
		case by > 0:
			lines[i] = strings.Repeat(" ", by) + l
		default:
			lines[i] = l[min(-by, len(l)-len(strings.TrimLeft(l, " "))):]
		}
	}
	return lines
}

// between returns the comments that begin from one offset up to another.
func (s *source) between(from, to int) []yaml.Range {
	find := func(at int) int {
		i, _ := slices.BinarySearchFunc(s.comments, at, func(c yaml.Range, at int) int { return c.Start - at })
		return i
	}
	return s.comments[find(from):max(find(from), find(to))]
}

// commentsIn returns the comments from one offset to another, except those inside of the nodes, each as a line of its own
// at a column.
func (s *source) commentsIn(from, to, column int, except ...*yaml.Node) []string {
	var list []string
	for _, c := range s.between(from, to) {
		inside := func(n *yaml.Node) bool {
			return n != nil && n.Start <= c.Start && (c.Start < n.End || !isFlow(n) && n.Kind != yaml.ScalarNode && c.Start < s.lineEnd(n.End))
		}
		if !slices.ContainsFunc(except, inside) {
			list = append(list, strings.Repeat(" ", column)+strings.TrimRight(s.text[c.Start:c.End], " \t"))
		}
	}
	return list
}

// behind returns the comment behind the end of a node on its line, with the spaces before it.
func (s *source) behind(end int) string {
	if found := s.between(end, s.lineEnd(end)); len(found) > 0 {
		return "  " + s.text[found[0].Start:found[0].End]
	}
	return ""
}

// lineEnd returns the end of the line at an offset.
func (s *source) lineEnd(at int) int {
	n := s.line(at)
	return s.starts[n] + len(s.lines[n])
}
