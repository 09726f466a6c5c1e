package schema

import (
	"slices"

	"github.com/stormflux/stormflux/schema/yaml"
)

const ruleDuplicateID = "duplicate-id"

// dropReplaced removes the objects that Flux replaces from a file's lists: it keeps the last one with an id, and the last
// one without an id, in the place of the first (the setters of TopologyDef, 2.8.3). An id of our short forms that occurs
// twice stays: package validate reports it.
func (l *loader) dropReplaced(root *yaml.Value) {
	for _, section := range []string{"components", "spouts", "bolts", "workerHooks"} {
		if list := root.Get(section).AsSequence(); list != nil {
			list.Items = l.lastOfEach(section, list.Items)
		}
	}
}

func (l *loader) lastOfEach(section string, items []*yaml.Value) []*yaml.Value {
	kept := make([]*yaml.Value, 0, len(items))
	at := make(map[string]int, len(items))
	for _, item := range items {
		id := item.Get("id").AsScalar()
		if id == nil && section == "workerHooks" && isFluxClass(item) {
			kept = l.lastUnnamed(kept, item)
			continue
		}
		if id == nil || !isFluxClass(item) {
			kept = append(kept, item)
			continue
		}
		i, again := at[id.Text]
		if !again {
			at[id.Text] = len(kept)
			kept = append(kept, item)
			continue
		}
		first := kept[i].Get("id")
		l.diags.Warnf(ruleDuplicateID, id.Span, "id %q occurs twice in %q, and only the last one counts", id.Text, section).
			WithHint("Flux keeps the last one without a message: give each its own id").
			WithRelated(first.Span, "this %q is not in the topology", first.Text)
		l.seen.replaced = append(l.seen.replaced, Replaced{Section: section, ID: first})
		kept[i] = item
	}
	if len(kept) == len(items) {
		return items
	}
	return slices.Clip(kept)
}

// lastUnnamed adds a worker hook without an id, in the place of the one before.
func (l *loader) lastUnnamed(kept []*yaml.Value, hook *yaml.Value) []*yaml.Value {
	i := slices.IndexFunc(kept, func(v *yaml.Value) bool { return isFluxClass(v) && v.Get("id").AsScalar() == nil })
	if i < 0 {
		return append(kept, hook)
	}
	l.diags.Warnf(ruleDuplicateID, hook.Get("className").Span, "another worker hook has no id either, and only the last one counts").
		WithHint("Flux keeps the last one without a message: give each its own id").
		WithRelated(kept[i].Get("className").Span, "this one is not in the topology")
	kept[i] = hook
	return kept
}
