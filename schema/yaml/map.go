package yaml

import (
	"fmt"

	"gopkg.in/yaml.v3"

	"github.com/stormflux/stormflux/diag"
)

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
		references := len(r.file.References)
		key := r.value(k, end, depth+1)
		r.file.KeyReferences = r.file.KeyReferences || len(r.file.References) > references
		end = r.endOf(k, key, end)
		after := end
		if at := r.skipSpace(end); at < len(r.src) && r.src[at] == ':' {
			after = at + 1
		}
		val := r.value(c, after, depth+1)
		end = r.endOf(c, val, after)
		if r.failed {
			break
		}
		switch {
		case k.Kind == yaml.ScalarNode && k.Tag == "!!merge":
			merges = append(merges, merge{at: len(v.Entries), key: key, node: c, value: val})
			continue
		case !key.IsScalar():
			r.diags.Errorf(ruleMapKey, key.Span, "%s is used as a key, expected a name", key.Kind)
			continue
		case key.Kind == Null:
			r.diags.Errorf(ruleMapKey, key.Span, "the key is null, expected a name").
				WithHint("put the key in quotes if the word is meant")
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
	d := r.diags.Errorf(ruleDuplicate, key.Span, "key %q occurs twice in this map", key.Text)
	if key.Text != other.Text {
		d.Message = fmt.Sprintf("keys %q and %q of this map are the same: both are %s", other.Text, key.Text, key.Canonical())
	}
	if d.WithHint("remove one of the two"); r.duplicates == maxAlike {
		d.WithHint("remove one of the two; further duplicate keys in this file are not reported")
	}
	d.WithRelated(other.Span, "%q occurs here first", other.Text)
}

// CheckKeys reports and drops the keys that are not a name, or are a second key of the same name, since their references
// were replaced.
func (f *File) CheckKeys(diags *diag.List) {
	if f.KeyReferences {
		recheckKeys(f.Root, diags, make(map[*Value]bool))
	}
}

func recheckKeys(v *Value, diags *diag.List, seen map[*Value]bool) {
	if v.IsScalar() || seen[v] {
		return
	}
	seen[v] = true
	for _, item := range v.Items {
		recheckKeys(item, diags, seen)
	}
	if v.Kind != Map {
		return
	}
	keys := newKeySet(len(v.Entries))
	kept := v.Entries[:0:0]
	for _, e := range v.Entries {
		if !e.Key.IsScalar() || e.Key.Kind == Null {
			diags.Errorf(ruleMapKey, e.Key.Span, "the reference turns this key into %s, expected a name", e.Key.Kind)
			continue
		}
		if other := keys.add(kept, e.Key); other != nil {
			diags.Errorf(ruleDuplicate, e.Key.Span, "key %q occurs twice in this map, once through a reference", e.Key.Text).
				WithHint("remove one of the two").WithRelated(other.Span, "%q occurs here first", other.Text)
			continue
		}
		kept = append(kept, e)
		recheckKeys(e.Value, diags, seen)
	}
	v.Entries = kept
}

// keySet finds duplicate keys. It compares the keys of a small map one by one, and hashes those of a large one.
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

// add adds a key and returns nil. If entries has the same key already, add returns that one. Keys are the same if they
// have the same text (to everyone who looks for it, 1 and "1" are the same name) or the same value (010 and 8).
func (k *keySet) add(entries []Entry, key *Value) *Value {
	if k.byText == nil && len(entries) < smallMap {
		for i := range entries {
			other := entries[i].Key
			if other.Text == key.Text || key.Kind != String && other.Kind != String && key.Canonical() == other.Canonical() {
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
		if other := k.byText[key.Canonical()]; other != nil && other.Kind != String {
			return other
		}
	}
	k.index(key)
	return nil
}

func (k *keySet) index(key *Value) {
	k.byText[key.Text] = key
	if key.Kind != String {
		if c := key.Canonical(); k.byText[c] == nil {
			k.byText[c] = key
		}
	}
}

// merge is one `<<` of a map: its position among the map's entries, and its value.
type merge struct {
	at    int
	key   *Value
	node  *yaml.Node
	value *Value
}

// merge adds the maps of its merge keys to v. The map's own keys win, then earlier maps win over later ones.
func (r *reader) merge(v *Value, merges []merge, keys *keySet) {
	merged := make([]Entry, 0, len(v.Entries))
	own := v.Entries
	// known are the own entries and those merged so far: keys compares the entries of a small map one by one.
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
				r.diags.Errorf(ruleMerge, span, `"<<" merges a map or a list of maps, not %s`, from.Kind)
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
