package compiler

import (
	"fmt"
	"maps"
	"slices"

	"github.com/stormflux/stormflux/internal/settings"
	"github.com/stormflux/stormflux/internal/topology"
	"github.com/stormflux/stormflux/validate"
)

// componentConf returns a component's configuration: what its class asks for, and the user's settings over it. Ticks are
// already among the settings of c.
func componentConf(c *validate.Component, v settings.Version) map[string]topology.Value {
	conf := make(map[string]topology.Value, len(c.Config)+2)
	if class, ok := c.Implementation.(*validate.Class); ok {
		maps.Copy(conf, class.Conf)
	}
	for _, s := range c.Config {
		conf[s.Key] = s.Value
	}
	if c.Tasks > 0 {
		conf["topology.tasks"] = int64(c.Tasks)
	}
	addResources(conf, c, v)
	return conf
}

// addResources adds memory and CPU as Storm's own client does (BaseConfigurationDeclarer of 2.8.3, as Flux calls it):
// one key for each, and since Storm 2.0 also the same keys in a map that may hold more resources.
func addResources(conf map[string]any, c *validate.Component, v settings.Version) {
	const key = "topology.component.resources.map"
	users, _ := conf[key].(map[string]any)
	merged := maps.Clone(users)
	if merged == nil {
		merged = map[string]any{}
	}
	for _, r := range []struct {
		value *float64
		name  string
	}{
		{c.OnHeapMemoryLoad, "topology.component.resources.onheap.memory.mb"},
		{c.OffHeapMemoryLoad, "topology.component.resources.offheap.memory.mb"},
		{c.CPULoad, "topology.component.cpu.pcore.percent"},
	} {
		if r.value != nil {
			conf[r.name], merged[r.name] = *r.value, *r.value
		}
	}
	if v.Major >= 2 && len(merged) > 0 {
		conf[key] = merged
	}
}

// conf builds the topology's configuration: the user's settings, and what Storm needs but a user cannot know.
func (l *lowering) conf() {
	conf := make(map[string]any, len(l.src.Config)+1)
	for _, s := range l.src.Config {
		conf[s.Key] = s.Value
	}
	l.prog.Topology.Conf = conf
	l.registerMultilangValues()
}

// registerMultilangValues registers with Kryo the classes that Storm itself makes of a multilang process's JSON and then
// refuses to send to another worker: see [settings.MultilangClasses].
func (l *lowering) registerMultilangValues() {
	const key = settings.KeyKryoRegister
	source := l.multilangSource()
	if source == nil {
		return
	}
	conf := l.prog.Topology.Conf
	missing := settings.MultilangClassesOf(l.src.Storm).Unregistered(conf[key]).Names()
	if len(missing) == 0 {
		return
	}
	users, _ := conf[key].([]any)
	merged := slices.Clone(users)
	var added []any
	for _, class := range missing {
		merged, added = append(merged, class), append(added, class)
	}
	conf[key] = merged
	l.prog.Added = append(l.prog.Added, Addition{
		Key: key, Value: added,
		Why:   fmt.Sprintf("a worker sends lists, maps and long fractions of %q to another worker only if these classes are registered", source.ID),
		Topic: "kryo-registrations",
	})
}

// multilangSource returns the first component that is a process and declares an output, or nil if there is none.
func (l *lowering) multilangSource() *validate.Component {
	for _, c := range l.src.Components() {
		if _, isClass := c.Implementation.(*validate.Class); isClass {
			continue
		}
		for _, s := range c.Streams {
			if len(s.Fields) > 0 {
				return c
			}
		}
	}
	return nil
}
