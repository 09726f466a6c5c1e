package yaml

import (
	"math/big"
	"reflect"
	"strings"
	"testing"
)

func TestDecodeMap(t *testing.T) {
	huge, _ := new(big.Int).SetString("99999999999999999999", 10)
	for _, c := range []struct {
		text string
		want map[string]any
	}{
		{"", nil},
		{" \n", nil},
		{"# only a comment\n", nil},
		{"---\n", nil},
		{"null\n", nil},
		{"{}", map[string]any{}},
		{"nimbus.seeds: [a, b]\nport: 6627\n", map[string]any{"nimbus.seeds": []any{"a", "b"}, "port": int64(6627)}},
		// The types of YAML 1.1, as SnakeYAML has them.
		{"a: yes\nb: 010\nc: 1:30\nd: ~\ne: 1e3\nf: 0x1f\n", map[string]any{
			"a": true, "b": int64(8), "c": int64(90), "d": nil, "e": 1000.0, "f": int64(31)}},
		{"big: 99999999999999999999\n", map[string]any{"big": huge}},
		{"a: ${b}\n", map[string]any{"a": "${b}"}},                           // no substitution here
		{"a: 1\nb: 1\na: 2\n", map[string]any{"a": int64(2), "b": int64(1)}}, // Storm keeps the last one
		{"m: {1: x, true: y}\n", map[string]any{"m": map[string]any{"1": "x", "true": "y"}}},
	} {
		got, err := DecodeMap("storm.yaml", []byte(c.text))
		if err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%q: %#v, %v", c.text, got, err)
		}
	}
}

func TestDecodeMapFaults(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"- a\n", "storm.yaml: the document is a list, expected a map"},
		{"hello\n", "storm.yaml: the document is a string, expected a map"},
		{"[a]: 1\na: 2\n[b]: 1\n", "storm.yaml:1:1: \nstorm.yaml:3:1: "},
		{"a: [1\n", "storm.yaml:"},
		{"a: 1\n---\nb: 2\n", "storm.yaml:2:1: "},
		{"a: \xff\n", "storm.yaml:1:4: "},
	} {
		got, err := DecodeMap("storm.yaml", []byte(c.text))
		if err == nil {
			t.Errorf("%q: no error, but %v", c.text, got)
			continue
		}
		lines := strings.Split(err.Error(), "\n")
		wants := strings.Split(c.want, "\n")
		if len(lines) != len(wants) {
			t.Errorf("%q: %v", c.text, err)
			continue
		}
		for i, want := range wants {
			if !strings.HasPrefix(lines[i], want) || len(lines[i]) == len(want) && strings.HasSuffix(want, " ") {
				t.Errorf("%q: %q, want %q", c.text, lines[i], want)
			}
		}
	}
}
