package validate

import (
	"fmt"

	"github.com/stormflux/stormflux/diag"
)

// The rules about what Storm may accept and the compiler has no form for.
const (
	ruleJVM        = "jvm-component"
	rulePartialKey = "partial-key-on-storm-1"
)

// compilable reports what the compiler has no form for. So every command has the same verdict on a file.
func (c *checker) compilable() {
	c.classes()
	for _, k := range c.topology.Components() {
		for _, in := range k.Inputs {
			if _, ok := in.Grouping.(PartialKeyGrouping); ok && c.topology.Storm.Major < 2 {
				c.list.Errorf(rulePartialKey, in.Span,
					"cannot compile a partial-key grouping for Storm %s: stormflux knows its serialised form only for Storm 2", c.topology.Storm).
					WithHint("use a fields grouping, or Storm 2")
			}
		}
	}
}

// classes reports all JVM classes of the topology in one diagnostic.
func (c *checker) classes() {
	type place struct {
		span diag.Span
		what string
	}
	var places []place
	for _, k := range c.topology.Components() {
		if class, ok := k.Implementation.(*Class); ok {
			places = append(places, place{k.Span, fmt.Sprintf("%s %q is the class %s", k.Kind, k.ID, class.Name)})
		}
		for _, in := range k.Inputs {
			if _, ok := in.Grouping.(CustomGrouping); ok {
				places = append(places, place{in.Span, fmt.Sprintf("%q has a custom grouping by a class", k.ID)})
			}
		}
	}
	for _, h := range c.doc.WorkerHooks {
		places = append(places, place{h.Value.Span, "a worker hook is a class"})
	}
	if source := c.doc.TopologySource; source != nil {
		places = append(places, place{source.Value.Span, "the topology's source is a class"})
	}
	if len(places) == 0 {
		return
	}
	d := c.list.Errorf(ruleJVM, places[0].span, "%s, and JVM classes cannot be compiled yet", places[0].what).
		WithHint("describe the component as `go` or `command`, or submit this file with Storm's own Flux")
	for _, p := range places[1:] {
		d.WithRelated(p.span, "%s", p.what)
	}
}
