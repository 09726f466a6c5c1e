package yaml

import (
	"fmt"

	"gopkg.in/yaml.v3"

	"github.com/stormflux/stormflux/diag"
)

func (r *reader) mapping(n *yaml.Node, start, depth int) *Value {
	v := r.new(Map)
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
			merges = append(merges, merge{at: len(keys.entries), key: key, node: c, value: val})
			continue
		case !key.IsScalar():
			r.diags.Errorf(ruleMapKey, key.Span, "%s is used as a key, expected a name", key.Kind)
			continue
		case key.Kind == Null:
			r.diags.Errorf(ruleMapKey, key.Span, "the key is null, expected a name").
				WithHint("put the key in quotes if the word is meant")
			continue
		}
		if other := keys.put(Entry{Key: key, Value: val}, r.file.lastWins); other != nil {
			r.duplicate(key, other)
		}
	}
	v.Span = r.span(start, r.collectionEnd(n, start, end, '{', '}'))
	v.Entries = keys.entries
	if len(merges) > 0 && !r.failed {
		v.Entries = r.merge(merges, keys)
	}
	v.Entries = keys.withoutReplaced(v.Entries)
	return v
}

func (r *reader) duplicate(key, other *Value) {
	if r.duplicates++; r.duplicates > maxAlike {
		return
	}
	r.file.Duplicates = true
	d := r.diags.Errorf(ruleDuplicate, key.Span, "key %q occurs twice in this map", key.Text)
	if key.Text != other.Text {
		d.Message = fmt.Sprintf("keys %q and %q of this map are the same: both are %s", other.Text, key.Text, key.Canonical())
	}
	if d.WithHint("remove one of the two"); r.duplicates == maxAlike {
		d.WithHint("remove one of the two; further duplicate keys in this file are not reported")
	}
	d.WithRelated(other.Span, "%q occurs here first", other.Text)
	r.file.allow(d)
}

// allow makes a warning of a diagnostic about a duplicate key, if the file may have them.
func (f *File) allow(d *diag.Diagnostic) {
	if f.lastWins {
		d.Severity = diag.Warning
		d.Message += ", and only the last one counts"
	}
}

// CheckKeys reports and drops the keys that are not a name, or are a second key of the same name, since their references
// were replaced.
func (f *File) CheckKeys(diags *diag.List) {
	if f.KeyReferences {
		f.recheckKeys(f.Root, diags, make(map[*Value]bool))
	}
}

func (f *File) recheckKeys(v *Value, diags *diag.List, seen map[*Value]bool) {
	if v.IsScalar() || seen[v] {
		return
	}
	seen[v] = true
	for _, item := range v.Items {
		f.recheckKeys(item, diags, seen)
	}
	if v.Kind != Map {
		return
	}
	keys := newKeySet(len(v.Entries))
	for _, e := range v.Entries {
		if !e.Key.IsScalar() || e.Key.Kind == Null {
			diags.Errorf(ruleMapKey, e.Key.Span, "the reference turns this key into %s, expected a name", e.Key.Kind)
			continue
		}
		if other := keys.put(e, f.lastWins); other != nil {
			d := diags.Errorf(ruleDuplicate, e.Key.Span, "key %q occurs twice in this map, once through a reference", e.Key.Text).
				WithHint("remove one of the two").WithRelated(other.Span, "%q occurs here first", other.Text)
			f.allow(d)
		}
		f.recheckKeys(e.Value, diags, seen)
	}
	v.Entries = keys.withoutReplaced(keys.entries)
}

// merge is one `<<` of a map: its position among the map's entries, and its value.
type merge struct {
	at    int
	key   *Value
	node  *yaml.Node
	value *Value
}

// merge returns the entries of a map together with those of its merge keys. The map's own keys win, then earlier maps win
// over later ones.
func (r *reader) merge(merges []merge, keys *keySet) []Entry {
	own := keys.entries
	merged := make([]Entry, 0, len(own))
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
				return own
			}
			for _, e := range from.Entries {
				if keys.find(e.Key) < 0 {
					keys.add(e)
					merged = append(merged, e)
				}
			}
		}
	}
	return append(merged, own[last:]...)
}
