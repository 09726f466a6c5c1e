package rows

import (
	"math/big"
	"regexp"
	"strings"
	"testing"
)

func row(values ...any) Row {
	r := make(Row, len(values))
	for i, v := range values {
		if p, ok := v.(Pattern); ok {
			r[i] = p
		} else {
			r[i] = Scalar{v}
		}
	}
	return r
}

func TestMatches(t *testing.T) {
	large, _ := new(big.Int).SetString("123456789012345678901", 10)
	for _, test := range []struct {
		want Row
		got  string
		ok   bool
	}{
		{row("a", int64(1)), `["a", 1]`, true},
		{row("a", int64(1)), `["a", 1.0]`, true},
		{row("a", 1.0), `["a", 1]`, true},
		{row(1e3), `[1000]`, true},
		{row("a", int64(1)), `["a", "1"]`, false},
		{row("1"), `[1]`, false},
		{row("a"), `["a", 1]`, false},
		{row(nil, true), `[null, true]`, true},
		{row(nil), `[0]`, false},
		{row(false), `[0]`, false},
		{row(0.1), `[0.1]`, true},
		{row(int64(9007199254740993)), `[9007199254740992]`, false},
		{row(large), `[123456789012345678901]`, true},
		{row(large), `[123456789012345678902]`, false},
		{row(List{Scalar{int64(1)}, Any{}}), `[[1, {"x": 2}]]`, true},
		{row(List{Scalar{int64(1)}}), `[[1, 2]]`, false},
		{row(Object{"a": Scalar{int64(1)}}), `[{"a": 1}]`, true},
		{row(Object{"a": Scalar{int64(1)}}), `[{"a": 1, "b": 2}]`, false},
		{row(Object{"a": Scalar{nil}}), `[{"b": null}]`, false},
		{row(Regexp{regexp.MustCompile("^a+$")}), `["aaa"]`, true},
		{row(Regexp{regexp.MustCompile("^1$")}), `[1]`, false},
		{row(Nearly{1, 0.01}), `[1.005]`, true},
		{row(Nearly{1, 0.01}), `[1.05]`, false},
		{row(Nearly{1, 1}), `["1"]`, false},
		{row(Any{}), `[{"a": []}]`, true},
	} {
		if test.want.matches(Decode(test.got)) != test.ok {
			t.Errorf("%s matches %s: want %v", test.want, test.got, test.ok)
		}
	}
}

func TestCompare(t *testing.T) {
	fields := []string{"word", "count"}
	for _, test := range []struct {
		name     string
		want     []Row
		got      []string
		anyOrder bool
		text     string // "" if there is no difference
	}{
		{"equal", []Row{row("a", int64(1)), row("b", Any{})}, []string{`["a",1]`, `["b",2]`}, false, ""},
		{"value", []Row{row("a", int64(1)), row("b", int64(2)), row("c", int64(3))}, []string{`["a",1]`, `["b",1]`, `["c",3]`}, false, `
row 2 differs: "count" is 1, expected 2
  ["a", 1]
- ["b", 2]
+ ["b", 1]
  ["c", 3]
`},
		{"missing", []Row{row("a"), row("b"), row("c")}, []string{`["a"]`, `["c"]`}, false, `
row 2 is missing: ["b"]
  ["a"]
- ["b"]
  ["c"]
`},
		{"too many", []Row{row("a")}, []string{`["a"]`, `["b"]`, `["c"]`}, false, `
3 rows came, but only 1 expected: the first one too many is ["b"]
  ["a"]
+ ["b"]
+ ["c"]
`},
		{"in between", []Row{row("a"), row("c")}, []string{`["a"]`, `["b"]`, `["c"]`}, false, `
row 2 is not expected there: ["b"]
  ["a"]
+ ["b"]
  ["c"]
`},
		{"nothing came", []Row{row("a")}, nil, false, `
row 1 is missing: ["a"]
- ["a"]
`},
		{"nothing expected", nil, []string{`["a"]`}, false, `
1 row came, but none is expected
+ ["a"]
`},
		{"width", []Row{row("a", int64(1))}, []string{`["a"]`}, false, `
row 1 differs: it has 1 value, and 2 are expected
- ["a", 1]
+ ["a"]
`},
		{"order", []Row{row("a"), row("b")}, []string{`["b"]`, `["a"]`}, false, `
row 1 is missing: ["a"]
- ["a"]
  ["b"]
+ ["a"]
`},
		{"any order", []Row{row("a"), row("b")}, []string{`["b"]`, `["a"]`}, true, ""},
		{"any order gives way", []Row{row(Any{}), row("a")}, []string{`["a"]`, `["b"]`}, true, ""},
		{"any order differs", []Row{row("a"), row("b"), row("b")}, []string{`["b"]`, `["a"]`, `["c"]`}, true, `
["b"] is missing
  ["b"]
  ["a"]
- ["b"]
+ ["c"]
`},
		{"any order, too many", []Row{row("a")}, []string{`["a"]`, `["a"]`}, true, `
["a"] is not expected
  ["a"]
+ ["a"]
`},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got [][]any
			for _, text := range test.got {
				got = append(got, Decode(text))
			}
			d := Compare(test.want, got, test.anyOrder, fields)
			text := ""
			if d != nil {
				text = "\n" + d.Summary + "\n"
				for _, line := range d.Lines {
					text += string(line.Sign) + " " + line.Text + "\n"
				}
			}
			if text != test.text {
				t.Errorf("got %s\nwant %s", text, test.text)
			}
		})
	}
}

func TestCompareManyRows(t *testing.T) {
	var want []Row
	var got [][]any
	for range mostAligned + 1 {
		want, got = append(want, row("a")), append(got, []any{"a"})
	}
	got[10] = []any{"b"}
	d := Compare(want, got, false, nil)
	if d == nil || d.Row != 10 || !strings.HasPrefix(d.Summary, "row 11 differs") || len(d.Lines) != len(want)+1 {
		t.Errorf("%+v", d.Summary)
	}
}

func TestFormat(t *testing.T) {
	const text = `[1.0, "<é>", [true, null], {"a": 1, "b": []}]`
	if got := Format(Decode(text)); got != text {
		t.Errorf("%s", got)
	}
	if got := Format(Decode("[NaN]")); got != `["[NaN]"]` {
		t.Errorf("%s", got)
	}
}
