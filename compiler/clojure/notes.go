package clojure

import (
	"maps"
	"path/filepath"
	"reflect"
	"slices"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/topology"
	"github.com/stormflux/stormflux/schema"
	"github.com/stormflux/stormflux/validate"
)

// Notes are what the YAML files say in addition to the topology: comments, the order of settings, and the places for
// diagnostics.
type Notes struct {
	source     string // base name of the main file
	comments   *comments
	settings   []setting // of the topology
	components map[string]*componentNotes
	places     map[*topology.Object]objectPlace // of JVM objects
	builtBy    *validate.TopologySource         // nil if the file describes the topology itself
}

// objectPlace is where a JVM object is in the file.
type objectPlace struct {
	span  diag.Span
	steps []diag.Span
}

// setting is a key of a configuration with its place.
type setting struct {
	key  string
	span diag.Span
}

type componentNotes struct {
	span        diag.Span
	settings    []setting
	parallelism bool            // the file sets it
	class       *validate.Class // nil for a process
	outputs     diag.Span       // the zero Span if the file has none
}

// ownConf returns the part of a component's configuration that its class does not set itself.
func (n *componentNotes) ownConf(conf map[string]topology.Value) map[string]topology.Value {
	if n.class == nil || len(n.class.Conf) == 0 {
		return conf
	}
	own := maps.Clone(conf)
	maps.DeleteFunc(own, func(key string, v topology.Value) bool {
		inFile := slices.ContainsFunc(n.settings, func(s setting) bool { return s.key == key })
		set, ok := n.class.Conf[key]
		return ok && !inFile && reflect.DeepEqual(set, v)
	})
	return own
}

// Annotate collects the notes of a checked topology.
func Annotate(t *validate.Topology) *Notes {
	n := &Notes{
		source: "standard input", comments: collectComments(t), settings: settingsOf(t.Config),
		components: map[string]*componentNotes{}, places: map[*topology.Object]objectPlace{},
	}
	if name := t.Source.File.Name; name != "-" && name != "" {
		n.source = filepath.Base(name)
	}
	for _, c := range t.Components() {
		notes := &componentNotes{
			span: c.Span, settings: settingsOf(c.Config),
			parallelism: c.Source != nil && c.Source.Parallelism != nil,
		}
		n.components[c.ID] = notes
		if notes.class, _ = c.Implementation.(*validate.Class); notes.class != nil {
			n.place(t.Source, notes.class.Definition, notes.class.Object)
			if c.Source.OutputsValue != nil {
				notes.outputs = c.Source.OutputsValue.Span
			}
		}
		for _, in := range c.Inputs {
			if g, ok := in.Grouping.(validate.CustomGrouping); ok {
				n.place(t.Source, g.Definition, g.Object)
			}
		}
	}
	if t.BuiltBy != nil {
		n.builtBy = t.BuiltBy
		n.place(t.Source, t.BuiltBy.Definition, t.Source.TopologySource)
	}
	for i, hook := range t.WorkerHooks {
		n.place(t.Source, hook, t.Source.WorkerHooks[i])
	}
	return n
}

// place notes the places of the objects of a definition. root is the last one, as it is written.
func (n *Notes) place(doc *schema.Document, d *topology.Definition, root *schema.Object) {
	for _, o := range d.Objects {
		written := root
		if o != d.Root() {
			written = doc.Bean(o.ID)
		}
		if written == nil || written.ClassName == nil {
			continue
		}
		place := objectPlace{span: written.ClassName.Span}
		for _, p := range written.Properties {
			place.steps = append(place.steps, p.Name.Span)
		}
		for _, m := range written.ConfigMethods {
			place.steps = append(place.steps, m.Name.Span)
		}
		n.places[o] = place
	}
}

func settingsOf(list []validate.Setting) []setting {
	settings := make([]setting, len(list))
	for i, s := range list {
		settings[i] = setting{s.Key, s.Span}
	}
	return settings
}
