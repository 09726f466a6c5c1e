package grammar

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/schema/yaml"
)

// The rules of the grammar.
const (
	ruleUnknownKey         = "unknown-key"
	ruleMissingKey         = "missing-key"
	ruleConflictingKeys    = "conflicting-keys"
	ruleComponentKind      = "component-kind"
	ruleSpoutInputs        = "spout-with-inputs"
	ruleWrongType          = "wrong-type"
	ruleEmptyValue         = "empty-value"
	ruleOutOfRange         = "out-of-range"
	ruleBadValue           = "bad-value"
	ruleBadDuration        = "bad-duration"
	ruleUnknownGrouping    = "unknown-grouping"
	ruleIncompleteGrouping = "incomplete-grouping"
	ruleGroupingKind       = "grouping-kind"
)

// cause is one complaint of the library at its deepest place, with the part of the schema that the document breaks.
type cause struct {
	node    *node
	keyword string   // "type", "required", ...
	rest    []string // what follows the keyword in its location
	key     bool     // the complaint is about the keys of the places, not about their values
	places  []*site
}

// faults turns the library's complaints into diagnostics. The library finds that there is a fault, and where. What the
// fault is comes from the document and the schema.
type faults struct {
	*grammar
	diags diag.List
	// meant holds, for each map, the keys that its unknown keys probably mean. They are not reported as missing too.
	meant map[*yaml.Value][]string
	// chosen holds, for each map, its keys of a group in which only one is allowed.
	chosen  map[*yaml.Value][]string
	unknown map[diag.Span]string // see CheckTopology
}

// keywordFaults says what to report for each keyword that can fail. The order matters: an early report may suppress a
// later one that follows from it.
var keywordFaults = []struct {
	keyword string
	report  func(f *faults, c *cause, p *site)
}{
	{"additionalProperties", (*faults).unknownKeys},
	{"oneOf", (*faults).notExactlyOne},
	{"not", (*faults).conflictingKey},
	{"required", (*faults).missingKeys},
	{"dependentRequired", (*faults).missingPartner},
	{"anyOf", (*faults).unknownWord},
	{"enum", (*faults).unknownWord},
	{"type", (*faults).wrongType},
	{"pattern", (*faults).wrongForm},
	{"minLength", (*faults).empty},
	{"minItems", (*faults).empty},
	{"minimum", (*faults).outOfRange},
	{"maximum", (*faults).outOfRange},
}

// faults returns the diagnostics of a validation error, sorted, and the unknown keys among them.
func (g *grammar) faults(err error, places places) (diag.List, map[diag.Span]string) {
	failed, ok := err.(*jsonschema.ValidationError)
	if !ok {
		panic(fmt.Sprintf("grammar: validating: %v", err)) // a loop in the schema, or a value that is not JSON
	}
	f := faults{grammar: g, meant: map[*yaml.Value][]string{}, chosen: map[*yaml.Value][]string{}, unknown: map[diag.Span]string{}}
	causes := map[string][]cause{}
	g.collect(failed, places, causes)
	for _, k := range keywordFaults {
		for i := range causes[k.keyword] {
			c := &causes[k.keyword][i]
			for _, p := range c.places {
				k.report(&f, c, p)
			}
		}
		delete(causes, k.keyword)
	}
	for _, keyword := range sortedKeys(causes) {
		for i := range causes[keyword] {
			for _, p := range causes[keyword][i].places {
				f.diags.Errorf(ruleBadValue, p.span(), "the grammar does not allow %s here", f.nouns.named(p)).
					WithHint("\"stormflux schema\" prints the grammar")
			}
		}
	}
	f.diags.Sort()
	return f.diags, f.unknown
}

// collect finds the deepest complaints. It does not go below oneOf and anyOf: the complaints of their branches are not
// the fault.
func (g *grammar) collect(e *jsonschema.ValidationError, places places, causes map[string][]cause) {
	_, location, _ := strings.Cut(e.AbsoluteKeywordLocation, "#")
	tokens := strings.Split("#"+location, "/")
	for i, token := range tokens {
		if plain, err := url.PathUnescape(token); err == nil {
			tokens[i] = plain
		}
	}
	// The last part is a keyword, even if it is also the location of a part of the schema ("not"), unless the complaint
	// only groups others.
	n := len(tokens) - 1
	for n > 0 && g.nodes[strings.Join(tokens[:n], "/")] == nil {
		n--
	}
	keyword := ""
	if n > 0 && n < len(tokens) {
		keyword = tokens[n]
	}
	if len(e.Causes) > 0 && keyword != "oneOf" && keyword != "anyOf" {
		for _, inner := range e.Causes {
			g.collect(inner, places, causes)
		}
		return
	}
	c := cause{keyword: keyword}
	if n > 0 {
		c.node = g.nodes[strings.Join(tokens[:n], "/")]
		c.rest = tokens[n+1:]
		c.key = tokens[n-1] == "propertyNames"
	}
	c.places = places.find(e.InstanceLocation, c.key)
	causes[keyword] = append(causes[keyword], c)
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
