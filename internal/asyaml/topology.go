package asyaml

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/stormflux/stormflux/compiler"
	"github.com/stormflux/stormflux/internal/topology"
)

// Options say what is known besides the model.
type Options struct {
	// Launchers are the scripts of the topology's jar, by their path below resources/.
	Launchers map[string]string
	// Programs are what `go` names for the Go programs of the jar, by their path below resources/. A program that is not
	// there keeps its launcher.
	Programs map[string]string
	// Packages are the import paths of these programs, for notes.
	Packages map[string]string
	// Remedy says, in notes about launchers that are not known, how to get at them. It may be "".
	Remedy string
}

// Of returns the document that compiles to a model. What the language has no form for becomes a note.
func Of(t *topology.Topology, opts Options) *Document {
	t = withoutCheckpoints(t)
	d := write(t, opts, false)
	if len(d.Setup) > 0 && len(d.files) > 0 {
		// With a setup, the compiler gives every process a launcher, also those that keep an old one: these would start it twice.
		d = write(t, opts, true)
	}
	return d
}

func write(t *topology.Topology, opts Options, launchers bool) *Document {
	w := &writer{
		opts: opts, launchers: launchers, document: &Document{Name: t.Name, Config: maps.Clone(t.Conf)},
		beans: map[string]*Object{}, after: map[*Object][]*Object{},
	}
	for _, c := range t.Spouts {
		w.document.Spouts = append(w.document.Spouts, w.component(c))
	}
	for _, c := range downstream(t.Bolts) {
		w.document.Bolts = append(w.document.Bolts, w.component(c))
	}
	for _, h := range t.WorkerHooks {
		if d, ok := h.(*topology.Definition); ok {
			w.document.Hooks = append(w.document.Hooks, w.object(d, true))
		} else {
			w.document.Note("workerHooks", "The topology has the worker hook "+className(h)+".", "It is a serialised Java object, which has no form here.")
		}
	}
	w.sortBeans()
	w.others(t)
	return w.document
}

// downstream returns bolts in the direction in which tuples flow: each after those that it reads, if that is possible.
func downstream(bolts []*topology.Component) []*topology.Component {
	rest := slices.Clone(bolts)
	var sorted []*topology.Component
	for len(rest) > 0 {
		next := max(0, slices.IndexFunc(rest, func(b *topology.Component) bool { // 0 in a cycle
			return !slices.ContainsFunc(b.Inputs, func(in *topology.Input) bool {
				return in.Component != b.ID && slices.ContainsFunc(rest, func(o *topology.Component) bool { return o.ID == in.Component })
			})
		}))
		sorted = append(sorted, rest[next])
		rest = slices.Delete(rest, next, next+1)
	}
	return sorted
}

type writer struct {
	opts      Options
	launchers bool // keep all launchers
	document  *Document
	beans     map[string]*Object    // by id
	after     map[*Object][]*Object // what definitions make right before a bean
}

// others notes what the language has no key for.
func (w *writer) others(t *topology.Topology) {
	if d := t.Dependencies; len(d.Jars)+len(d.Artifacts) > 0 {
		w.document.Note("dependencies", "The topology has dependencies. The cluster keeps them as these blobs:")
		for _, key := range slices.Concat(d.Jars, d.Artifacts) {
			w.document.Note("dependencies", "  "+key)
		}
		w.document.Note("dependencies", "Name their files or Maven coordinates: dependencies: [group:artifact:version]")
	}
	for _, m := range t.SharedMemory {
		w.document.Note("end", fmt.Sprintf("The components %s share the memory %q, which has no form here.", strings.Join(m.Components, ", "), m.Name))
	}
}

func (w *writer) component(c *topology.Component) *Component {
	out := &Component{ID: c.ID, Parallelism: c.Parallelism, Outputs: c.Streams, Config: maps.Clone(c.Conf)}
	out.settings()
	switch code := c.Code.(type) {
	case *topology.Process:
		w.process(out, code)
	case *topology.Definition:
		out.Object = w.object(code, false)
	case *topology.JavaObject:
		out.Object = &Object{Class: code.Class, Args: plainArguments(code.Args)}
		out.Notes = append(out.Notes, "The cluster has this as a java_object of Storm. Here it becomes an object of stormflux's adapter.")
	default:
		out.serialized(code)
	}
	for _, in := range c.Inputs {
		out.Inputs = append(out.Inputs, w.input(in))
	}
	return out
}

// plainArguments returns the arguments of a java_object as those of a [topology.Definition].
func plainArguments(args []any) []any {
	out := make([]any, len(args))
	for i, a := range args {
		switch a := a.(type) {
		case int32:
			out[i] = int64(a)
		case []byte:
			out[i] = topology.Bytes(a)
		default:
			out[i] = a
		}
	}
	return out
}

// settings moves the settings that have keys of their own out of the component's configuration.
func (c *Component) settings() {
	if n, ok := c.Config["topology.tasks"].(int64); ok && n > 0 && n <= 1<<31-1 {
		c.Tasks = int(n)
		delete(c.Config, "topology.tasks")
	}
	if n, ok := c.Config["topology.tick.tuple.freq.secs"].(int64); ok && n > 0 {
		c.Tick = n
		delete(c.Config, "topology.tick.tuple.freq.secs")
	}
	const all = "topology.component.resources.map"
	users, isMap := c.Config[all].(map[string]any)
	if !isMap {
		return
	}
	rest := maps.Clone(users)
	for _, r := range []struct {
		load **float64
		name string
	}{
		{&c.OnHeapMemoryLoad, "topology.component.resources.onheap.memory.mb"},
		{&c.OffHeapMemoryLoad, "topology.component.resources.offheap.memory.mb"},
		{&c.CPULoad, "topology.component.cpu.pcore.percent"},
	} {
		value, ok := c.Config[r.name].(float64)
		if ok && rest[r.name] == value {
			*r.load = &value
			delete(rest, r.name)
			delete(c.Config, r.name)
		}
	}
	if c.Config[all] = rest; len(rest) == 0 {
		delete(c.Config, all)
	}
}

func (w *writer) process(c *Component, p *topology.Process) {
	c.Command = p.Words
	if slices.Contains(p.Words, "") {
		c.Notes = append(c.Notes, "A word of the command is empty, which the language does not allow.")
	}
	if len(p.Words) == 4 && p.Words[1] == "-m" && p.Words[2] == "streamparse.run" {
		c.Command, c.Class = nil, p.Words[3]
		if p.Words[0] != "python" { // streamparse's default
			w.document.Python.Interpreter = p.Words[0]
		}
		return
	}
	if len(p.Words) != 2 || p.Words[0] != "/bin/sh" || !isLauncher(p.Words[1]) {
		return
	}
	script, known := w.opts.Launchers[p.Words[1]]
	if !known {
		c.Notes = append(c.Notes, "stormflux wrote this script for a Go program, a Python class or a longer command. It is in the topology's jar.")
		if w.opts.Remedy != "" {
			c.Notes = append(c.Notes, w.opts.Remedy)
		}
		return
	}
	start, ok := compiler.ReadLauncher(script)
	if !ok {
		c.Notes = append(c.Notes, "stormflux cannot read this script of the topology's jar.")
		w.document.files = append(w.document.files, folderOf(p.Words[1]))
		return
	}
	if !w.start(c, start) {
		w.document.files = append(w.document.files, p.Words[1], start.Setup, start.Words[0], folderOf(p.Words[1])+"python/", folderOf(p.Words[1])+"python-packages/")
	}
}

// folderOf returns the folder of stormflux that a path is in, with "/".
func folderOf(path string) string {
	folder, _, _ := strings.Cut(path, "/")
	return folder + "/"
}

// start says what a launcher starts. It reports false if the component needs the launcher.
func (w *writer) start(c *Component, start *compiler.Start) bool {
	class, interpreter, isClass := start.PythonClass()
	program := start.Words[0]
	switch {
	case w.launchers:
		c.Notes = append(c.Notes, fmt.Sprintf("It runs %q after the setup of the topology.", start.Words))
		return false
	case start.Packages:
		c.Notes = append(c.Notes, fmt.Sprintf("It runs %q with Python packages of the topology's jar. To name them: python: {requirements: FILE}.", start.Words))
		return false
	case start.Program && w.opts.Programs[program] != "":
		c.Command, c.Go, c.Args = nil, w.opts.Programs[program], start.Words[1:]
	case start.Program && isLauncher(program):
		note := "A Go program of the topology's jar"
		if pkg := w.opts.Packages[program]; pkg != "" {
			note += ", built from " + pkg
		}
		if args := start.Words[1:]; len(args) > 0 {
			note += fmt.Sprintf(", with the args %q", args)
		}
		c.Notes = append(c.Notes, note+".", "To build it from its sources, write go: FOLDER in place of the command.")
		return false
	case start.Program:
		c.Notes = append(c.Notes, fmt.Sprintf("It makes the file %s of the topology's jar executable, and starts %q.", program, start.Words))
		return false
	case isClass:
		c.Command, c.Class = nil, class
		if interpreter != "python3" {
			w.document.Python.Interpreter = interpreter
		}
	default:
		c.Command = start.Words
	}
	for _, e := range start.Env {
		c.Env = append(c.Env, EnvVar{Name: e.Name, Value: e.Value})
		if e.Append {
			c.Notes = append(c.Notes, fmt.Sprintf("On the cluster, the value of %s stands after the one that the worker has.", e.Name))
		}
	}
	if start.Setup != "" {
		return w.setup(c, start.Setup)
	}
	return true
}

// setup recovers the setup of the topology from its script.
func (w *writer) setup(c *Component, script string) bool {
	words, ok := compiler.ReadSetup(w.opts.Launchers[script])
	if !ok {
		c.Notes = append(c.Notes, fmt.Sprintf("The script %s of the topology's jar runs before it. stormflux cannot read that script.", script))
		w.document.files = append(w.document.files, script)
		return true
	}
	w.document.Setup = words
	return true
}

// isLauncher reports whether stormflux names its own files below resources/ like this.
func isLauncher(path string) bool {
	return strings.HasPrefix(path, ".stormflux/") || strings.HasPrefix(path, "stormflux/")
}

func (w *writer) input(in *topology.Input) *Input {
	out := &Input{From: in.Component, Grouping: in.Grouping}
	if in.Stream != topology.DefaultStream {
		out.Stream = in.Stream
	}
	custom, ok := in.Grouping.(topology.Custom)
	if !ok {
		return out
	}
	switch object := custom.Object.(type) {
	case *topology.Definition:
		out.Custom = w.object(object, false)
	case *topology.JavaObject:
		out.Custom = &Object{Class: object.Class, Args: plainArguments(object.Args)}
	default:
		out.Custom = &Object{Class: className(object)}
		out.Notes = append(out.Notes, "This grouping is a serialised Java object: its arguments are not known.")
	}
	return out
}
