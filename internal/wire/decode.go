package wire

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/stormflux/stormflux/internal/storm"
	"github.com/stormflux/stormflux/internal/topology"
)

// Decode returns the model of a topology that a cluster or another client made. It sorts the parts by their ids. The
// caller sets Name and Conf, which the structure does not contain. The error says what cannot be in a topology of Storm.
//
// Decode(Encode(t)) is t if the parts of t are sorted. A fields grouping without fields becomes [topology.Global]: Storm
// has one form for both.
func Decode(top *storm.StormTopology) (*topology.Topology, error) {
	if len(top.StateSpouts) > 0 {
		return nil, errors.New("the topology has state spouts, which Storm never implemented")
	}
	t := &topology.Topology{
		Dependencies: topology.Dependencies{Jars: top.DependencyJars, Artifacts: top.DependencyArtifacts},
		StormVersion: top.GetStormVersion(), JDKVersion: top.GetJdkVersion(),
		SharedMemory: decodeSharedMemory(top),
	}
	for _, h := range top.WorkerHooks {
		t.WorkerHooks = append(t.WorkerHooks, decodeHook(h))
	}
	for _, id := range slices.Sorted(maps.Keys(top.Spouts)) {
		s := top.Spouts[id]
		c, err := decodeComponent(id, spoutRole, s.SpoutObject, s.Common)
		if err != nil {
			return nil, fmt.Errorf("spout %q: %w", id, err)
		}
		t.Spouts = append(t.Spouts, c)
	}
	for _, id := range slices.Sorted(maps.Keys(top.Bolts)) {
		b := top.Bolts[id]
		c, err := decodeComponent(id, boltRole, b.BoltObject, b.Common)
		if err != nil {
			return nil, fmt.Errorf("bolt %q: %w", id, err)
		}
		t.Bolts = append(t.Bolts, c)
	}
	return t, nil
}

func decodeSharedMemory(top *storm.StormTopology) []*topology.SharedMemory {
	var all []*topology.SharedMemory
	for _, name := range slices.Sorted(maps.Keys(top.SharedMemory)) {
		m := top.SharedMemory[name]
		out := &topology.SharedMemory{Name: name, OnHeap: m.OnHeap, OffHeapWorker: m.OffHeapWorker, OffHeapNode: m.OffHeapNode}
		for _, id := range slices.Sorted(maps.Keys(top.ComponentToSharedMemory)) {
			if slices.Contains(top.ComponentToSharedMemory[id], name) {
				out.Components = append(out.Components, id)
			}
		}
		all = append(all, out)
	}
	return all
}

func decodeComponent(id string, role role, object *storm.ComponentObject, common *storm.ComponentCommon) (*topology.Component, error) {
	if object == nil || common == nil {
		return nil, errors.New("its object or its common part is missing")
	}
	c := &topology.Component{ID: id, Parallelism: int(common.GetParallelismHint())}
	var err error
	if c.Code, err = decodeCode(object, role); err != nil {
		return nil, err
	}
	if common.JSONConf != nil {
		if c.Conf, err = ParseConf([]byte(*common.JSONConf)); err != nil {
			return nil, err
		}
	}
	for _, stream := range slices.Sorted(maps.Keys(common.Streams)) {
		info := common.Streams[stream]
		c.Streams = append(c.Streams, &topology.Stream{ID: stream, Fields: orNil(info.OutputFields), Direct: info.Direct})
	}
	for source, g := range common.Inputs {
		in := &topology.Input{Component: source.ComponentId, Stream: source.StreamId}
		if in.Grouping, err = decodeGrouping(g); err != nil {
			return nil, fmt.Errorf("its input from %q: %w", source.ComponentId, err)
		}
		c.Inputs = append(c.Inputs, in)
	}
	slices.SortFunc(c.Inputs, func(a, b *topology.Input) int {
		return cmp.Or(cmp.Compare(a.Component, b.Component), cmp.Compare(a.Stream, b.Stream))
	})
	return c, nil
}

func decodeCode(object *storm.ComponentObject, role role) (topology.Code, error) {
	switch {
	case object.Shell != nil:
		return &topology.Process{Words: []string{object.Shell.ExecutionCommand, object.Shell.Script}}, nil
	case object.JavaObject != nil:
		return decodeObject(object.JavaObject, role)
	case object.SerializedJava != nil:
		return decodeSerialized(object.SerializedJava, role), nil
	}
	return nil, errors.New("it runs code of a kind that Storm does not know")
}

func decodeObject(object *storm.JavaObject, role role) (topology.Code, error) {
	if d := decodeDefinition(object, role); d != nil {
		return d, nil
	}
	o := &topology.JavaObject{Class: object.FullClassName}
	for i, arg := range object.ArgsList {
		value := decodeArg(arg)
		if value == nil {
			return nil, fmt.Errorf("argument %d of %s has a type that Storm does not know", i+1, object.FullClassName)
		}
		o.Args = append(o.Args, value)
	}
	return o, nil
}

func decodeArg(arg *storm.JavaObjectArg) any {
	switch {
	case arg.IntArg != nil:
		return *arg.IntArg
	case arg.LongArg != nil:
		return *arg.LongArg
	case arg.StringArg != nil:
		return *arg.StringArg
	case arg.BoolArg != nil:
		return *arg.BoolArg
	case arg.BinaryArg != nil:
		return arg.BinaryArg
	case arg.DoubleArg != nil:
		return *arg.DoubleArg
	}
	return nil
}

func decodeGrouping(g *storm.Grouping) (topology.Grouping, error) {
	switch {
	case g.Fields != nil:
		if len(g.Fields) == 0 {
			return topology.Global{}, nil
		}
		return topology.Fields{Names: g.Fields}, nil
	case g.Shuffle != nil:
		return topology.Shuffle{}, nil
	case g.All != nil:
		return topology.All{}, nil
	case g.None != nil:
		return topology.None{}, nil
	case g.Direct != nil:
		return topology.Direct{}, nil
	case g.LocalOrShuffle != nil:
		return topology.LocalOrShuffle{}, nil
	case g.CustomObject != nil:
		object, err := decodeObject(g.CustomObject, groupingRole)
		return topology.Custom{Object: object}, err
	case g.CustomSerialized != nil:
		if fields, ok := deserializePartialKey(g.CustomSerialized); ok {
			return topology.PartialKey{Names: fields}, nil
		}
		return topology.Custom{Object: decodeSerialized(g.CustomSerialized, groupingRole)}, nil
	}
	return nil, errors.New("it has a grouping that Storm does not know")
}

func orNil(s []string) []string {
	if len(s) == 0 {
		return nil
	}
	return s
}
