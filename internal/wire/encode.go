package wire

import (
	"fmt"

	"github.com/stormflux/stormflux/internal/storm"
	"github.com/stormflux/stormflux/internal/topology"
)

// Encode returns a topology's structure as Storm's clients send it to Nimbus. It panics if a process does not have two
// words, because Thrift has no form for it.
func Encode(t *topology.Topology) *storm.StormTopology {
	top := storm.NewStormTopology()
	top.Spouts = make(map[string]*storm.SpoutSpec, len(t.Spouts))
	top.Bolts = make(map[string]*storm.Bolt, len(t.Bolts))
	top.StateSpouts = map[string]*storm.StateSpoutSpec{} // a required field, although Storm never implemented it
	for _, c := range t.Spouts {
		top.Spouts[c.ID] = &storm.SpoutSpec{SpoutObject: encodeCode(c.Code, spoutRole), Common: encodeCommon(c)}
	}
	for _, c := range t.Bolts {
		top.Bolts[c.ID] = &storm.Bolt{BoltObject: encodeCode(c.Code, boltRole), Common: encodeCommon(c)}
	}
	for _, h := range t.WorkerHooks {
		top.WorkerHooks = append(top.WorkerHooks, encodeHook(h))
	}
	top.DependencyJars, top.DependencyArtifacts = t.Dependencies.Jars, t.Dependencies.Artifacts
	top.StormVersion, top.JdkVersion = optional(t.StormVersion), optional(t.JDKVersion)
	encodeSharedMemory(top, t.SharedMemory)
	return top
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func encodeSharedMemory(top *storm.StormTopology, all []*topology.SharedMemory) {
	if len(all) == 0 {
		return
	}
	top.SharedMemory = map[string]*storm.SharedMemory{}
	top.ComponentToSharedMemory = map[string][]string{}
	for _, m := range all {
		top.SharedMemory[m.Name] = &storm.SharedMemory{Name: m.Name, OnHeap: m.OnHeap, OffHeapWorker: m.OffHeapWorker, OffHeapNode: m.OffHeapNode}
		for _, id := range m.Components {
			top.ComponentToSharedMemory[id] = append(top.ComponentToSharedMemory[id], m.Name)
		}
	}
}

// encodeCode returns what a component runs. ShellProcess runs [execution_command, script], so a process has two words.
func encodeCode(code topology.Code, role role) *storm.ComponentObject {
	switch code := code.(type) {
	case *topology.Process:
		if len(code.Words) != 2 {
			panic(fmt.Sprintf("wire: a process of %d words", len(code.Words)))
		}
		return &storm.ComponentObject{Shell: &storm.ShellComponent{ExecutionCommand: code.Words[0], Script: code.Words[1]}}
	case *topology.Definition:
		object, serialized := encodeDefinition(code, role)
		return &storm.ComponentObject{JavaObject: object, SerializedJava: serialized}
	case *topology.JavaObject:
		return &storm.ComponentObject{JavaObject: encodeObject(code)}
	case topology.SerializedJava:
		return &storm.ComponentObject{SerializedJava: code}
	}
	panic(fmt.Sprintf("wire: invalid code %T", code))
}

func encodeObject(o *topology.JavaObject) *storm.JavaObject {
	object := &storm.JavaObject{FullClassName: o.Class, ArgsList: make([]*storm.JavaObjectArg, len(o.Args))}
	for i, arg := range o.Args {
		object.ArgsList[i] = encodeArg(arg)
	}
	return object
}

func encodeArg(arg any) *storm.JavaObjectArg {
	switch arg := arg.(type) {
	case int32:
		return &storm.JavaObjectArg{IntArg: &arg}
	case int64:
		return &storm.JavaObjectArg{LongArg: &arg}
	case string:
		return &storm.JavaObjectArg{StringArg: &arg}
	case bool:
		return &storm.JavaObjectArg{BoolArg: &arg}
	case []byte:
		return &storm.JavaObjectArg{BinaryArg: arg}
	case float64:
		return &storm.JavaObjectArg{DoubleArg: &arg}
	}
	panic(fmt.Sprintf("wire: invalid constructor argument %T", arg))
}

// encodeCommon returns the part that spouts and bolts have in common.
func encodeCommon(c *topology.Component) *storm.ComponentCommon {
	common := &storm.ComponentCommon{
		Inputs:  make(map[*storm.GlobalStreamId]*storm.Grouping, len(c.Inputs)),
		Streams: make(map[string]*storm.StreamInfo, len(c.Streams)),
	}
	if c.Parallelism != 0 {
		hint := int32(c.Parallelism)
		common.ParallelismHint = &hint
	}
	for _, s := range c.Streams {
		common.Streams[s.ID] = &storm.StreamInfo{OutputFields: orEmpty(s.Fields), Direct: s.Direct}
	}
	for _, in := range c.Inputs {
		id := &storm.GlobalStreamId{ComponentId: in.Component, StreamId: in.Stream}
		common.Inputs[id] = encodeGrouping(in.Grouping)
	}
	if len(c.Conf) > 0 {
		text := string(FormatConf(c.Conf))
		common.JSONConf = &text
	}
	return common
}

func encodeGrouping(g topology.Grouping) *storm.Grouping {
	null := storm.NewNullStruct()
	switch g := g.(type) {
	case topology.Shuffle:
		return &storm.Grouping{Shuffle: null}
	case topology.LocalOrShuffle:
		return &storm.Grouping{LocalOrShuffle: null}
	case topology.All:
		return &storm.Grouping{All: null}
	case topology.None:
		return &storm.Grouping{None: null}
	case topology.Direct:
		return &storm.Grouping{Direct: null}
	case topology.Global:
		// Storm itself writes a global grouping as a fields grouping without fields (TopologyBuilder.globalGrouping).
		return &storm.Grouping{Fields: []string{}}
	case topology.Fields:
		return &storm.Grouping{Fields: orEmpty(g.Names)}
	case topology.PartialKey:
		return &storm.Grouping{CustomSerialized: serializePartialKey(g.Names)}
	case topology.Custom:
		return encodeCustom(g)
	}
	panic(fmt.Sprintf("wire: invalid grouping %T", g))
}

// orEmpty returns an empty list instead of nil: Thrift leaves out nil, but the field is required.
func orEmpty(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}

func encodeCustom(g topology.Custom) *storm.Grouping {
	switch object := g.Object.(type) {
	case *topology.Definition:
		made, serialized := encodeDefinition(object, groupingRole)
		return &storm.Grouping{CustomObject: made, CustomSerialized: serialized}
	case *topology.JavaObject:
		return &storm.Grouping{CustomObject: encodeObject(object)}
	case topology.SerializedJava:
		return &storm.Grouping{CustomSerialized: object}
	}
	panic(fmt.Sprintf("wire: invalid grouping object %T", g.Object))
}
