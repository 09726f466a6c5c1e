package compiler

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/apache/thrift/lib/go/thrift"

	"github.com/stormflux/stormflux/internal/storm"
	"github.com/stormflux/stormflux/schema"
)

// Format is a written form of a Program.
type Format string

// The formats. Binary and Compact are Thrift's protocols of a StormTopology struct. JSON is the whole Program, for people
// and for comparing: Thrift's own JSON protocol has no valid form for a topology, whose inputs are a map with struct keys.
const (
	Binary  Format = "binary"
	Compact Format = "compact"
	JSON    Format = "json"
)

// Formats returns all formats.
func Formats() []Format { return []Format{Binary, Compact, JSON} }

// Encode writes the program to w. The same program gives the same bytes.
func (p *Program) Encode(ctx context.Context, w io.Writer, f Format) error {
	if f == JSON {
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return enc.Encode(p.dump())
	}
	buf := thrift.NewTMemoryBuffer()
	var proto thrift.TProtocol
	switch f {
	case Binary:
		proto = thrift.NewTBinaryProtocolConf(buf, nil)
	case Compact:
		proto = thrift.NewTCompactProtocolConf(buf, nil)
	default:
		panic(fmt.Sprintf("compiler: invalid format %q", f))
	}
	if err := writeCanonical(ctx, p.Topology, proto, buf); err != nil {
		return err
	}
	_, err := w.Write(buf.Bytes())
	return err
}

// The dump's shape. Maps with keys in the user's hands are Go maps: encoding/json orders their keys.
type (
	dump struct {
		Name       string          `json:"name"`
		Storm      string          `json:"storm"`
		Conf       any             `json:"conf"`
		Added      []dumpAddition  `json:"added,omitempty"`
		Components []dumpComponent `json:"components"`
		Launchers  []dumpLauncher  `json:"launchers,omitempty"`
		Programs   []dumpProgram   `json:"programs,omitempty"`
		Resources  []string        `json:"resources,omitempty"`
	}
	dumpAddition struct {
		Key   string `json:"key"`
		Value any    `json:"value"`
		Why   string `json:"why"`
	}
	dumpComponent struct {
		ID          string                `json:"id"`
		Kind        string                `json:"kind"`
		Command     []string              `json:"command"`
		Parallelism int32                 `json:"parallelism"`
		Conf        json.RawMessage       `json:"conf,omitempty"`
		Streams     map[string]dumpStream `json:"streams,omitempty"`
		Inputs      []dumpInput           `json:"inputs,omitempty"`
	}
	dumpStream struct {
		Fields []string `json:"fields"`
		Direct bool     `json:"direct,omitempty"`
	}
	dumpInput struct {
		From     string   `json:"from"`
		Stream   string   `json:"stream"`
		Grouping string   `json:"grouping"`
		Fields   []string `json:"fields,omitempty"`
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
	d := dump{Name: p.Name, Storm: p.Source.Storm.String(), Conf: jsonValue(p.Conf)}
	for _, a := range p.Added {
		d.Added = append(d.Added, dumpAddition{a.Key, jsonValue(a.Value), a.Why})
	}
	for _, c := range p.Source.Components() {
		object, common := p.component(c.ID)
		out := dumpComponent{
			ID: c.ID, Kind: c.Kind.String(),
			Command:     []string{object.Shell.ExecutionCommand, object.Shell.Script},
			Parallelism: common.GetParallelismHint(),
			Streams:     make(map[string]dumpStream, len(common.Streams)),
		}
		if common.JSONConf != nil {
			out.Conf = json.RawMessage(*common.JSONConf)
		}
		for _, id := range slices.Sorted(maps.Keys(common.Streams)) {
			s := common.Streams[id]
			out.Streams[id] = dumpStream{Fields: s.OutputFields, Direct: s.Direct}
		}
		for _, in := range c.Inputs {
			d := dumpInput{From: in.From.ID, Stream: in.Stream.ID, Grouping: in.Grouping.String()}
			if in.Grouping == schema.Fields || in.Grouping == schema.PartialKey {
				d.Fields = in.Fields
			}
			out.Inputs = append(out.Inputs, d)
		}
		d.Components = append(d.Components, out)
	}
	for _, l := range p.Launchers {
		d.Launchers = append(d.Launchers, dumpLauncher{l.Name, l.Text})
	}
	for _, b := range p.Builds {
		d.Programs = append(d.Programs, dumpProgram{b.Name, b.Package + b.Executable})
	}
	for _, r := range p.Source.Files {
		text := r.From
		if r.To != "" {
			text += " -> " + r.To
		}
		d.Resources = append(d.Resources, text)
	}
	return d
}

// component returns the Thrift parts of a component.
func (p *Program) component(id string) (*storm.ComponentObject, *storm.ComponentCommon) {
	if s, ok := p.Topology.Spouts[id]; ok {
		return s.SpoutObject, s.Common
	}
	b := p.Topology.Bolts[id]
	return b.BoltObject, b.Common
}
