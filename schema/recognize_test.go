package schema

import "testing"

func TestLooksLikeTopology(t *testing.T) {
	for _, c := range []struct {
		text string
		want bool
	}{
		{"", false},
		{"# nothing\n", false},
		{"- spouts\n", false},
		{"spouts\n", false},
		{"services: {web: {image: x}}\n", false},
		{"data: {spouts: {}}\n", false},
		{"spouts: {}\n", true},
		{"bolts: []\n", true},
		{"topologySource: {className: a.B}\n", true},
		{"name: t\nincludes: [{file: base.yaml}]\n", true},
		{"includes: [a.yaml]\n", false},       // another tool's
		{"includes: {a: {file: b}}\n", false}, // another tool's
		{"includes: []\n", false},
		// A text that is not YAML is a topology with a fault, if it has a topology's key at the right place.
		{"name: t\nspouts:\n  s: {command: [cat]\nbolts: {}\n", true},
		{"name: t\n\"bolts\" :\n\tb: 1\n", true},
		{"name: [t\r\nspouts: {}\r\n", true},
		{"{{ template }}\nkind: [x\n", false},
		{"text: [\n  spouts: x\n", false},
		{"name: \xff\nspouts: {}\n", true},
	} {
		if got := LooksLikeTopology([]byte(c.text)); got != c.want {
			t.Errorf("%q: %v", c.text, got)
		}
	}
}
