package clojure

import (
	"path/filepath"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/validate"
)

// Notes are what the YAML files say in addition to the topology: comments, the order of settings, and the places for
// diagnostics.
type Notes struct {
	source     string // base name of the main file
	comments   *comments
	settings   []setting // of the topology
	components map[string]*componentNotes
}

// setting is a key of a configuration with its place.
type setting struct {
	key  string
	span diag.Span
}

type componentNotes struct {
	span        diag.Span
	settings    []setting
	parallelism bool // the file sets it
}

// Annotate collects the notes of a checked topology.
func Annotate(t *validate.Topology) *Notes {
	n := &Notes{
		source: "standard input", comments: collectComments(t), settings: settingsOf(t.Config),
		components: map[string]*componentNotes{},
	}
	if name := t.Source.File.Name; name != "-" && name != "" {
		n.source = filepath.Base(name)
	}
	for _, c := range t.Components() {
		n.components[c.ID] = &componentNotes{
			span: c.Span, settings: settingsOf(c.Config),
			parallelism: c.Source != nil && c.Source.Parallelism != nil,
		}
	}
	return n
}

func settingsOf(list []validate.Setting) []setting {
	settings := make([]setting, len(list))
	for i, s := range list {
		settings[i] = setting{s.Key, s.Span}
	}
	return settings
}
