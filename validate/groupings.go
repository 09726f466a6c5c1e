package validate

import (
	"slices"
	"strconv"
	"strings"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/schema"
	"github.com/stormflux/stormflux/schema/yaml"
)

// The rules about subscriptions and groupings.
const (
	ruleUnknownComponent      = "unknown-component"
	ruleUnknownStream         = "unknown-stream"
	ruleUnknownField          = "unknown-field"
	ruleFieldOfOtherStream    = "field-of-other-stream"
	ruleMissingOutputs        = "missing-outputs"
	ruleSpoutAsTarget         = "spout-as-target"
	ruleBoltWithoutInput      = "bolt-without-input"
	ruleDuplicateSubscription = "duplicate-subscription"
	ruleEmptyFields           = "empty-fields"
	ruleDirectStream          = "regular-grouping-of-direct-stream"
	ruleDirectGrouping        = "direct-grouping-of-regular-stream"
)

// subscriptions resolves the bolts' own inputs and Flux's streams.
func (c *checker) subscriptions() {
	for i := range c.all {
		k := &c.all[i]
		for _, in := range k.src.Inputs {
			c.indexInput(in)
			if k.Kind == schema.Spout {
				continue // the grammar has reported it
			}
			c.subscribe(k, in)
		}
		if inputs := k.src.Value.Get("inputs"); len(k.src.Inputs) < written(inputs) || noList(inputs) || c.doc.IsMeant(k.src.Value, "inputs") {
			k.unsure, c.unresolved = true, true // the grammar found fault with one
		}
	}
	if len(c.doc.Streams) < written(c.doc.Root.Get("streams")) {
		c.unresolved, c.lostTarget = true, true
	}
	for _, in := range c.doc.Streams {
		c.indexInput(in)
		switch to := c.target(in); {
		case to == nil:
		case to.Kind == schema.Spout:
			c.spoutAsTarget(to, in)
		default:
			c.subscribe(to, in)
		}
	}
	for i := range c.all {
		k := &c.all[i]
		if k.Kind == schema.Bolt && len(k.Inputs) == 0 && !k.unsure && !c.lostTarget {
			c.boltWithoutInput(k)
		}
	}
}

// written is how many elements a list has.
func written(list *yaml.Value) int {
	if list == nil {
		return 0
	}
	return len(list.Items)
}

// noList tells that something stands where a list belongs; the grammar has reported it.
func noList(v *yaml.Value) bool {
	return v != nil && v.Kind != yaml.Sequence && v.Kind != yaml.Null
}

// subscription is what a bolt may have only once: Storm keeps a bolt's inputs in a map from source and stream.
type subscription struct {
	bolt, from *Component
	stream     string
}

// mostScanned is how many inputs of a bolt are looked through one by one; nearly all bolts have fewer.
const mostScanned = 8

// earlier returns the subscription of a bolt to the same stream, or nil.
func (c *checker) earlier(to, from *component, stream string) *Input {
	if len(to.Inputs) > mostScanned {
		return c.subscribed[subscription{to.Component, from.Component, stream}]
	}
	for _, in := range to.Inputs {
		if in.From == from.Component && in.Stream.ID == stream {
			return in
		}
	}
	if len(to.Inputs) == mostScanned { // from the next one on
		if c.subscribed == nil {
			c.subscribed = make(map[subscription]*Input)
		}
		for _, in := range to.Inputs {
			c.subscribed[subscription{to.Component, in.From, in.Stream.ID}] = in
		}
	}
	return nil
}

func (c *checker) boltWithoutInput(k *component) {
	d := c.list.Errorf(ruleBoltWithoutInput, k.Span, "%s reads from nothing, so it would never do anything", k.name())
	if node, _ := k.src.Value.Lookup("inputs"); node != nil {
		d.WithHint("add an element to its `inputs`, or remove the bolt").WithRelated(node.Span, "its inputs are empty")
		return
	}
	d.WithHint("add `inputs: [{from: %s}]`, or remove the bolt", c.exampleSource(k))
}

// exampleSource is a component that a bolt could read from, for a hint.
func (c *checker) exampleSource(k *component) string {
	for i := range c.all {
		if o := &c.all[i]; o != k && o.ID != "" {
			return o.ID
		}
	}
	return "my-spout"
}

func (c *checker) spoutAsTarget(k *component, in *schema.Input) {
	c.list.Errorf(ruleSpoutAsTarget, in.To.Span, "%s cannot read from other components, only bolts can", k.name()).
		WithHint("make it a bolt, or turn the direction of the stream").
		WithRelated(k.Span, "%q is declared as a spout here", k.ID)
}

// target finds the bolt that a stream of Flux goes to; nil when it was reported.
func (c *checker) target(in *schema.Input) *component {
	if in.To == nil || in.To.Text == "" {
		c.lostTarget, c.unresolved = true, true
		return nil
	}
	if k := c.known(in.To.Text); k != nil {
		return k
	}
	c.unresolved = true
	if c.doc.Incomplete || c.index.components[in.To.Text] != nil {
		return nil
	}
	d := c.list.Errorf(ruleUnknownComponent, in.To.Span, "a stream goes to unknown component %q", in.To.Text)
	if near, ok := c.similar.closest(in.To.Text, c.index.ids(true)); ok {
		if k := c.known(near.Name); k != nil {
			k.unsure = true // this may be its input
		}
		d.Suggest(in.To.Span, near).WithRelated(c.index.components[near.Name].Span, "%q is declared here", near.Name)
	} else {
		c.lostTarget = true
		hintIDs(d, c.index.ids(true))
	}
	return nil
}

func hintIDs(d *diag.Diagnostic, ids []string) {
	if len(ids) > 0 {
		d.WithHint("there is %s", listed(ids))
	}
}

// subscribe resolves one subscription of a bolt.
func (c *checker) subscribe(to *component, in *schema.Input) {
	from := c.source(to, in)
	if from == nil {
		to.unsure, c.unresolved = true, true
		return
	}
	id, span := schema.DefaultStream, in.From.Span
	if in.Stream != nil {
		id, span = in.Stream.Text, in.Stream.Span
	}
	if id == "" {
		to.unsure, c.unresolved = true, true
		return
	}
	index := from.streamIndex(id)
	var stream *Stream
	switch {
	case index >= 0:
		stream = from.Streams[index]
		from.read[index] = true
	case from.open:
		stream = &Stream{ID: id, Span: from.Span}
	default:
		to.unsure, c.unresolved = true, true
		c.unknownStream(to, from, id, span)
	}
	made := &Input{From: from.Component, Stream: stream, Grouping: schema.Shuffle, Span: in.From.Span}
	if g := in.Grouping; g != nil {
		made.Grouping, made.Object = g.Type, g.Object
		c.references(g.Object)
	}
	if stream == nil {
		return
	}
	if first := c.earlier(to, from, id); first != nil {
		c.list.Errorf(ruleDuplicateSubscription, in.From.Span, "%s reads stream %q of %q twice", to.name(), id, from.ID).
			WithHint("Storm keeps one grouping for a stream and drops the other without a word: remove one").
			WithRelated(first.Span, "it is read here already")
		return
	}
	known := index >= 0
	c.grouping(to, from, in, made, known)
	to.Inputs = append(to.Inputs, made)
	if len(to.Inputs) > mostScanned {
		c.subscribed[subscription{to.Component, from.Component, id}] = made
	}
	c.edges = append(c.edges, edge{from: from.number, to: to.number, span: made.Span})
}

// source finds the component that is read from; nil when it was reported.
func (c *checker) source(to *component, in *schema.Input) *component {
	if in.From == nil || in.From.Text == "" {
		return nil
	}
	if k := c.known(in.From.Text); k != nil {
		return k
	}
	if c.doc.Incomplete || c.index.components[in.From.Text] != nil { // of a component without its definition
		return nil
	}
	id := in.From.Text
	d := c.list.Errorf(ruleUnknownComponent, in.From.Span, "%s reads from unknown component %q", to.name(), id)
	switch {
	case isReserved(id):
		d.WithHint("Storm's own components cannot be read from; ticks come with `tick: 5s` on the bolt itself")
	case c.doc.Bean(id) != nil:
		d.WithHint("%q is one of `components`, which are objects for others to refer to and send no tuples", id).
			WithRelated(c.doc.Bean(id).ID.Span, "%q is declared here", id)
	default:
		if near, ok := c.similar.closest(id, c.index.ids(false)); ok {
			d.Suggest(in.From.Span, near).WithRelated(c.index.components[near.Name].Span, "%q is declared here", near.Name)
		} else {
			hintIDs(d, c.index.ids(false))
		}
	}
	return nil
}

func (c *checker) unknownStream(to, from *component, id string, span diag.Span) {
	if len(from.Streams) == 0 {
		if !from.missingOutputs && !c.doc.IsMeant(from.src.Value, "outputs") { // once is enough
			from.missingOutputs = true
			c.list.Errorf(ruleMissingOutputs, from.Span, "%s has no outputs, but %s reads from it", from.name(), to.name()).
				WithHint("say what it emits: `outputs: [field, ...]`").
				WithRelated(span, "%q is read here", from.ID)
		}
		return
	}
	names := from.declaration.memberNames()
	d := c.list.Errorf(ruleUnknownStream, span, "%s reads stream %q of %q, which declares no such stream", to.name(), id, from.ID)
	if near, ok := c.similar.closest(id, names); ok {
		d.Suggest(span, near).WithRelated(from.stream(near.Name).Span, "stream %q is declared here", near.Name)
		return
	}
	if span == (diag.Span{}) || id == schema.DefaultStream {
		d.WithHint("name one with `stream`: there is %s", listed(names))
	} else {
		d.WithHint("there is %s", listed(names))
	}
	d.WithRelated(from.Streams[0].Span, "the streams of %q are declared here", from.ID)
}

// grouping checks a resolved subscription's grouping against the stream. Of a stream that is not known only what holds
// for any stream is checked.
func (c *checker) grouping(to, from *component, in *schema.Input, made *Input, known bool) {
	place := in.From.Span
	if in.Grouping != nil && in.Grouping.Value != nil {
		place = in.Grouping.Value.Span
	}
	stream := made.Stream
	switch direct := made.Grouping == schema.Direct; {
	case known && direct && !stream.Direct:
		d := c.list.Errorf(ruleDirectGrouping, place, "%s takes stream %q of %q with a direct grouping, but the stream is not direct",
			to.name(), stream.ID, from.ID)
		if from.multilang && c.topology.Storm.AtLeast(2, 6) {
			d.WithHint("a process cannot emit directly on Storm %s: use a fields grouping on a field that names the receiver", c.topology.Storm)
		} else {
			d.WithHint("declare the stream with `direct: true` if %q emits to chosen tasks, or use another grouping", from.ID)
		}
		d.WithRelated(stream.Span, "stream %q is declared here", stream.ID)
	case known && !direct && stream.Direct:
		c.list.Errorf(ruleDirectStream, place, "%s takes direct stream %q of %q with a %s grouping", to.name(), stream.ID, from.ID, made.Grouping).
			WithHint("write `grouping: direct`: on a direct stream the sender chooses the task").
			WithRelated(stream.Span, "stream %q is declared direct here", stream.ID)
	}
	if made.Grouping != schema.Fields && made.Grouping != schema.PartialKey {
		return
	}
	list := in.Grouping.Fields
	if len(list) == 0 {
		c.emptyFields(to, in, made, place)
		return
	}
	made.Fields = c.fields(to, "the grouping", list)
	if !known {
		return
	}
	var reported map[string]bool
	for _, f := range list {
		if stream.has(f.Text) || reported[f.Text] {
			continue
		}
		if reported == nil {
			reported = make(map[string]bool)
		}
		reported[f.Text] = true
		c.unknownField(to, from, stream, f, list)
	}
}

func (c *checker) emptyFields(to *component, in *schema.Input, made *Input, place diag.Span) {
	given := in.Grouping.Value
	written := slices.ContainsFunc([]string{"fields", "partial-key", "args"}, func(key string) bool {
		list := given.Get(key)
		return list != nil && list.Kind == yaml.Sequence && len(list.Items) == 0
	})
	if !written {
		return // the grammar has found fault with the fields, or with there being none
	}
	if made.Grouping == schema.PartialKey {
		c.list.Warnf(ruleEmptyFields, place, "%s groups by no field at all, so two tasks get everything", to.name()).
			WithHint("name the fields whose values choose the task")
		return
	}
	c.list.Warnf(ruleEmptyFields, place, "%s groups by no field at all, so one task gets everything", to.name()).
		WithHint("name the fields whose values choose the task, or write `grouping: global`")
}

// unknownField reports a field of a grouping's list that the stream does not have.
func (c *checker) unknownField(to, from *component, stream *Stream, f *yaml.Value, list []*yaml.Value) {
	for _, s := range from.Streams {
		if s != stream && s.has(f.Text) {
			c.list.Errorf(ruleFieldOfOtherStream, f.Span, "%s groups by field %q, which is on stream %q of %q, not on %q",
				to.name(), f.Text, s.ID, from.ID, stream.ID).
				WithHint("Nimbus takes it, but %q then dies at its first emit: read stream %q, or add the field to %q", from.ID, s.ID, stream.ID).
				WithRelated(s.Span, "stream %q has the field", s.ID).
				WithRelated(stream.Span, "stream %q is declared here", stream.ID)
			return
		}
	}
	d := c.list.Errorf(ruleUnknownField, f.Span, "%s groups by field %q, which is not on stream %q of %q", to.name(), f.Text, stream.ID, from.ID)
	if near, ok := c.similar.closest(f.Text, stream.Fields); ok {
		near.Sure = near.Sure && !slices.ContainsFunc(list, func(f *yaml.Value) bool { return f.Text == near.Name })
		d.Suggest(f.Span, near)
	} else if len(stream.Fields) > 0 {
		d.WithHint("the stream has %s", listed(stream.Fields))
	} else {
		d.WithHint("the stream has no fields")
	}
	d.WithRelated(stream.Span, "stream %q is declared here", stream.ID)
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
