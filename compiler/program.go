// Package compiler turns a checked topology into a [Program]: Storm's Thrift structures, the configuration to submit,
// and what goes into the jar. One lowering serves every consumer: what is dumped, written to a file, put into a jar,
// submitted, run locally or emitted as Clojure is the same Program.
//
// It takes only what package validate has checked, so no unchecked input reaches it; it does not talk to a cluster.
package compiler

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/jar"
	"github.com/stormflux/stormflux/internal/storm"
	"github.com/stormflux/stormflux/validate"
)

// Program is a compiled topology. Its parts are in stable order: the same input gives the same Program.
type Program struct {
	Name string
	// Conf is the topology's configuration as it is submitted. Values are nil, bool, int64, *big.Int, float64,
	// string, []any and map[string]any.
	Conf map[string]any
	// Topology is what Storm runs. Maps of Thrift structures have no order; [Program.Encode] gives them one.
	Topology *storm.StormTopology
	// Launchers are the generated start scripts, in file order of their components.
	Launchers []Launcher
	// Builds are the Go programs and executables that components run, each once, in file order.
	Builds []Build
	// Added is what the compiler added to the user's configuration, and why.
	Added []Addition
	// Source is the topology that was compiled.
	Source *validate.Topology
}

// Launcher is a generated script in the jar.
type Launcher struct {
	Component string // id of the component it starts
	Name      string // path below resources/
	Text      string
}

// Build is a program that goes into the jar.
type Build struct {
	Package    string // folder of a Go main package to build, or ""
	Executable string // path of a built executable, or ""
	Name       string // path below resources/
}

// Addition is a setting that the compiler added to the configuration.
type Addition struct {
	Key   string
	Value any // what was added; for a list, its new elements
	Why   string
}

// The rules of what has no compiled form.
const (
	ruleJVM        = "jvm-component"
	rulePartialKey = "partial-key-on-storm-1"
)

// Compile lowers a checked topology. The Program is nil when the list holds an error: what Storm or this version of
// stormflux has no form for.
func Compile(t *validate.Topology) (*Program, diag.List) {
	l := &lowering{src: t, prog: &Program{Name: t.Name, Source: t}, programs: map[string]string{}, files: map[string]bool{}}
	l.refuseClasses()
	if l.diags.HasErrors() {
		return nil, l.diags
	}
	for _, e := range t.ResourceEntries {
		l.files[strings.TrimPrefix(e.Name, jar.Root)] = true
	}
	l.conf()
	l.topology()
	l.diags.Sort()
	if l.diags.HasErrors() {
		return nil, l.diags
	}
	return l.prog, l.diags
}

// refuseClasses reports, in one diagnostic, everything that is a JVM class.
func (l *lowering) refuseClasses() {
	type place struct {
		span diag.Span
		what string
	}
	var places []place
	for _, c := range l.src.Components() {
		if c.Class != nil {
			places = append(places, place{c.Span, fmt.Sprintf("%s %q is the class %s", c.Kind, c.ID, c.Class.Name)})
		}
		for _, in := range c.Inputs {
			if in.Object != nil {
				places = append(places, place{in.Span, fmt.Sprintf("%q has a custom grouping by a class", c.ID)})
			}
		}
	}
	doc := l.src.Source
	for _, h := range doc.WorkerHooks {
		places = append(places, place{h.Value.Span, "a worker hook is a class"})
	}
	if doc.TopologySource != nil {
		places = append(places, place{doc.TopologySource.Value.Span, "the topology's source is a class"})
	}
	if len(places) == 0 {
		return
	}
	d := l.diags.Errorf(ruleJVM, places[0].span, "%s, and JVM classes cannot be compiled yet", places[0].what).
		WithHint("describe the component as `go` or `command`, or submit this file with Storm's own Flux")
	for _, p := range places[1:] {
		d.WithRelated(p.span, "%s", p.what)
	}
}

// goProgram returns the path below resources/ of the program that g stands for.
func (l *lowering) goProgram(g *validate.GoProgram) string {
	key := g.Dir
	if g.Executable != "" {
		key = g.Executable
	}
	if abs, err := filepath.Abs(key); err == nil {
		key = abs
	}
	if path, ok := l.programs[key]; ok {
		return path
	}
	path := launcherDir + "/bin/" + l.programNames.take(filepath.Base(key))
	l.programs[key] = path
	l.prog.Builds = append(l.prog.Builds, Build{Package: g.Dir, Executable: g.Executable, Name: path})
	return path
}
