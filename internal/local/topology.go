package local

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/stormflux/stormflux/internal/java"
	"github.com/stormflux/stormflux/internal/multilang"
	"github.com/stormflux/stormflux/internal/storm"
)

// A plan is what a topology becomes before anything runs: components, their tasks with ids as Storm numbers them, and
// who reads what how. It does not change while the topology runs.
type plan struct {
	typing     typing
	conf       conf
	components []*component // by id, as Java sorts strings
	spouts     []*component
	bolts      []*component
	tasks      []taskPlan // user tasks, by id
	tasksByID  map[int]*component
	taskNames  multilang.TaskComponents // all tasks, Storm's own too
	ackers     int                      // 0: nothing is tracked
}

type taskPlan struct {
	id        int
	component *component
	executor  int // index among the component's executors
}

type component struct {
	id        string
	index     int // in plan.components
	spout     bool
	words     [2]string
	conf      conf
	tasks     []int // ids, ascending
	executors int
	streams   map[string]*stream
	inputs    []*subscription // by source and stream
	slots     int             // subscriptions to its streams
	tick      int             // seconds; 0 is none
}

// A stream is an output stream of a component.
type stream struct {
	source *component
	id     string
	fields []string
	direct bool
	subs   []*subscription // in the order in which Storm asks them
	keys   [][]int         // indexes of the values that some subscription hashes, each list once
}

type groupingKind uint8

const (
	invalidGrouping groupingKind = iota
	shuffleGrouping
	fieldsGrouping
	partialKeyGrouping
	localOrShuffleGrouping
	globalGrouping
	allGrouping
	noneGrouping
	directGrouping
)

// A subscription is that a component reads a stream.
type subscription struct {
	stream *stream
	target *component
	kind   groupingKind
	fields []string
	key    int  // for fields and partial key groupings: index in stream.keys
	slot   int  // among all subscriptions to the source's streams
	cyclic bool // the target's tuples can come back to the source
	shown  multilang.Grouping
}

// newPlan reads a topology. The errors are what makes it impossible to run; what Storm's Nimbus refuses has been refused
// by whoever compiled it, and is only checked so far as the engine would break of it.
func newPlan(name, id string, top *storm.StormTopology, submitted map[string]any, version Version) (*plan, error) {
	p := &plan{tasksByID: map[int]*component{}, taskNames: multilang.TaskComponents{}}
	if version.before(2, 6) {
		p.typing = jsonSimple
	}
	var err error
	if p.conf, err = topologyConf(name, id, submitted); err != nil {
		return nil, err
	}
	if err := p.addComponents(top); err != nil {
		return nil, err
	}
	if err := p.addTasks(); err != nil {
		return nil, err
	}
	if err := p.addSubscriptions(top); err != nil {
		return nil, err
	}
	p.markCycles()
	return p, nil
}

func (p *plan) addComponents(top *storm.StormTopology) error {
	add := func(id string, spout bool, object *storm.ComponentObject, common *storm.ComponentCommon) error {
		kind := "bolt"
		if spout {
			kind = "spout"
		}
		switch {
		case object == nil || common == nil:
			return fmt.Errorf("%s %q is not described whole", kind, id)
		case object.Shell == nil:
			return fmt.Errorf("%s %q is a JVM class, and only components that are processes can be run here", kind, id)
		}
		c := &component{
			id: id, spout: spout, streams: map[string]*stream{},
			words: [2]string{object.Shell.ExecutionCommand, object.Shell.Script},
		}
		var err error
		jsonConf := ""
		if common.JSONConf != nil {
			jsonConf = *common.JSONConf
		}
		if c.conf, err = p.conf.of(jsonConf); err != nil {
			return fmt.Errorf("%s %q: %w", kind, id, err)
		}
		if err := p.size(c, common, jsonConf); err != nil {
			return fmt.Errorf("%s %q: %w", kind, id, err)
		}
		for streamID, info := range common.Streams {
			c.streams[streamID] = &stream{source: c, id: streamID, fields: info.OutputFields, direct: info.Direct}
		}
		if !spout {
			// A spout's value is overwritten with the message timeout in Storm: it never sees a tick.
			if c.tick, err = c.conf.integer("topology.tick.tuple.freq.secs", 0); err != nil {
				return fmt.Errorf("%s %q: %w", kind, id, err)
			}
		}
		p.components = append(p.components, c)
		return nil
	}
	for _, id := range slices.Sorted(maps.Keys(top.Spouts)) {
		s := top.Spouts[id]
		if err := add(id, true, s.SpoutObject, s.Common); err != nil {
			return err
		}
	}
	for _, id := range slices.Sorted(maps.Keys(top.Bolts)) {
		b := top.Bolts[id]
		if err := add(id, false, b.BoltObject, b.Common); err != nil {
			return err
		}
	}
	slices.SortFunc(p.components, func(a, b *component) int { return java.CompareStrings(a.id, b.id) })
	for i, c := range p.components {
		c.index = i
		if c.spout {
			p.spouts = append(p.spouts, c)
		} else {
			p.bolts = append(p.bolts, c)
		}
	}
	if len(p.spouts) == 0 {
		return errors.New("the topology has no spout")
	}
	return nil
}

func (p *plan) component(id string) *component {
	for _, c := range p.components {
		if c.id == id {
			return c
		}
	}
	return nil
}

func (p *plan) addSubscriptions(top *storm.StormTopology) error {
	for _, target := range p.bolts {
		for source, grouping := range top.Bolts[target.id].Common.Inputs {
			from := p.component(source.ComponentId)
			if from == nil {
				return fmt.Errorf("bolt %q reads from %q, which does not exist", target.id, source.ComponentId)
			}
			s := from.streams[source.StreamId]
			if s == nil {
				return fmt.Errorf("bolt %q reads the stream %q of %q, which does not exist", target.id, source.StreamId, from.id)
			}
			sub := &subscription{stream: s, target: target}
			if err := sub.read(grouping); err != nil {
				return fmt.Errorf("bolt %q reads %q of %q: %w", target.id, s.id, from.id, err)
			}
			s.subs = append(s.subs, sub)
			target.inputs = append(target.inputs, sub)
		}
		slices.SortFunc(target.inputs, func(a, b *subscription) int {
			return cmp.Or(java.CompareStrings(a.stream.source.id, b.stream.source.id), java.CompareStrings(a.stream.id, b.stream.id))
		})
	}
	for _, c := range p.components {
		for _, s := range c.streams {
			order := javaMapOrder(s.subs)
			for _, sub := range order {
				sub.slot = c.slots
				c.slots++
			}
			s.subs = order
			for _, sub := range s.subs {
				if err := sub.findKey(); err != nil {
					return fmt.Errorf("bolt %q reads %q of %q: %w", sub.target.id, s.id, c.id, err)
				}
			}
		}
	}
	return nil
}

func (sub *subscription) read(g *storm.Grouping) error {
	switch {
	case g.Fields != nil:
		sub.kind, sub.fields = fieldsGrouping, g.Fields
		if len(g.Fields) == 0 {
			sub.kind = globalGrouping
		}
		sub.shown = multilang.Grouping{Type: "FIELDS", Fields: g.Fields}
	case g.Shuffle != nil:
		sub.kind, sub.shown.Type = shuffleGrouping, "SHUFFLE"
	case g.All != nil:
		sub.kind, sub.shown.Type = allGrouping, "ALL"
	case g.None != nil:
		sub.kind, sub.shown.Type = noneGrouping, "NONE"
	case g.Direct != nil:
		sub.kind, sub.shown.Type = directGrouping, "DIRECT"
	case g.LocalOrShuffle != nil:
		sub.kind, sub.shown.Type = localOrShuffleGrouping, "LOCAL_OR_SHUFFLE"
	case g.CustomSerialized != nil:
		sub.kind, sub.shown.Type = partialKeyGrouping, "CUSTOM_SERIALIZED"
		fields, err := partialKeyFields(g.CustomSerialized)
		if err != nil {
			return err
		}
		sub.fields = fields
	case g.CustomObject != nil:
		return errors.New("its grouping is a JVM class, which cannot be run here")
	default:
		return errors.New("its grouping is none that Storm has")
	}
	return nil
}

// findKey resolves the fields that are hashed to indexes of the stream's values.
func (sub *subscription) findKey() error {
	if sub.kind != fieldsGrouping && sub.kind != partialKeyGrouping {
		return nil
	}
	key := make([]int, len(sub.fields))
	for i, field := range sub.fields {
		if key[i] = slices.Index(sub.stream.fields, field); key[i] < 0 {
			return fmt.Errorf("the stream has no field %q: a worker of Storm dies at the first tuple", field)
		}
	}
	s := sub.stream
	if sub.key = slices.IndexFunc(s.keys, func(k []int) bool { return slices.Equal(k, key) }); sub.key < 0 {
		sub.key = len(s.keys)
		s.keys = append(s.keys, key)
	}
	return nil
}

// markCycles finds the subscriptions by which tuples can come back to their source. They are left out of back-pressure
// between bolts, where two full queues would wait for each other for ever.
func (p *plan) markCycles() {
	reach := make([][]bool, len(p.components))
	for _, c := range p.components {
		seen := make([]bool, len(p.components))
		todo := []*component{c}
		for len(todo) > 0 {
			at := todo[len(todo)-1]
			todo = todo[:len(todo)-1]
			for _, s := range at.streams {
				for _, sub := range s.subs {
					if !seen[sub.target.index] {
						seen[sub.target.index] = true
						todo = append(todo, sub.target)
					}
				}
			}
		}
		reach[c.index] = seen
	}
	for _, c := range p.components {
		for _, s := range c.streams {
			for _, sub := range s.subs {
				sub.cyclic = reach[sub.target.index][c.index]
			}
		}
	}
}

// context is what a task is told about its place in the topology (GeneralTopologyContext.toJSONString).
func (p *plan) context(c *component, task int) multilang.TopologyContext {
	ctx := multilang.TopologyContext{
		TaskID:         task,
		ComponentID:    c.id,
		TaskComponents: p.taskNames,
		OutputFields:   map[string][]string{},
		Targets:        map[string]map[string]multilang.Grouping{},
		Sources:        map[string]map[string]multilang.Grouping{},
		SourceFields:   map[string]map[string][]string{},
	}
	for id, s := range c.streams {
		ctx.Streams = append(ctx.Streams, id)
		ctx.OutputFields[id] = orEmpty(s.fields)
		for _, sub := range s.subs {
			if ctx.Targets[id] == nil {
				ctx.Targets[id] = map[string]multilang.Grouping{}
			}
			ctx.Targets[id][sub.target.id] = sub.shown
		}
	}
	slices.Sort(ctx.Streams)
	for _, sub := range c.inputs {
		from := sub.stream.source
		if ctx.Sources[from.id] == nil {
			ctx.Sources[from.id] = map[string]multilang.Grouping{}
			ctx.SourceFields[from.id] = map[string][]string{}
			for id, s := range from.streams {
				ctx.SourceFields[from.id][id] = orEmpty(s.fields)
			}
		}
		ctx.Sources[from.id][sub.stream.id] = sub.shown
	}
	return ctx
}

func orEmpty(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}
