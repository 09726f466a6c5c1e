package diag

import "strings"

// WithoutPrivate returns the list without the words of [File.Private] files: a diagnostic about one has only its place and
// what its rule finds. It does not change the list.
func (l List) WithoutPrivate() List {
	kept := make(List, len(l))
	for i, d := range l {
		kept[i] = d.withoutPrivate()
	}
	return kept
}

func (d *Diagnostic) withoutPrivate() *Diagnostic {
	own := isPrivate(d.Span)
	related := false
	for _, r := range d.Related {
		related = related || isPrivate(r.Span)
	}
	if !own && !related {
		return d
	}
	c := *d
	c.Related = nil
	for _, r := range d.Related {
		if own || isPrivate(r.Span) {
			r.Message = "see here"
		}
		c.Related = append(c.Related, r)
	}
	if own {
		c.Message, c.Hint, c.Fixes = "a fault in a file outside the project, whose text is not shown", "", nil
		if rule, ok := LookupRule(d.Rule); ok {
			c.Message = strings.ToLower(rule.Title[:1]) + rule.Title[1:]
			c.Hint = "the file is outside the project, so its text is not shown; `stormflux explain " + rule.Name + "` explains the rule"
		}
	}
	return &c
}

func isPrivate(s Span) bool { return !s.IsZero() && s.File.Private }
