package clojure_test

import (
	"slices"
	"testing"

	"github.com/stormflux/stormflux/compiler/clojure"
	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/settings"
)

// The examples of the rule pass every check before Emit. Emit refuses only the bad example.
func TestRuleExamples(t *testing.T) {
	const name = "clojure-dialect"
	rule, ok := diag.LookupRule(name)
	if !ok {
		t.Fatalf("rule %q has no page in diag/rules", name)
	}
	emit := func(e diag.Example) []string {
		if len(e.Args) != 2 || e.Args[0] != "--storm-version" {
			t.Fatalf("the example has the arguments %q", e.Args)
		}
		v, err := settings.ParseVersion(e.Args[1])
		if err != nil {
			t.Fatal(err)
		}
		_, diags := load(t, "topology.yaml", []byte(e.YAML), target{dialect: clojure.Backtype, storm: v}).emit(clojure.Backtype)
		var rules []string
		for _, d := range diags {
			rules = append(rules, d.Rule)
		}
		return rules
	}
	if got := emit(rule.Bad); !slices.Equal(got, []string{name}) {
		t.Errorf("the bad example gives %q", got)
	}
	if got := emit(rule.Fixed); len(got) != 0 {
		t.Errorf("the fixed example gives %q", got)
	}
}
