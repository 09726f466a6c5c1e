package yaml

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stormflux/stormflux/diag"
)

// TestLastWins compares large maps with small ones: their keys are found in different ways. SnakeYAML removes the earlier
// entry and keeps the later one in its place.
func TestLastWins(t *testing.T) {
	for _, before := range []int{0, smallMap - 3, smallMap - 1, smallMap, 3 * smallMap} {
		var text, want strings.Builder
		for i := range before {
			fmt.Fprintf(&text, "k%d: 0\n", i)
			fmt.Fprintf(&want, "k%d=0 ", i)
		}
		text.WriteString("a: 1\n010: x\nb: 1\na: 2\n8: y\n\"1\": 1\na: 3\n1: 2\nc: 4\n")
		want.WriteString("b=1 8=y a=3 1=2 c=4")
		var diags diag.List
		root := ReadLast(diag.NewFile("t.yaml", "", []byte(text.String())), &diags).Root
		var got []string
		for _, e := range root.Entries {
			got = append(got, e.Key.Text+"="+e.Value.Text)
		}
		if all := strings.Join(got, " "); all != want.String() {
			t.Errorf("after %d keys: %s, want %s", before, all, want.String())
		}
		if len(diags) != 4 || diags.HasErrors() {
			t.Errorf("after %d keys: %d diagnostics, errors: %v", before, len(diags), diags.HasErrors())
		}
	}
}
