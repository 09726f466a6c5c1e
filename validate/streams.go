package validate

import (
	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/settings"
	"github.com/stormflux/stormflux/schema/yaml"
)

// The rules about output streams.
const (
	ruleDuplicateStream = "duplicate-stream"
	ruleDuplicateField  = "duplicate-field"
	ruleDirectMultilang = "direct-from-multilang"
)

// outputs reads the declared streams. Streams of Flux's shell wrappers are there already.
func (c *checker) outputs(k *component) {
	src := k.src
	if src.OutputsValue == nil {
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

// declared returns how many streams are written in `outputs`, including those that the grammar left out.
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
	if settings.IsReserved(id) {
		c.list.Errorf(ruleReservedID, span, "%s declares stream %q, but Storm reserves ids that begin with \"__\"",
			k.name(), id)
	}
	if first := k.stream(id); first != nil {
		c.list.Errorf(ruleDuplicateStream, span, "%s declares stream %q twice", k.name(), id).
			WithRelated(first.Span, "stream %q is first declared here", id)
		return
	}
	s := &Stream{ID: id, Span: span, Fields: c.fields(k, "stream "+quoted(id), fields)}
	if direct != nil && direct.Kind == yaml.Bool && direct.Bool {
		s.Direct = true
		if k.multilang && c.topology.Storm.AtLeast(2, 6) {
			c.list.Errorf(ruleDirectMultilang, direct.Span,
				"%s declares direct stream %q, but on Storm %[3]s a direct emit of a process crashes the worker", k.name(), id, c.topology.Storm).
				WithHint("use a fields grouping on a field that names the receiver: Storm 2.6 and later cannot read the task of such an emit")
		}
	}
	k.Streams = append(k.Streams, s)
	c.index.stream(k.declaration, s, fields)
	k.read = append(k.read, false)
}

// fields returns the names in a list of fields, each once. It reports the repeated ones.
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
			c.list.Errorf(ruleDuplicateField, f.Span, "%s: field %q is in %s twice", k.name(), f.Text, where).
				WithHint("Nimbus accepts the topology, but then every worker dies when it starts").
				WithRelated(first.Span, "%q is first named here", f.Text)
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

// streamIndex returns the index of a declared stream in Streams, or -1. A component with many streams gets a map for
// this.
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
