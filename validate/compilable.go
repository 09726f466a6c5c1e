package validate

import (
	"fmt"

	"github.com/stormflux/stormflux/diag"
)

// The rules about what Storm may accept and the compiler has no form for.
const (
	ruleJVM        = "jvm-component"
	rulePartialKey = "partial-key-on-storm-1"
	ruleLauncher   = "launcher-on-windows"
)

// compilable reports what the compiler has no form for. So every command has the same verdict on a file.
func (c *checker) compilable() {
	if c.opts.OnlyProcesses {
		c.refuseClasses()
	}
	c.launchers()
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

// launchers warns of components that need a launcher, if the workers run Windows: /bin/sh runs launchers.
func (c *checker) launchers() {
	p := c.doc.Platform
	if p == nil || c.opts.Platform != (Platform{}) || c.topology.Platform.OS != "windows" {
		return
	}
	var d *diag.Diagnostic
	for _, k := range c.topology.Components() {
		if !c.needsLauncher(k.Implementation) {
			continue
		}
		if d == nil {
			d = c.list.Warnf(ruleLauncher, p.Span, "components need a launcher, which /bin/sh runs, but the workers' platform is %q", p.Text).
				WithHint("Go programs, commands of more or fewer than two words, commands with `env` and programs from the resources need one")
		}
		d.WithRelated(k.Span, "%s %q needs a launcher", k.Kind, k.ID)
	}
}

// refuseClasses reports all JVM classes of the topology in one diagnostic.
func (c *checker) refuseClasses() {
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
	if source := c.doc.TopologySource; source != nil && !c.sourceBeside {
		places = append(places, place{source.Value.Span, "the topology's source is a class"})
	}
	if len(places) == 0 {
		return
	}
	d := c.list.Errorf(ruleJVM, places[0].span, "%s, and emit-clj cannot write JVM classes yet", places[0].what).
		WithHint("describe the component as `go` or `command`, or submit the topology to a cluster")
	for _, p := range places[1:] {
		d.WithRelated(p.span, "%s", p.what)
	}
}
