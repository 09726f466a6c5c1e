package yaml

import (
	"bytes"
	"fmt"

	"gopkg.in/yaml.v3"

	"github.com/stormflux/stormflux/diag"
)

// The rules of this file: what is wrong with a text as YAML, before it means anything.
const (
	ruleSyntax    = "yaml-syntax"
	ruleEncoding  = "yaml-encoding"
	RuleSize      = "yaml-size"
	ruleDepth     = "yaml-depth"
	ruleSeveral   = "several-documents"
	ruleDuplicate = "duplicate-key"
	ruleMapKey    = "map-key"
	ruleCycle     = "alias-cycle"
	ruleBomb      = "alias-expansion"
	ruleMerge     = "merge-key"
	ruleTag       = "yaml-tag"
)

const (
	// MaxFileSize is the size in bytes up to which a file is read. 10,000 components are about 1.5 MB.
	MaxFileSize = 16 << 20
	// maxDepth is how deep lists and maps may be nested. SnakeYAML, and so Flux, stops at 50.
	MaxDepth = 100
	// maxAlike is how many duplicate keys of a file are reported.
	maxAlike = 1000
	// maxExpansion is how many values the aliases and merge keys of a file may add to those that are written.
	MaxExpansion = 1_000_000
)

// File is a file as YAML.
type File struct {
	File *diag.File
	// Root is the value of the document, Null for an empty file, nil when a fault leaves nothing to go on with.
	Root *Value
	// Truncated reports whether there is a second document behind the root, which is not read.
	Truncated bool
	// References are the strings that hold a "$", and so may hold references, in file order.
	References []*Value
	// KeyReferences reports whether one of References is a key.
	KeyReferences bool
	// Odd reports whether a value has an oddity.
	Odd bool
	// Shared are the places of the values that aliases name.
	Shared []diag.Span
}

// Read reads a file's text to values and adds what is wrong to diags.
func Read(file *diag.File, diags *diag.List) *File {
	f := &File{File: file}
	r := &reader{file: f, src: file.Text, diags: diags}
	if !r.checkText() {
		return f
	}
	root, ok := r.parse()
	if !ok {
		return f
	}
	if root == nil {
		f.Root = r.null(r.start)
		return f
	}
	f.Root = r.value(root, r.start, 1)
	if r.failed {
		f.Root = nil
		return f
	}
	if f.Root.Span.Start < f.Root.Span.End {
		r.checkRest(f.Root.Span.End)
	}
	return f
}

// reader turns the nodes of yaml.v3 into values. The library gives where a node begins, as a line and a column counted
// in characters, and nothing of where it ends: both are found in the text.
type reader struct {
	file  *File
	src   []byte
	diags *diag.List

	start  int   // offset of the text behind a byte order mark
	ascii  bool  // every character is one byte
	masked bool  // references were masked, see mask
	lines  []int // offset of each line, as YAML counts lines

	// The last place that was asked for: places come in order, so that a long line is walked once.
	line, column, at int

	anchors map[*yaml.Node]*anchored
	count   int // values, aliases expanded
	written int // values, as written
	failed  bool

	duplicates int // keys

	slab []Value
}

// parse reads the first document. ok is false when there was a fault; a nil node is an empty text.
func (r *reader) parse() (root *yaml.Node, ok bool) {
	text := sameVersion(r.src, r.start)
	if bytes.Contains(text, []byte("${")) {
		text, r.masked = mask(text)
	}
	var doc yaml.Node
	err := unmarshal(text, &doc)
	if err != nil {
		if blanked, ok := blankComments(text, r.start); ok {
			doc = yaml.Node{}
			err = unmarshal(blanked, &doc)
		}
	}
	if err != nil {
		r.syntaxError(err)
		return nil, false
	}
	if doc.Kind == 0 || len(doc.Content) == 0 {
		return nil, true
	}
	r.indexLines()
	return doc.Content[0], true
}

// unmarshal is yaml.Unmarshal, which panics for some malformed texts.
func unmarshal(text []byte, doc *yaml.Node) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("yaml: %v", p)
		}
	}()
	return yaml.Unmarshal(text, doc)
}

func (r *reader) new(kind Kind) *Value {
	if len(r.slab) == 0 {
		r.slab = make([]Value, 256)
	}
	v := &r.slab[0]
	r.slab = r.slab[1:]
	v.Kind = kind
	return v
}

func (r *reader) null(at int) *Value {
	v := r.new(Null)
	v.Span = r.span(at, at)
	return v
}

// value converts a node. A value that is not written at all is placed at the offset behind.
func (r *reader) value(n *yaml.Node, behind, depth int) *Value {
	if r.failed {
		return r.null(behind)
	}
	if n.Kind == yaml.AliasNode {
		return r.alias(n, depth)
	}
	r.count++
	r.written++
	if n.Anchor == "" {
		return r.written1(n, behind, depth)
	}
	if r.anchors == nil {
		r.anchors = make(map[*yaml.Node]*anchored)
	}
	a := &anchored{}
	r.anchors[n] = a
	before := r.count
	v := r.written1(n, behind, depth)
	a.size = r.count - before + 1
	a.height = r.height(n)
	a.value = v
	return v
}

// written1 converts a node that is no alias.
func (r *reader) written1(n *yaml.Node, behind, depth int) *Value {
	start := r.offset(n)
	switch n.Kind {
	case yaml.ScalarNode:
		return r.scalar(n, start, behind)
	case yaml.SequenceNode, yaml.MappingNode:
		if depth > MaxDepth {
			r.tooDeep(r.span(start, start))
			return r.null(start)
		}
		if n.Anchor != "" || n.Style&yaml.TaggedStyle != 0 {
			start = r.skipProperties(n, start)
		}
		r.checkCollectionTag(n, start)
		if n.Kind == yaml.SequenceNode {
			return r.sequence(n, start, depth)
		}
		return r.mapping(n, start, depth)
	}
	panic(fmt.Sprintf("schema: yaml.v3 gave a node of kind %d", n.Kind))
}

func (r *reader) sequence(n *yaml.Node, start, depth int) *Value {
	v := r.new(Sequence)
	v.Items = make([]*Value, 0, len(n.Content))
	end := start
	block := n.Style&yaml.FlowStyle == 0
	if !block {
		end++
	}
	for _, c := range n.Content {
		if block {
			if at := r.skipSpace(end); at < len(r.src) && r.src[at] == '-' {
				end = at + 1
			}
		}
		item := r.value(c, end, depth+1)
		v.Items = append(v.Items, item)
		end = r.endOf(c, item, end)
	}
	v.Span = r.span(start, r.collectionEnd(n, start, end, '[', ']'))
	return v
}
