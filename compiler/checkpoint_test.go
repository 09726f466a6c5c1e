package compiler_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stormflux/stormflux/compiler"
	"github.com/stormflux/stormflux/internal/jar"
	"github.com/stormflux/stormflux/internal/topology"
	"github.com/stormflux/stormflux/internal/wire"
	"github.com/stormflux/stormflux/schema"
	"github.com/stormflux/stormflux/validate"
)

// kinds describes classes by the kinds in their names.
type kinds struct{}

func (kinds) Describe(_ context.Context, _ validate.ClassPath, definitions []*topology.Definition) ([]validate.Description, error) {
	out := make([]validate.Description, len(definitions))
	for i, d := range definitions {
		out[i] = validate.Description{
			Kind: validate.ClassKind(d.Root().Class), Streams: []*topology.Stream{{ID: "default", Fields: []string{"word"}}},
			Conf: map[string]topology.Value{"topology.tick.tuple.freq.secs": int64(9), "own": "class"},
		}
	}
	return out, nil
}

func (kinds) Build(context.Context, validate.ClassPath, validate.TopologySource) (*topology.Topology, error) {
	return nil, &validate.BuildError{Reason: "there is no class"}
}

// A stateful bolt brings the checkpoint spout, and every other bolt passes the checkpoints on.
func TestCheckpoints(t *testing.T) {
	doc, loaded, err := schema.Load(t.Context(), "t.yaml", schema.Options{Text: []byte(`name: t
components:
  - {id: size, className: java.lang.Integer, factory: valueOf, factoryArgs: [5]}
workerHooks:
  - {id: hook, className: com.example.Hook, properties: [{name: size, ref: size}]}
spouts:
  words: {className: IRichSpout, constructorArgs: [{ref: size}, 2020-01-01, {a: [1.5, {ref: size}]}]}
bolts:
  split: {command: [cat], outputs: [word], inputs: [words]}
  count: {className: IStatefulBolt, inputs: [split, words], config: {own: file}}
  log: {className: IBasicBolt, inputs: [{from: count, grouping: {custom: {className: com.example.Choice}}}]}
`)})
	if err != nil {
		t.Fatal(err)
	}
	result, err := validate.Check(t.Context(), doc, validate.Options{JVM: kinds{}, Loaded: loaded})
	if err != nil || result.Topology == nil {
		for _, d := range result.Diagnostics {
			t.Error(d.Message)
		}
		t.Fatal(err)
	}
	program := compiler.Compile(result.Topology, compiler.Options{})
	hasAdapter(t, program)
	top := program.Topology
	var got strings.Builder
	definition := func(code topology.Code) string {
		if d, ok := code.(*topology.Definition); ok {
			return string(wire.FormatDefinition(d))
		}
		return fmt.Sprint(code)
	}
	for _, c := range top.Components() {
		fmt.Fprintln(&got, c.ID, definition(c.Code), c.Conf)
		for _, s := range c.Streams {
			fmt.Fprintln(&got, "  emits", s.ID, s.Fields)
		}
		for _, in := range c.Inputs {
			fmt.Fprintln(&got, "  reads", in.Component, in.Stream, in.Grouping.Name())
			if custom, ok := in.Grouping.(topology.Custom); ok {
				fmt.Fprintln(&got, "   ", definition(custom.Object))
			}
		}
	}
	fmt.Fprintln(&got, definition(top.WorkerHooks[0]))
	want := `words {"component":"words","objects":[{"args":[5],"at":"t.yaml:3","class":"java.lang.Integer","factory":"valueOf","id":"size"},{"args":[{"ref":0},{"date":1577836800000},{"map":[["a",[1.5,{"ref":0}]]]}],"at":"t.yaml:7","class":"IRichSpout"}]} map[own:class topology.tick.tuple.freq.secs:9]
  emits default [word]
$checkpointspout {"component":"$checkpointspout","objects":[{"class":"org.apache.storm.spout.CheckpointSpout"}]} map[]
  emits $checkpoint [txid action]
split {"component":"split","objects":[{"args":[["/bin/sh",".stormflux/split.sh"]],"class":"stormflux.runtime.Process"}]} map[]
  emits default [word]
  emits $checkpoint [txid action]
  reads words default shuffle
  reads $checkpointspout $checkpoint all
count {"component":"count","objects":[{"at":"t.yaml:10","class":"IStatefulBolt"}]} map[own:file topology.tick.tuple.freq.secs:9]
  emits default [word]
  emits $checkpoint [txid action]
  reads split default shuffle
  reads words default shuffle
  reads split $checkpoint all
  reads $checkpointspout $checkpoint all
log {"component":"log","objects":[{"at":"t.yaml:11","class":"IBasicBolt"}]} map[own:class topology.tick.tuple.freq.secs:9]
  emits default [word]
  emits $checkpoint [txid action]
  reads count default custom
    {"component":"log","objects":[{"at":"t.yaml:11","class":"com.example.Choice"}]}
  reads count $checkpoint all
{"component":"","objects":[{"args":[5],"at":"t.yaml:3","class":"java.lang.Integer","factory":"valueOf","id":"size"},{"at":"t.yaml:5","class":"com.example.Hook","id":"hook","steps":[{"at":"t.yaml:5","set":"size","value":{"ref":0}}]}]}
`
	if got.String() != want {
		t.Errorf("got\n%s\nwant\n%s", &got, want)
	}
}

// hasAdapter checks that the jar of a program has the classes that its definitions need.
func hasAdapter(t *testing.T, p *compiler.Program) {
	t.Helper()
	a, err := p.Assemble(t.Context(), validate.Platform{})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	for _, class := range []string{"Spout", "Bolt", "Grouping", "Hook", "Process"} {
		name := "stormflux/runtime/" + class + ".class"
		if !slices.ContainsFunc(a.Archive.Entries, func(e jar.Entry) bool { return e.Name == name }) {
			t.Errorf("the jar has no %s", name)
		}
	}
}
