package compiler

import (
	"fmt"
	"path"
	"strings"

	"github.com/stormflux/stormflux/internal/topology"
	"github.com/stormflux/stormflux/schema"
	"github.com/stormflux/stormflux/validate"
)

// lowering turns one checked topology into a Program.
type lowering struct {
	src   *validate.Topology
	opts  Options
	prog  *Program
	files map[string]bool // the files of resources/, by their path below it

	launcherNames fileNames         // without ".sh", below Options.LauncherDir
	programNames  fileNames         // below Options.LauncherDir/bin
	setup         string            // the script of the setup, below resources/, or ""
	programs      map[string]string // the path below resources/ of each program, by its own absolute path
}

func (l *lowering) components() {
	l.writeSetup()
	for _, c := range l.src.Spouts {
		l.prog.Topology.Spouts = append(l.prog.Topology.Spouts, l.component(c))
	}
	for _, c := range l.src.Bolts {
		l.prog.Topology.Bolts = append(l.prog.Topology.Bolts, l.component(c))
	}
	for _, h := range l.src.WorkerHooks {
		l.prog.Topology.WorkerHooks = append(l.prog.Topology.WorkerHooks, h)
	}
	if !l.opts.NoCheckpoints {
		l.checkpoints()
	}
}

func (l *lowering) component(c *validate.Component) *topology.Component {
	out := &topology.Component{ID: c.ID, Code: l.code(c), Parallelism: c.Parallelism}
	if conf := componentConf(c, l.src.Storm); len(conf) > 0 {
		out.Conf = conf
	}
	for _, s := range c.Streams {
		out.Streams = append(out.Streams, &topology.Stream{ID: s.ID, Fields: s.Fields, Direct: s.Direct})
	}
	for _, in := range c.Inputs {
		out.Inputs = append(out.Inputs, &topology.Input{Component: in.From.ID, Stream: in.Stream.ID, Grouping: l.grouping(in)})
	}
	return out
}

// code lowers what a component runs.
func (l *lowering) code(c *validate.Component) topology.Code {
	if class, ok := c.Implementation.(*validate.Class); ok {
		return class.Definition
	}
	return l.process(c)
}

// writeSetup adds the script of the topology's setup, if there is one.
func (l *lowering) writeSetup() {
	words := l.src.Setup
	if len(words) == 0 {
		return
	}
	path := l.opts.LauncherDir + "/" + l.launcherNames.take(setupName)
	l.setup = path + ".sh"
	l.prog.Launchers = append(l.prog.Launchers, Launcher{Name: l.setup, Text: setupScript(words, l.isResource(words[0]), path)})
}

// process lowers a component that is a process. ShellComponent holds two words, and Storm runs them as they are (storm-client,
// ShellProcess: [execution_command, script], without a shell and without splitting). Everything else needs a launcher.
func (l *lowering) process(c *validate.Component) *topology.Process {
	start := launcher{component: c.ID, setup: l.setup}
	switch runs := c.Implementation.(type) {
	case *validate.GoProgram:
		start.program, start.env = true, runs.Env
		start.words = append([]string{l.goProgram(runs)}, runs.Args...)
		l.prog.runs[c.ID] = start.words[:1]
	case *validate.Command:
		start.words, start.env = runs.Words, runs.Env
		start.program = l.isResource(runs.Words[0])
		l.runs(c, runs.Words...)
		if runs.Language() == "Python" {
			start.pythonPath = l.packagesPath()
		}
		if (len(start.words) == 2 || l.opts.AnyWords) && len(start.env) == 0 && !start.program && l.setup == "" && start.pythonPath == nil {
			return &topology.Process{Words: start.words}
		}
	case *validate.PythonClass:
		module := strings.ReplaceAll(runs.Module, ".", "/")
		l.runs(c, runs.File, module+".py", module+"/__init__.py")
		if words := l.streamparseWords(runs); words != nil {
			return &topology.Process{Words: words}
		}
		l.pythonClass(&start, runs)
	default:
		panic(fmt.Sprintf("compiler: %q runs a %T", c.ID, runs))
	}
	name := l.opts.LauncherDir + "/" + l.launcherNames.take(c.ID) + ".sh"
	l.prog.Launchers = append(l.prog.Launchers, Launcher{Component: c.ID, Name: name, Text: start.script()})
	return &topology.Process{Words: []string{"/bin/sh", name}}
}

// runs remembers which of the words are files of the resources folder that a component runs.
func (l *lowering) runs(c *validate.Component, words ...string) {
	for _, word := range words {
		if l.isResource(word) {
			l.prog.runs[c.ID] = append(l.prog.runs[c.ID], path.Clean(word))
		}
	}
}

func (l *lowering) grouping(in *validate.Input) topology.Grouping {
	switch g := in.Grouping.(type) {
	case validate.FieldsGrouping:
		if len(g.Fields) == 0 {
			return topology.Global{} // Storm reads a fields grouping without fields as a global one
		}
		return topology.Fields{Names: g.Fields}
	case validate.PartialKeyGrouping:
		return topology.PartialKey{Names: g.Fields}
	case validate.CustomGrouping:
		return topology.Custom{Object: g.Definition}
	case validate.PlainGrouping:
		if plain := plainGroupings[g.Type()]; plain != nil {
			return plain
		}
	}
	panic(fmt.Sprintf("compiler: invalid grouping %v", in.Grouping))
}

var plainGroupings = map[schema.GroupingType]topology.Grouping{
	schema.Shuffle:        topology.Shuffle{},
	schema.LocalOrShuffle: topology.LocalOrShuffle{},
	schema.All:            topology.All{},
	schema.NoGrouping:     topology.None{},
	schema.Direct:         topology.Direct{},
	schema.Global:         topology.Global{},
}

// isResource reports whether a command's word is a file of the resources folder. A process starts in that folder.
func (l *lowering) isResource(word string) bool {
	return l.files[path.Clean(word)] && !path.IsAbs(word)
}
