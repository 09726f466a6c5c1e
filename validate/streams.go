package validate

import (
	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/schema/yaml"
)

// The rules about output streams.
const (
	ruleDuplicateStream = "duplicate-stream"
	ruleDuplicateField  = "duplicate-field"
	ruleDirectMultilang = "direct-from-multilang"
)

// outputs reads the declared streams. Those that were lowered from Flux's shell wrappers are there already.
func (c *checker) outputs(k *component) {
	src := k.src
	if src.OutputsValue == nil {
		if k.Class != nil {
			k.open = true
		}
		return
	}
	if declared(src.OutputsValue) > len(src.Outputs) {
		k.open = true
	}
	for _, o := range src.Outputs {
		id, span := o.StreamID(), o.Span
		if o.Stream != nil {
			span = o.Stream.Span
		}
		c.stream(k, id, span, o.Fields, o.Direct)
	}
}

// declared tells how many streams are written in `outputs`, also of those that the grammar left out.
func declared(outputs *yaml.Value) int {
	if outputs.Kind == yaml.Map {
		return len(outputs.Entries)
	}
	return 1
}

// stream adds a declared stream to the component.
func (c *checker) stream(k *component, id string, span diag.Span, fields []*yaml.Value, direct *yaml.Value) {
	if id == "" {
		k.open = true // the grammar has reported it
		return
	}
	if isReserved(id) {
		c.list.Errorf(ruleReservedID, span, "%s declares stream %q: ids that begin with \"__\" are kept by Storm for itself",
			k.name(), id)
	}
	if first := k.stream(id); first != nil {
		c.list.Errorf(ruleDuplicateStream, span, "%s declares stream %q twice", k.name(), id).
			WithRelated(first.Span, "stream %q is declared here first", id)
		return
	}
	s := &Stream{ID: id, Span: span, Fields: c.fields(k, "stream "+quoted(id), fields)}
	if direct != nil && direct.Kind == yaml.Bool && direct.Bool {
		s.Direct = true
		if k.multilang && c.topology.Storm.AtLeast(2, 6) {
			c.list.Errorf(ruleDirectMultilang, direct.Span,
				"%s declares direct stream %q, but a direct emit of a process crashes the worker on Storm %s", k.name(), id, c.topology.Storm).
				WithHint("Storm 2.6 and later cannot read the task of such an emit: use a fields grouping on a field that names the receiver")
		}
	}
	k.Streams = append(k.Streams, s)
	c.index.stream(k.declaration, s, fields)
	k.read = append(k.read, false)
}

// fields returns the names in a list of fields, without those that were reported as repeated.
func (c *checker) fields(k *component, where string, list []*yaml.Value) []string {
	names := make([]string, 0, len(list))
	var seen map[string]*yaml.Value // only for long lists
	if len(list) > 16 {
		seen = make(map[string]*yaml.Value, len(list))
	}
	for i, f := range list {
		var first *yaml.Value
		if seen != nil {
			if first = seen[f.Text]; first == nil {
				seen[f.Text] = f
			}
		} else {
			for _, g := range list[:i] {
				if g.Text == f.Text {
					first = g
					break
				}
			}
		}
		if first != nil {
			c.list.Errorf(ruleDuplicateField, f.Span, "%s: field %q occurs twice in %s", k.name(), f.Text, where).
				WithHint("Nimbus takes it, but every worker then dies at its start").
				WithRelated(first.Span, "%q occurs here first", f.Text)
			continue
		}
		names = append(names, f.Text)
	}
	return names
}

// stream returns a declared stream, or nil.
func (k *component) stream(id string) *Stream {
	if i := k.streamIndex(id); i >= 0 {
		return k.Streams[i]
	}
	return nil
}

// streamIndex returns the index of a declared stream in Streams, or -1. Of the few that have many streams, an index is
// made.
func (k *component) streamIndex(id string) int {
	const few = 16
	if len(k.Streams) > few {
		if k.byStream == nil {
			k.byStream = make(map[string]int)
		}
		for i := len(k.byStream); i < len(k.Streams); i++ {
			k.byStream[k.Streams[i].ID] = i // each once, see stream
		}
		if i, ok := k.byStream[id]; ok {
			return i
		}
		return -1
	}
	for i, s := range k.Streams {
		if s.ID == id {
			return i
		}
	}
	return -1
}
