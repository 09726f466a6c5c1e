package schema

import (
	"slices"
	"strings"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/schema/yaml"
)

// explainHooks changes the help of faults in hooks: "${" is mostly meant for a shell there, which has its own variables.
func (l *loader) explainHooks(env *Environment) {
	hooks := env.Value.Get("hooks")
	if hooks == nil {
		return
	}
	for _, d := range l.diags {
		if d.Rule == ruleUnset && within(d.Span, hooks.Span) && strings.HasPrefix(d.Hint, "set it with") {
			d.WithHint("for a variable of the shell, write $${...}: [sh, -c, \"... $${...}\"]")
		}
	}
}

// dropHooks drops the hooks of the moments that the caller does not run, together with their faults.
func (l *loader) dropHooks(env *Environment) {
	if l.opts.Hooks == nil {
		return
	}
	var others []*yaml.Value
	all := env.Hooks
	if all == nil {
		return
	}
	copied := *all
	copied.Entries = nil
	for _, e := range all.Entries {
		if slices.Contains(l.opts.Hooks, e.Key.Text) {
			copied.Entries = append(copied.Entries, e)
		} else {
			others = append(others, e.Value)
		}
	}
	env.Hooks = &copied
	l.diags = slices.DeleteFunc(l.diags, func(d *diag.Diagnostic) bool {
		return slices.ContainsFunc(others, func(v *yaml.Value) bool { return within(d.Span, v.Span) })
	})
}

// within reports whether a place is inside another one.
func within(inner, outer diag.Span) bool {
	return inner.File != nil && inner.File == outer.File && outer.Start <= inner.Start && inner.End <= outer.End
}
