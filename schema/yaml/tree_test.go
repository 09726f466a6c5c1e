package yaml

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stormflux/stormflux/diag"
)

func TestReadTree(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", "nothing"},
		{"a: b\n", `map@0("a": "b")`},
		{"- a\n-\n", `list@0(- "a", - nothing)`},
		{"a:\n- b\nc:\n", `map@0("a": list@0(- "b"), "c": nothing)`},
		{"a:\n  - b: c\n    d: e\n", `map@0("a": list@2(- map@4("b": "c", "d": "e")))`},
		{"? a\n: b\n", `map@0(?"a": "b")`},
		{"{a: [b, c: d], e, ? f : }\n", `{}("a": [](element "b", "c": "d"), element "e", ?"f": nothing)`},
		{"a: &x !!map\n  b: 1\nc: *x\n", `map@0("a": &x !!map map@2("b": "1"), "c": *"*x")`},
		{"a: !!str\n", `map@0("a": !!str empty)`},
		{"%YAML 1.1\n---\na: |\n  b\n...\n", `%YAML 1.1 --- map@0("a": "|\n  b") ...`},
		{"é: [${a, b}, '${c}'] # d\n", `map@0("é": [](element "${a, b}", element "'${c}'"))`},
		{"a: [\n", "fault"},
		{"a: b\n---\n", "fault"},
	} {
		file := diag.NewFile("t.yaml", "", []byte(c.text))
		got := "fault"
		if tree := ReadTree(file); tree != nil {
			got = (&treeText{file}).tree(tree)
		}
		if got != c.want {
			t.Errorf("%q:\n%s\nwant\n%s", c.text, got, c.want)
		}
	}
}

type treeText struct{ file *diag.File }

func (w *treeText) text(r Range) string { return string(w.file.Text[r.Start:r.End]) }

func (w *treeText) tree(t *Tree) string {
	var parts []string
	for _, d := range t.Directives {
		parts = append(parts, w.text(d))
	}
	if t.Start.End > 0 {
		parts = append(parts, w.text(t.Start))
	}
	parts = append(parts, w.node(t.Root))
	if t.End.End > 0 {
		parts = append(parts, w.text(t.End))
	}
	return strings.Join(parts, " ")
}

func (w *treeText) node(n *Node) string {
	if n == nil {
		return "nothing"
	}
	var b strings.Builder
	for _, p := range n.Properties {
		b.WriteString(w.text(p) + " ")
	}
	switch n.Kind {
	case EmptyNode:
		b.WriteString("empty")
	case ScalarNode:
		fmt.Fprintf(&b, `"%s"`, strings.ReplaceAll(w.text(Range{n.Start, n.End}), "\n", `\n`))
	case AliasNode:
		fmt.Fprintf(&b, "*%q", w.text(Range{n.Start, n.End}))
	case BlockMap:
		fmt.Fprintf(&b, "map@%d(%s)", n.Column, w.entries(n))
	case BlockList:
		fmt.Fprintf(&b, "list@%d(%s)", n.Column, w.entries(n))
	case FlowMap:
		fmt.Fprintf(&b, "{}(%s)", w.entries(n))
	case FlowList:
		fmt.Fprintf(&b, "[](%s)", w.entries(n))
	}
	return b.String()
}

func (w *treeText) entries(n *Node) string {
	var parts []string
	for _, e := range n.Entries {
		mark := ""
		if e.Mark >= 0 {
			mark = string(w.file.Text[e.Mark])
		}
		switch {
		case n.Kind == BlockList:
			parts = append(parts, mark+" "+w.node(e.Value))
		case e.Key == nil && e.Colon < 0:
			parts = append(parts, "element "+w.node(e.Value))
		case e.Colon < 0:
			parts = append(parts, mark+w.node(e.Key)+": none")
		default:
			parts = append(parts, mark+w.node(e.Key)+": "+w.node(e.Value))
		}
	}
	return strings.Join(parts, ", ")
}
