package yaml

import (
	"math"
	"math/big"
	"os"
	"strconv"
	"strings"
	"testing"
)

// TestResolveAsSnakeYAML compares the types of plain scalars with those of SnakeYAML 2.2 itself.
func TestResolveAsSnakeYAML(t *testing.T) {
	table, err := os.ReadFile("testdata/snakeyaml/scalars.tsv")
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for line := range strings.Lines(string(table)) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		in, class, value := f[0], f[1], f[2]
		if in == "" || strings.ContainsAny(in[:1], "!'\"") || in == "<<" || in == "-" || strings.HasSuffix(in, ":") {
			continue // a tag, a quoted scalar or a collection, which the tests of Read cover
		}
		checked++
		got := resolve(in)
		switch class {
		case "null":
			if got.kind != Null {
				t.Errorf("%s: got %+v, want null", in, got)
			}
		case "Boolean":
			if got.kind != Bool || strconv.FormatBool(got.bool) != value {
				t.Errorf("%s: got %+v, want %s", in, got, value)
			}
		case "Integer", "Long", "BigInteger":
			i := got.int
			if i == nil {
				i = big.NewInt(got.int64)
			}
			if got.kind != Int || i.String() != value || (got.int != nil) == i.IsInt64() {
				t.Errorf("%s: got %+v, want %s", in, got, value)
			}
		case "Double":
			want, err := strconv.ParseFloat(strings.Replace(value, "Infinity", "Inf", 1), 64)
			if err != nil {
				t.Fatal(err)
			}
			if got.kind != Float || got.float != want && !(math.IsNaN(got.float) && math.IsNaN(want)) {
				t.Errorf("%s: got %+v, want %s", in, got, value)
			}
		case "Date":
			if got.kind != String || got.oddity != Timestamp {
				t.Errorf("%s: got %+v, want a timestamp", in, got)
			}
		case "String":
			if got.kind != String || got.oddity != 0 {
				t.Errorf("%s: got %+v, want a string", in, got)
			}
		default:
			t.Errorf("%s: the table has the class %s, but this test does not know it", in, class)
		}
	}
	if checked < 200 {
		t.Errorf("only %d scalars were compared", checked)
	}
}
