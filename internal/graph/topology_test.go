package graph_test

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/stormflux/stormflux/compiler"
	"github.com/stormflux/stormflux/internal/graph"
	"github.com/stormflux/stormflux/schema"
	"github.com/stormflux/stormflux/validate"
)

func checked(t *testing.T, path string) *validate.Topology {
	t.Helper()
	doc, diags, err := schema.Load(t.Context(), path, schema.Options{})
	if err != nil {
		t.Fatal(err)
	}
	result, err := validate.Check(t.Context(), doc, validate.Options{Loaded: diags, SkipFiles: true})
	if err != nil {
		t.Fatal(err)
	}
	if result.Topology == nil {
		t.Fatalf("%s has errors: %v", path, result.Diagnostics.Err())
	}
	return result.Topology
}

const several = `
name: several
spouts:
  source:
    className: org.example.Spout
    parallelism: 2
    tasks: 4
    outputs:
      default: [word]
      control: {fields: [command], direct: true}
bolts:
  go: {go: ./x, tick: 5s, inputs: [{from: source, grouping: {fields: [word]}}], outputs: [word]}
  script:
    command: [python3, a.py]
    inputs: [{from: source, stream: control, grouping: direct}, {from: __system, stream: __system}]
`

func TestOf(t *testing.T) {
	path := filepath.Join(t.TempDir(), "several.yaml")
	if err := os.WriteFile(path, []byte(several), 0o666); err != nil {
		t.Fatal(err)
	}
	source := &graph.Node{ID: "source", Role: graph.Spout, Language: "JVM", Runs: "org.example.Spout", Parallelism: 2, Tasks: 4,
		Streams: []graph.Stream{{Fields: []string{"word"}}, {ID: "control", Fields: []string{"command"}, Direct: true}}}
	program := &graph.Node{ID: "go", Role: graph.Bolt, Language: "Go", Runs: "go ./x", Parallelism: 1, Tick: "5s",
		Streams: []graph.Stream{{Fields: []string{"word"}}}}
	script := &graph.Node{ID: "script", Role: graph.Bolt, Language: "Python", Runs: "python3 a.py", Parallelism: 1}
	system := &graph.Node{ID: "__system", Role: graph.System}
	want := &graph.Graph{Name: "several", Nodes: []*graph.Node{source, program, script, system}, Edges: []*graph.Edge{
		{From: source, To: program, Grouping: "fields(word)"},
		{From: source, To: script, Stream: "control", Grouping: "direct"},
		{From: system, To: script, Stream: "__system", Grouping: "shuffle"},
	}}
	top := checked(t, path)
	if got := graph.Of(top); !reflect.DeepEqual(got, want) {
		t.Errorf("the graph of the file is\n%s\nwant\n%s", graph.Draw(got, graph.DOT, 0), graph.Draw(want, graph.DOT, 0))
	}

	// What is compiled has launchers, and has forgotten what they start.
	compiled := graph.OfCompiled(compiler.Compile(top, compiler.Options{}).Topology)
	for i, n := range compiled.Nodes {
		n.Language, n.Runs = want.Nodes[i].Language, want.Nodes[i].Runs
	}
	if !reflect.DeepEqual(compiled, want) {
		t.Errorf("the graph of the compiled topology is\n%s\nwant\n%s", graph.Draw(compiled, graph.DOT, 0), graph.Draw(want, graph.DOT, 0))
	}
}
