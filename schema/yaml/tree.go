package yaml

import (
	"bytes"
	"slices"

	"github.com/stormflux/stormflux/diag"
)

// Tree is the structure of a text: where each of its parts is. It holds no values, and nothing of the text gets lost.
type Tree struct {
	Directives []Range // the lines before the document that begin with "%"
	Start      Range   // the mark "---", or zero
	Root       *Node   // nil when the text holds no value
	End        Range   // the mark "...", or zero
	Comments   []Range // of the whole text, each from its "#" to the end of its line
}

// NodeKind is the kind of a [Node]. The zero value is invalid.
type NodeKind uint8

// The kinds of nodes.
const (
	EmptyNode  NodeKind = iota + 1 // an anchor or a tag without a value
	ScalarNode                     // plain, in quotes, or a block
	AliasNode
	BlockMap
	BlockList
	FlowMap  // {...}
	FlowList // [...]
)

// Node is a value in a [Tree].
type Node struct {
	Kind       NodeKind
	Properties []Range // the anchor and the tag before the value
	Start, End int     // of the value, without its properties
	Column     int     // of the first entry of a block, in characters, from 0
	Entries    []NodeEntry
}

// NodeEntry is an element of a list, or a key with its value. An offset is -1 for a mark that is not there.
type NodeEntry struct {
	Mark  int   // of the "-" or "?" that begins the entry
	Key   *Node // nil for an element of a list, and for a missing key
	Colon int
	Value *Node // nil for none
}

// First returns the offset where a node with its properties begins.
func (n *Node) First() int {
	if len(n.Properties) > 0 {
		return n.Properties[0].Start
	}
	return n.Start
}

// First returns the offset where an entry begins.
func (e NodeEntry) First() int {
	switch {
	case e.Mark >= 0:
		return e.Mark
	case e.Key != nil:
		return e.Key.First()
	case e.Colon >= 0:
		return e.Colon
	}
	return e.Value.First()
}

// End returns the offset where an entry ends.
func (e NodeEntry) End() int {
	switch {
	case e.Value != nil:
		return e.Value.End
	case e.Colon >= 0:
		return e.Colon + 1
	case e.Key != nil:
		return e.Key.End
	}
	return e.Mark + 1
}

// ReadTree returns the structure of a text. It returns nil for a text that is not YAML, that holds several documents,
// or that readers of YAML do not agree on.
func ReadTree(file *diag.File) *Tree {
	text, start, masked := file.Text, 0, false
	if bytes.HasPrefix(text, []byte("\ufeff")) {
		start = len("\ufeff")
	}
	if bytes.Contains(text, []byte("${")) {
		text, masked = mask(text)
	}
	s := newScanner(text, start)
	p := &tokenParser{scanner: s}
	if s.fault != nil || p.document() != nil || slices.ContainsFunc(s.tokens, func(t token) bool { return isDisputedTag(text, t) }) {
		return nil
	}
	b := &treeBuilder{tokens: s.tokens}
	if masked {
		b.unmask(text, s.comments)
	}
	for _, c := range s.comments {
		b.tree.Comments = append(b.tree.Comments, Range{c[0], c[1]})
	}
	b.document()
	if b.i != len(b.tokens)-1 {
		return nil
	}
	return &b.tree
}

// isDisputedTag reports whether a token is a tag right before a character that yaml.v3 takes as a part of the tag.
func isDisputedTag(text []byte, t token) bool {
	return t.kind == tokenTag && t.end < len(text) && bytes.IndexByte([]byte(",[]{}"), text[t.end]) >= 0
}

// treeBuilder builds the tree of tokens that tokenParser found correct.
type treeBuilder struct {
	tokens []token
	i      int
	tree   Tree
}

// unmask makes the offsets of the tokens and comments those of the text without masks.
func (b *treeBuilder) unmask(masked []byte, comments [][2]int) {
	var marks []int // where masked characters begin: each is three bytes longer than the character for which it stands
	for i := range masked {
		if hasMask(string(masked[i:min(i+3, len(masked))])) {
			marks = append(marks, i)
		}
	}
	place := func(at int) int {
		n, _ := slices.BinarySearch(marks, at)
		return at - 3*n
	}
	for i := range b.tokens {
		b.tokens[i].start, b.tokens[i].end = place(b.tokens[i].start), place(b.tokens[i].end)
	}
	for i := range comments {
		comments[i] = [2]int{place(comments[i][0]), place(comments[i][1])}
	}
}

func (b *treeBuilder) is(kinds ...tokenKind) bool { return slices.Contains(kinds, b.tokens[b.i].kind) }

// take returns the range of the current token and moves to the next one.
func (b *treeBuilder) take() Range {
	t := b.tokens[b.i]
	b.i++
	return Range{t.start, t.end}
}

func (b *treeBuilder) document() {
	for b.is(tokenDirective) {
		b.tree.Directives = append(b.tree.Directives, b.take())
	}
	if b.is(tokenDocumentStart) {
		b.tree.Start = b.take()
	}
	b.tree.Root = b.node(false)
	if b.is(tokenDocumentEnd) {
		b.tree.End = b.take()
	}
}

// node returns nil when there is no value here. A list that is the value of a key may have the indentation of the key:
// such an indentless list has no token of its own.
func (b *treeBuilder) node(indentless bool) *Node {
	n := &Node{}
	for b.is(tokenAnchor, tokenTag) {
		n.Properties = append(n.Properties, b.take())
	}
	t := b.tokens[b.i]
	n.Start, n.Column = t.start, t.column
	switch {
	case t.kind == tokenScalar:
		n.Kind, n.End = ScalarNode, b.take().End
	case t.kind == tokenAlias:
		n.Kind, n.End = AliasNode, b.take().End
	case t.kind == tokenBlockSequence:
		b.i++
		b.list(n, false)
	case t.kind == tokenEntry && indentless:
		b.list(n, true)
	case t.kind == tokenBlockMapping:
		b.i++
		b.mapping(n)
	case t.kind == tokenFlowSequence, t.kind == tokenFlowMapping:
		b.flow(n)
	case len(n.Properties) > 0:
		n.Kind = EmptyNode
		n.Start = n.Properties[len(n.Properties)-1].End
		n.End = n.Start
	default:
		return nil
	}
	return n
}

// valueUnless returns the node at the current token, or nil if the token is one of those that follow a missing value.
func (b *treeBuilder) valueUnless(indentless bool, after ...tokenKind) *Node {
	if b.is(after...) {
		return nil
	}
	return b.node(indentless)
}

func (b *treeBuilder) list(n *Node, indentless bool) {
	n.Kind = BlockList
	for b.is(tokenEntry) {
		mark := b.take()
		n.End = mark.End
		e := NodeEntry{Mark: mark.Start, Colon: -1}
		after := []tokenKind{tokenEntry, tokenBlockEnd}
		if indentless {
			after = append(after, tokenKey, tokenValue)
		}
		if e.Value = b.valueUnless(false, after...); e.Value != nil {
			n.End = e.Value.End
		}
		n.Entries = append(n.Entries, e)
	}
	if !indentless && b.is(tokenBlockEnd) {
		b.i++
	}
}

func (b *treeBuilder) mapping(n *Node) {
	n.Kind = BlockMap
	for b.is(tokenKey) {
		key := b.take()
		e := NodeEntry{Mark: -1, Colon: -1}
		if key.End > key.Start {
			e.Mark = key.Start
			n.End = key.End
		}
		b.pair(n, &e, true, tokenKey, tokenValue, tokenBlockEnd)
		n.Entries = append(n.Entries, e)
	}
	if b.is(tokenBlockEnd) {
		b.i++
	}
}

// pair reads the key and the value of an entry. The kinds are those of the tokens that follow a missing value.
func (b *treeBuilder) pair(n *Node, e *NodeEntry, indentless bool, after ...tokenKind) {
	if e.Key = b.valueUnless(indentless, after...); e.Key != nil {
		n.End = e.Key.End
	}
	if !b.is(tokenValue) {
		return
	}
	colon := b.take()
	e.Colon, n.End = colon.Start, colon.End
	if e.Value = b.valueUnless(indentless, after...); e.Value != nil {
		n.End = e.Value.End
	}
}

func (b *treeBuilder) flow(n *Node) {
	n.Kind = FlowList
	if b.is(tokenFlowMapping) {
		n.Kind = FlowMap
	}
	b.i++
	for !b.is(tokenFlowSequenceEnd, tokenFlowMappingEnd, tokenEnd) {
		if b.is(tokenFlowEntry) {
			b.i++
			continue
		}
		e := NodeEntry{Mark: -1, Colon: -1}
		if b.is(tokenKey) {
			if key := b.take(); key.End > key.Start {
				e.Mark = key.Start
			}
			b.pair(n, &e, false, tokenValue, tokenFlowEntry, tokenFlowSequenceEnd, tokenFlowMappingEnd)
		} else {
			before := b.i
			if e.Value = b.node(false); b.i == before {
				return // not reached for tokens that tokenParser found correct
			}
		}
		n.Entries = append(n.Entries, e)
	}
	n.End = b.take().End
}
