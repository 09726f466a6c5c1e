package plan

import (
	"fmt"
	"maps"
	"slices"

	"github.com/stormflux/stormflux/internal/fingerprint"
	"github.com/stormflux/stormflux/internal/topology"
	"github.com/stormflux/stormflux/internal/wire"
)

// Compare returns what a submission of the program would change. running is nil if no topology has the name. A killed
// topology only keeps the name until it is gone, so its plan is that of a new one.
func Compare(running *Running, program Program) *Plan {
	program = normal(program)
	p := &Plan{
		Format: Format, Name: program.Topology.Name, Action: None, Changes: []Change{}, Drift: []Drift{},
		Program: program.digest(),
	}
	if running == nil {
		p.Action, p.State = New, digest("no topology")
		return p
	}
	p.ID, p.Status, p.Owner, p.State = running.ID, running.Status, running.Owner, running.digest()
	if running.Status == "KILLED" {
		p.Action = New
		return p
	}
	c := &comparison{plan: p, old: running, new: program, known: fingerprint.Of(running.Topology.Conf)}
	c.components()
	c.wholeCode()
	c.hooks()
	c.sharedMemory()
	c.config()
	c.workers()
	c.byHand()
	for _, change := range p.Changes {
		if change.Action == Restart || p.Action == None {
			p.Action = change.Action
		}
	}
	return p
}

// normal returns a program in the form in which a cluster gives one back: what wire reads is what it wrote.
func normal(p Program) Program {
	t, err := wire.Decode(wire.Encode(p.Topology))
	if err == nil {
		t.Name = p.Topology.Name
		t.Conf, err = wire.ParseConf(wire.FormatConf(p.Topology.Conf))
	}
	if err != nil {
		panic(fmt.Sprintf("plan: a compiled topology cannot be read back: %v", err))
	}
	p.Topology = t
	return p
}

// comparison is one Compare under way.
type comparison struct {
	plan  *Plan
	old   *Running
	new   Program
	known *fingerprint.Fingerprint // of the running topology, or nil
}

func (c *comparison) add(change Change) { c.plan.Changes = append(c.plan.Changes, change) }

// role returns what a component is, for people.
func role(t *topology.Topology, id string) string {
	if slices.ContainsFunc(t.Spouts, func(s *topology.Component) bool { return s.ID == id }) {
		return "spout"
	}
	return "bolt"
}

func (c *comparison) components() {
	was := c.old.Topology
	for _, n := range c.new.Topology.Components() {
		o := was.Component(n.ID)
		oldRole, newRole := role(was, n.ID), role(c.new.Topology, n.ID)
		switch {
		case o == nil:
			c.add(Change{Action: Restart, Op: Add, Kind: Component, Component: n.ID, New: newRole})
		case oldRole != newRole:
			c.add(Change{Action: Restart, Op: Update, Kind: Component, Component: n.ID, Old: oldRole, New: newRole})
		default:
			c.component(o, n)
		}
	}
	for _, o := range was.Components() {
		if c.new.Topology.Component(o.ID) == nil {
			c.add(Change{Action: Restart, Op: Remove, Kind: Component, Component: o.ID, Old: role(was, o.ID)})
		}
	}
}

// component compares two components with the same id.
func (c *comparison) component(o, n *topology.Component) {
	c.code(o, n)
	c.streams(o, n)
	c.inputs(o, n)
	for _, key := range keysOf(o.Conf, n.Conf) {
		oldValue, had := o.Conf[key]
		newValue, has := n.Conf[key]
		if key == keyTasks || had == has && equal(oldValue, newValue) {
			continue
		}
		c.add(Change{
			Action: Restart, Op: opOf(had, has), Kind: Config, Component: o.ID, Name: key,
			Old: shown(key, oldValue), New: shown(key, newValue),
		})
	}
	c.parallelism(o, n)
}

func opOf(had, has bool) Op {
	switch {
	case !had:
		return Add
	case !has:
		return Remove
	}
	return Update
}

// keysOf returns the keys of both maps, sorted.
func keysOf[V any](a, b map[string]V) []string {
	all := maps.Clone(a)
	if all == nil {
		all = map[string]V{}
	}
	maps.Copy(all, b)
	return slices.Sorted(maps.Keys(all))
}

func (c *comparison) streams(o, n *topology.Component) {
	for _, s := range n.Streams {
		was := o.Stream(s.ID)
		switch {
		case was == nil:
			c.add(Change{Action: Restart, Op: Add, Kind: Stream, Component: n.ID, Name: s.ID, New: streamText(s)})
		case streamText(was) != streamText(s):
			c.add(Change{Action: Restart, Op: Update, Kind: Stream, Component: n.ID, Name: s.ID, Old: streamText(was), New: streamText(s)})
		}
	}
	for _, s := range o.Streams {
		if n.Stream(s.ID) == nil {
			c.add(Change{Action: Restart, Op: Remove, Kind: Stream, Component: n.ID, Name: s.ID, Old: streamText(s)})
		}
	}
}

// inputs compares subscriptions. Those of a source that is added or removed change with it, but people look for them at the
// bolt.
func (c *comparison) inputs(o, n *topology.Component) {
	was, is := inputsOf(o), inputsOf(n)
	for _, name := range keysOf(was, is) {
		oldInput, newInput := was[name], is[name]
		switch {
		case oldInput == nil:
			c.add(Change{Action: Restart, Op: Add, Kind: Input, Component: n.ID, Name: name, New: groupingText(newInput.Grouping)})
		case newInput == nil:
			c.add(Change{Action: Restart, Op: Remove, Kind: Input, Component: n.ID, Name: name, Old: groupingText(oldInput.Grouping)})
		case !sameGrouping(oldInput.Grouping, newInput.Grouping):
			change := Change{
				Action: Restart, Op: Update, Kind: Grouping, Component: n.ID, Name: name,
				Old: groupingText(oldInput.Grouping), New: groupingText(newInput.Grouping),
			}
			if custom, ok := newInput.Grouping.(topology.Custom); ok && change.Old == change.New {
				change.Old, change.New, change.Note = nil, nil, otherObject(custom.Object)
			}
			c.add(change)
		}
	}
}

func inputsOf(c *topology.Component) map[string]*topology.Input {
	all := make(map[string]*topology.Input, len(c.Inputs))
	for _, in := range c.Inputs {
		name := in.Component
		if in.Stream != topology.DefaultStream {
			name += "." + in.Stream
		}
		all[name] = in
	}
	return all
}

func (c *comparison) sharedMemory() {
	was, is := memoryOf(c.old.Topology), memoryOf(c.new.Topology)
	for _, name := range keysOf(was, is) {
		oldText, had := was[name]
		newText, has := is[name]
		if oldText == newText {
			continue
		}
		change := Change{Action: Restart, Op: opOf(had, has), Kind: SharedMemory, Name: name}
		if had {
			change.Old = oldText
		}
		if has {
			change.New = newText
		}
		c.add(change)
	}
}
