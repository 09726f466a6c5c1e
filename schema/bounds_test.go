package schema

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stormflux/stormflux/diag"
)

// TestBounds loads large and malicious texts. Each must end soon, with or without a diagnostic. The deadline is much longer
// than they take, and much shorter than they took when a step was quadratic.
func TestBounds(t *testing.T) {
	repeat := strings.Repeat
	merges := &strings.Builder{}
	fmt.Fprintf(merges, "x-a0: &a0 {k: 1}\n")
	for i := 1; i < 20000; i++ {
		fmt.Fprintf(merges, "x-a%d: &a%d {<<: *a%d, k%d: 1}\n", i, i, i-1, i)
	}
	for _, c := range []struct{ name, text, rule string }{
		{"long line", repeat("x", 100<<20), "yaml-size"},
		{"long value", "name: " + repeat("x", 8<<20), ""},
		{"long flow list", "x-a: [" + repeat("ab, ", 1<<18) + "]", ""},
		{"wide flow list", "x-a: [" + repeat("語, ", 1<<18) + "]", ""},
		{"values in flow", "x-a: [" + repeat("1,", 7<<20) + "]", "yaml-size"},
		{"keys in flow", "x-a: {" + repeat("1,", 7<<20) + "}", "yaml-size"},
		{"values in blocks", "x-a:\n" + repeat("-\n", 7<<20), "yaml-size"},
		{"keys in blocks", "x-a:\n" + repeat(" ?\n", 5<<20), "yaml-size"},
		{"separators in text", "x-a: |\n" + repeat(" -,[{:?\n", 1<<20), ""},
		{"brackets", repeat("[", 8<<20), "yaml-depth"},
		{"dashes", repeat("- ", 4<<20), "yaml-depth"},
		{"open references", "name: " + repeat("${", 2<<20), ruleReference},
		{"nested defaults", "name: " + repeat("${a:-", 1<<18) + repeat("}", 1<<18), ruleReference},
		{"escaped references", "name: " + repeat("$${", 2<<20), ""},
		{"unset in one", "name: " + repeat("${a} ", 1<<20), ruleUnset},
		{"unset in many", "x-a: [" + repeat("${a}, ", 100_000) + "]", ruleUnset},
		{"duplicates", "x-a: {" + repeat("a: 1, ", 1<<18) + "}", "duplicate-key"},
		{"open quotes", "name: \"" + repeat("x\n", 4<<20), "yaml-syntax"},
		{"merges", merges.String(), "yaml-depth"},
		{"comments", repeat("# stormflux:ignore x\n", 200_000), ruleEmpty},
	} {
		t.Run(c.name, func(t *testing.T) {
			start := time.Now()
			_, diags, err := Load(t.Context(), "t.yaml", Options{Text: []byte(c.text)})
			if err != nil {
				t.Fatal(err)
			}
			if took := time.Since(start); took > time.Minute {
				t.Errorf("took %v", took)
			}
			if len(diags) > 1000 {
				t.Errorf("%d diagnostics", len(diags))
			}
			if c.rule == "" && len(diags) > 0 || c.rule != "" && !slices.ContainsFunc(diags, func(d *diag.Diagnostic) bool { return d.Rule == c.rule }) {
				t.Errorf("want %q, got %.500s", c.rule, listing(diags[:min(3, len(diags))]))
			}
		})
	}
}
