// Package yaml reads YAML 1.1 text into values with places, with the types and limits of SnakeYAML, and writes scalars. It
// reports what is wrong with a text as YAML, better than yaml.v3 does, and finds comments. It knows where references are,
// because they may break YAML's rules, but not what they mean.
package yaml

import (
	"bytes"
	"fmt"

	"gopkg.in/yaml.v3"

	"github.com/stormflux/stormflux/diag"
)

// The rules about a text as YAML, before it means anything.
const (
	ruleSyntax    = "yaml-syntax"
	ruleEncoding  = "yaml-encoding"
	RuleSize      = "yaml-size"
	ruleDepth     = "yaml-depth"
	ruleSeveral   = "several-documents"
	ruleDuplicate = "duplicate-key"
	ruleMapKey    = "map-key"
	ruleCycle     = "alias-cycle"
	ruleExpansion = "alias-expansion"
	ruleMerge     = "merge-key"
	RuleTag       = "yaml-tag"
)

const (
	// MaxFileSize is the size of the largest file that Read accepts, in bytes. 10,000 components are about 1.5 MB.
	MaxFileSize = 16 << 20
	// MaxDepth is how deep lists and maps may be nested. SnakeYAML, and so Flux, stops at 50.
	MaxDepth = 100
	// maxAlike is how many duplicate keys of a file Read reports.
	maxAlike = 1000
	// MaxExpansion is how many values the aliases and merge keys of a file may add to the values in its text.
	MaxExpansion = 1_000_000
)

// File is a file as YAML.
type File struct {
	File *diag.File
	// Root is the value of the document: Null for an empty file, nil when a fault leaves no value.
	Root *Value
	// Truncated reports whether a second document follows. Read does not read it.
	Truncated bool
	// References are the strings with a "$", in file order. They may hold references.
	References []*Value
	// KeyReferences reports whether one of References is a key.
	KeyReferences bool
	// Values is how many values the text has.
	Values int
	// Odd reports whether a value has an oddity.
	Odd bool
	// Shared are the places of the values that aliases refer to.
	Shared []diag.Span
	// Duplicates reports whether a map of the file has the same key twice.
	Duplicates bool

	lastWins bool // see ReadLast
}

// Read turns a file's text into values and adds what is wrong to diags. A key that occurs twice in a map is an error, and
// the first one stays.
func Read(file *diag.File, diags *diag.List) *File { return read(&File{File: file}, diags) }

// ReadLast is like Read, but a key that occurs twice is a warning, and the last one stays, as in SnakeYAML.
func ReadLast(file *diag.File, diags *diag.List) *File {
	return read(&File{File: file, lastWins: true}, diags)
}

func read(f *File, diags *diag.List) *File {
	file := f.File
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
	f.Values = r.written
	if r.failed {
		f.Root = nil
		return f
	}
	if f.Root.Span.Start < f.Root.Span.End {
		r.checkRest(f.Root.Span.End)
	}
	return f
}

// reader turns the nodes of yaml.v3 into values. The library reports only where a node begins, as a line and a column in
// characters. The reader finds the offsets of the beginning and the end in the text.
type reader struct {
	file  *File
	src   []byte
	diags *diag.List

	start  int   // offset of the text after a byte order mark
	ascii  bool  // every character is one byte
	masked bool  // the references are masked, see mask
	lines  []int // offset of each line, as YAML counts lines

	// The last place that offset found. Nodes come in order, so offset walks a long line only once.
	line, column, at int

	anchors map[*yaml.Node]*anchored
	count   int  // values, with aliases expanded
	written int  // values in the text
	failed  bool // a limit is exceeded: nothing more is converted

	duplicates int // keys that occur twice

	slab []Value
}

// parse reads the first document. It returns false after a fault, and a nil node for an empty text.
func (r *reader) parse() (root *yaml.Node, ok bool) {
	text := asVersion11(r.src, r.start)
	if bytes.Contains(text, []byte("${")) {
		text, r.masked = mask(text)
	}
	if !r.checkValues(text) {
		return nil, false
	}
	var doc yaml.Node
	err := unmarshal(text, &doc)
	if err != nil {
		if bare, ok := withoutComments(text, r.start); ok {
			doc = yaml.Node{}
			err = unmarshal(bare, &doc)
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

// unmarshal calls yaml.Unmarshal, which panics on some malformed texts.
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

// value converts a node. A value without text gets the place after.
func (r *reader) value(n *yaml.Node, after, depth int) *Value {
	if r.failed {
		return r.null(after)
	}
	if n.Kind == yaml.AliasNode {
		return r.alias(n, depth)
	}
	r.count++
	r.written++
	if n.Anchor == "" {
		return r.convert(n, after, depth)
	}
	if r.anchors == nil {
		r.anchors = make(map[*yaml.Node]*anchored)
	}
	a := &anchored{}
	r.anchors[n] = a
	before := r.count
	v := r.convert(n, after, depth)
	a.size = r.count - before + 1
	a.height = r.height(n)
	a.value = v
	return v
}

// convert converts a node that is not an alias.
func (r *reader) convert(n *yaml.Node, after, depth int) *Value {
	start := r.offset(n)
	switch n.Kind {
	case yaml.ScalarNode:
		return r.scalar(n, start, after)
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
	panic(fmt.Sprintf("yaml: yaml.v3 returned a node of kind %d", n.Kind))
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
