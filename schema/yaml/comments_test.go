package yaml

import (
	"slices"
	"testing"

	"github.com/stormflux/stormflux/diag"
)

func TestComments(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"none", "a: b\n", nil},
		{"lines", "# one\na: b # two \n  # three", []string{"# one", "# two ", "# three"}},
		{"line ends", "a: b # one\r\n# two\rc: d # three\u0085# four\n", []string{"# one", "# two", "# three", "# four"}},
		{"byte order mark", "\ufeff# one\na: b\n", []string{"# one"}},
		{"no comments", "a: \"# b\"\nc: '# d'\ne: f#g\nh: |\n  # i\n# one\nj: >\n  k\n   # l\n", []string{"# one"}},
		{"flow", "a: [b, # one\n  c] # two\n", []string{"# one", "# two"}},
		{"references", "a: [${b # c}, ${d}] # one\ne: ${f} # two ${g}\n# three\n", []string{"# one", "# two ${g}", "# three"}},
		{"block header", "a: | # one\n  b\n", []string{"# one"}},
		{"before a fault", "# one\na: [b\nc: d # two\n", []string{"# one", "# two"}},
	} {
		file := diag.NewFile("t.yaml", "", []byte(c.text))
		var got []string
		for _, span := range Comments(file) {
			got = append(got, span.Text())
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}
