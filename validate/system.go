package validate

import (
	"slices"

	"github.com/stormflux/stormflux/internal/settings"
	"github.com/stormflux/stormflux/schema"
)

// ruleSystemStream is the rule about subscriptions to Storm's own component.
const ruleSystemStream = "system-stream"

// system returns Storm's own component as the source of subscriptions.
func (c *checker) system() *component {
	if c.systemSource == nil {
		k := &component{Component: &Component{ID: settings.SystemComponent, Kind: schema.Bolt}, number: -1,
			src: &schema.Component{}, declaration: &Declaration{}}
		for _, s := range settings.SystemStreams(c.topology.Storm) {
			k.Streams = append(k.Streams, &Stream{ID: s.ID, Fields: s.Fields})
			k.declaration.Members = append(k.declaration.Members, &Declaration{Kind: StreamSymbol, Name: s.ID, Owner: k.declaration})
		}
		k.read = make([]bool, len(k.Streams))
		c.systemSource = k
	}
	return c.systemSource
}

// isTimer reports whether Storm sends nothing on one of its own streams to subscribers.
func (c *checker) isTimer(id string) bool {
	return slices.ContainsFunc(settings.SystemStreams(c.topology.Storm), func(s settings.SystemStream) bool { return s.ID == id && s.Timer })
}

// ticks reports whether Storm sends ticks to a bolt. A class may ask for them itself (getComponentConfiguration).
func (c *checker) ticks(k *component) bool {
	if !k.multilang {
		return true
	}
	isTick := func(s Setting) bool { return s.Key == keyTick && s.Value != nil }
	return slices.ContainsFunc(k.Config, isTick) || slices.ContainsFunc(c.topology.Config, isTick)
}

// readsSystem reports whether a bolt gets tuples from Storm itself, over an input or as the ticks that it asks for.
func (c *checker) readsSystem(k *component) bool {
	if c.ticks(k) && !slices.ContainsFunc(k.Inputs, func(in *Input) bool { return in.From.ID != settings.SystemComponent }) {
		return true
	}
	return slices.ContainsFunc(k.Inputs, func(in *Input) bool { return settings.IsReserved(in.Stream.ID) && !c.isTimer(in.Stream.ID) })
}

// timerSubscription warns of a subscription to a stream of Storm's timers.
func (c *checker) timerSubscription(to *component, in *schema.Input, id string) {
	if !c.isTimer(id) || id == "__tick" && c.ticks(to) {
		return
	}
	d := c.list.Warnf(ruleSystemStream, in.From.Span, "%s reads stream %q of %q, but Storm sends nothing on it to subscribers",
		to.name(), id, settings.SystemComponent)
	if id == "__tick" {
		d.WithHint("a bolt gets ticks when its tick is set, also without this input: write `tick: 5s`, or set %q", keyTick)
	} else {
		d.WithHint("remove the input: it has no effect")
	}
}
