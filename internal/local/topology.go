package local

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/stormflux/stormflux/internal/java"
	"github.com/stormflux/stormflux/internal/multilang"
	"github.com/stormflux/stormflux/internal/settings"
	"github.com/stormflux/stormflux/internal/topology"
)

// A plan is a topology prepared for running: components, tasks with the ids that Storm gives them, and resolved
// subscriptions. It does not change while the topology runs.
type plan struct {
	id         string // of the topology
	typing     typing
	conf       conf
	components []*component // by id, as Java sorts strings
	spouts     []*component
	bolts      []*component
	tasks      []taskPlan // of components, not of Storm; by id
	tasksByID  map[int]*component
	taskNames  multilang.TaskComponents // of all tasks, those of Storm too
	ackers     int                      // 0: no tuple is tracked
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
	jvm       bool     // it runs in the host
	words     []string // of a process
	conf      conf
	tasks     []int // ids, ascending
	executors int
	streams   map[string]*stream
	inputs    []*subscription // by source and stream
	slots     int             // subscriptions to its streams
	tick      int             // seconds; 0: no ticks
}

// A stream is an output stream of a component.
type stream struct {
	source *component
	id     string
	fields []string
	direct bool
	subs   []*subscription // in the order in which Storm visits them
	keys   [][]int         // lists of indexes of the values that subscriptions hash, without duplicates
	// customs are the subscriptions with a custom grouping, if the source is a process.
	customs []*subscription
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
	customGrouping
)

// A subscription says that a component reads a stream, and how its tasks share the tuples.
type subscription struct {
	stream *stream
	target *component
	kind   groupingKind
	fields []string
	key    int  // of fields and partial key groupings: an index of stream.keys; of custom ones: an index of stream.customs
	slot   int  // its number among the subscriptions to all streams of the source
	cyclic bool // tuples of the target can come back to the source
	shown  multilang.Grouping
}

// newPlan resolves a topology. The error says why it cannot run here. Whoever compiled the topology has refused what
// Storm's Nimbus refuses; the plan checks only what the engine relies on.
func newPlan(id string, top *topology.Topology, version settings.Version) (*plan, error) {
	p := &plan{id: id, tasksByID: map[int]*component{}, taskNames: multilang.TaskComponents{}}
	if !version.AtLeast(2, 6) {
		p.typing = jsonSimple
	}
	var err error
	if p.conf, err = topologyConf(top.Name, id, top.Conf); err != nil {
		return nil, err
	}
	if err := p.addComponents(top); err != nil {
		return nil, err
	}
	if err := p.addTasks(); err != nil {
		return nil, err
	}
	if err := p.addSubscriptions(top, version); err != nil {
		return nil, err
	}
	p.markCycles()
	return p, nil
}

func (p *plan) addComponents(top *topology.Topology) error {
	for _, c := range top.Spouts {
		spout, err := p.newComponent(c)
		if err != nil {
			return fmt.Errorf("spout %q: %w", c.ID, err)
		}
		spout.spout = true
		p.spouts = append(p.spouts, spout)
	}
	for _, c := range top.Bolts {
		bolt, err := p.newComponent(c)
		if err == nil {
			// Storm overwrites a spout's value with the message timeout: only bolts see ticks.
			bolt.tick, err = bolt.conf.integer("topology.tick.tuple.freq.secs", 0)
		}
		if err != nil {
			return fmt.Errorf("bolt %q: %w", c.ID, err)
		}
		p.bolts = append(p.bolts, bolt)
	}
	if len(p.spouts) == 0 {
		return errors.New("the topology has no spout")
	}
	byID := func(a, b *component) int { return java.CompareStrings(a.id, b.id) }
	slices.SortFunc(p.spouts, byID)
	slices.SortFunc(p.bolts, byID)
	p.components = slices.Concat(p.spouts, p.bolts)
	slices.SortFunc(p.components, byID)
	for i, c := range p.components {
		c.index = i
	}
	return nil
}

func (p *plan) newComponent(c *topology.Component) (*component, error) {
	out := &component{id: c.ID, streams: map[string]*stream{}}
	if process, ok := c.Code.(*topology.Process); ok {
		out.words = process.Words
	} else {
		out.jvm = true
	}
	own, err := encodedConf(c.Conf)
	if err != nil {
		return nil, err
	}
	out.conf = p.conf.of(own)
	if err := p.size(out, c.Parallelism, own); err != nil {
		return nil, err
	}
	for _, s := range c.Streams {
		out.streams[s.ID] = &stream{source: out, id: s.ID, fields: s.Fields, direct: s.Direct}
	}
	return out, nil
}

func (p *plan) component(id string) *component {
	for _, c := range p.components {
		if c.id == id {
			return c
		}
	}
	return nil
}

func (p *plan) addSubscriptions(top *topology.Topology, version settings.Version) error {
	for _, target := range p.bolts {
		for _, in := range top.Component(target.id).Inputs {
			from := p.component(in.Component)
			if systemStream(in) {
				source := from
				if source == nil {
					source = systemSource(version)
				}
				sub := &subscription{stream: &stream{source: source, id: in.Stream}, target: target}
				if err := sub.route(in.Grouping); err != nil {
					return fmt.Errorf("bolt %q reads %q of %q: %w", target.id, in.Stream, in.Component, err)
				}
				target.inputs = append(target.inputs, sub) // only the handshake shows it
				continue
			}
			if from == nil {
				return fmt.Errorf("bolt %q reads from %q, which does not exist", target.id, in.Component)
			}
			s := from.streams[in.Stream]
			if s == nil {
				return fmt.Errorf("bolt %q reads the stream %q of %q, which does not exist", target.id, in.Stream, from.id)
			}
			sub := &subscription{stream: s, target: target}
			if err := sub.route(in.Grouping); err != nil {
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
		for _, id := range slices.Sorted(maps.Keys(c.streams)) { // slots have one order: see Options.Seed
			s := c.streams[id]
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

// systemStream reports whether an input is one of Storm's own streams. No tuple comes from it here. In Storm, ticks do
// not come from a subscription either: each executor gives them to itself (Executor.setupTicks, 2.8.3).
func systemStream(in *topology.Input) bool {
	return in.Component == settings.SystemComponent || settings.IsReserved(in.Stream)
}

// systemSource returns Storm's own component as the handshake shows it.
func systemSource(version settings.Version) *component {
	c := &component{id: settings.SystemComponent, streams: map[string]*stream{}}
	for _, s := range settings.SystemStreams(version) {
		c.streams[s.ID] = &stream{source: c, id: s.ID, fields: s.Fields}
	}
	return c
}

// route interprets a grouping. What a component sees of it is the name of its field in Thrift (Thrift.groupingType).
func (sub *subscription) route(g topology.Grouping) error {
	sub.shown.Fields = topology.FieldNames(g)
	switch g := g.(type) {
	case topology.Fields:
		sub.kind, sub.fields, sub.shown.Type = fieldsGrouping, g.Names, "FIELDS"
	case topology.Global:
		sub.kind, sub.shown.Type, sub.shown.Fields = globalGrouping, "FIELDS", []string{}
	case topology.Shuffle:
		sub.kind, sub.shown.Type = shuffleGrouping, "SHUFFLE"
	case topology.All:
		sub.kind, sub.shown.Type = allGrouping, "ALL"
	case topology.None:
		sub.kind, sub.shown.Type = noneGrouping, "NONE"
	case topology.Direct:
		sub.kind, sub.shown.Type = directGrouping, "DIRECT"
	case topology.LocalOrShuffle:
		sub.kind, sub.shown.Type = localOrShuffleGrouping, "LOCAL_OR_SHUFFLE"
	case topology.PartialKey:
		sub.kind, sub.fields, sub.shown = partialKeyGrouping, g.Names, multilang.Grouping{Type: "CUSTOM_SERIALIZED"}
	case topology.Custom:
		sub.kind, sub.shown.Type = customGrouping, "CUSTOM_SERIALIZED"
		if _, serialized := g.Object.(topology.SerializedJava); !serialized {
			sub.shown.Type = "CUSTOM_OBJECT"
		}
	default:
		return fmt.Errorf("its grouping is a %T, which cannot run here", g)
	}
	return nil
}

// findKey resolves the fields that the grouping hashes to indexes of values.
func (sub *subscription) findKey() error {
	if s := sub.stream; sub.kind == customGrouping && !s.source.jvm {
		sub.key = len(s.customs)
		s.customs = append(s.customs, sub)
	}
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

// markCycles finds the subscriptions that lead tuples back to their source. Back-pressure leaves them out: two bolts
// with full queues would wait for each other forever.
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

// context returns what a task learns about its place in the topology (GeneralTopologyContext.toJSONString).
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
