package grammar

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/schema/yaml"
)

// typeWords are the names of the types of JSON Schema in messages.
var typeWords = map[string]string{
	"integer": "a whole number",
	"number":  "a number",
	"string":  "a string",
	"boolean": "a boolean",
	"array":   "a list",
	"object":  "a map",
}

// form describes a pattern of the schema.
type form struct {
	rule     string
	expected string
	hint     string
}

// forms are the patterns of the schemas, except referencePattern.
var forms = map[string]form{
	`^([0-9]+[hms])+$|\$\{`:      {ruleBadDuration, "a duration", "write whole seconds, such as 5s, 1m30s or 2h"},
	`^[a-z0-9]+/[a-z0-9]+$|\$\{`: {ruleBadValue, "an operating system and a processor", "write os/arch as Go names them, such as linux/amd64 or linux/arm64"},
	`^[0-9]+\.[0-9]+(\.[0-9]+([-._+][-._+0-9A-Za-z]+)?|[-_+][-._+0-9A-Za-z]+)?$|\$\{`: {ruleBadValue, "a version", "write it as 2.8 or 2.8.3"},
	`^[^\s:]+\.py:[^\s:./]+$|^[^\s:./]+(\.[^\s:./]+)+$|\$\{`:                          {ruleBadValue, "a Python class", "write module.Class, or file.py:Class with a file of the resources"},
	`^(same|any)$|\$\{`:        {ruleBadValue, "same or any", "any means that the order of the rows does not matter"},
	`^(ack|fail|ignore)$|\$\{`: {ruleBadValue, "ack, fail or ignore", "a bolt that ignores a tuple neither acks nor fails it"},
	`^as-written$|\$\{`:        {ruleBadValue, "as-written", "without this key, each component has one task in a test"},
	`^[A-Za-z_][A-Za-z0-9_]*$`: {ruleBadValue, "the name of an environment variable", "it consists of letters, digits and _, and does not begin with a digit"},
}

// expected says in words what a part of the schema demands.
func expected(n *node) string {
	has := func(name string) bool { return slices.Contains(n.Type, name) }
	var words []string
	for _, name := range n.Type {
		switch {
		case name == "null":
		case name == "string" && n.Pattern == referencePattern: // a string only if it is a reference to the real value
		case name == "string" && n.Pattern != "":
			words = append(words, forms[n.Pattern].expected)
		case has("string") && has("number") && has("boolean"):
			switch name {
			case "string":
				words = append(words, "a single value")
			case "array", "object":
				words = append(words, typeWords[name])
			}
		default:
			words = append(words, typeWords[name])
		}
	}
	return strings.Join(words, " or ")
}

func (f *faults) wrongType(c *cause, p *site) {
	name, want := f.nouns.named(p), expected(c.node)
	if p.value.Kind == yaml.Null {
		f.diags.Errorf(ruleWrongType, p.span(), "%s must be %s, but it is empty", name, want)
		return
	}
	d := f.diags.Errorf(ruleWrongType, p.span(), "%s must be %s, not %s", name, want, p.value.Kind)
	if c.node == f.nodes["#/$defs/env"] && p.value.Kind == yaml.Sequence {
		d.WithHint("write {%s}", strings.Join(assignments(p.value), ", "))
		return
	}
	if !slices.Contains(c.node.Type, "array") {
		return
	}
	item := c.node.Items
	if item != nil && item.Ref != "" {
		item = f.nodes[item.Ref]
	}
	text := p.value.Span.Text()
	switch {
	case p.value.IsScalar() && (item == nil || slices.Contains(item.Type, "string")) && !strings.Contains(text, "\n"):
		d.WithHint("write [%s]", text)
	case p.value.Kind == yaml.Map && item != nil && slices.Contains(item.Type, "object"):
		d.WithHint("write a list: each element begins with \"- \"")
	}
}

// assignments returns the elements NAME=VALUE of a list as entries of a map.
func assignments(list *yaml.Value) []string {
	const most = 3
	var entries []string
	for _, item := range list.Items {
		name, value, ok := strings.Cut(item.Text, "=")
		switch {
		case item.Kind != yaml.String || !ok:
		case len(entries) == most:
			return append(entries, "...")
		default:
			entries = append(entries, name+": "+yaml.FormatScalar(&yaml.Value{Kind: yaml.String, Text: value}))
		}
	}
	if len(entries) == 0 {
		return []string{"NAME: VALUE"}
	}
	return entries
}

// numberWords are the numbers that people write as a word.
var numberWords = []string{"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"}

// decimal matches the numbers that people and YAML read in the same way. In YAML, 010 is octal and 1_0 is 10.
var decimal = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?$`) })

func (f *faults) wrongForm(c *cause, p *site) {
	if c.node.Pattern == referencePattern {
		name, want := f.nouns.named(p), expected(c.node)
		d := f.diags.Errorf(ruleWrongType, p.span(), "%s must be %s, not a string", name, want)
		text := strings.TrimSpace(p.value.Text)
		if n := slices.Index(numberWords, strings.ToLower(text)); n >= 0 && !slices.Contains(c.node.Type, "boolean") {
			d.WithHint("write %d", n)
			return
		}
		if _, err := strconv.ParseFloat(text, 64); err == nil && !slices.Contains(c.node.Type, "boolean") {
			if d.WithHint("write %s without quotes", text); decimal().MatchString(text) {
				d.Unquote(p.span(), p.value.Text, text, true)
			}
		} else if slices.Contains(c.node.Type, "boolean") && (text == "true" || text == "false") {
			d.WithHint("write %s without quotes", text).Unquote(p.span(), p.value.Text, text, true)
		}
		return
	}
	form, ok := forms[c.node.Pattern]
	if c.node.Pattern == filledPattern {
		f.empty(c, p)
		return
	}
	if !ok {
		panic("grammar: pattern without words: " + c.node.Pattern)
	}
	if c.key {
		f.diags.Errorf(form.rule, p.key.Span, "%q in %s is not %s", p.key.Text, f.nouns.named(p.parent), form.expected).
			WithHint("%s", form.hint)
		return
	}
	f.diags.Errorf(form.rule, p.span(), "%s must be %s, not %q", f.nouns.named(p), form.expected, p.value.Text).
		WithHint("%s", form.hint)
}

func (f *faults) empty(c *cause, p *site) {
	if c.key {
		f.diags.Errorf(ruleEmptyValue, p.key.Span, "a key of %s is empty", f.nouns.named(p.parent))
		return
	}
	f.diags.Errorf(ruleEmptyValue, p.span(), "%s is empty", f.nouns.named(p))
}

func (f *faults) outOfRange(c *cause, p *site) {
	if c.keyword == "minimum" {
		f.diags.Errorf(ruleOutOfRange, p.span(), "%s must be at least %d, not %s", f.nouns.named(p), *c.node.Minimum, p.value.Text)
		return
	}
	f.diags.Errorf(ruleOutOfRange, p.span(), "%s must be at most %d, not %s", f.nouns.named(p), *c.node.Maximum, p.value.Text)
}

// words returns the words that an enum, or an anyOf of words and references, allows.
func (n *node) words() []string {
	if n.Enum != nil {
		return n.Enum
	}
	for _, part := range n.AnyOf {
		if part.Enum != nil {
			return part.Enum
		}
	}
	return nil
}

func (f *faults) groupingNames() []string { return f.nodes["#/$defs/groupingName"].words() }

// unknownWord reports a word that is not in a list of words.
func (f *faults) unknownWord(c *cause, p *site) {
	if strings.HasPrefix(c.node.location, "#/$defs/grouping") {
		f.unknownGrouping(c, p)
		return
	}
	word, legal := p.value.Text, c.node.words()
	d := f.diags.Errorf(ruleBadValue, p.span(), "%s cannot be %q", f.nouns.named(p), word).WithHint("known values: %s", diag.Quoted(legal, 0))
	if near, ok := diag.Closest(word, legal); ok {
		d.Suggest(p.span(), near)
	}
}

// unknownGrouping reports an unknown grouping.
func (f *faults) unknownGrouping(c *cause, p *site) {
	word, owner := p.value.Text, p
	typed := c.node.location == "#/$defs/groupingMap/properties/type"
	if typed {
		owner = p.parent
	}
	owner = owner.parent
	legal := c.node.words()
	lower := strings.ReplaceAll(strings.ToLower(word), "_", "-")
	upper := strings.ReplaceAll(strings.ToUpper(word), "-", "_")
	arguments := map[string]string{
		"fields": "fields: [FIELD, ...]", "partial-key": "partial-key: [FIELD, ...]", "custom": "custom: {className: CLASS}",
	}[lower]
	if arguments != "" && !typed {
		f.diags.Errorf(ruleIncompleteGrouping, p.span(), "grouping %q of %s needs arguments", word, f.nouns.named(owner)).
			WithHint("write \"grouping: {%s}\"", arguments)
		return
	}
	d := f.diags.Errorf(ruleUnknownGrouping, p.span(), "unknown grouping %q in %s", word, f.nouns.named(owner))
	switch {
	case typed && slices.Contains(legal, upper):
		d.WithHint("write %q: \"type\" uses Flux's names, in upper case", upper).Replace(p.span(), word, upper, true)
	case typed && arguments != "":
		d.WithHint("write \"grouping: {%s}\"", arguments)
	case !typed && slices.Contains(legal, lower):
		d.WithHint("write %q: only \"type\" uses Flux's names, in upper case", lower).Replace(p.span(), word, lower, true)
	default:
		candidates := legal
		if !typed {
			candidates = append(slices.Clone(legal), "fields", "partial-key", "custom")
		}
		if near, ok := diag.Closest(word, candidates); ok {
			d.Suggest(p.span(), near)
		} else {
			d.WithHint("known groupings: %s", diag.Quoted(candidates, 0))
		}
	}
}
