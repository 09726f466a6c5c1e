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

// To a schema, most of ten thousand bolts look the same. Folding finds the few that differ. Each value gets a shape: a
// small number. Two values share it only if no keyword of the schema can distinguish them. Of the items of a list, and of
// the keys of a map that the schema does not name, folding keeps only the first of each shape. The library validates the
// folded document. A cause in it holds for every value that was folded into the same place.
//
// This is correct because our schemas have no keyword that counts or compares items or keys, except "none at all" (they
// have no maxItems, uniqueItems, contains, prefixItems, minProperties, ...). A test checks that, and another test compares
// folded validation with unfolded validation.

// referencePattern is the pattern of a string in place of a value of another type: it holds a reference.
const referencePattern = `\$\{`

// filledPattern is the pattern of a key that is not empty. It also refuses a line break, because the library gets an empty
// key as one (see keyName).
const filledPattern = `.`

// shapeRules is what a schema can distinguish.
type shapeRules struct {
	names       map[string]int32 // the keys that the schema names, with numbers from firstName on
	words       map[string]bool  // the strings of enum and const
	bounds      []int64          // the numbers of minimum and maximum, ascending
	keyPatterns []*regexp.Regexp // patternProperties
	// textual holds, by name, the context of each key below which a pattern applies to strings or to names of keys.
	textual     map[string]context
	rootContext context
}

// context says whether the text of the strings or of the keys at a place matters.
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

// contextOf finds the patterns that apply to the value of a key, down to the next named key.
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

// The numbers of scalar shapes. Those of lists, maps, and scalars whose text matters come after them.
const (
	shapeNull int32 = iota
	shapeTrue
	shapeFalse
	shapeEmptyString
	shapeReference
	shapeString
	firstShape
)

// firstName is the first number of the known keys. The numbers below it are the classes of unknown keys.
const firstName = 1 << 10

// shape is what the folder knows of one shape.
type shape struct {
	json  any      // the folded value for the library; it is shared and never changes
	parts []int32  // list: the items' shapes; map: the entries' numbers; each once, in order of first appearance
	names []string // map: the keys of the parts in json
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
	stack   []int32 // the parts of the values in progress
	seen    []int32 // by shape or entry number: the round that saw it last
	round   int32
	first   []int // result of the last call of distinct
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

// fold returns the shape of v. It remembers lists and maps, so it folds an alias once.
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

// foldEntry returns the number of an entry. Entries share a number if their values share a shape and the schema cannot
// distinguish their keys.
func (f *folding) foldEntry(e *yaml.Entry, c context) int32 {
	text := e.Key.Text
	class, known := f.names[text]
	switch {
	case known:
	case c&textualKeys != 0:
		f.key = append(append(f.key[:0], 'k'), text...)
		class = -1 - f.number(text) // negative, unlike the other classes
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

// number returns the shape for the key in f.key. If there is none yet, it makes one with the given JSON value.
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

// keyName returns the name of a key for the library. The library loses an empty name from its locations, so a key that is
// empty, or has only line breaks, gets one more line break.
func keyName(key *yaml.Value) string {
	if strings.Trim(key.Text, "\n") == "" {
		return key.Text + "\n"
	}
	return key.Text
}

// jsonNumber returns a number for the library. In JSON Schema, 4.0 is a whole number. In YAML and Storm it is not, so
// jsonNumber makes every float a number with a fraction.
func jsonNumber(v *yaml.Value) json.Number {
	switch {
	case v.Kind == yaml.Int && v.Int != nil:
		return json.Number(v.Int.String())
	case v.Kind == yaml.Int:
		return json.Number(strconv.FormatInt(v.Int64, 10))
	case math.IsNaN(v.Float):
		return "-1000000000000000000.5" // JSON has no such number; package validate checks it where a number is expected
	}
	f := min(max(v.Float, -1e18), 1e18)
	if f != math.Trunc(f) {
		return json.Number(strconv.FormatFloat(f, 'g', -1, 64))
	}
	nudged := new(big.Rat).SetFloat64(f)
	return json.Number(nudged.Add(nudged, big.NewRat(1, 1e18)).FloatString(18))
}

// distinct removes repetitions from the stack, from start on, and returns the rest. It stores in f.first where each part
// occurs first.
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
