package schema

import (
	"bytes"
	"slices"

	"github.com/stormflux/stormflux/diag"
)

const ruleUnusedVariable = "unused-variable"

// unusedVariables warns about each --set whose name no reference in the files has: mostly, it is misspelt. A reference
// that has no effect, such as one in an unused default, counts too. If a reference has no value, or a file is missing,
// that is the fault, and there is no warning.
func (l *loader) unusedVariables() {
	if len(l.opts.Set) == 0 || l.vars.unreadEnvironment ||
		slices.ContainsFunc(l.diags, func(d *diag.Diagnostic) bool { return d.Rule == ruleIncludeMissing || d.Rule == ruleUnset }) {
		return
	}
	var names []string
	referred := map[string]bool{}
	for _, f := range l.files {
		for text := f.Text; ; {
			_, rest, found := bytes.Cut(text, []byte("${"))
			if !found {
				break
			}
			n := 0
			for n < len(rest) && isNameByte(rest[n]) {
				n++
			}
			if name := string(rest[:n]); n > 0 && !referred[name] {
				referred[name] = true
				names = append(names, name)
			}
			text = rest
		}
	}
	seen := map[string]bool{}
	for _, a := range l.opts.Set {
		if referred[a.Name] || seen[a.Name] {
			continue
		}
		seen[a.Name] = true
		d := l.diags.Warnf(ruleUnusedVariable, diag.Span{}, "--set %s: nothing refers to ${%s}", a.Name, a.Name)
		if near, ok := diag.Suggest(a.Name, names); ok {
			d.WithHint("did you mean %q?", near)
		} else if len(names) == 0 {
			d.WithHint("the files have no references; use -c KEY=VALUE for a setting")
		}
	}
}
