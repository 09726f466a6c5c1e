// Package pythondsl reads topologies that are written in Python: Topology classes of streamparse 3 and later, and create.py of
// Petrel. It runs python3 with stand-ins for both libraries.
package pythondsl

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/stormflux/stormflux/internal/asyaml"
	"github.com/stormflux/stormflux/internal/foreign"
	"github.com/stormflux/stormflux/internal/topology"
)

//go:embed describe.py
var script []byte

// Read runs a file and returns what it declares. class names one of several Topology classes, or is "". A file that is wrong
// gives a [*foreign.Fault].
func Read(ctx context.Context, path, class string) (*asyaml.Document, error) {
	dir, err := os.MkdirTemp("", "stormflux-import-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	program, output := filepath.Join(dir, "describe.py"), filepath.Join(dir, "topology.json")
	if err := os.WriteFile(program, script, 0o600); err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, "python3", program, output, path, class)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Run(); err != nil {
		if errors.Is(err, exec.ErrNotFound) {
			return nil, fmt.Errorf("import runs %s with python3: %w", path, err)
		}
		return nil, fmt.Errorf("running %s with python3: %w\n%s", path, err, strings.TrimSpace(said.String()))
	}
	text, err := os.ReadFile(output)
	if err != nil {
		return nil, fmt.Errorf("running %s with python3: %w", path, err)
	}
	return document(path, text)
}

// described is the output of describe.py.
type described struct {
	System        string
	Config        map[string]any
	Spouts, Bolts []component
	Error         string
	Line          int
}

type component struct {
	ID      string
	Python  string
	Command []*string
	Class   string
	Args    []any
	Par     any
	Config  map[string]any
	Outputs []topology.Stream
	Inputs  []input
}

type input struct {
	From, Stream string
	Grouping     struct {
		Type   string
		Fields []string
		Class  string
		Args   []any
	}
}

func document(path string, text []byte) (*asyaml.Document, error) {
	var from described
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	if err := dec.Decode(&from); err != nil {
		return nil, fmt.Errorf("running %s with python3: %w", path, err)
	}
	if from.Error != "" {
		f := &foreign.Fault{File: path, Message: from.Error, Line: from.Line}
		if f.Line > 0 {
			f.Column = 1
		}
		return nil, f
	}
	folder, base := filepath.Split(path)
	d := &asyaml.Document{
		Name:   strings.TrimSuffix(base, filepath.Ext(base)),
		Header: []string{fmt.Sprintf("Written by stormflux import from %s (%s).", base, from.System)},
		Config: plain(from.Config).(map[string]any),
	}
	if from.System == "Petrel" { // the file is always create.py
		if abs, err := filepath.Abs(folder); err == nil {
			d.Name = filepath.Base(abs)
		}
	}
	var err error
	if d.Spouts, err = components(path, from.Spouts); err != nil {
		return nil, err
	}
	d.Bolts, err = components(path, from.Bolts)
	return d, err
}

func components(path string, list []component) ([]*asyaml.Component, error) {
	var all []*asyaml.Component
	for _, c := range list {
		out := &asyaml.Component{ID: c.ID, Class: c.Python, Config: plain(c.Config).(map[string]any)}
		for _, word := range c.Command {
			if word == nil {
				return nil, &foreign.Fault{File: path, Message: fmt.Sprintf("component %q has no command or no script", c.ID)}
			}
			out.Command = append(out.Command, *word)
		}
		if c.Class != "" {
			out.Object = &asyaml.Object{Class: c.Class, Args: plain(c.Args).([]any)}
		}
		out.Parallelism = parallelism(out, c.Par)
		if ticks, ok := out.Config["topology.tick.tuple.freq.secs"].(int64); ok && ticks > 0 {
			out.Tick = ticks
			delete(out.Config, "topology.tick.tuple.freq.secs")
		}
		for _, s := range c.Outputs {
			out.Outputs = append(out.Outputs, &s)
		}
		for _, in := range c.Inputs {
			made, err := in.input(path, c.ID)
			if err != nil {
				return nil, err
			}
			out.Inputs = append(out.Inputs, made)
		}
		all = append(all, out)
	}
	return all, nil
}

// parallelism returns the number of executors. streamparse can have one for each of its environments.
func parallelism(c *asyaml.Component, par any) int {
	switch n := plain(par).(type) {
	case int64:
		return int(n)
	case map[string]any:
		text, _ := json.Marshal(n) // numbers and names
		c.Notes = append(c.Notes, fmt.Sprintf("Its parallelism differs between environments: %s. Write it into stormflux.yaml.", text))
	}
	return 1
}

var groupings = map[string]topology.Grouping{
	"shuffle": topology.Shuffle{}, "global": topology.Global{}, "direct": topology.Direct{}, "all": topology.All{},
	"none": topology.None{}, "local-or-shuffle": topology.LocalOrShuffle{},
}

func (in input) input(path, id string) (*asyaml.Input, error) {
	out := &asyaml.Input{From: in.From, Grouping: groupings[in.Grouping.Type]}
	if in.Stream != topology.DefaultStream {
		out.Stream = in.Stream
	}
	switch in.Grouping.Type {
	case "fields":
		out.Grouping = topology.Fields{Names: in.Grouping.Fields}
		if len(in.Grouping.Fields) == 0 {
			out.Grouping = topology.Global{} // as Storm reads it
		}
	case "custom":
		out.Custom = &asyaml.Object{Class: in.Grouping.Class, Args: plain(in.Grouping.Args).([]any)}
	}
	if out.Grouping == nil && out.Custom == nil {
		return nil, &foreign.Fault{File: path, Message: fmt.Sprintf("component %q has the unknown grouping %q", id, in.Grouping.Type)}
	}
	return out, nil
}

// plain returns a value of JSON with numbers as int64 or float64.
func plain(v any) any {
	switch v := v.(type) {
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return n
		}
		f, _ := v.Float64() // digits
		return f
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = plain(v[i])
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(v))
		for key, value := range v {
			out[key] = plain(value)
		}
		return out
	}
	return v
}
