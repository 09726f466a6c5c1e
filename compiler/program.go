// Package compiler turns a checked topology into a [Program]: the model of what Storm runs, and the files of its jar.
// Every consumer takes the same Program: the dump, the Thrift file, the jar, submitting, running locally and the
// Clojure file.
//
// It takes only what package validate has checked, so no unchecked input reaches it. It does not talk to a cluster, and
// it leaves the form of Thrift to package wire.
package compiler

import (
	"path/filepath"
	"strings"

	"github.com/stormflux/stormflux/internal/jar"
	"github.com/stormflux/stormflux/internal/settings"
	"github.com/stormflux/stormflux/internal/topology"
	"github.com/stormflux/stormflux/validate"
)

// Program is a compiled topology with the files that it needs. The same input always gives the same Program, with its
// parts in the same order.
type Program struct {
	// Topology is what Storm runs.
	Topology *topology.Topology
	// Storm is the version that the program is compiled for.
	Storm settings.Version
	// Launchers are the generated start scripts, in the order of their components in the file.
	Launchers []Launcher
	// Builds are the Go programs and executables that components run, each once, in the order of the file.
	Builds []Build
	// PythonSDK says that components need the files of the Python SDK.
	PythonSDK bool
	// Packages are the Python packages whose wheels go into the jar, or nil.
	Packages *validate.PythonPackages
	// Added lists what the compiler added to the user's configuration, and why.
	Added []Addition

	// Resources are the user's files for the jar as the YAML names them. ResourceEntries are the files that they stand
	// for.
	Resources       []validate.Resource
	ResourceEntries []jar.Entry
	Jars            []string // paths of the user's jars; the first is the base of ours
	// Dependencies are jars that workers get as blobs.
	Dependencies []validate.Dependency
	Platform     validate.Platform // of the workers

	launcherDir string
	interpreter string              // of Python, on the workers
	runs        map[string][]string // the files below resources/ that a component starts, by its id; launchers not
	askingPip   func(requirements string)
	building    func(programs int)
}

// Options say how to compile. The zero value is for a jar that goes to a cluster.
type Options struct {
	// LauncherDir is the folder below resources/ for what stormflux adds: launchers and Go programs. "" means
	// ".stormflux". Some build tools leave out folders that start with a dot. [Program.Assemble] reports other files with
	// the same names.
	LauncherDir string
	// AnyWords says that the target can start a process of any number of words. Storm's own ShellComponent holds two. With
	// AnyWords, only environment variables and programs from the jar need launchers.
	AnyWords bool
	// StreamparseClasses says that the target starts Python classes with streamparse's own runner: those of a module, without
	// environment variables, in a topology without a setup. Such a process has the words `PYTHON -m streamparse.run CLASS`.
	StreamparseClasses bool
	// NoCheckpoints leaves out the parts that checkpoints of stateful bolts need. Storm's TopologyBuilder adds them itself.
	NoCheckpoints bool
	// AskingPip is called before [Program.Assemble] asks pip for packages, which takes seconds. It may be nil.
	AskingPip func(requirements string)
	// Building is called when [Program.Assemble] still builds Go programs after a second. It may be nil.
	Building func(programs int)
}

// GeneratedFiles returns the paths, below resources/, of the launchers, the programs, and the folders for Python.
func (p *Program) GeneratedFiles() []string {
	var files []string
	for _, l := range p.Launchers {
		files = append(files, l.Name)
	}
	for _, b := range p.Builds {
		files = append(files, b.Name)
	}
	if p.PythonSDK {
		files = append(files, p.launcherDir+"/"+pythonFolder)
	}
	if p.Packages != nil {
		files = append(files, p.launcherDir+"/"+packagesFolder)
	}
	return files
}

// Launcher is a generated script in the jar.
type Launcher struct {
	Component string // id of the component that it starts; "" for the script that runs the topology's setup
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
	Value any // what the compiler added; for a list, the new elements
	Why   string
	Topic string // the [diag.Topic] that explains it
}

// Compile lowers a checked topology. It cannot fail, because [validate.Check] makes only topologies that have a form.
func Compile(t *validate.Topology, opts Options) *Program {
	if opts.LauncherDir == "" {
		opts.LauncherDir = ".stormflux"
	}
	l := &lowering{src: t, opts: opts, programs: map[string]string{}, files: map[string]bool{}}
	for _, e := range t.ResourceEntries {
		l.files[strings.TrimPrefix(e.Name, jar.Root)] = true
	}
	l.prog = &Program{
		Topology: &topology.Topology{Name: t.Name}, Storm: t.Storm,
		Resources: t.Files, ResourceEntries: t.ResourceEntries, Jars: t.Jars, Dependencies: t.Dependencies, Platform: t.Platform,
		launcherDir: opts.LauncherDir, runs: map[string][]string{}, Packages: t.Packages, interpreter: t.Python.Program(), askingPip: opts.AskingPip,
		building: opts.Building,
	}
	if t.Built != nil {
		built := *t.Built
		built.Name = t.Name
		l.prog.Topology = &built
	}
	l.conf()
	l.components()
	return l.prog
}

// goProgram returns the path below resources/ of the program that g describes.
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
	path := l.opts.LauncherDir + "/" + programFolder + "/" + l.programNames.take(filepath.Base(key))
	l.programs[key] = path
	l.prog.Builds = append(l.prog.Builds, Build{Package: g.Dir, Executable: g.Executable, Name: path})
	return path
}
