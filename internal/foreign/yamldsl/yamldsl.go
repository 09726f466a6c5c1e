// Package yamldsl reads topologies that are written in the YAML of other systems: Heron's ECO and pyleus.
package yamldsl

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/asyaml"
	"github.com/stormflux/stormflux/internal/foreign"
	"github.com/stormflux/stormflux/internal/topology"
	"github.com/stormflux/stormflux/schema/yaml"
)

// Read reads a file. What is wrong in it is a [*foreign.Fault]. It returns nil if the file is Flux's, which is a file of
// stormflux already.
func Read(path string, text []byte) (*asyaml.Document, error) {
	r := &reader{path: path}
	var diags diag.List
	file := yaml.Read(diag.NewFile(path, "", text), &diags)
	if diags.HasErrors() || file.Root == nil {
		diags.Sort()
		for _, d := range diags {
			if d.Severity == diag.Error {
				return nil, r.faultAt(d.Span, "%s", d.Message)
			}
		}
		return nil, &foreign.Fault{File: path, Message: "the file is empty"}
	}
	root := file.Root.AsMap()
	if file.Root.Kind == yaml.Null {
		return nil, &foreign.Fault{File: path, Message: "the file is empty"}
	}
	if root == nil {
		return nil, r.fault(file.Root, "the file is not a map")
	}
	switch {
	case root.Get("topology") != nil:
		return r.pyleus(root)
	case isECO(root):
		return r.eco(root)
	}
	return nil, nil
}

type reader struct {
	path string
	err  error
}

func (r *reader) fault(v *yaml.Value, format string, args ...any) error {
	return r.faultAt(v.Span, format, args...)
}

func (r *reader) faultAt(span diag.Span, format string, args ...any) error {
	f := &foreign.Fault{File: r.path, Message: fmt.Sprintf(format, args...)}
	if span.File != nil {
		at := span.File.Position(span.Start)
		f.Line, f.Column = at.Line, at.Column
	}
	return f
}

// report keeps the first fault.
func (r *reader) report(v *yaml.Value, format string, args ...any) {
	if r.err == nil {
		r.err = r.fault(v, format, args...)
	}
}

func (r *reader) header(system string) []string {
	return []string{fmt.Sprintf("Written by stormflux import from %s (%s).", filepath.Base(r.path), system)}
}

// text returns the text of a scalar, or "" for nothing.
func (r *reader) text(v *yaml.Value) string {
	if v == nil || v.Kind == yaml.Null {
		return ""
	}
	if v.AsScalar() == nil {
		r.report(v, "%s stands where text belongs", v.Kind)
		return ""
	}
	return v.Text
}

func (r *reader) integer(v *yaml.Value) int {
	if v == nil || v.Kind == yaml.Null {
		return 0
	}
	if v.Kind != yaml.Int || v.Int != nil || v.Int64 < 0 || v.Int64 > 1<<31-1 {
		r.report(v, "%q is not a number of executors, tasks or seconds", v.Text)
		return 0
	}
	return int(v.Int64)
}

func (r *reader) texts(v *yaml.Value) []string {
	if v == nil || v.Kind == yaml.Null {
		return nil
	}
	if v.AsScalar() != nil {
		return []string{v.Text}
	}
	var all []string
	for _, item := range v.Elements() {
		all = append(all, r.text(item))
	}
	return all
}

// unknown reports a key that is not among the known ones.
func (r *reader) unknown(m *yaml.Value, known ...string) {
	for _, e := range m.Members() {
		found := false
		for _, k := range known {
			found = found || e.Key.Text == k
		}
		if !found {
			r.report(e.Key, "stormflux does not know the key %q here; known keys: %s", e.Key.Text, strings.Join(known, ", "))
		}
	}
}

var plainGroupings = map[string]topology.Grouping{
	"shuffle": topology.Shuffle{}, "local_or_shuffle": topology.LocalOrShuffle{}, "all": topology.All{}, "global": topology.Global{},
	"none": topology.None{}, "direct": topology.Direct{},
}
