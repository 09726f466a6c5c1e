package main

import (
	"fmt"
	"path/filepath"

	"github.com/stormflux/stormflux/compiler"
	"github.com/stormflux/stormflux/validate"
)

// declared returns where the topology declares its components, by id: "wordcount.yaml:4:3".
func (c *checked) declared() map[string]string {
	places := map[string]string{}
	for _, d := range c.index.Declarations() {
		if d.Kind == validate.ComponentSymbol && !d.Span.IsZero() {
			at := d.Span.File.Position(d.Span.Start)
			places[d.Name] = fmt.Sprintf("%s:%d:%d", filepath.ToSlash(d.Span.File.Name), at.Line, at.Column)
		}
	}
	return places
}

// sources returns the files that a program's resources come from, by their names in the jar: resources/split.py.
func sources(p *compiler.Program) map[string]string {
	files := map[string]string{}
	for _, e := range p.ResourceEntries {
		if e.Path != "" {
			files[e.Name] = filepath.ToSlash(e.Path)
		}
	}
	return files
}
