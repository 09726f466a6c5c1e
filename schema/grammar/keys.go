package grammar

import (
	"slices"
	"strings"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/schema/yaml"
)

// legalKeys returns the keys that can be added to the map at p.
func (f *faults) legalKeys(n *node, p *site) []string {
	taken := map[string]bool{}
	for i := range p.value.Entries {
		name := p.value.Entries[i].Key.Text
		taken[name] = true
		if other := n.DependentSchemas[name]; other != nil {
			for excluded, part := range other.Properties {
				taken[excluded] = taken[excluded] || part.Not != nil
			}
		}
	}
	if slices.ContainsFunc(n.OneOf, func(one *node) bool { return taken[one.Required[0]] }) {
		for _, one := range n.OneOf {
			taken[one.Required[0]] = true
		}
	}
	if inMap := p.key != nil && p.parent != nil && p.parent.value.Kind == yaml.Map; inMap && n.Properties["id"] != nil {
		taken["id"] = true // the key is the id
	}
	return slices.DeleteFunc(sortedKeys(n.Properties), func(name string) bool { return taken[name] })
}

// knownKey reports whether the schema part names the key or leaves it free.
func (f *faults) knownKey(n *node, key string) bool {
	return n.Properties[key] != nil || IsFree(key) && n.PatternProperties["^x-"] != nil
}

func (f *faults) unknownKeys(c *cause, p *site) {
	legal := f.legalKeys(c.node, p)
	suggested := make(map[string]*diag.Diagnostic)
	for i := range p.value.Entries {
		key := p.value.Entries[i].Key
		if f.knownKey(c.node, key.Text) {
			continue
		}
		if key.Text == "inputs" && c.node == f.nodes["#/$defs/spout"] {
			f.diags.Errorf(ruleSpoutInputs, key.Span, "%s cannot have inputs", f.nouns.named(p)).
				WithHint("tuples start at a spout; move a component that reads tuples to \"bolts\"")
			continue
		}
		d := f.diags.Errorf(ruleUnknownKey, key.Span, "unknown key %q in %s", key.Text, f.nouns.named(p))
		f.unknown[key.Span] = ""
		if hint := f.otherPlace(c.node, p, key.Text); hint != "" {
			d.WithHint("%s", hint)
			if c.node == f.nodes["#/$defs/groupingMap"] {
				f.meant[p.value] = append(f.meant[p.value], "type") // the key says which grouping is meant
			}
		} else if near, ok := diag.Closest(key.Text, legal); ok {
			if other := suggested[near.Name]; other != nil {
				near.Sure, other.Fixes = false, nil // a map has a key only once
			}
			suggested[near.Name] = d.Suggest(key.Span, near)
			f.meant[p.value] = append(f.meant[p.value], near.Name)
			f.unknown[key.Span] = near.Name
		} else if len(legal) > 0 {
			other := ""
			if slices.ContainsFunc(p.value.Entries, func(e yaml.Entry) bool { return f.knownKey(c.node, e.Key.Text) }) {
				other = "other "
			}
			d.WithHint("%sallowed keys: %s", other, diag.Quoted(legal, 0))
		}
	}
}

// otherPlace returns a hint for an unknown key that has a meaning elsewhere.
func (f *faults) otherPlace(n *node, p *site, key string) string {
	switch {
	case strings.HasPrefix(key, "topology.") && n.Properties["config"] != nil:
		return "settings belong in \"config\""
	case key == "environments" && p.parent == nil:
		return "environments belong in stormflux.yaml"
	case key == "type" && p.parent == nil:
		return "Heron's ECO has this key, Flux does not: remove it"
	case n == f.nodes["#/$defs/groupingMap"] && slices.Contains(f.groupingNames(), key):
		return "write \"grouping: " + key + "\""
	case key == "to" && n == f.nodes["#/$defs/input"]:
		return "an input always belongs to the bolt around it"
	}
	return ""
}

func (f *faults) missingKeys(c *cause, p *site) {
	for _, name := range c.node.Required {
		if p.value.Get(name) != nil || slices.Contains(f.meant[p.value], name) {
			continue
		}
		if strings.HasPrefix(c.node.location, "#/$defs/groupingMap/dependentSchemas/type/") {
			kind := p.child("type")
			hint := "name the fields: args: [FIELD, ...]"
			if name == "customClass" {
				hint = "name the class: customClass: {className: CLASS}"
			}
			f.diags.Errorf(ruleIncompleteGrouping, kind.span(), "grouping %q of %s needs %q", kind.value.Text, f.nouns.named(p.parent), name).
				WithHint("%s", hint)
			continue
		}
		f.diags.Errorf(ruleMissingKey, p.ownSpan(), "%s has no %q", f.nouns.named(p), name)
	}
}

// missingPartner reports a key without the key that it needs.
func (f *faults) missingPartner(c *cause, p *site) {
	for _, name := range sortedKeys(c.node.DependentRequired) {
		there := p.child(name)
		if there == nil {
			continue
		}
		for _, partner := range c.node.DependentRequired[name] {
			if p.value.Get(partner) == nil && !slices.Contains(f.meant[p.value], partner) {
				f.diags.Errorf(ruleMissingKey, there.key.Span, "%s has %q but no %q", f.nouns.named(p), name, partner)
			}
		}
	}
}

// notExactlyOne reports a map with none or several of a group of keys, of which it needs exactly one.
func (f *faults) notExactlyOne(c *cause, p *site) {
	var all, given []string
	for _, one := range c.node.OneOf {
		name := one.Required[0]
		all = append(all, name)
		if p.value.Get(name) != nil {
			given = append(given, name)
		}
	}
	name := f.nouns.named(p)
	if len(given) == 0 {
		if slices.ContainsFunc(f.meant[p.value], func(meant string) bool { return slices.Contains(all, meant) }) {
			return
		}
		switch c.node.location {
		case "#/$defs/spout", "#/$defs/bolt":
			f.diags.Errorf(ruleComponentKind, p.ownSpan(), "%s does not say what it runs", name).
				WithHint("add one of %s", diag.Quoted(all, 0))
		case "#/$defs/groupingMap":
			d := f.diags.Errorf(ruleGroupingKind, p.ownSpan(), "%s does not name a grouping", name)
			if p.value.Get("args") != nil {
				d.WithHint("add \"type: FIELDS\"")
			} else {
				d.WithHint("add one of %s", diag.Quoted(all, 0))
			}
		default:
			f.diags.Errorf(ruleMissingKey, p.ownSpan(), "%s has neither %q nor %q", name, all[0], all[1])
		}
		return
	}
	f.chosen[p.value] = given
	rule := ruleConflictingKeys
	switch c.node.location {
	case "#/$defs/spout", "#/$defs/bolt":
		rule = ruleComponentKind
	case "#/$defs/groupingMap":
		rule = ruleGroupingKind
	}
	// The first key in the file is fine, the later ones are too many.
	places := make([]*site, len(given))
	for i, name := range given {
		places[i] = p.child(name)
	}
	slices.SortStableFunc(places, func(a, b *site) int { return a.key.Span.Start - b.key.Span.Start })
	d := f.diags.Errorf(rule, places[1].key.Span, "%s has %s, but only one of them is allowed", name, diag.Quoted(given, 0))
	for _, other := range append(places[:1:1], places[2:]...) {
		d.WithRelated(other.key.Span, "%q is here", other.key.Text)
	}
}

// conflictHints say what to do about a key that another key excludes, by both keys or by the other key alone.
var conflictHints = map[string]string{
	"numTasks tasks":    "they mean the same: keep one",
	"streamId stream":   "they mean the same: keep one",
	"args python":       "a Python class gets its settings from \"config\"",
	"args className":    "a class takes its arguments as \"constructorArgs\"",
	"env className":     "use the setting \"topology.environment\" for the environment of the workers",
	"interpreter venv":  "the virtual environment has its own interpreter: keep one",
	"requirements venv": "the virtual environment has its own packages: keep one",
	"go":                "only a JVM class (\"className\") can have it",
	"command":           "only a JVM class (\"className\") can have it",
	"python":            "only a JVM class (\"className\") can have it",
	"fields":            "it belongs to \"type\"",
	"partial-key":       "it belongs to \"type\"",
	"custom":            "it belongs to \"type\"",
}

// conflictingKey reports a key that another key of the same map, or of a map around it, excludes.
func (f *faults) conflictingKey(c *cause, p *site) {
	tokens := strings.Split(c.node.location, "/")
	at := -1
	for i, token := range tokens {
		if token == "dependentSchemas" {
			at = i
		}
	}
	if at < 0 {
		if p.key.Text == "id" && p.parent != nil {
			f.diags.Errorf(ruleUnknownKey, p.key.Span, "unknown key \"id\" in %s", f.nouns.named(p.parent)).
				WithHint("in a map of components, the key is the id")
			return
		}
		f.diags.Errorf(ruleUnknownKey, p.key.Span, "key %q is not allowed in %s", p.key.Text, f.nouns.named(p.parent))
		return
	}
	// #/.../dependentSchemas/OTHER/properties/KEY, or deeper by further properties/KEY.
	other := tokens[at+1]
	owner := p
	for range (len(tokens) - at - 2) / 2 {
		owner = owner.parent
	}
	if slices.Contains(f.chosen[owner.value], other) {
		return // the other key is too many itself
	}
	d := f.diags.Errorf(ruleConflictingKeys, p.key.Span, "%q cannot be combined with %q in %s", p.key.Text, other, f.nouns.named(owner)).
		WithRelated(owner.child(other).key.Span, "%q is here", other)
	hint, ok := conflictHints[p.key.Text+" "+other]
	if !ok {
		hint = conflictHints[other]
	}
	d.Hint = hint
}

// IsFree reports whether a key is one of the x- keys. They are free for notes and YAML anchors.
func IsFree(key string) bool { return strings.HasPrefix(key, "x-") }
