package schema

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stormflux/stormflux/diag"
)

func read(t *testing.T, text string) (*source, diag.List) {
	t.Helper()
	var diags diag.List
	s := readYAML(diag.NewFile("t.yaml", "", []byte(text)), &diags)
	return s, diags
}

// spans lists every value of v with the text that its span covers.
func spans(b *strings.Builder, v *Value, depth int) {
	fmt.Fprintf(b, "%*s%d %q", 2*depth, "", v.Kind, v.Span.Text())
	if v.IsScalar() {
		fmt.Fprintf(b, " = %s", canonical(v))
	}
	b.WriteByte('\n')
	for _, e := range v.Entries {
		fmt.Fprintf(b, "%*s%q:\n", 2*depth+1, "", e.Key.Span.Text())
		spans(b, e.Value, depth+1)
	}
	for _, item := range v.Items {
		spans(b, item, depth+1)
	}
}

func TestSpans(t *testing.T) {
	for _, c := range []struct {
		name, in string
		want     []string
	}{
		{"plain", "a: b c # d\n", []string{"b c"}},
		{"quoted", "a: \"b\\\"c\" # d\n", []string{`"b\"c"`}},
		{"single", "a: 'it''s' # d\n", []string{`'it''s'`}},
		{"empty", "a:\nb:   # c\n", []string{"", ""}},
		{"wide", "日本: 語 # c\nz: é\n", []string{"語", "é"}},
		{"bom", "\ufeffa: b\n", []string{"b"}},
		{"crlf", "a: b\r\nc: d\r\n", []string{"b", "d"}},
		{"cr", "a: b\rc: d\r", []string{"b", "d"}},
		{"nel", "a: 'b\u0085c'\nd: e\n", []string{"'b\u0085c'", "e"}},
		{"tabs", "a:\tb\t# c\nd: e\n", []string{"b", "e"}},
		{"multi", "a: b\n  c\n\n  d # e\nf: g\n", []string{"b\n  c\n\n  d", "g"}},
		{"literal", "a: |\n  b\n   c\n\n  d\n\n# e\nf: g\n", []string{"|\n  b\n   c\n\n  d", "g"}},
		{"folded", "a: >- # x\n\n    b\n  c\n  d\nf: g\n", nil},
		{"folded2", "a: >-  # x\n\n  b\n   c\n  d\nf: g\n", []string{">-  # x\n\n  b\n   c\n  d", "g"}},
		{"indicator", "a: |2\n    b\n  c\nf: g\n", []string{"|2\n    b\n  c", "g"}},
		{"empty block", "a: |\nf: g\n", []string{"|", "g"}},
		{"flow", "a: [b, 'c', {d: e, f}, ] # x\ng: {}\nh: [ ]\n", []string{"[b, 'c', {d: e, f}, ]", "{}", "[ ]"}},
		{"pair", "a: [b: c, d]\n", []string{"[b: c, d]"}},
		{"block seq", "a:\n- b\n- c # x\nd:\n  - e\n  - - f\n    - g\nh: i\n", []string{"- b\n- c", "- e\n  - - f\n    - g", "i"}},
		{"anchor", "a: &x b\nc: *x\nd: &y\n  e: f\ng: !!str 5\nh: &z !!str 6\ni: &e\nj: !!null\n",
			[]string{"b", "b", "e: f", "5", "6", "", ""}},
		{"references", "a: [${b}, ${c:-d: e}]\nf: {g: ${h[0]}}\n", []string{"[${b}, ${c:-d: e}]", "{g: ${h[0]}}"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, diags := read(t, c.in)
			if c.want == nil {
				if len(diags) == 0 {
					t.Fatal("no diagnostic")
				}
				return
			}
			if len(diags) > 0 {
				t.Fatalf("%s: %s", diags[0].Rule, diags[0].Message)
			}
			var got []string
			for _, e := range s.root.Entries {
				got = append(got, e.Value.Span.Text())
			}
			if fmt.Sprintf("%q", got) != fmt.Sprintf("%q", c.want) {
				var b strings.Builder
				spans(&b, s.root, 0)
				t.Errorf("got  %q\nwant %q\n%s", got, c.want, b.String())
			}
		})
	}
}

// TestBounds loads large and malicious texts: each must end soon, with a diagnostic or without. The deadline is far
// above what they take, and far below what they took while a step was quadratic.
func TestBounds(t *testing.T) {
	repeat := strings.Repeat
	merges := &strings.Builder{}
	fmt.Fprintf(merges, "x-a0: &a0 {k: 1}\n")
	for i := 1; i < 20000; i++ {
		fmt.Fprintf(merges, "x-a%d: &a%d {<<: *a%d, k%d: 1}\n", i, i, i-1, i)
	}
	for _, c := range []struct{ name, text, rule string }{
		{"long line", repeat("x", 100<<20), ruleSize},
		{"long value", "name: " + repeat("x", 8<<20), ""},
		{"long flow list", "x-a: [" + repeat("ab, ", 1<<18) + "]", ""},
		{"wide flow list", "x-a: [" + repeat("語, ", 1<<18) + "]", ""},
		{"brackets", repeat("[", 8<<20), ruleDepth},
		{"dashes", repeat("- ", 4<<20), ruleDepth},
		{"open references", "name: " + repeat("${", 2<<20), ruleReference},
		{"nested defaults", "name: " + repeat("${a:-", 1<<18) + repeat("}", 1<<18), ruleReference},
		{"escaped references", "name: " + repeat("$${", 2<<20), ""},
		{"unset in one", "name: " + repeat("${a} ", 1<<20), ruleUnset},
		{"unset in many", "x-a: [" + repeat("${a}, ", 100_000) + "]", ruleUnset},
		{"duplicates", "x-a: {" + repeat("a: 1, ", 1<<18) + "}", ruleDuplicate},
		{"open quotes", "name: \"" + repeat("x\n", 4<<20), ruleSyntax},
		{"merges", merges.String(), ruleDepth},
		{"comments", repeat("# stormflux:ignore x\n", 200_000), ruleEmpty},
	} {
		t.Run(c.name, func(t *testing.T) {
			start := time.Now()
			_, diags, err := Load("t.yaml", Options{Text: []byte(c.text)})
			if err != nil {
				t.Fatal(err)
			}
			if took := time.Since(start); took > time.Minute {
				t.Errorf("took %v", took)
			}
			if len(diags) > maxAlike {
				t.Errorf("%d diagnostics", len(diags))
			}
			if c.rule == "" && len(diags) > 0 || c.rule != "" && !slices.ContainsFunc(diags, func(d *diag.Diagnostic) bool { return d.Rule == c.rule }) {
				t.Errorf("want %q, got %.500s", c.rule, listing(diags[:min(3, len(diags))]))
			}
		})
	}
}
