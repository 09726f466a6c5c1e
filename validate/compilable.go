package validate

import (
	"github.com/stormflux/stormflux/diag"
)

// The rules about what Storm may accept and the compiler has no form for.
const (
	rulePartialKey = "partial-key-on-storm-1"
	ruleLauncher   = "launcher-on-windows"
)

// compilable reports what the compiler has no form for. So every command has the same verdict on a file.
func (c *checker) compilable() {
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
				WithHint("Go programs, Python classes, commands of more or fewer than two words, commands with `env`, programs from the resources, and all of them after a `setup` need one")
		}
		d.WithRelated(k.Span, "%s %q needs a launcher", k.Kind, k.ID)
	}
}
