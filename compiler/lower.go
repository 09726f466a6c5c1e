package compiler

import (
	"encoding/json"
	"fmt"
	"path"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/storm"
	"github.com/stormflux/stormflux/schema"
	"github.com/stormflux/stormflux/validate"
)

// lowering turns one checked topology into a Program.
type lowering struct {
	src   *validate.Topology
	prog  *Program
	diags diag.List
	files map[string]bool // the files of resources/, by their path below it

	launcherNames fileNames         // without ".sh", below launcherDir
	programNames  fileNames         // below launcherDir/bin
	programs      map[string]string // the path below resources/ of each program, by its own absolute path
}

func (l *lowering) topology() {
	top := storm.NewStormTopology()
	top.Spouts = map[string]*storm.SpoutSpec{}
	top.Bolts = map[string]*storm.Bolt{}
	top.StateSpouts = map[string]*storm.StateSpoutSpec{}
	for _, c := range l.src.Spouts {
		top.Spouts[c.ID] = &storm.SpoutSpec{SpoutObject: l.object(c), Common: l.common(c)}
	}
	for _, c := range l.src.Bolts {
		top.Bolts[c.ID] = &storm.Bolt{BoltObject: l.object(c), Common: l.common(c)}
	}
	l.prog.Topology = top
}

// object lowers what a component runs. ShellComponent holds two words, which Storm runs as they are
// (storm-client ShellProcess: [execution_command, script], no shell, no splitting); anything more is a launcher.
func (l *lowering) object(c *validate.Component) *storm.ComponentObject {
	if c.Class != nil {
		return &storm.ComponentObject{}
	}
	start := launcher{component: c.ID, env: c.Env}
	switch {
	case c.Go != nil:
		start.program = true
		start.words = append([]string{l.goProgram(c.Go)}, c.Go.Args...)
	default:
		start.words = c.Command
		start.program = l.isResource(c.Command[0])
		if len(start.words) == 2 && len(start.env) == 0 && !start.program {
			return shell(start.words[0], start.words[1])
		}
	}
	name := launcherDir + "/" + l.launcherNames.take(c.ID) + ".sh"
	l.prog.Launchers = append(l.prog.Launchers, Launcher{Component: c.ID, Name: name, Text: start.script()})
	return shell("/bin/sh", name)
}

func shell(command, script string) *storm.ComponentObject {
	return &storm.ComponentObject{Shell: &storm.ShellComponent{ExecutionCommand: command, Script: script}}
}

// common lowers what spouts and bolts share.
func (l *lowering) common(c *validate.Component) *storm.ComponentCommon {
	hint := int32(c.Parallelism)
	common := &storm.ComponentCommon{
		Inputs:          make(map[*storm.GlobalStreamId]*storm.Grouping, len(c.Inputs)),
		Streams:         make(map[string]*storm.StreamInfo, len(c.Streams)),
		ParallelismHint: &hint,
	}
	for _, s := range c.Streams {
		common.Streams[s.ID] = &storm.StreamInfo{OutputFields: nonNil(s.Fields), Direct: s.Direct}
	}
	for _, in := range c.Inputs {
		id := &storm.GlobalStreamId{ComponentId: in.From.ID, StreamId: in.Stream.ID}
		common.Inputs[id] = l.grouping(in)
	}
	if conf := componentConf(c, l.src.Storm); len(conf) > 0 {
		text, err := json.Marshal(jsonValue(conf))
		if err != nil {
			panic(fmt.Sprintf("compiler: configuration of %q passed validation and is no JSON: %v", c.ID, err))
		}
		s := string(text)
		common.JSONConf = &s
	}
	return common
}

func (l *lowering) grouping(in *validate.Input) *storm.Grouping {
	null := storm.NewNullStruct()
	switch in.Grouping {
	case schema.Shuffle:
		return &storm.Grouping{Shuffle: null}
	case schema.LocalOrShuffle:
		return &storm.Grouping{LocalOrShuffle: null}
	case schema.All:
		return &storm.Grouping{All: null}
	case schema.NoGrouping:
		return &storm.Grouping{None: null}
	case schema.Direct:
		return &storm.Grouping{Direct: null}
	case schema.Global:
		// Storm's own form of a global grouping: fields grouping on no fields (TopologyBuilder.globalGrouping).
		return &storm.Grouping{Fields: []string{}}
	case schema.Fields:
		return &storm.Grouping{Fields: nonNil(in.Fields)}
	case schema.PartialKey:
		if l.src.Storm.Major < 2 {
			l.diags.Errorf(rulePartialKey, in.Span,
				"partial-key grouping cannot be compiled for Storm %s: its serialised form is known for Storm 2 only", l.src.Storm).
				WithHint("use a fields grouping, or a newer Storm")
		}
		return &storm.Grouping{CustomSerialized: partialKeyGrouping(in.Fields)}
	case schema.Custom:
		return &storm.Grouping{}
	}
	panic(fmt.Sprintf("compiler: invalid grouping %d", in.Grouping))
}

func nonNil(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}

// isResource tells whether a command's word is a file of the resources folder, which a process starts in.
func (l *lowering) isResource(word string) bool {
	return l.files[path.Clean(word)] && !path.IsAbs(word)
}
