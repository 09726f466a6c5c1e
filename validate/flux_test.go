package validate_test

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stormflux/stormflux/internal/stormtest"
	"github.com/stormflux/stormflux/schema"
	"github.com/stormflux/stormflux/validate"
)

// TestShellAsFlux compares the lowering of Flux's shell wrappers with the objects that Flux 2.8.3 makes of the same file.
func TestShellAsFlux(t *testing.T) {
	stormtest.Require(t)
	judge, err := stormtest.NewJudge(t.Context(), stormtest.JudgeOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := judge.Close(); err != nil {
			t.Error(err)
		}
	})
	path, err := filepath.Abs("testdata/flux-shell.yaml")
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := judge.Flux(t.Context(), path, stormtest.FluxOptions{})
	if err != nil {
		t.Fatal(err)
	}
	top, list := command{check: validate.Options{SkipFiles: true}}.run(t, path)
	if top == nil {
		t.Fatal(text(t, list))
	}
	var flux struct{ Spouts, Bolts map[string]fluxComponent }
	if err := json.Unmarshal(theirs.Topology, &flux); err != nil {
		t.Fatal(err)
	}
	if len(flux.Spouts) != len(top.Spouts) || len(flux.Bolts) != len(top.Bolts) {
		t.Errorf("%d spouts and %d bolts, Flux has %d and %d", len(top.Spouts), len(top.Bolts), len(flux.Spouts), len(flux.Bolts))
	}
	for _, c := range top.Components() {
		f, found := flux.Spouts[c.ID], true
		if c.Kind == schema.Bolt {
			f, found = flux.Bolts[c.ID]
		}
		if want := f.lines(t); !found || !slices.Equal(lines(t, c), want) {
			t.Errorf("%s %q:\n%s\nFlux:\n%s", c.Kind, c.ID, strings.Join(lines(t, c), "\n"), strings.Join(want, "\n"))
		}
	}
}

// lines says what a component came to, in the terms that Flux's can be told in too.
func lines(t *testing.T, c *validate.Component) []string {
	command, ok := c.Implementation.(*validate.Command)
	if !ok {
		t.Fatalf("%q is %T", c.ID, c.Implementation)
	}
	list := []string{fmt.Sprintf("command %q", command.Words), fmt.Sprintf("parallelism %d", c.Parallelism)}
	if c.Tasks > 0 {
		list = append(list, fmt.Sprintf("config topology.tasks=%d", c.Tasks))
	}
	for _, e := range command.Env {
		if e.Append != (e.Name == "PATH") {
			t.Errorf("%s is appended: %v", e.Name, e.Append)
		}
		list = append(list, fmt.Sprintf("env %s=%s", e.Name, e.Value))
	}
	for _, s := range c.Config {
		value, err := json.Marshal(s.Value)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, fmt.Sprintf("config %s=%s", s.Key, value))
	}
	for _, s := range c.Streams {
		list = append(list, fmt.Sprintf("stream %s %q %v", s.ID, s.Fields, s.Direct))
	}
	for _, in := range c.Inputs {
		grouping := in.Grouping.Type().String()
		if in.Grouping.Type() == schema.Global {
			grouping = "fields" // Storm's own form of it
		}
		list = append(list, fmt.Sprintf("input %s %s %s %q", in.From.ID, in.Stream.ID, grouping, validate.FieldNames(in.Grouping)))
	}
	slices.Sort(list)
	return list
}

// fluxComponent is a component as stormtest.Judge shows it.
type fluxComponent struct {
	Spout  fluxObject `json:"spout_object"`
	Bolt   fluxObject `json:"bolt_object"`
	Common struct {
		Inputs []struct {
			Component string `json:"componentId"`
			Stream    string `json:"streamId"`
			Grouping  map[string]json.RawMessage
		}
		Conf        map[string]json.RawMessage `json:"json_conf"`
		Parallelism int                        `json:"parallelism_hint"`
		Streams     map[string]struct {
			Direct bool
			Fields []string `json:"output_fields"`
		}
	}
}

type fluxObject struct {
	Java struct {
		Fields struct {
			Command         struct{ Items []string }
			Env             struct{ Entries [][2]string }
			ChangeDirectory bool
		}
	} `json:"serialized_java"`
}

func (f fluxComponent) lines(t *testing.T) []string {
	object := f.Bolt.Java.Fields
	if object.Command.Items == nil {
		object = f.Spout.Java.Fields
	}
	if !object.ChangeDirectory {
		t.Error("Flux's process does not start in the resources")
	}
	list := []string{fmt.Sprintf("command %q", object.Command.Items), fmt.Sprintf("parallelism %d", f.Common.Parallelism)}
	for _, e := range object.Env.Entries {
		list = append(list, fmt.Sprintf("env %s=%s", e[0], e[1]))
	}
	for key, value := range f.Common.Conf {
		list = append(list, fmt.Sprintf("config %s=%s", key, value))
	}
	for id, s := range f.Common.Streams {
		list = append(list, fmt.Sprintf("stream %s %q %v", id, s.Fields, s.Direct))
	}
	for _, in := range f.Common.Inputs {
		for name, argument := range in.Grouping {
			var fields []string
			if name == "fields" {
				if err := json.Unmarshal(argument, &fields); err != nil {
					t.Fatal(err)
				}
			}
			list = append(list, fmt.Sprintf("input %s %s %s %q", in.Component, in.Stream, strings.ReplaceAll(name, "_", "-"), fields))
		}
	}
	slices.Sort(list)
	return list
}
