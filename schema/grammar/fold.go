package grammar

import (
	"cmp"
	"encoding/binary"
	"encoding/json"
	"math"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/stormflux/stormflux/schema/yaml"
)

// A document of ten thousand bolts has a handful of bolts that differ in anything a schema can see. Folding finds them:
// each value gets a shape, a small number that two values share only when no keyword of the schema can tell them
// apart, and of the items of a list and the freely named keys of a map only the first of each shape is kept. The
// library then validates the folded document, and a cause found in it holds for every value that was folded into the
// same place.
//
// This is sound because our schemas use no keyword that counts or compares items or keys beyond "none at all"
// (maxItems, uniqueItems, contains, prefixItems, minProperties, ...); a test holds the schemas to that, and another one
// compares folded with unfolded validation.

// referencePattern is the pattern of a string that stands for a value of another type: it holds a reference.
const referencePattern = `\$\{`

// filledPattern is the pattern of a key that is not empty. It refuses line breaks as well, because an empty key has to
// be given to the library as one (see keyName).
const filledPattern = `.`

// shapeRules is what a schema can tell apart.
type shapeRules struct {
	names       map[string]int32 // each name of a key that the schema knows: a number from firstName on
	words       map[string]bool  // the strings of enum and const
	bounds      []int64          // the numbers of minimum and maximum, ascending
	keyPatterns []*regexp.Regexp // patternProperties
	// textual holds the contexts of the keys (by name) below which strings, or names of keys, meet a pattern of their own.
	textual     map[string]context
	rootContext context
}

// context says what matters of the strings and keys at a place beyond what always matters.
type context uint8

const (
	textualStrings context = 1 << iota
	textualKeys
)

func newShapeRules(root *node, nodes map[string]*node, patterns map[string]*regexp.Regexp) shapeRules {
	r := shapeRules{names: map[string]int32{}, words: map[string]bool{}, textual: map[string]context{}}
	var bounds []int64
	for _, n := range nodes {
		for name := range n.Properties {
			r.addName(name)
		}
		r.addName(n.Required...)
		for name := range n.DependentSchemas {
			r.addName(name)
		}
		for name, others := range n.DependentRequired {
			r.addName(name)
			r.addName(others...)
		}
		for _, word := range n.Enum {
			r.words[word] = true
		}
		if n.Const != nil {
			r.words[*n.Const] = true
		}
		for _, bound := range []*int64{n.Minimum, n.Maximum} {
			if bound != nil {
				bounds = append(bounds, *bound)
			}
		}
		for text := range n.PatternProperties {
			if re := patterns[text]; !slices.Contains(r.keyPatterns, re) {
				r.keyPatterns = append(r.keyPatterns, re)
			}
		}
		for name, part := range n.Properties {
			if c := r.contextOf(part, nodes, map[*node]bool{}); c != 0 {
				r.textual[name] |= c
			}
		}
	}
	slices.Sort(bounds)
	r.bounds = slices.Compact(bounds)
	r.rootContext = r.contextOf(root, nodes, map[*node]bool{})
	return r
}

func (r *shapeRules) addName(names ...string) {
	for _, name := range names {
		if _, ok := r.names[name]; !ok {
			r.names[name] = int32(firstName + len(r.names))
		}
	}
}

// contextOf looks for patterns that the value of a key meets without passing another named key.
func (r *shapeRules) contextOf(n *node, nodes map[string]*node, seen map[*node]bool) context {
	if n == nil || seen[n] {
		return 0
	}
	seen[n] = true
	var c context
	if n.Pattern != "" && n.Pattern != referencePattern {
		c |= textualStrings
	}
	if names := n.PropertyNames; names != nil && names.Pattern != "" && names.Pattern != filledPattern {
		c |= textualKeys
	}
	if n.Ref != "" {
		c |= r.contextOf(nodes[n.Ref], nodes, seen)
	}
	n.each(func(path string, part *node) {
		if path != "propertyNames" && !strings.HasPrefix(path, "properties/") && !strings.HasPrefix(path, "$defs/") {
			c |= r.contextOf(part, nodes, seen)
		}
	})
	return c
}

// below returns the context of the value of a key, given the context of the map.
func (r *shapeRules) below(c context, key *yaml.Value) context {
	return c | r.textual[key.Text]
}

// The numbers of scalar shapes; those of lists and maps, and of scalars whose text matters, follow.
const (
	shapeNull int32 = iota
	shapeTrue
	shapeFalse
	shapeEmptyString
	shapeReference
	shapeString
	firstShape
)

// firstName is where the numbers of known keys start; below are the classes of unknown ones.
const firstName = 1 << 10

// shape is what the folder knows of one shape.
type shape struct {
	json  any      // the folded value as the library takes it; shared, not changed
	parts []int32  // list: the items' shapes; map: the entries' numbers; each once, in order of first appearance
	names []string // map: the keys under which the parts stand in json
}

type entry struct {
	class, shape int32
}

type folding struct {
	*shapeRules
	shapes  []shape
	ids     map[string]int32
	entries map[entry]int32
	ofEntry []entry
	memo    map[folded]int32
	stack   []int32 // the parts of the values that are being folded
	seen    []int32 // by shape or entry number: the round that saw it last
	round   int32
	first   []int // of the last call of distinct
	key     []byte
}

type folded struct {
	value   *yaml.Value
	context context
}

func newFolding(r *shapeRules) *folding {
	f := &folding{shapeRules: r, ids: map[string]int32{}, entries: map[entry]int32{}, memo: map[folded]int32{}}
	f.shapes = make([]shape, firstShape, 64)
	for id, value := range map[int32]any{
		shapeNull: nil, shapeTrue: true, shapeFalse: false, shapeEmptyString: "", shapeReference: "${reference}", shapeString: "string",
	} {
		f.shapes[id].json = value
	}
	return f
}

// fold returns the shape of v. Lists and maps are remembered, so that an alias is folded once.
func (f *folding) fold(v *yaml.Value, c context) int32 {
	switch v.Kind {
	case yaml.Null:
		return shapeNull
	case yaml.Bool:
		if v.Bool {
			return shapeTrue
		}
		return shapeFalse
	case yaml.String:
		return f.foldString(v.Text, c)
	case yaml.Int, yaml.Float:
		return f.foldNumber(v)
	}
	memo := folded{v, c}
	if id, ok := f.memo[memo]; ok {
		return id
	}
	start := len(f.stack)
	if v.Kind == yaml.Sequence {
		for _, item := range v.Items {
			f.stack = append(f.stack, f.fold(item, c))
		}
	} else {
		for i := range v.Entries {
			f.stack = append(f.stack, f.foldEntry(&v.Entries[i], c))
		}
	}
	id := f.intern(v, f.distinct(start))
	f.stack = f.stack[:start]
	f.memo[memo] = id
	return id
}

// foldEntry returns the number of an entry: entries share one when their values share a shape and the schema cannot
// tell their keys apart.
func (f *folding) foldEntry(e *yaml.Entry, c context) int32 {
	text := e.Key.Text
	class, known := f.names[text]
	switch {
	case known:
	case c&textualKeys != 0:
		f.key = append(append(f.key[:0], 'k'), text...)
		class = -1 - f.number(text) // apart from the other classes
	case strings.Trim(text, "\n") != "":
		class = 1
		for i, re := range f.keyPatterns {
			if re.MatchString(text) {
				class |= 2 << i
			}
		}
	}
	return f.entry(entry{class, f.fold(e.Value, f.below(c, e.Key))})
}

func (f *folding) entry(e entry) int32 {
	id, ok := f.entries[e]
	if !ok {
		id = int32(len(f.ofEntry))
		f.entries[e] = id
		f.ofEntry = append(f.ofEntry, e)
	}
	return id
}

// number returns the shape for the key that was put together in f.key, which is new with the given JSON value when
// there is none yet.
func (f *folding) number(value any) int32 {
	if id, ok := f.ids[string(f.key)]; ok {
		return id
	}
	id := int32(len(f.shapes))
	f.shapes = append(f.shapes, shape{json: value})
	f.ids[string(f.key)] = id
	return id
}

func (f *folding) foldString(text string, c context) int32 {
	switch {
	case text == "":
		return shapeEmptyString
	case c&textualStrings != 0 || f.words[text]:
		f.key = append(append(f.key[:0], 's'), text...)
		return f.number(text)
	case strings.Contains(text, "${"):
		return shapeReference
	}
	return shapeString
}

func (f *folding) foldNumber(v *yaml.Value) int32 {
	f.key = append(f.key[:0], '0'+byte(v.Kind))
	for _, bound := range f.bounds {
		order := 0
		switch {
		case v.Kind == yaml.Float:
			order = cmp.Compare(v.Float, float64(bound)) // exact: bounds are small; NaN is below all
		case v.Int != nil:
			order = v.Int.Cmp(big.NewInt(bound))
		default:
			order = cmp.Compare(v.Int64, bound)
		}
		f.key = append(f.key, byte(1+order))
	}
	if id, ok := f.ids[string(f.key)]; ok {
		return id
	}
	return f.number(jsonNumber(v))
}

// keyName returns the name under which a key is given to the library, which loses an empty one from its locations: keys
// of nothing but line breaks get one more.
func keyName(key *yaml.Value) string {
	if strings.Trim(key.Text, "\n") == "" {
		return key.Text + "\n"
	}
	return key.Text
}

// jsonNumber returns a number for the library. To JSON Schema 4.0 is a whole number; to YAML and Storm it is none, so
// a float never becomes one.
func jsonNumber(v *yaml.Value) json.Number {
	switch {
	case v.Kind == yaml.Int && v.Int != nil:
		return json.Number(v.Int.String())
	case v.Kind == yaml.Int:
		return json.Number(strconv.FormatInt(v.Int64, 10))
	case math.IsNaN(v.Float):
		return "-1000000000000000000.5" // JSON has no such number; package validate has its say where a number is expected
	}
	f := min(max(v.Float, -1e18), 1e18)
	if f != math.Trunc(f) {
		return json.Number(strconv.FormatFloat(f, 'g', -1, 64))
	}
	nudged := new(big.Rat).SetFloat64(f)
	return json.Number(nudged.Add(nudged, big.NewRat(1, 1e18)).FloatString(18))
}

// distinct removes repetitions from the stack from start on and returns what is left, and notes in f.first where each
// came first.
func (f *folding) distinct(start int) []int32 {
	f.round++
	if top := max(len(f.shapes), len(f.ofEntry)); len(f.seen) < top {
		f.seen = append(f.seen, make([]int32, 2*top-len(f.seen))...)
	}
	kept := f.stack[start:start]
	f.first = f.first[:0]
	for i, part := range f.stack[start:] {
		if f.seen[part] != f.round {
			f.seen[part] = f.round
			kept = append(kept, part)
			f.first = append(f.first, i)
		}
	}
	return kept
}

func (f *folding) intern(v *yaml.Value, parts []int32) int32 {
	f.key = append(f.key[:0], '0'+byte(v.Kind))
	for _, part := range parts {
		f.key = binary.LittleEndian.AppendUint32(f.key, uint32(part))
	}
	if id, ok := f.ids[string(f.key)]; ok {
		return id
	}
	s := shape{parts: slices.Clone(parts)}
	if v.Kind == yaml.Sequence {
		items := make([]any, len(parts))
		for i, part := range parts {
			items[i] = f.shapes[part].json
		}
		s.json = items
	} else {
		m := make(map[string]any, len(parts))
		for i, part := range parts {
			name := keyName(v.Entries[f.first[i]].Key)
			s.names = append(s.names, name)
			m[name] = f.shapes[f.ofEntry[part].shape].json
		}
		s.json = m
	}
	id := int32(len(f.shapes))
	f.shapes = append(f.shapes, s)
	f.ids[string(f.key)] = id
	return id
}
