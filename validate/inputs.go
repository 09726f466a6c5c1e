package validate

import (
	"slices"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/settings"
	"github.com/stormflux/stormflux/schema"
	"github.com/stormflux/stormflux/schema/yaml"
)

// The rules about subscriptions.
const (
	ruleUnknownComponent      = "unknown-component"
	ruleUnknownStream         = "unknown-stream"
	ruleMissingOutputs        = "missing-outputs"
	ruleSpoutAsTarget         = "spout-as-target"
	ruleBoltWithoutInput      = "bolt-without-input"
	ruleDuplicateSubscription = "duplicate-subscription"
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
		if inputs := k.src.Value.Get("inputs"); len(k.src.Inputs) < itemCount(inputs) || notList(inputs) || c.doc.IsMeant(k.src.Value, "inputs") {
			k.inputsUnclear, c.unknownSource = true, true // the grammar has reported one of them
		}
	}
	if len(c.doc.Streams) < itemCount(c.doc.Root.Get("streams")) || c.doc.IsMeant(c.doc.Root, "streams") {
		c.unknownSource, c.unknownTarget = true, true
	}
	c.unknownSource = c.unknownSource || c.doc.IsMeant(c.doc.Root, "bolts")
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
		if k.Kind == schema.Bolt && len(k.Inputs) == 0 && !k.inputsUnclear && !c.unknownTarget {
			c.boltWithoutInput(k)
		}
	}
	c.leaveOut()
}

// leaveOut removes the bolts that Flux leaves out from the topology.
func (c *checker) leaveOut() {
	left := make(map[*Component]bool)
	for i := range c.all {
		if k := &c.all[i]; k.leftOut {
			left[k.Component] = true
		}
	}
	if len(left) > 0 {
		c.topology.Bolts = slices.DeleteFunc(c.topology.Bolts, func(b *Component) bool { return left[b] })
	}
}

// itemCount returns how many elements a list has.
func itemCount(list *yaml.Value) int {
	if list == nil {
		return 0
	}
	return len(list.Items)
}

// notList reports whether there is something else where a list belongs. The grammar has reported it.
func notList(v *yaml.Value) bool {
	return v != nil && v.Kind != yaml.Sequence && v.Kind != yaml.Null
}

// subscription is the key of an input. A bolt may have each only once, because Storm keeps its inputs in a map.
type subscription struct {
	bolt, from *Component
	stream     string
}

// mostScanned is the number of inputs up to which a bolt's inputs are searched one by one. Nearly all bolts have fewer.
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
	if len(to.Inputs) == mostScanned { // the map serves from the next one on
		if c.subscribed == nil {
			c.subscribed = make(map[subscription]*Input)
		}
		for _, in := range to.Inputs {
			c.subscribed[subscription{to.Component, in.From, in.Stream.ID}] = in
		}
	}
	return nil
}

// boltWithoutInput reports a bolt that reads nothing. Flux adds a bolt to the topology when it reads a stream to that
// bolt (FluxBuilder.buildStreamDefinitions, 2.8.3), so it leaves the others out. That works as long as nothing reads
// from them.
func (c *checker) boltWithoutInput(k *component) {
	if k.inFluxForm() && !slices.ContainsFunc(c.edges, func(e edge) bool { return e.from == k.number }) {
		k.leftOut = true
		c.list.Warnf(ruleBoltWithoutInput, k.Span, "%s is not in the topology: no stream goes to it, and so Flux leaves it out", k.name()).
			WithHint("add a stream with `to: %s`, or remove the bolt", k.ID)
		return
	}
	d := c.list.Errorf(ruleBoltWithoutInput, k.Span, "%s has no inputs, so it would never do anything", k.name())
	if node, _ := k.src.Value.Lookup("inputs"); node != nil {
		d.WithHint("add an element to its `inputs`, or remove the bolt").WithRelated(node.Span, "its inputs are empty")
		return
	}
	d.WithHint("add `inputs: [{from: %s}]`, or remove the bolt", c.exampleSource(k))
}

// exampleSource returns a component that a bolt could read from, for a hint.
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
		WithHint("make it a bolt, or swap `from` and `to`").
		WithRelated(k.Span, "%q is declared as a spout here", k.ID)
}

// target returns the component that a Flux stream goes to; nil when there is none, which has been reported.
func (c *checker) target(in *schema.Input) *component {
	if in.To == nil || in.To.Text == "" {
		c.unknownTarget, c.unknownSource = true, true
		return nil
	}
	if k := c.known(in.To.Text); k != nil {
		return k
	}
	c.unknownSource = true
	if c.doc.Incomplete || c.index.components[in.To.Text] != nil || c.misspelled(in.To.Text) {
		return nil
	}
	d := c.list.Errorf(ruleUnknownComponent, in.To.Span, "a stream goes to unknown component %q", in.To.Text)
	if near, ok := c.similar.closest(in.To.Text, c.index.ids(true)); ok {
		if k := c.known(near.Name); k != nil {
			k.inputsUnclear = true // this is probably its input
		}
		d.Suggest(in.To.Span, near).WithRelated(c.index.components[near.Name].Span, "%q is declared here", near.Name)
	} else {
		c.unknownTarget = true
		hintIDs(d, c.index.ids(true))
	}
	return nil
}

// misspelled reports whether a component is declared below a misspelled `spouts` or `bolts`. The grammar has reported that
// key.
func (c *checker) misspelled(id string) bool {
	for _, e := range c.doc.Root.Entries {
		if meant := c.doc.UnknownKeys[e.Key.Span]; meant != "spouts" && meant != "bolts" {
			continue
		}
		if e.Value.Get(id) != nil || slices.ContainsFunc(e.Value.Elements(), func(item *yaml.Value) bool {
			own := item.Get("id").AsScalar()
			return own != nil && own.Text == id
		}) {
			return true
		}
	}
	return false
}

func hintIDs(d *diag.Diagnostic, ids []string) {
	if len(ids) > 0 {
		d.WithHint("known components: %s", listed(ids))
	}
}

// subscribe resolves one subscription of a bolt.
func (c *checker) subscribe(to *component, in *schema.Input) {
	if in.Grouping != nil {
		c.references(in.Grouping.Object)
	}
	from := c.source(to, in)
	if from == nil {
		to.inputsUnclear, c.unknownSource = true, true
		return
	}
	id, span := schema.DefaultStream, in.From.Span
	if in.Stream != nil {
		id, span = in.Stream.Text, in.Stream.Span
	}
	if id == "" {
		to.inputsUnclear, c.unknownSource = true, true
		return
	}
	index := from.streamIndex(id)
	var stream *Stream
	common, isCommon := settings.CommonStream(id)
	switch {
	case index >= 0:
		stream = from.Streams[index]
		from.read[index] = true
	case isCommon:
		stream = &Stream{ID: id, Fields: common.Fields, Span: from.Span}
	case from.open:
		stream = &Stream{ID: id, Span: from.Span}
	default:
		to.inputsUnclear, c.unknownSource = true, true
		c.unknownStream(to, from, id, span)
	}
	if stream == nil {
		return
	}
	made := &Input{From: from.Component, Stream: stream, Span: in.From.Span}
	if first := c.earlier(to, from, id); first != nil {
		if in.To != nil && to.inFluxForm() {
			c.list.Warnf(ruleDuplicateSubscription, in.From.Span, "%s reads stream %q of %q twice, and only this grouping counts", to.name(), id, from.ID).
				WithHint("remove one of them: Flux and Storm keep the last grouping of a stream, and drop the other without a message").
				WithRelated(first.Span, "the grouping here has no effect")
			first.Span = made.Span
			first.Grouping = c.grouping(to, from, in, stream, index >= 0)
			return
		}
		c.list.Errorf(ruleDuplicateSubscription, in.From.Span, "%s reads stream %q of %q twice", to.name(), id, from.ID).
			WithHint("remove one of them: Storm keeps one grouping for a stream, and drops the other without a message").
			WithRelated(first.Span, "it is first read here")
		return
	}
	known := index >= 0
	made.Grouping = c.grouping(to, from, in, stream, known)
	to.Inputs = append(to.Inputs, made)
	if len(to.Inputs) > mostScanned {
		c.subscribed[subscription{to.Component, from.Component, id}] = made
	}
	if from == c.systemSource {
		c.timerSubscription(to, in, id)
		return
	}
	c.edges = append(c.edges, edge{from: from.number, to: to.number, span: made.Span})
}

// source returns the component that an input reads from; nil when there is none, which has been reported.
func (c *checker) source(to *component, in *schema.Input) *component {
	if in.From == nil || in.From.Text == "" {
		return nil
	}
	if k := c.known(in.From.Text); k != nil {
		return k
	}
	if in.From.Text == settings.SystemComponent {
		return c.system()
	}
	if c.doc.Incomplete || c.index.components[in.From.Text] != nil || c.misspelled(in.From.Text) { // the grammar left it out
		return nil
	}
	id := in.From.Text
	d := c.list.Errorf(ruleUnknownComponent, in.From.Span, "%s reads from unknown component %q", to.name(), id)
	switch {
	case settings.IsReserved(id):
		d.WithHint("of Storm's own components, a bolt can read from %q only; for ticks write `tick: 5s` on the bolt", settings.SystemComponent)
	case c.doc.Bean(id) != nil:
		d.WithHint("%q is one of `components`: these are objects that others refer to, and they emit no tuples", id).
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
			c.list.Errorf(ruleMissingOutputs, from.Span, "%s declares no outputs, but %s reads from it", from.name(), to.name()).
				WithHint("declare what it emits: `outputs: [field, ...]`").
				WithRelated(span, "%q is read here", from.ID)
		}
		return
	}
	names := from.declaration.memberNames()
	d := c.list.Errorf(ruleUnknownStream, span, "%s reads stream %q, but %q declares no such stream", to.name(), id, from.ID)
	if near, ok := c.similar.closest(id, names); ok {
		d.Suggest(span, near)
		if from == c.systemSource {
			return
		}
		d.WithRelated(from.stream(near.Name).Span, "stream %q is declared here", near.Name)
		return
	}
	if span == (diag.Span{}) || id == schema.DefaultStream {
		d.WithHint("name a stream with `stream`; known streams: %s", listed(names))
	} else {
		d.WithHint("known streams: %s", listed(names))
	}
	if from == c.systemSource {
		return
	}
	d.WithRelated(from.Streams[0].Span, "the streams of %q are declared here", from.ID)
}
