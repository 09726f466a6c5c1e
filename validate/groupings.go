package validate

import (
	"slices"
	"strconv"
	"strings"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/schema"
	"github.com/stormflux/stormflux/schema/yaml"
)

// The rules about groupings.
const (
	ruleUnknownField       = "unknown-field"
	ruleFieldOfOtherStream = "field-of-other-stream"
	ruleEmptyFields        = "empty-fields"
	ruleDirectStream       = "regular-grouping-of-direct-stream"
	ruleDirectGrouping     = "direct-grouping-of-regular-stream"
)

// grouping resolves the grouping of a subscription and checks it against the stream. Of a stream that is not known it
// checks only what holds for any stream.
func (c *checker) grouping(to, from *component, in *schema.Input, stream *Stream, known bool) Grouping {
	written := in.Grouping
	if written == nil {
		written = &schema.Grouping{Type: schema.Shuffle}
	}
	place := in.From.Span
	if written.Value != nil {
		place = written.Value.Span
	}
	if known {
		c.directness(to, from, written.Type, stream, place)
	}
	switch written.Type {
	case schema.Fields:
		return FieldsGrouping{Fields: c.groupingFields(to, from, written, stream, place, known)}
	case schema.PartialKey:
		return PartialKeyGrouping{Fields: c.groupingFields(to, from, written, stream, place, known)}
	case schema.Custom:
		if written.Object == nil {
			return CustomGrouping{} // the grammar has reported it
		}
		return CustomGrouping{Object: written.Object, Definition: c.define(to.ID, written.Object)}
	}
	return PlainGrouping(written.Type)
}

// directness checks that a direct stream has a direct grouping, and no other stream has.
func (c *checker) directness(to, from *component, grouping schema.GroupingType, stream *Stream, place diag.Span) {
	switch direct := grouping == schema.Direct; {
	case direct && !stream.Direct:
		d := c.list.Errorf(ruleDirectGrouping, place, "%s reads stream %q of %q with a direct grouping, but the stream is not direct",
			to.name(), stream.ID, from.ID)
		if from.multilang && c.topology.Storm.AtLeast(2, 6) {
			d.WithHint("a process cannot emit directly on Storm %s: use a fields grouping on a field that names the receiver", c.topology.Storm)
		} else {
			d.WithHint("declare the stream with `direct: true` if %q emits to chosen tasks, or use another grouping", from.ID)
		}
		d.WithRelated(stream.Span, "stream %q is declared here", stream.ID)
	case !direct && stream.Direct:
		c.list.Errorf(ruleDirectStream, place, "%s reads direct stream %q of %q with a %s grouping", to.name(), stream.ID, from.ID, grouping).
			WithHint("write `grouping: direct`: on a direct stream the sender chooses the task").
			WithRelated(stream.Span, "stream %q is declared direct here", stream.ID)
	}
}

// groupingFields returns the fields that a grouping groups by.
func (c *checker) groupingFields(to, from *component, g *schema.Grouping, stream *Stream, place diag.Span, known bool) []string {
	if len(g.Fields) == 0 {
		c.emptyFields(to, g, place)
		return nil
	}
	names := c.fields(to, "the grouping", g.Fields)
	if !known {
		return names
	}
	reported := make(map[string]bool)
	for _, f := range g.Fields {
		if !stream.has(f.Text) && !reported[f.Text] {
			reported[f.Text] = true
			c.unknownField(to, from, stream, f, g.Fields)
		}
	}
	return names
}

func (c *checker) emptyFields(to *component, g *schema.Grouping, place diag.Span) {
	isEmpty := slices.ContainsFunc([]string{"fields", "partial-key", "args"}, func(key string) bool {
		list := g.Value.Get(key)
		return list != nil && list.Kind == yaml.Sequence && len(list.Items) == 0
	})
	if !isEmpty {
		return // the fields are wrong or missing, which the grammar has reported
	}
	if g.Type == schema.PartialKey {
		c.list.Warnf(ruleEmptyFields, place, "%s groups by no field, so two tasks get all tuples", to.name()).
			WithHint("name the fields whose values choose the task")
		return
	}
	c.list.Warnf(ruleEmptyFields, place, "%s groups by no field, so one task gets all tuples", to.name()).
		WithHint("name the fields whose values choose the task, or write `grouping: global`")
}

// unknownField reports a field of a grouping's list that the stream does not have.
func (c *checker) unknownField(to, from *component, stream *Stream, f *yaml.Value, list []*yaml.Value) {
	for _, s := range from.Streams {
		if s != stream && s.has(f.Text) {
			c.list.Errorf(ruleFieldOfOtherStream, f.Span, "%s groups stream %q of %q by field %q, but that field is on stream %q",
				to.name(), stream.ID, from.ID, f.Text, s.ID).
				WithHint("read stream %[2]q, or add the field to stream %[3]q; Nimbus accepts the topology, but %[1]q then dies at its first emit", from.ID, s.ID, stream.ID).
				WithRelated(s.Span, "stream %q has the field", s.ID).
				WithRelated(stream.Span, "stream %q is declared here", stream.ID)
			return
		}
	}
	d := c.list.Errorf(ruleUnknownField, f.Span, "%s groups by field %q, but stream %q of %q has no such field", to.name(), f.Text, stream.ID, from.ID)
	if near, ok := c.similar.closest(f.Text, stream.Fields); ok {
		near.Sure = near.Sure && !slices.ContainsFunc(list, func(f *yaml.Value) bool { return f.Text == near.Name })
		d.Suggest(f.Span, near)
	} else if len(stream.Fields) > 0 {
		d.WithHint("known fields: %s", listed(stream.Fields))
	} else {
		d.WithHint("the stream has no fields")
	}
	if !stream.Span.IsZero() {
		d.WithRelated(stream.Span, "stream %q is declared here", stream.ID)
	}
}

func (s *Stream) has(field string) bool {
	for _, f := range s.Fields {
		if f == field {
			return true
		}
	}
	return false
}

func quoted(s string) string { return strconv.Quote(shortened(strings.ToValidUTF8(s, "?"))) }
