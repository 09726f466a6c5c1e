package yaml

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strconv"

	"github.com/stormflux/stormflux/diag"
)

// Kind is the type of a [Value]. The zero value is invalid.
type Kind uint8

// The kinds of values. After substitution, scalars have the types of YAML 1.1, which users of Flux rely on.
const (
	Null Kind = iota + 1
	Bool
	Int
	Float
	String
	Sequence
	Map
)

// Value is one node of a document with its type and its place in a file. Aliases of one anchor may share a Value. Values
// do not change any more once a document is loaded.
type Value struct {
	// The four small fields share one word of memory: a large file has hundreds of thousands of values.
	Kind Kind
	Bool bool // Kind Bool
	// Plain reports whether the value is a scalar without quotes in its file.
	Plain bool
	// Oddity says why the value may not be what its writer meant.
	Oddity Oddity

	// Span is the text of the value: a scalar with its quotes, a list or map from its first to its last character. A value
	// without text (`key:`) has an empty span after its key.
	Span diag.Span

	Int   *big.Int // Kind Int; nil when the number fits Int64
	Int64 int64    // Kind Int when Int is nil
	Float float64  // Kind Float
	Text  string   // Kind String: the string; other scalars: their text as written

	Items   []*Value // Kind Sequence
	Entries []Entry  // Kind Map, in file order; keys are unique

	// Origin says where the value came from if its Span does not show it: a substitution, an environment, an included file,
	// an option of the command line. It is nil for a value that is written at its Span.
	Origin *Origin
}

// Entry is one key of a map with its value. Key is a scalar.
type Entry struct {
	Key   *Value
	Value *Value
}

// Origin is where an overriding or substituted value came from.
type Origin struct {
	From string // in words: `environment "prod"`, `--set redis_url`, `-c topology.workers`, `include "base.yaml"`
	Span diag.Span
	// Was is the value that this one replaced, or nil.
	Was *Value
}

// String returns the kind with its article, as a message names it.
func (k Kind) String() string {
	switch k {
	case Null:
		return "nothing"
	case Bool:
		return "a boolean"
	case Int:
		return "a whole number"
	case Float:
		return "a decimal number"
	case String:
		return "a string"
	case Sequence:
		return "a list"
	case Map:
		return "a map"
	}
	panic("yaml: invalid kind " + strconv.Itoa(int(k)))
}

// Get returns the value of the key with the given text, or nil. It is safe on nil and on other kinds.
func (v *Value) Get(key string) *Value {
	if _, val := v.Lookup(key); val != nil {
		return val
	}
	return nil
}

// Lookup returns the key's own node and its value, or nils. It is safe on nil and on other kinds.
func (v *Value) Lookup(key string) (k, val *Value) {
	if v == nil || v.Kind != Map {
		return nil, nil
	}
	for i := range v.Entries {
		if v.Entries[i].Key.Text == key {
			return v.Entries[i].Key, v.Entries[i].Value
		}
	}
	return nil, nil
}

// IsScalar reports whether v is neither a list nor a map.
func (v *Value) IsScalar() bool { return v.Kind != Sequence && v.Kind != Map }

// As returns v when it is of the kind, else nil. It is safe on nil.
func (v *Value) As(kind Kind) *Value {
	if v == nil || v.Kind != kind {
		return nil
	}
	return v
}

// AsMap returns v when it is a map, else nil. It is safe on nil.
func (v *Value) AsMap() *Value { return v.As(Map) }

// AsSequence returns v when it is a list, else nil. It is safe on nil.
func (v *Value) AsSequence() *Value { return v.As(Sequence) }

// AsScalar returns v when it is a scalar other than null, else nil. It is safe on nil.
func (v *Value) AsScalar() *Value {
	if v == nil || !v.IsScalar() || v.Kind == Null {
		return nil
	}
	return v
}

// Elements returns the elements of a list; nil for anything else. It is safe on nil.
func (v *Value) Elements() []*Value {
	if v == nil || v.Kind != Sequence {
		return nil
	}
	return v.Items
}

// Members returns the entries of a map; nil for anything else. It is safe on nil.
func (v *Value) Members() []Entry {
	if v == nil {
		return nil
	}
	return v.Entries
}

// Scalars returns the elements of a list that are scalars other than null. It is safe on nil.
func (v *Value) Scalars() []*Value {
	all := v.Elements()
	for i, item := range all {
		if item.AsScalar() != nil {
			continue
		}
		kept := append([]*Value(nil), all[:i]...)
		for _, item := range all[i+1:] {
			if item.AsScalar() != nil {
				kept = append(kept, item)
			}
		}
		return kept
	}
	return all
}

// Canonical returns the text of a scalar in JSON's spelling, without quotes for a string.
func (v *Value) Canonical() string {
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

// FromGo returns the value of a Go value that JSON decodes to: nil, bool, int64, float64, string, []any or
// map[string]any. The keys of a map are sorted. The value has no place in a file. FromGo panics for other types.
func FromGo(x any) *Value {
	switch x := x.(type) {
	case nil:
		return &Value{Kind: Null, Text: "null"}
	case bool:
		return &Value{Kind: Bool, Bool: x, Text: strconv.FormatBool(x)}
	case int:
		return FromGo(int64(x))
	case int64:
		return &Value{Kind: Int, Int64: x, Text: strconv.FormatInt(x, 10)}
	case *big.Int:
		return &Value{Kind: Int, Int: x, Text: x.String()}
	case float64:
		return &Value{Kind: Float, Float: x, Text: strconv.FormatFloat(x, 'g', -1, 64)}
	case json.Number: // as YAML reads the same digits
		if n, ok := new(big.Int).SetString(x.String(), 10); ok {
			if n.IsInt64() {
				return FromGo(n.Int64())
			}
			return FromGo(n)
		}
		f, _ := x.Float64()
		return FromGo(f)
	case string:
		return &Value{Kind: String, Text: x}
	case []any:
		v := &Value{Kind: Sequence, Items: make([]*Value, len(x))}
		for i, item := range x {
			v.Items[i] = FromGo(item)
		}
		return v
	case map[string]any:
		v := &Value{Kind: Map, Entries: make([]Entry, 0, len(x))}
		for _, key := range slices.Sorted(maps.Keys(x)) {
			v.Entries = append(v.Entries, Entry{Key: FromGo(key), Value: FromGo(x[key])})
		}
		return v
	}
	panic(fmt.Sprintf("yaml: no value for a %T", x))
}

// Go returns the value in Go's own types, as in JSON and Storm's configuration: nil, bool, int64, *big.Int (for integers
// that do not fit int64), float64, string, []any or map[string]any. It is the inverse of [FromGo].
func (v *Value) Go() any {
	switch v.Kind {
	case Null:
		return nil
	case Bool:
		return v.Bool
	case Int:
		if v.Int != nil {
			return v.Int
		}
		return v.Int64
	case Float:
		return v.Float
	case String:
		return v.Text
	case Sequence:
		list := make([]any, len(v.Items))
		for i, item := range v.Items {
			list[i] = item.Go()
		}
		return list
	case Map:
		m := make(map[string]any, len(v.Entries))
		for _, e := range v.Entries {
			m[e.Key.Text] = e.Value.Go()
		}
		return m
	}
	panic(fmt.Sprintf("yaml: invalid kind of value %d", v.Kind))
}
