package compiler_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stormflux/stormflux/compiler"
	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/settings"
	"github.com/stormflux/stormflux/schema"
	"github.com/stormflux/stormflux/validate"
)

// The examples of the compiler's rules pass every check before the compiler. The compiler refuses only the bad example.
func TestRuleExamples(t *testing.T) {
	for _, name := range []string{"jvm-component", "partial-key-on-storm-1"} {
		rule, ok := diag.LookupRule(name)
		if !ok {
			t.Errorf("rule %q has no page in diag/rules", name)
			continue
		}
		if got := compileExample(t, rule.Bad); !slices.Equal(got, []string{name}) {
			t.Errorf("%s: the bad example gives %q", name, got)
		}
		if got := compileExample(t, rule.Fixed); len(got) != 0 {
			t.Errorf("%s: the fixed example gives %q", name, got)
		}
	}
}

// compileExample returns the rules of the errors that the compiler reports. The checks before it must report none.
func compileExample(t *testing.T, e diag.Example) []string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "topology.yaml")
	if err := os.WriteFile(path, []byte(e.YAML), 0o666); err != nil {
		t.Fatal(err)
	}
	opts := validate.Options{}
	if len(e.Args) == 2 && e.Args[0] == "--storm-version" {
		version, err := settings.ParseVersion(e.Args[1])
		if err != nil {
			t.Fatal(err)
		}
		opts.Storm = version
	}
	doc, diags, err := schema.Load(path, schema.Options{})
	if err != nil {
		t.Fatal(err)
	}
	opts.Loaded = diags
	result, err := validate.Check(t.Context(), doc, opts)
	if err != nil {
		t.Fatal(err)
	}
	if result.Topology == nil {
		t.Fatalf("refused before compiling: %s", result.Diagnostics[0].Message)
	}
	_, diags = compiler.Compile(result.Topology, compiler.Options{})
	var rules []string
	for _, d := range diags {
		rules = append(rules, d.Rule)
	}
	return rules
}
