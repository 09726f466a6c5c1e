package schema

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/stormflux/stormflux/diag"
)

// Ten times the names need ten times the memory.
func TestIgnoresAreLinear(t *testing.T) {
	allocated := func(names int) uint64 {
		file := diag.NewFile("t.yaml", "", []byte("name: t # stormflux:ignore "+strings.Repeat("x, ", names)+"x\n"))
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if got := ignores(file); len(got) != 1 || len(got[0].Rules) != names+1 {
			t.Fatal("not all names were found")
		}
		runtime.ReadMemStats(&after)
		return after.TotalAlloc - before.TotalAlloc
	}
	allocated(10)
	if few, many := allocated(1000), allocated(10_000); many > 30*few {
		t.Errorf("%d bytes for 1000 names, %d for 10,000", few, many)
	}
}

func TestIgnores(t *testing.T) {
	text := `# stormflux:ignore first
# another comment

name: t
config:
  a: "# stormflux:ignore quoted" # stormflux:ignore behind, yaml-surprise  because it is meant
  b: |
    # stormflux:ignore block
  c: a#stormflux:ignore plain
  d: 'it''s # stormflux:ignore single' #stormflux:ignore: close
  e: [a, # stormflux:ignore flow
    b]
  f: g # stormflux:ignored nothing
  h: i # stormflux:ignore
# stormflux:ignore last
`
	doc, diags, err := Load(t.Context(), "t.yaml", Options{Text: []byte(text)})
	if err != nil || len(diags) > 0 {
		t.Fatalf("%v, %s", err, listing(diags))
	}
	var got strings.Builder
	for _, i := range doc.Ignores {
		fmt.Fprintf(&got, "%s silences line %d:", placeOf(i.Span), i.Line)
		for _, r := range i.Rules {
			if r.Span.Text() != r.Name {
				t.Errorf("rule %q has the span of %q", r.Name, r.Span.Text())
			}
			fmt.Fprintf(&got, " %s", r.Name)
		}
		got.WriteByte('\n')
	}
	want := `t.yaml:1:1-1:25 silences line 4: first
t.yaml:6:34-6:95 silences line 6: behind yaml-surprise
t.yaml:10:40-10:64 silences line 10: close
t.yaml:11:10-11:33 silences line 11: flow
t.yaml:14:8-14:26 silences line 14:
t.yaml:15:1-15:24 silences line 15: last
`
	if got.String() != want {
		t.Errorf("got\n%s\nwant\n%s", got.String(), want)
	}
}
