package validate

import (
	"slices"

	"github.com/stormflux/stormflux/diag"
)

// The rules about `# stormflux:ignore` comments themselves; no comment silences them.
const (
	ruleUnknownRule  = "unknown-rule"
	ruleUnusedIgnore = "unused-ignore"
)

// ignores drops the warnings and notes that comments silence, and reports comments that silence nothing.
func (c *checker) ignores() {
	if len(c.doc.Ignores) == 0 {
		return
	}
	type line struct {
		file *diag.File
		line int
		rule string
	}
	silenced := make(map[line]bool) // whether anything was
	for _, comment := range c.doc.Ignores {
		for _, r := range comment.Rules {
			silenced[line{comment.Span.File, comment.Line, r.Name}] = false
		}
	}
	errors := make(map[line]bool)
	c.list = slices.DeleteFunc(c.list, func(d *diag.Diagnostic) bool {
		if d.Span.IsZero() {
			return false
		}
		key := line{d.Span.File, d.Span.File.Position(d.Span.Start).Line, d.Rule}
		if _, named := silenced[key]; !named {
			return false
		}
		if d.Severity == diag.Error {
			errors[key] = true
			return false
		}
		silenced[key] = true
		return true
	})
	for _, comment := range c.doc.Ignores {
		if len(comment.Rules) == 0 {
			c.list.Warnf(ruleUnusedIgnore, comment.Span, "the comment names no rule, so it ignores nothing").
				WithHint("write the rules behind it, such as \"stormflux:ignore unread-stream\"")
		}
		for _, r := range comment.Rules {
			key := line{comment.Span.File, comment.Line, r.Name}
			use := Reference{Kind: RuleSymbol, Name: r.Name, Span: r.Span}
			_, known := diag.LookupRule(r.Name)
			if known {
				use.Declaration = c.index.other(RuleSymbol, r.Name, diag.Span{})
			}
			c.index.refer(use)
			if !known {
				d := c.list.Warnf(ruleUnknownRule, r.Span, "unknown rule %q", r.Name)
				if near, ok := c.similar.closest(r.Name, c.index.LegalNames(&use)); ok {
					d.Suggest(r.Span, near)
				} else {
					d.WithHint("the name of the rule is in brackets at the end of the first line of a diagnostic")
				}
				continue
			}
			switch {
			case errors[key]:
				c.list.Warnf(ruleUnusedIgnore, r.Span, "%q is an error here; only warnings and notes can be ignored", r.Name)
			case !silenced[key]:
				c.list.Warnf(ruleUnusedIgnore, r.Span, "line %d has no %q to ignore", comment.Line, r.Name).
					WithHint("remove it")
			}
		}
	}
}
