package schema

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"github.com/stormflux/stormflux/diag"
)

// The rules of this file: what is wrong with a text as YAML, before it means anything.
const (
	ruleSyntax    = "yaml-syntax"
	ruleEncoding  = "yaml-encoding"
	ruleSize      = "yaml-size"
	ruleDepth     = "yaml-depth"
	ruleEmpty     = "empty-document"
	ruleNotMap    = "document-not-a-map"
	ruleSeveral   = "several-documents"
	ruleDuplicate = "duplicate-key"
	ruleMapKey    = "map-key"
	ruleCycle     = "alias-cycle"
	ruleBomb      = "alias-expansion"
	ruleMerge     = "merge-key"
	ruleTag       = "yaml-tag"
)

const (
	// maxFileSize is the size in bytes up to which a file is read. 10,000 components are about 1.5 MB.
	maxFileSize = 16 << 20
	// maxDepth is how deep lists and maps may be nested. SnakeYAML, and so Flux, stops at 50.
	maxDepth = 100
	// maxAlike is how many duplicate keys of a file, or unset variables of a run, are told.
	maxAlike = 1000
	// maxExpansion is how many values the aliases and merge keys of a file may add to those that are written.
	maxExpansion = 1_000_000
)

// source is a file as YAML: its values and what was remembered of how they were written.
type source struct {
	file *diag.File
	root *Value // nil when there is none
	// odd holds the plain scalars that YAML 1.1 types as a person may not expect.
	odd map[*Value]oddity
	// plain holds the strings that were written without quotes and hold a "$".
	plain map[*Value]bool
	// dollars holds the strings that hold a "$", in file order.
	dollars []*Value
	// dollarKeys reports whether one of them is a key.
	dollarKeys bool
	// opaque holds the spans in which a # begins no comment, in file order; only collected for ignore comments.
	opaque []diag.Span
}

// readYAML reads a file's text to values. What is wrong is added to diags; the returned source has a nil root when
// there is nothing to go on with.
func readYAML(file *diag.File, diags *diag.List) *source {
	s := &source{file: file}
	r := &reader{source: s, file: file, src: file.Text, diags: diags}
	if !r.checkText() {
		return s
	}
	r.comments = bytes.Contains(file.Text, []byte(ignoreMark))
	root, ok := r.parse()
	if !ok {
		return s
	}
	if root == nil {
		diags.Errorf(ruleEmpty, diag.Span{File: file, Start: r.start, End: r.start}, "the file holds no topology: it is empty").
			WithHint("a topology is a map with the keys name, spouts and bolts")
		return s
	}
	s.root = r.value(root, r.start, 1)
	if r.failed {
		s.root = nil
		return s
	}
	if s.root.Span.Start < s.root.Span.End {
		r.checkRest(s.root.Span.End)
	}
	return s
}

// reader turns the nodes of yaml.v3 into values. The library gives where a node begins, as a line and a column counted
// in characters, and nothing of where it ends: both are found in the text.
type reader struct {
	*source
	file  *diag.File
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

	comments bool // collect the spans that hold no comments

	duplicates int // keys

	slab []Value
}

// anchored is what is known of a value with an anchor.
type anchored struct {
	value  *Value // nil while it is being read
	size   int    // values in it, aliases expanded
	height int    // levels of lists and maps in it
}

func (r *reader) span(start, end int) diag.Span {
	return diag.Span{File: r.file, Start: start, End: end}
}

// checkText refuses what is no UTF-8 text, at the first wrong byte, and what is too large to be read.
func (r *reader) checkText() bool {
	src := r.src
	if len(src) > maxFileSize {
		r.diags.Errorf(ruleSize, r.span(0, 0), "the file has more than %d MB, the most that is read", maxFileSize>>20).
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
	text := r.src
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
	if depth+a.height > maxDepth {
		r.tooDeep(span)
	}
	r.checkExpansion(span)
	if r.failed {
		return r.null(at)
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
	if r.count-r.written > maxExpansion && !r.failed {
		r.failed = true
		r.diags.Errorf(ruleBomb, span, "aliases expand to more than %d values, the most that is allowed", maxExpansion).
			WithHint("aliases of lists that hold aliases multiply; write the values once, or generate the file")
	}
}

func (r *reader) tooDeep(span diag.Span) {
	if !r.failed {
		r.failed = true
		r.diags.Errorf(ruleDepth, span, "lists and maps are nested deeper than %d levels, the most that is allowed", maxDepth)
	}
}

// written1 converts a node that is no alias.
func (r *reader) written1(n *yaml.Node, behind, depth int) *Value {
	start := r.offset(n)
	switch n.Kind {
	case yaml.ScalarNode:
		return r.scalar(n, start, behind)
	case yaml.SequenceNode, yaml.MappingNode:
		if depth > maxDepth {
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

func (r *reader) mapping(n *yaml.Node, start, depth int) *Value {
	v := r.new(Map)
	v.Entries = make([]Entry, 0, len(n.Content)/2)
	keys := newKeySet(len(n.Content) / 2)
	var merges []merge
	end := start
	if n.Style&yaml.FlowStyle != 0 {
		end++
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, c := n.Content[i], n.Content[i+1]
		before := len(r.dollars)
		key := r.value(k, end, depth+1)
		r.dollarKeys = r.dollarKeys || len(r.dollars) > before
		end = r.endOf(k, key, end)
		behind := end
		if at := r.skipSpace(end); at < len(r.src) && r.src[at] == ':' {
			behind = at + 1
		}
		val := r.value(c, behind, depth+1)
		end = r.endOf(c, val, behind)
		if r.failed {
			break
		}
		switch {
		case k.Kind == yaml.ScalarNode && k.Tag == "!!merge":
			merges = append(merges, merge{at: len(v.Entries), key: key, node: c, value: val})
			continue
		case !key.IsScalar():
			r.diags.Errorf(ruleMapKey, key.Span, "%s stands as a key, expected a name", kindName(key.Kind))
			continue
		case key.Kind == Null:
			r.diags.Errorf(ruleMapKey, key.Span, "a key is missing: null stands in its place").
				WithHint("if the key is meant to be the word, quote it")
			continue
		}
		if other := keys.add(v.Entries, key); other != nil {
			r.duplicate(key, other)
			continue
		}
		v.Entries = append(v.Entries, Entry{Key: key, Value: val})
	}
	v.Span = r.span(start, r.collectionEnd(n, start, end, '{', '}'))
	if len(merges) > 0 && !r.failed {
		r.merge(v, merges, keys)
	}
	return v
}

func (r *reader) duplicate(key, other *Value) {
	if r.duplicates++; r.duplicates > maxAlike {
		return
	}
	d := r.diags.Errorf(ruleDuplicate, key.Span, "key %q is given twice in this map", key.Text)
	if key.Text != other.Text {
		d.Message = fmt.Sprintf("keys %q and %q of this map are the same: both are %s", other.Text, key.Text, canonical(key))
	}
	if d.WithHint("remove one of the two"); r.duplicates == maxAlike {
		d.WithHint("remove one of the two; more of them in this file are not told")
	}
	d.WithRelated(other.Span, "%q is first given here", other.Text)
}

// keySet finds duplicate keys: by comparing while a map is small, by hash from then on.
type keySet struct {
	byText map[string]*Value
}

const smallMap = 12

func newKeySet(size int) *keySet {
	k := &keySet{}
	if size > smallMap {
		k.byText = make(map[string]*Value, size)
	}
	return k
}

// add adds a key and returns nil, or returns the key among entries that is the same: of the same text (1 and "1" are
// the same name to everyone who looks for it), or of the same value (010 and 8).
func (k *keySet) add(entries []Entry, key *Value) *Value {
	if k.byText == nil && len(entries) < smallMap {
		for i := range entries {
			other := entries[i].Key
			if other.Text == key.Text || key.Kind != String && other.Kind != String && canonical(key) == canonical(other) {
				return other
			}
		}
		return nil
	}
	if k.byText == nil {
		k.byText = make(map[string]*Value, 2*smallMap)
		for i := range entries {
			k.index(entries[i].Key)
		}
	}
	if other := k.byText[key.Text]; other != nil {
		if other.Text == key.Text || key.Kind != String && other.Kind != String {
			return other
		}
	}
	if key.Kind != String {
		if other := k.byText[canonical(key)]; other != nil && other.Kind != String {
			return other
		}
	}
	k.index(key)
	return nil
}

func (k *keySet) index(key *Value) {
	k.byText[key.Text] = key
	if key.Kind != String {
		if c := canonical(key); k.byText[c] == nil {
			k.byText[c] = key
		}
	}
}

// canonical returns the text of a scalar in JSON's spelling, without quotes for a string.
func canonical(v *Value) string {
	switch v.Kind {
	case Null:
		return "null"
	case Bool:
		return strconv.FormatBool(v.Bool)
	case Int:
		if v.Int != nil {
			return v.Int.String()
		}
		return strconv.FormatInt(v.Int64, 10)
	case Float:
		return strconv.FormatFloat(v.Float, 'g', -1, 64)
	}
	return v.Text
}

// kindName names a kind in a sentence.
func kindName(k Kind) string {
	switch k {
	case Null:
		return "nothing"
	case Bool:
		return "a boolean"
	case Int:
		return "a whole number"
	case Float:
		return "a number with a fraction"
	case String:
		return "a string"
	case Sequence:
		return "a list"
	case Map:
		return "a map"
	}
	panic("schema: invalid kind " + strconv.Itoa(int(k)))
}

// merge is one `<<` of a map: the place among the map's entries where it stands, and what it names.
type merge struct {
	at    int
	key   *Value
	node  *yaml.Node
	value *Value
}

// merge adds to v what its merge keys name. The map's own keys win, then earlier maps over later ones.
func (r *reader) merge(v *Value, merges []merge, keys *keySet) {
	merged := make([]Entry, 0, len(v.Entries))
	own := v.Entries
	// Known are the own entries and those merged so far, for the small maps that keys compares one by one.
	known := append(make([]Entry, 0, len(own)+8), own...)
	last := 0
	for _, m := range merges {
		merged = append(merged, own[last:m.at]...)
		last = m.at
		sources, nodes := []*Value{m.value}, []*yaml.Node{m.node}
		if m.value.Kind == Sequence {
			sources = m.value.Items
			if nodes = m.node.Content; m.node.Kind == yaml.AliasNode {
				nodes = m.node.Alias.Content
			}
		}
		for i, from := range sources {
			if from.Kind != Map {
				span := from.Span
				if i < len(nodes) && nodes[i].Kind == yaml.AliasNode {
					at := r.offset(nodes[i])
					span = r.span(at, min(at+1+len(nodes[i].Value), len(r.src)))
				}
				if span.Start == span.End {
					span = m.key.Span
				}
				r.diags.Errorf(ruleMerge, span, `"<<" merges a map or a list of maps, not %s`, kindName(from.Kind))
				continue
			}
			r.count += len(from.Entries)
			r.checkExpansion(m.key.Span)
			if r.failed {
				return
			}
			for _, e := range from.Entries {
				if keys.add(known, e.Key) == nil {
					known = append(known, e)
					merged = append(merged, e)
				}
			}
		}
	}
	v.Entries = append(merged, own[last:]...)
}

func (r *reader) checkCollectionTag(n *yaml.Node, start int) {
	if n.Style&yaml.TaggedStyle == 0 {
		return
	}
	if n.Kind == yaml.SequenceNode && n.Tag == "!!seq" || n.Kind == yaml.MappingNode && n.Tag == "!!map" {
		return
	}
	at := r.offset(n)
	d := r.diags.Errorf(ruleTag, r.span(at, start), "tag %q is not known here, expected plain YAML", n.Tag)
	if i := bytes.IndexByte(r.src[at:], '!'); i >= 0 {
		d.Span = r.span(at+i, r.skipTag(at+i))
	}
	switch n.Tag {
	case "!!set":
		d.WithHint("write a list")
	case "!!omap", "!!pairs":
		d.WithHint("write a map: the order of its keys is kept")
	default:
		d.WithHint("remove the tag; a JVM object is written with className and constructorArgs")
	}
}

// scalar converts a scalar that starts, with its properties, at the offset.
func (r *reader) scalar(n *yaml.Node, start, behind int) *Value {
	style := n.Style &^ yaml.TaggedStyle
	property := start
	if start < len(r.src) && (r.src[start] == '&' || r.src[start] == '!') {
		start = r.skipProperties(n, start)
	}
	v := r.new(String)
	v.Text = n.Value
	if r.masked {
		v.Text = unmask(v.Text)
	}
	switch {
	case style == 0 && n.Value == "":
		if property == start {
			start = behind
		}
		v.Span = r.span(start, start)
	case style == 0:
		v.Span = r.span(start, r.plainEnd(start, v.Text))
	case style == yaml.DoubleQuotedStyle:
		v.Span = r.span(start, r.doubleQuotedEnd(start))
	case style == yaml.SingleQuotedStyle:
		v.Span = r.span(start, r.singleQuotedEnd(start))
	default:
		v.Span = r.span(start, r.blockEnd(start, v.Text))
	}
	if n.Style&yaml.TaggedStyle != 0 {
		r.tagged(n, v, property)
	} else if style == 0 {
		r.typed(v, resolve(v.Text))
	}
	if v.Kind == String {
		r.remember(v, style)
	}
	if r.comments && style != 0 {
		r.opaque = append(r.opaque, v.Span)
	}
	return v
}

// remember keeps what later steps need of how a string was written.
func (r *reader) remember(v *Value, style yaml.Style) {
	if strings.IndexByte(v.Text, '$') < 0 {
		return
	}
	r.dollars = append(r.dollars, v)
	if style == 0 {
		if r.plain == nil {
			r.plain = make(map[*Value]bool)
		}
		r.plain[v] = true
	}
}

// typed gives v the type of a resolved scalar.
func (r *reader) typed(v *Value, s scalar) {
	s.set(v)
	if s.oddity != 0 {
		if r.odd == nil {
			r.odd = make(map[*Value]oddity)
		}
		r.odd[v] = s.oddity
	}
}

func (s scalar) set(v *Value) {
	v.Kind, v.Bool, v.Int64, v.Int, v.Float = s.kind, s.bool, s.int64, s.int, s.float
}

// tagged gives v the type that its tag names.
func (r *reader) tagged(n *yaml.Node, v *Value, property int) {
	wrong := func(format string, args ...any) *diag.Diagnostic {
		at := property + max(0, bytes.IndexByte(r.src[property:], '!'))
		return r.diags.Errorf(ruleTag, r.span(at, r.skipTag(at)), format, args...)
	}
	s := resolve(v.Text)
	want := Kind(0)
	switch n.Tag {
	case "!!str":
		return
	case "!!null":
		s, want = scalar{kind: Null}, Null
	case "!!bool":
		want = Bool
	case "!!int":
		want = Int
	case "!!float":
		if want = Float; s.kind == Int && s.oddity != octal {
			f, err := strconv.ParseFloat(canonicalInt(s), 64)
			s = scalar{kind: Float, float: f}
			if err != nil {
				s.oddity = notFinite
			}
		}
	case "!!timestamp":
		r.typed(v, scalar{kind: String, oddity: timestamp})
		return
	case "!!binary":
		wrong("tag %q makes bytes, which no setting and no component can take", n.Tag).
			WithHint("remove the tag: the text stays base64 for the component to decode")
		return
	default:
		wrong("tag %q is not known here, expected plain YAML", n.Tag).
			WithHint("remove the tag; a JVM object is written with className and constructorArgs")
		return
	}
	if s.kind != want {
		wrong("tag %q does not fit %q", n.Tag, v.Text)
		return
	}
	if s.oddity != notFinite {
		s.oddity = 0 // the tag says that it is meant
	}
	r.typed(v, s)
}

func canonicalInt(s scalar) string {
	if s.int != nil {
		return s.int.String()
	}
	return strconv.FormatInt(s.int64, 10)
}

// plainEnd returns where the plain scalar with the given value ends. One of several lines has its line breaks folded.
func (r *reader) plainEnd(start int, text string) int {
	if end := start + len(text); end <= len(r.src) && string(r.src[start:end]) == text {
		return end
	}
	at := start
	for i := 0; i < len(text); {
		if text[i] == ' ' || text[i] == '\n' || text[i] == '\t' || wideBreak([]byte(text[i:min(len(text), i+3)])) > 0 {
			i += max(1, wideBreak([]byte(text[i:min(len(text), i+3)])))
			for at < len(r.src) && (isBlankOrBreak(r.src[at]) || wideBreak(r.src[at:]) > 0) {
				at += max(1, wideBreak(r.src[at:]))
			}
			continue
		}
		i++
		at++
	}
	return min(at, len(r.src))
}

func (r *reader) doubleQuotedEnd(start int) int {
	for at := start + 1; at < len(r.src); at++ {
		switch r.src[at] {
		case '\\':
			at++
		case '"':
			return at + 1
		}
	}
	return len(r.src)
}

func (r *reader) singleQuotedEnd(start int) int {
	for at := start + 1; at < len(r.src); at++ {
		if r.src[at] == '\'' {
			if at+1 < len(r.src) && r.src[at+1] == '\'' {
				at++
				continue
			}
			return at + 1
		}
	}
	return len(r.src)
}

// blockEnd returns where the block scalar whose header is at the offset ends: behind its last line that is not blank.
// The lines that belong to it are those indented as its first line; of that line some blanks may be text.
func (r *reader) blockEnd(start int, text string) int {
	at := r.lineEnd(start)
	end := at
	for end > start && isBlankOrBreak(r.src[end-1]) {
		end--
	}
	if i := bytes.Index(r.src[start:end], []byte(" #")); i >= 0 {
		for end = start + i; end > start && isBlankOrBreak(r.src[end-1]); {
			end--
		}
	}
	indent := -1
	for at < len(r.src) {
		line := r.nextLine(at)
		stop := r.lineEnd(line)
		content := line
		for content < stop && r.src[content] == ' ' {
			content++
		}
		if content < stop {
			if indent < 0 {
				indent = max(0, content-line-leadingBlanks(text))
			}
			if content-line < indent || indent == 0 {
				break
			}
			end = stop
		} else if indent >= 0 && content-line > indent {
			end = stop // blanks beyond the indentation are text
		}
		if at = stop; stop >= len(r.src) {
			break
		}
	}
	return end
}

// leadingBlanks counts the spaces that begin the first line of text that has more than spaces.
func leadingBlanks(text string) int {
	n := 0
	for i := range len(text) {
		switch text[i] {
		case ' ':
			n++
		case '\n':
			n = 0
		default:
			return n
		}
	}
	return 0
}

// lineEnd returns the end of the line that the offset is on, without its line break.
func (r *reader) lineEnd(at int) int {
	for at < len(r.src) && r.src[at] != '\n' && r.src[at] != '\r' && wideBreak(r.src[at:min(len(r.src), at+3)]) == 0 {
		at++
	}
	return at
}

// nextLine returns the offset behind the line break at the offset.
func (r *reader) nextLine(at int) int {
	switch {
	case at >= len(r.src):
		return at
	case r.src[at] == '\r' && at+1 < len(r.src) && r.src[at+1] == '\n':
		return at + 2
	}
	return at + max(1, wideBreak(r.src[at:]))
}

// checkRest refuses what follows the first document, which yaml.v3 would not look at.
func (r *reader) checkRest(end int) {
	at := end
	for {
		at = r.skipSpace(at)
		if at >= len(r.src) {
			return
		}
		rest := r.src[at:]
		lineStart := at == r.start || at > 0 && (r.src[at-1] == '\n' || r.src[at-1] == '\r')
		switch {
		case lineStart && bytes.HasPrefix(rest, []byte("...")) && (len(rest) == 3 || isBlankOrBreak(rest[3])):
			at += 3
		case lineStart && bytes.HasPrefix(rest, []byte("---")) && (len(rest) == 3 || isBlankOrBreak(rest[3])):
			r.diags.Errorf(ruleSeveral, r.span(at, at+3), "a second document begins here, expected one topology in a file").
				WithHint("put each topology into a file of its own")
			return
		case lineStart && rest[0] == '%':
			at = r.lineEnd(at)
		default:
			span := r.span(at, len(bytes.TrimRight(r.src[:r.lineEnd(at)], " \t")))
			if v := r.root; lineStart && v.Kind == Map && len(v.Entries) > 0 && v.Span.Start > r.start && r.src[v.Span.Start-1] == ' ' {
				r.diags.Errorf(ruleSyntax, span, "the line is indented less than the first key of the document").
					WithHint("indent all keys of the document alike").WithRelated(v.Entries[0].Key.Span, "this is the first key")
				return
			}
			r.diags.Errorf(ruleSyntax, span, "text follows the end of the document").
				WithHint("check the brackets and the indentation before it")
			return
		}
	}
}
