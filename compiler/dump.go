package compiler

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/stormflux/stormflux/internal/topology"
	"github.com/stormflux/stormflux/internal/wire"
)

// Format is a written form of a Program.
type Format string

// The formats. Binary and Compact are a StormTopology struct in Thrift's protocols of these names. JSON is the whole
// Program, for people and for comparisons. It is not Thrift's own JSON protocol: a topology's inputs are a map with
// structs as keys, and that protocol has no valid form for such a map.
const (
	Binary  Format = "binary"
	Compact Format = "compact"
	JSON    Format = "json"
)

// Formats returns all formats.
func Formats() []Format { return []Format{Binary, Compact, JSON} }

// Encode writes the program to w. The same program always gives the same bytes.
func (p *Program) Encode(ctx context.Context, w io.Writer, f Format) error {
	if f == JSON {
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return enc.Encode(p.dump())
	}
	protocol := wire.Binary
	switch f {
	case Binary:
	case Compact:
		protocol = wire.Compact
	default:
		panic(fmt.Sprintf("compiler: invalid format %q", f))
	}
	bytes, err := wire.Marshal(ctx, p.Topology, protocol)
	if err != nil {
		return err
	}
	_, err = w.Write(bytes)
	return err
}

// The shape of the JSON format. encoding/json sorts the keys of Go maps.
type (
	dump struct {
		Name        string            `json:"name"`
		Storm       string            `json:"storm"`
		Conf        json.RawMessage   `json:"conf"`
		Added       []dumpAddition    `json:"added,omitempty"`
		Components  []dumpComponent   `json:"components"`
		WorkerHooks []json.RawMessage `json:"workerHooks,omitempty"`
		Launchers   []dumpLauncher    `json:"launchers,omitempty"`
		Programs    []dumpProgram     `json:"programs,omitempty"`
		Packages    []string          `json:"pythonPackages,omitempty"`
		Resources   []string          `json:"resources,omitempty"`
	}
	dumpAddition struct {
		Key   string `json:"key"`
		Value any    `json:"value"`
		Why   string `json:"why"`
	}
	dumpComponent struct {
		ID          string                `json:"id"`
		Kind        string                `json:"kind"`
		Command     []string              `json:"command,omitempty"`
		Object      json.RawMessage       `json:"object,omitempty"`
		Parallelism int                   `json:"parallelism"`
		Conf        json.RawMessage       `json:"conf,omitempty"`
		Streams     map[string]dumpStream `json:"streams,omitempty"`
		Inputs      []dumpInput           `json:"inputs,omitempty"`
	}
	dumpStream struct {
		Fields []string `json:"fields"`
		Direct bool     `json:"direct,omitempty"`
	}
	dumpInput struct {
		From     string          `json:"from"`
		Stream   string          `json:"stream"`
		Grouping string          `json:"grouping"`
		Fields   []string        `json:"fields,omitempty"`
		Object   json.RawMessage `json:"object,omitempty"`
	}
	dumpLauncher struct {
		Name string `json:"name"`
		Text string `json:"text"`
	}
	dumpProgram struct {
		Name string `json:"name"`
		From string `json:"from"`
	}
)

func (p *Program) dump() dump {
	t := p.Topology
	d := dump{Name: t.Name, Storm: p.Storm.String(), Conf: wire.FormatConf(t.Conf)}
	for _, a := range p.Added {
		d.Added = append(d.Added, dumpAddition{a.Key, a.Value, a.Why})
	}
	for _, c := range t.Spouts {
		d.Components = append(d.Components, dumpOf("spout", c))
	}
	for _, c := range t.Bolts {
		d.Components = append(d.Components, dumpOf("bolt", c))
	}
	for _, h := range t.WorkerHooks {
		d.WorkerHooks = append(d.WorkerHooks, wire.FormatDefinition(h.(*topology.Definition)))
	}
	for _, l := range p.Launchers {
		d.Launchers = append(d.Launchers, dumpLauncher{l.Name, l.Text})
	}
	for _, b := range p.Builds {
		d.Programs = append(d.Programs, dumpProgram{b.Name, b.Package + b.Executable})
	}
	if p.Packages != nil {
		d.Packages = append([]string{p.Packages.Requirements}, p.Packages.Platforms...)
	}
	for _, r := range p.Resources {
		text := r.From
		if r.To != "" {
			text += " -> " + r.To
		}
		d.Resources = append(d.Resources, text)
	}
	return d
}

func dumpOf(kind string, c *topology.Component) dumpComponent {
	out := dumpComponent{ID: c.ID, Kind: kind, Parallelism: c.Parallelism, Streams: make(map[string]dumpStream, len(c.Streams))}
	switch code := c.Code.(type) {
	case *topology.Process:
		out.Command = code.Words
	case *topology.Definition:
		out.Object = wire.FormatDefinition(code)
	}
	if len(c.Conf) > 0 {
		out.Conf = wire.FormatConf(c.Conf)
	}
	for _, s := range c.Streams {
		out.Streams[s.ID] = dumpStream{Fields: append([]string{}, s.Fields...), Direct: s.Direct}
	}
	for _, in := range c.Inputs {
		input := dumpInput{
			From: in.Component, Stream: in.Stream, Grouping: in.Grouping.Name(), Fields: topology.FieldNames(in.Grouping),
		}
		if custom, ok := in.Grouping.(topology.Custom); ok {
			input.Object = wire.FormatDefinition(custom.Object.(*topology.Definition))
		}
		out.Inputs = append(out.Inputs, input)
	}
	return out
}
