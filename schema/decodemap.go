package schema

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/stormflux/stormflux/diag"
)

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
