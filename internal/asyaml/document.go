// Package asyaml writes topologies as YAML files: the model of a running topology, and what other packages read from the
// files of other systems.
//
// It owns the way back from a model to the keys of the language, and the layout of a written file, which is the one of
// package format. What has no form in the language becomes a comment at its place. It reads no files and knows no cluster.
package asyaml

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/stormflux/stormflux/internal/topology"
)

// Document is a topology file that is to be written. Notes are comments, a line each, without "#".
type Document struct {
	Header []string // the comment at the start of the file
	Name   string

	Jars      []string
	Resources []Resource
	Python    Python
	Setup     []string
	Config    map[string]topology.Value
	Beans     []*Object // the language's `components`
	Hooks     []*Object // the language's `workerHooks`
	Spouts    []*Component
	Bolts     []*Component

	// NoResources says that the folder resources beside the file does not belong to the topology.
	NoResources bool

	// Notes stand above the key of the document that they belong to, or where it would stand.
	Notes map[string][]string

	files []string // see Needs
}

// Needs reports whether the document needs a file that stormflux has put into the topology's jar, by its path below
// resources/. Compiling adds those of everything that was recovered.
func (d *Document) Needs(path string) bool {
	return slices.ContainsFunc(d.files, func(f string) bool {
		return path == f || strings.HasSuffix(f, "/") && strings.HasPrefix(path, f)
	})
}

// Remarks returns the notes of the document, one for each place.
func (d *Document) Remarks() []string {
	var all []string
	add := func(place string, notes []string) {
		if len(notes) > 0 {
			all = append(all, place+strings.Join(notes, " "))
		}
	}
	for _, s := range d.sections() {
		add("", d.Notes[s.key])
	}
	for _, c := range slices.Concat(d.Spouts, d.Bolts) {
		add(strconv.Quote(c.ID)+": ", slices.Concat(c.Notes, c.OutputNotes))
		for _, in := range c.Inputs {
			add(fmt.Sprintf("%q, its input from %q: ", c.ID, in.From), in.Notes)
		}
	}
	for _, o := range slices.Concat(d.Beans, d.Hooks) {
		add(strconv.Quote(o.ID)+": ", o.Notes)
	}
	return all
}

// Note adds a comment above a key of the document.
func (d *Document) Note(key string, lines ...string) {
	if d.Notes == nil {
		d.Notes = map[string][]string{}
	}
	d.Notes[key] = append(d.Notes[key], lines...)
}

// Resource is an element of `resources`. To may be "".
type Resource struct{ From, To string }

// Python is the language's `python` for all Python components.
type Python struct{ Interpreter, Venv, Requirements string }

// Component is a spout or bolt. One of Go, Command, Class and Object says what it runs.
type Component struct {
	ID    string
	Notes []string

	Go      string
	Command []string
	Class   string  // of Python
	Object  *Object // of the JVM
	Args    []string
	Env     []EnvVar

	Parallelism, Tasks                           int   // 0: not set
	Tick                                         int64 // seconds; 0: none
	Config                                       map[string]topology.Value
	OnHeapMemoryLoad, OffHeapMemoryLoad, CPULoad *float64

	Outputs     []*topology.Stream
	OutputNotes []string
	Inputs      []*Input
}

// EnvVar is an environment variable of a component's process.
type EnvVar struct{ Name, Value string }

// Input is an input of a bolt. The grouping of nil is shuffle. A [topology.Custom] grouping has its object in Custom.
type Input struct {
	From     string
	Stream   string // "" means the default stream
	Grouping topology.Grouping
	Custom   *Object
	Notes    []string
}

// Object is a JVM object.
type Object struct {
	ID      string // "" if nothing refers to it
	Notes   []string
	Class   string
	Factory string
	Args    []any // of the constructor or factory: a [topology.Argument] each, with [Ref] for a reference
	Steps   []Step
}

// Step changes an object after its construction. Either Property or Method is set.
type Step struct {
	Property, Method string
	Args             []any
}

// Ref is a reference to a bean by its id.
type Ref string
