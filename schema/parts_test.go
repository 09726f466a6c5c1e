package schema

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
	"gopkg.in/yaml.v3"
)

// sameNodes says where two trees differ, but for their comments; "" when they do not.
func sameNodes(a, b *yaml.Node) string {
	if a.Kind != b.Kind || a.Style != b.Style || a.Tag != b.Tag || a.Value != b.Value || a.Anchor != b.Anchor ||
		a.Line != b.Line || a.Column != b.Column || len(a.Content) != len(b.Content) {
		return fmt.Sprintf("%d:%d %q (kind %d, style %d, %s, %d nodes), and %d:%d %q (kind %d, style %d, %s, %d nodes)",
			a.Line, a.Column, a.Value, a.Kind, a.Style, a.Tag, len(a.Content), b.Line, b.Column, b.Value, b.Kind, b.Style, b.Tag, len(b.Content))
	}
	for i := range a.Content {
		if d := sameNodes(a.Content[i], b.Content[i]); d != "" {
			return d
		}
	}
	return ""
}

// checkParts holds parsing in parts against parsing the whole, and reports whether the text could be parsed in parts.
func checkParts(t *testing.T, text string) bool {
	t.Helper()
	cut := false
	for _, n := range []int{2, 3, 50} {
		var parts, whole yaml.Node
		if !unmarshalParts([]byte(text), n, &parts) {
			continue
		}
		cut = true
		if err := unmarshal([]byte(text), &whole); err != nil {
			t.Errorf("%d parts are parsed, the whole is not: %v\n%s", n, err, text)
		} else if d := sameNodes(&whole, &parts); d != "" {
			t.Errorf("the whole and %d parts differ: %s\n%s", n, d, text)
		}
	}
	return cut
}

func TestParts(t *testing.T) {
	for _, c := range []struct {
		text string
		cut  bool
	}{
		{"a: 1\nb: 2\nc:\n- x\n- y\nd: |\n  z\ne: >+\n\nf: g\n", true},
		{"# about a\na: 1\n# about b\nb: 2 # b\n\n", true},
		{"a: !x\nb: y\n  z\nc: ? d\n", false}, // the last line has a fault
		{"? a\nb: 1\nc:\n  d: e\n", true},
		{"!!map\na: 1\nb: 2\nc: 3\n", true},
		{"a: 'x\nb: y'\nc: d\nd: e\n", true}, // cut before c or d
		{"a: 'x\nb: y'\n", false},
		{"a: [x,\nb: y]\n", false},
		{"a: 1\nb: 2\n", true},
		{"a: |\nb: 2\n", true},
		{"a\nb: 2\n", false},
		{"{a: 1}\nb: 2\n", false},
		{"  a: 1\nb: 2\n", false},
		{"- a\nb: 2\n", false},
		{"a: &x 1\nb: *x\n", false},
		{"%YAML 1.1\n---\na: 1\nb: 2\n", false},
		{"a: 1\nb: 2\n---\nc: 3\n", false},
		{"a: 1\nb: 2\n...\nc: 3\n", false},
		{"a: 1\r\nb: 2\r\n", false},
		{"a: é\nb: 2\n", false},
		{"a: 1\nb 2\nc: 3\n", false},
		{"", false},
	} {
		if cut := checkParts(t, c.text); cut != c.cut {
			t.Errorf("parsed in parts: %v, want %v\n%s", cut, c.cut, c.text)
		}
	}
}

// The files of all tests and examples, each in parts and as a whole.
func TestPartsOfFiles(t *testing.T) {
	cut := 0
	for _, pattern := range []string{"testdata/*.txtar", "testdata/*/*.txtar", "../validate/testdata/*.txtar", "../examples/*.yaml", "../diag/rules/*.md"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			texts := []string{string(text)}
			switch filepath.Ext(file) {
			case ".txtar":
				texts = nil
				for _, f := range txtar.Parse(text).Files {
					texts = append(texts, string(f.Data))
				}
			case ".md":
				texts = strings.Split(string(text), "```")
			}
			for _, text := range texts {
				if checkParts(t, text) {
					cut++
				}
			}
		}
	}
	if cut < 100 {
		t.Errorf("only %d texts were parsed in parts", cut)
	}
}

func FuzzParts(f *testing.F) {
	f.Add("a: 1\nb: 2\nc:\n- x\n- y\nd: |\n  z\ne: >+\n\nf: g\n")
	f.Add("a: 'x\nb: y'\nc: [d,\ne: f]\n? g\n: h\n!!map\ni: {j: \"k\nl: m\"}\n")
	f.Add("# a\na:\n  # b\n  b: c # d\n# e\nf: # g\n\n# h\ni: j\n")
	f.Fuzz(func(t *testing.T, text string) { checkParts(t, text) })
}
