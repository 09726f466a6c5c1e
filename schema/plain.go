package schema

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/stormflux/stormflux/diag"
)

// Go returns the value in Go's own types, as JSON and Storm's configuration have it: nil, bool, int64, *big.Int (of
// integers that int64 does not hold), float64, string, []any or map[string]any. It is the inverse of [FromGo].
func (v *Value) Go() any {
	switch v.Kind {
	case Null:
		return nil
	case Bool:
		return v.Bool
	case Int:
		if v.Int != nil {
			return v.Int
		}
		return v.Int64
	case Float:
		return v.Float
	case String:
		return v.Text
	case Sequence:
		list := make([]any, len(v.Items))
		for i, item := range v.Items {
			list[i] = item.Go()
		}
		return list
	case Map:
		m := make(map[string]any, len(v.Entries))
		for _, e := range v.Entries {
			m[e.Key.Text] = e.Value.Go()
		}
		return m
	}
	panic(fmt.Sprintf("schema: invalid kind of value %d", v.Kind))
}

// DecodeMap reads a YAML document whose root is a map, such as storm.yaml, with the types of YAML 1.1 and without
// substitution. An empty document gives nil. The error tells every fault, each with its place.
func DecodeMap(name string, text []byte) (map[string]any, error) {
	if len(bytes.TrimSpace(text)) == 0 {
		return nil, nil
	}
	var diags diag.List
	src := readYAML(diag.NewFile(name, "", text), &diags)
	diags = diags.Filter(func(d *diag.Diagnostic) bool { return d.Severity == diag.Error && d.Rule != ruleEmpty })
	switch {
	case len(diags) > 0:
		diags.Sort()
		var all []error
		for _, d := range diags {
			at := d.Span.File.Position(d.Span.Start)
			all = append(all, fmt.Errorf("%s:%d:%d: %s", name, at.Line, at.Column, d.Message))
		}
		return nil, errors.Join(all...)
	case src.root == nil || src.root.Kind == Null:
		return nil, nil
	case src.root.Kind != Map:
		return nil, fmt.Errorf("%s: the document is %s, expected a map", name, kindName(src.root.Kind))
	}
	return src.root.Go().(map[string]any), nil
}

// EnvironmentNames returns the environments that the topology at path can choose from, in file order: those of the given
// file, or when that is "" of the nearest stormflux.yaml. Files that cannot be read have none.
func EnvironmentNames(path, file string) []string {
	l := &loader{opts: Options{EnvironmentFile: file}}
	found, err := l.environmentFile(path)
	if err != nil || found == nil {
		return nil
	}
	var names []string
	for _, e := range readYAML(found, &l.diags).root.Get("environments").entries() {
		names = append(names, e.Key.Text)
	}
	return names
}

// LooksLikeTopology tells whether a YAML file found in a folder is meant as a topology: it has one of the keys that only
// topologies have. A file that is no YAML does not.
func LooksLikeTopology(text []byte) bool {
	var diags diag.List
	root := readYAML(diag.NewFile("", "", text), &diags).root
	for _, key := range []string{"spouts", "bolts", "topologySource"} {
		if root.Get(key) != nil {
			return true
		}
	}
	return false
}

// LoadEnvironment reads an environment on its own, for commands that need a cluster and no topology. path stands for the
// topology: the nearest stormflux.yaml is searched from its folder upward. The environment is nil when the list has an
// error.
func LoadEnvironment(path string, opts Options) (*Environment, diag.List, error) {
	l := &loader{opts: opts}
	env, src, err := l.environment(path)
	if err == nil {
		err = l.variables(env, src)
	}
	if err != nil {
		return nil, nil, err
	}
	l.diags.Sort()
	if l.diags.HasErrors() {
		env = nil
	}
	return env, l.diags, nil
}
