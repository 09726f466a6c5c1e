package yaml

import (
	"errors"
	"fmt"

	"github.com/stormflux/stormflux/diag"
)

// DecodeMap reads a YAML document whose root is a map, such as storm.yaml, with the types of YAML 1.1 and without
// substitution. Of two entries with the same key, it keeps the last one, as SnakeYAML does. It returns nil for an empty
// document. The error lists every fault with its place.
func DecodeMap(name string, text []byte) (map[string]any, error) {
	var diags diag.List
	src := ReadLast(diag.NewFile(name, "", text), &diags)
	diags = diags.Filter(func(d *diag.Diagnostic) bool { return d.Severity == diag.Error })
	switch {
	case len(diags) > 0:
		diags.Sort()
		var all []error
		for _, d := range diags {
			at := d.Span.File.Position(d.Span.Start)
			all = append(all, fmt.Errorf("%s:%d:%d: %s", name, at.Line, at.Column, d.Message))
		}
		return nil, errors.Join(all...)
	case src.Root == nil || src.Root.Kind == Null:
		return nil, nil
	case src.Root.Kind != Map:
		return nil, fmt.Errorf("%s: the document is %s, expected a map", name, src.Root.Kind)
	}
	return src.Root.Go().(map[string]any), nil
}

// Unquote returns the text of a YAML scalar in quotes. It returns false for anything else.
func Unquote(text string) (string, bool) {
	if len(text) < 2 || text[0] != text[len(text)-1] || text[0] != '"' && text[0] != '\'' {
		return "", false
	}
	var diags diag.List
	s := Read(diag.NewFile("", "", []byte(text)), &diags)
	if len(diags) > 0 || s.Root == nil || s.Root.Kind != String || len(s.Root.Span.Text()) != len(text) {
		return "", false
	}
	return s.Root.Text, true
}
