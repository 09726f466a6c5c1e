package yaml

import (
	"bytes"
	"fmt"
	"unicode/utf8"

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

// anchored is what is known of a value with an anchor.
type anchored struct {
	value  *Value // nil while it is being read
	size   int    // values in it, aliases expanded
	height int    // levels of lists and maps in it
	shared bool   // an alias names it
}

func (r *reader) span(start, end int) diag.Span {
	return diag.Span{File: r.file.File, Start: start, End: end}
}

// checkText refuses what is no UTF-8 text, at the first wrong byte, and what is too large to be read.
func (r *reader) checkText() bool {
	src := r.src
	if len(src) > MaxFileSize {
		r.diags.Errorf(RuleSize, r.span(0, 0), "the file has more than %d MB, the most that is read", MaxFileSize>>20).
			WithHint("split it with includes, or move data that is no topology into resources")
		return false
	}
	for _, bom := range []struct{ mark, name string }{
		{"\xff\xfe\x00\x00", "UTF-32"}, {"\x00\x00\xfe\xff", "UTF-32"}, {"\xff\xfe", "UTF-16"}, {"\xfe\xff", "UTF-16"},
	} {
		if bytes.HasPrefix(src, []byte(bom.mark)) {
			r.diags.Errorf(ruleEncoding, r.span(0, len(bom.mark)), "the file is %s text, expected UTF-8", bom.name).
				WithHint("save it as UTF-8")
			return false
		}
	}
	if bytes.HasPrefix(src, []byte("\ufeff")) {
		r.start = len("\ufeff")
	}
	r.ascii = true
	for i := r.start; i < len(src); {
		c := src[i]
		if c >= 0x20 && c < 0x7f || c == '\n' || c == '\t' || c == '\r' {
			i++
			continue
		}
		if c < 0x80 {
			r.diags.Errorf(ruleEncoding, r.span(i, i+1), "control character U+%04X, which YAML does not allow", c).
				WithHint(`write it as "\x%02x" in double quotes, or remove it`, c)
			return false
		}
		r.ascii = false
		char, size := utf8.DecodeRune(src[i:])
		switch {
		case char == utf8.RuneError && size <= 1:
			r.diags.Errorf(ruleEncoding, r.span(i, i+1), "byte 0x%02X is not UTF-8", c).WithHint("save the file as UTF-8")
			return false
		case char > 0x7f && char < 0xa0 && char != 0x85, char == 0xfffe, char == 0xffff:
			r.diags.Errorf(ruleEncoding, r.span(i, i+size), "control character U+%04X, which YAML does not allow", char).
				WithHint(`write it as "\u%04x" in double quotes, or remove it`, char)
			return false
		}
		i += size
	}
	return true
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

// sameVersion returns text with a "%YAML 1.2" before the document, or any other 1.x, made the 1.1 that yaml.v3 takes
// alone. SnakeYAML, and so Flux, takes each and reads YAML 1.1 all the same. Every offset stays.
func sameVersion(text []byte, start int) []byte {
	for at := start; at < len(text); {
		line := text[at:]
		if n := bytes.IndexAny(line, "\r\n"); n >= 0 {
			line = line[:n+1]
		}
		words := bytes.Fields(line)
		switch {
		case len(words) == 0, words[0][0] == '#', bytes.HasPrefix(line, []byte("%TAG")):
		case bytes.HasPrefix(line, []byte("%YAML")) && len(words) > 1 && len(words[1]) == 3 && bytes.HasPrefix(words[1], []byte("1.")) &&
			words[1][2] >= '0' && words[1][2] <= '9':
			minor := at + bytes.Index(line, words[1]) + 2
			text = bytes.Clone(text)
			text[minor] = '1'
		default:
			return text
		}
		at += len(line)
	}
	return text
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

// indexLines finds where lines begin. To YAML 1.1, and to yaml.v3, U+0085, U+2028 and U+2029 end a line too.
func (r *reader) indexLines() {
	src := r.src
	r.lines = append(make([]int, 0, bytes.Count(src, []byte("\n"))+1), r.start)
	for i := r.start; i < len(src); i++ {
		switch src[i] {
		case '\n':
			r.lines = append(r.lines, i+1)
		case '\r':
			if i+1 == len(src) || src[i+1] != '\n' {
				r.lines = append(r.lines, i+1)
			}
		case 0xc2, 0xe2:
			if n := wideBreak(src[i:]); n > 0 {
				r.lines = append(r.lines, i+n)
			}
		}
	}
	r.line, r.column, r.at = 1, 1, r.start
}

// wideBreak returns the length of the line break that is not ASCII at the start of b, or 0.
func wideBreak(b []byte) int {
	switch {
	case len(b) >= 2 && b[0] == 0xc2 && b[1] == 0x85:
		return 2
	case len(b) >= 3 && b[0] == 0xe2 && b[1] == 0x80 && (b[2] == 0xa8 || b[2] == 0xa9):
		return 3
	}
	return 0
}

// offset returns the place of a node.
func (r *reader) offset(n *yaml.Node) int {
	if n.Line < 1 || n.Line > len(r.lines) {
		return len(r.src)
	}
	if r.ascii {
		return min(r.lines[n.Line-1]+n.Column-1, len(r.src))
	}
	if n.Line != r.line || n.Column < r.column {
		r.line, r.column, r.at = n.Line, 1, r.lines[n.Line-1]
	}
	for r.column < n.Column && r.at < len(r.src) {
		_, size := utf8.DecodeRune(r.src[r.at:])
		r.at += size
		r.column++
	}
	return r.at
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

// height counts the levels of lists and maps in a node. The nodes inside are those that were just converted, so that
// their own anchors are known.
func (r *reader) height(n *yaml.Node) int {
	if n.Kind == yaml.AliasNode {
		if a := r.anchors[n.Alias]; a != nil {
			return a.height
		}
		return 0
	}
	if a := r.anchors[n]; a != nil && a.value != nil {
		return a.height
	}
	h := 0
	for _, c := range n.Content {
		h = max(h, 1+r.height(c))
	}
	return h
}

func (r *reader) alias(n *yaml.Node, depth int) *Value {
	at := r.offset(n)
	span := r.span(at, min(at+1+len(n.Value), len(r.src)))
	a := r.anchors[n.Alias]
	if a == nil || a.value == nil {
		d := r.diags.Errorf(ruleCycle, span, "alias %q stands inside the value that it names, which would never end", "*"+n.Value).
			WithHint("remove the alias, or write the part that is meant once more")
		d.WithRelated(r.anchorSpan(n.Alias), "%q is this value", "&"+n.Value)
		return r.null(at)
	}
	r.written++
	r.count += a.size
	if depth+a.height > MaxDepth {
		r.tooDeep(span)
	}
	r.checkExpansion(span)
	if r.failed {
		return r.null(at)
	}
	if !a.shared {
		a.shared = true
		r.file.Shared = append(r.file.Shared, a.value.Span)
	}
	return a.value
}

func (r *reader) anchorSpan(n *yaml.Node) diag.Span {
	at := r.offset(n)
	if i := bytes.Index(r.src[at:], []byte("&"+n.Anchor)); i >= 0 {
		return r.span(at+i, at+i+1+len(n.Anchor))
	}
	return r.span(at, at)
}

func (r *reader) checkExpansion(span diag.Span) {
	if r.count-r.written > MaxExpansion && !r.failed {
		r.failed = true
		r.diags.Errorf(ruleBomb, span, "aliases expand to more than %d values, the most that is allowed", MaxExpansion).
			WithHint("aliases of lists that hold aliases multiply; write the values once, or generate the file")
	}
}

func (r *reader) tooDeep(span diag.Span) {
	if !r.failed {
		r.failed = true
		r.diags.Errorf(ruleDepth, span, "lists and maps are nested deeper than %d levels, the most that is allowed", MaxDepth)
	}
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

// skipProperties returns the place of a node's content, behind its anchor and its tag.
func (r *reader) skipProperties(n *yaml.Node, at int) int {
	anchor := n.Anchor != ""
	tag := n.Style&yaml.TaggedStyle != 0 || n.Kind == yaml.ScalarNode
	for {
		next := r.skipSpace(at)
		if next >= len(r.src) {
			return at
		}
		switch c := r.src[next]; {
		case c == '&' && anchor:
			anchor = false
			at = next + 1 + len(n.Anchor)
		case c == '!' && tag:
			tag = false
			at = r.skipTag(next)
		case n.Kind == yaml.ScalarNode && n.Value == "" && n.Style&^yaml.TaggedStyle == 0:
			return at // nothing follows that belongs to the node
		default:
			return next
		}
	}
}

// skipTag returns the end of the tag at the offset.
func (r *reader) skipTag(at int) int {
	for at < len(r.src) && !isBlankOrBreak(r.src[at]) && (r.src[at] != ',' && r.src[at] != ']' && r.src[at] != '}') {
		at++
	}
	return at
}

func isBlankOrBreak(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// skipSpace returns the first offset from at on that is neither blank, line break nor comment.
func (r *reader) skipSpace(at int) int {
	for at < len(r.src) {
		switch c := r.src[at]; {
		case isBlankOrBreak(c):
			at++
		case c == '#' && (at == 0 || isBlankOrBreak(r.src[at-1])):
			for at < len(r.src) && r.src[at] != '\n' && r.src[at] != '\r' {
				at++
			}
		case c >= 0x80 && wideBreak(r.src[at:]) > 0:
			at += wideBreak(r.src[at:])
		default:
			return at
		}
	}
	return at
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

// endOf returns where a node's text ends; an alias's value stands elsewhere. The end never goes back.
func (r *reader) endOf(n *yaml.Node, v *Value, least int) int {
	if n.Kind == yaml.AliasNode {
		return max(least, min(r.offset(n)+1+len(n.Value), len(r.src)))
	}
	return max(least, v.Span.End)
}

// collectionEnd returns the end of a list or map whose last part ends at the offset.
func (r *reader) collectionEnd(n *yaml.Node, start, end int, open, closing byte) int {
	if n.Style&yaml.FlowStyle == 0 || start >= len(r.src) || r.src[start] != open {
		return min(end, len(r.src)) // a block, or the single pair of [a: b]
	}
	for at := end; ; at++ {
		at = r.skipSpace(at)
		if at >= len(r.src) {
			return min(end, len(r.src))
		}
		switch r.src[at] {
		case closing:
			return at + 1
		case ',', ':', '?':
		default:
			return min(end, len(r.src))
		}
	}
}
