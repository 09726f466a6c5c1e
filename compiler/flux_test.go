package compiler_test

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stormflux/stormflux/compiler"
	"github.com/stormflux/stormflux/internal/stormtest"
	"github.com/stormflux/stormflux/schema"
	"github.com/stormflux/stormflux/validate"
)

// Flux and stormflux read the same topology from a Flux file: the same components with the same commands, environment,
// streams, inputs, groupings, parallelism and configuration.
func TestFluxFilesMeanTheSame(t *testing.T) {
	judge := storm.Judge(t)
	t.Chdir("..")
	files, err := filepath.Glob("compiler/testdata/flux/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, path := range append(files, "examples/flux-wordcount.yaml") {
		t.Run(name(path), func(t *testing.T) {
			absolute, err := filepath.Abs(path)
			if err != nil {
				t.Fatal(err)
			}
			flux, err := judge.Flux(t.Context(), absolute, stormtest.FluxOptions{})
			if err != nil {
				t.Fatal(err)
			}
			prog := compile(t, path, schema.Options{})
			ours, err := judge.ReadTopology(t.Context(), encode(t, prog, compiler.Binary), stormtest.Binary)
			if err != nil {
				t.Fatal(err)
			}
			if prog.Topology.Name != flux.Name {
				t.Errorf("name %q, Flux says %q", prog.Topology.Name, flux.Name)
			}
			conf := map[string]any{}
			for k, v := range prog.Topology.Conf {
				conf[k] = v
			}
			for _, a := range prog.Added {
				delete(conf, a.Key)
			}
			text, err := json.Marshal(conf)
			if err != nil {
				t.Fatal(err)
			}
			if !sameJSON(t, text, flux.Conf) {
				t.Errorf("configuration %s, Flux has %s", text, flux.Conf)
			}
			compareComponents(t, checked(t, path, schema.Options{}), ours, flux.Topology)
		})
	}
}

// Flux accepts a file whose faults Storm finds later. docs/flux.md shows it, and what stormflux reports.
func TestFluxAcceptsWhatStormRefuses(t *testing.T) {
	path, err := filepath.Abs("testdata/late.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := storm.Judge(t).Flux(t.Context(), path, stormtest.FluxOptions{}); err != nil {
		t.Error(err)
	}
	doc, diags, err := schema.Load(t.Context(), path, schema.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if result, err := validate.Check(t.Context(), doc, validate.Options{Loaded: diags}); err != nil || result.Topology != nil {
		t.Errorf("stormflux accepts it too (%v)", err)
	}
}

func compareComponents(t *testing.T, top *validate.Topology, ours, flux json.RawMessage) {
	t.Helper()
	type component struct {
		Spout  json.RawMessage            `json:"spout_object"`
		Bolt   json.RawMessage            `json:"bolt_object"`
		Common map[string]json.RawMessage `json:"common"`
	}
	type topology struct{ Spouts, Bolts map[string]component }
	var a, b topology
	for text, into := range map[*json.RawMessage]*topology{&ours: &a, &flux: &b} {
		if err := json.Unmarshal(*text, into); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range top.Components() {
		our, their := a.Bolts[c.ID], b.Bolts[c.ID]
		object := their.Bolt
		if c.Kind == schema.Spout {
			our, their = a.Spouts[c.ID], b.Spouts[c.ID]
			object = their.Spout
		}
		for _, key := range []string{"inputs", "streams", "parallelism_hint", "json_conf"} {
			if !sameJSON(t, our.Common[key], their.Common[key]) {
				t.Errorf("%s: %s %s, Flux has %s", c.ID, key, our.Common[key], their.Common[key])
			}
		}
		words, env := shellProcess(t, object)
		command := c.Implementation.(*validate.Command)
		if !slices.Equal(words, command.Words) {
			t.Errorf("%s runs %q, Flux runs %q", c.ID, command.Words, words)
		}
		var ourEnv []string
		for _, e := range command.Env {
			ourEnv = append(ourEnv, e.Name+"="+e.Value)
		}
		slices.Sort(ourEnv)
		if !slices.Equal(env, ourEnv) {
			t.Errorf("%s has the environment %q, Flux has %q", c.ID, ourEnv, env)
		}
	}
	if len(a.Spouts) != len(b.Spouts) || len(a.Bolts) != len(b.Bolts) {
		t.Errorf("%d spouts and %d bolts, Flux has %d and %d", len(a.Spouts), len(a.Bolts), len(b.Spouts), len(b.Bolts))
	}
}

// shellProcess finds the command and the environment in a serialised FluxShellSpout or FluxShellBolt, in the form in
// which Java's reflection shows it.
func shellProcess(t *testing.T, object json.RawMessage) (words, env []string) {
	t.Helper()
	var java struct {
		Serialized any `json:"serialized_java"`
	}
	if err := json.Unmarshal(object, &java); err != nil {
		t.Fatal(err)
	}
	var walk func(v any)
	walk = func(v any) {
		m, _ := v.(map[string]any)
		fields, _ := m["fields"].(map[string]any)
		for name, value := range fields {
			switch strings.TrimPrefix(name, "_") {
			case "command":
				items, _ := value.(map[string]any)
				list, _ := items["items"].([]any)
				for _, w := range list {
					words = append(words, fmt.Sprint(w))
				}
			case "env":
				entries, _ := value.(map[string]any)
				pairs, _ := entries["entries"].([]any)
				for _, p := range pairs {
					pair := p.([]any)
					env = append(env, fmt.Sprintf("%v=%v", pair[0], pair[1]))
				}
			default:
				walk(value)
			}
		}
	}
	walk(java.Serialized)
	if len(words) == 0 {
		t.Fatalf("no command in %s", object)
	}
	slices.Sort(env)
	return words, env
}
