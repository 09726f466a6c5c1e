package yaml

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stormflux/stormflux/diag"
)

func readText(t *testing.T, text string) (*File, diag.List) {
	t.Helper()
	var diags diag.List
	s := Read(diag.NewFile("t.yaml", "", []byte(text)), &diags)
	return s, diags
}

// spans lists every value of v with the text of its span.
func spans(b *strings.Builder, v *Value, depth int) {
	fmt.Fprintf(b, "%*s%d %q", 2*depth, "", v.Kind, v.Span.Text())
	if v.IsScalar() {
		fmt.Fprintf(b, " = %s", v.Canonical())
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
			s, diags := readText(t, c.in)
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
			for _, e := range s.Root.Entries {
				got = append(got, e.Value.Span.Text())
			}
			if fmt.Sprintf("%q", got) != fmt.Sprintf("%q", c.want) {
				var b strings.Builder
				spans(&b, s.Root, 0)
				t.Errorf("got  %q\nwant %q\n%s", got, c.want, b.String())
			}
		})
	}
}
