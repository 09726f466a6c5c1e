package validate

import (
	"math"
	"slices"
	"strings"

	"github.com/stormflux/stormflux/internal/settings"
	"github.com/stormflux/stormflux/schema"
	"github.com/stormflux/stormflux/schema/yaml"
)

// The rules about `config`, the topology's and the components'.
const (
	ruleSettingValue    = "setting-value"
	ruleUnknownSetting  = "unknown-setting"
	ruleDeprecated      = "deprecated-setting"
	ruleNoEffect        = "setting-without-effect"
	ruleDropped         = "component-setting-dropped"
	ruleOtherName       = "topology-name-setting"
	ruleReplacesPath    = "environment-replaces-path"
	ruleSerializer      = "multilang-serializer"
	ruleNoAckers        = "multilang-without-ackers"
	ruleTickNotPositive = "tick-not-positive"
)

// The keys of Storm that have rules of their own, and values of them.
const (
	keyTick              = "topology.tick.tuple.freq.secs"
	keyTasks             = "topology.tasks"
	keyMaxParallelism    = "topology.max.task.parallelism"
	keyName              = "topology.name"
	keyEnvironment       = "topology.environment"
	keyWorkers           = "topology.workers"
	keySerializer        = "topology.multilang.serializer"
	keyAckers            = "topology.acker.executors"
	keyWorkerHeap        = "topology.worker.max.heap.size.mb"
	keyOnHeap            = "topology.component.resources.onheap.memory.mb"
	keyOffHeap           = "topology.component.resources.offheap.memory.mb"
	keyResources         = "topology.component.resources.map"
	keyCPU               = "topology.component.cpu.pcore.percent"
	jsonSerializer       = "org.apache.storm.multilang.JsonSerializer"
	legacyJSONSerializer = "backtype.storm.multilang.JsonSerializer"
)

// topologyConfig checks the topology's configuration.
func (c *checker) topologyConfig() {
	for _, e := range c.entries(c.doc.Config) {
		key := e.Key.Text
		known := stormSettingOf(key)
		c.index.setting(e.Key, known != nil, false)
		value, ok := c.setting(e, known, "", c.doc.Config)
		if !ok {
			continue
		}
		c.topologySetting(e, known)
		c.topology.Config = append(c.topology.Config, Setting{Key: key, Value: value, Span: e.Key.Span})
	}
}

// entries returns the settings of a `config`. When it is not a map, the grammar has reported that.
func (c *checker) entries(config *yaml.Value) []yaml.Entry {
	if config == nil || config.Kind != yaml.Map {
		return nil
	}
	return config.Entries
}

// setting checks the value of a setting as Storm does, and converts it. owner is the component's name for messages, or
// "" for the topology. config is the map with the setting.
func (c *checker) setting(e yaml.Entry, known *stormSetting, owner string, config *yaml.Value) (any, bool) {
	component := owner != ""
	if component {
		owner += ": "
	}
	if e.Value.Span.IsZero() && e.Value.Origin != nil {
		owner += e.Value.Origin.From + ": "
	}
	if !isFinite(e.Value) {
		return nil, false // the loader has reported it
	}
	if known == nil {
		c.unknownSetting(e, owner, config)
		return e.Value.Go(), true
	}
	fault := known.check(e.Value, c.topology.Storm)
	if fault == nil && component {
		fault = known.nullResource(e.Value)
	}
	if fault != nil {
		at := fault.at
		if at == nil {
			at = e.Value
		}
		d := c.list.Errorf(ruleSettingValue, at.Span, "%s%q %s", owner, e.Key.Text, fault.message)
		switch {
		case fault.hint != "":
			d.WithHint("%s", fault.hint)
		case fault.storm != "" && !component:
			d.WithHint("Nimbus would refuse it: %s", fault.storm)
		}
		return nil, false
	}
	return e.Value.Go(), true
}

// unknownSetting warns of a key that looks like a key of Storm but is not. Any other key belongs to the application.
func (c *checker) unknownSetting(e yaml.Entry, owner string, config *yaml.Value) {
	key := e.Key.Text
	if strings.HasPrefix(key, "topology.") {
		d := c.list.Warnf(ruleUnknownSetting, e.Key.Span, "%sStorm has no setting %q", owner, key)
		if near, ok := c.similar.closest(key, settings.TopologyKeys()); ok {
			near.Sure = near.Sure && config.Get(near.Name) == nil
			d.Suggest(e.Key.Span, near)
		} else {
			d.WithHint("name settings of your own without \"topology.\"; they are passed on to the components")
		}
		return
	}
	if near, ok := misspelt(key, &c.similar); ok {
		near.Sure = near.Sure && config.Get(near.Name) == nil
		c.list.Warnf(ruleUnknownSetting, e.Key.Span, "%s%q is not a setting of Storm, but looks like %q", owner, key, near.Name).
			Suggest(e.Key.Span, near)
	}
}

// topologySetting warns about keys of the topology's configuration whose values are right.
func (c *checker) topologySetting(e yaml.Entry, known *stormSetting) {
	if known != nil {
		c.withoutEffect(e, known)
	}
	switch key, v := e.Key.Text, e.Value; key {
	case keyName:
		if v.Kind == yaml.String && c.topology.Name != "" && v.Text != c.topology.Name {
			c.list.Warnf(ruleOtherName, v.Span, "%q is %q, but the topology is named %q", key, v.Text, c.topology.Name).
				WithHint("remove it: Nimbus replaces the setting with the name").
				WithRelated(c.doc.Name.Span, "the name is set here")
		}
	case keyEnvironment:
		if name, _ := v.Lookup("PATH"); name != nil {
			c.list.Errorf(ruleReplacesPath, name.Span, "PATH in %q replaces the worker's own PATH, so no worker can start", key).
				WithHint("set PATH with `env` of the components that need it; Storm does not even find java otherwise, and reports that nowhere")
		}
	case keySerializer:
		c.serializer(e)
	case keyAckers:
		c.withoutAckers(v)
	case keyTick:
		c.tickSetting(e, "")
	case keyTasks:
		if n, ok := number(v); ok && n == 0 {
			c.list.Errorf(ruleTasks, v.Span, "%q is 0, so no component has a task", key).
				WithHint("remove it: Nimbus accepts the topology, but the workers then fail again and again")
		}
	}
}

// withoutEffect warns of a key that has no effect in a topology, or soon has none.
func (c *checker) withoutEffect(e yaml.Entry, known *stormSetting) {
	key := e.Key.Text
	switch {
	case !known.Removed.IsZero() && c.topology.Storm.Compare(known.Removed) >= 0:
		c.list.Warnf(ruleNoEffect, e.Key.Span, "%q has no effect: Storm %s removed it", key, known.Removed).
			WithHint("remove it, or compile for an older Storm with --storm-version")
	case c.topology.Storm.IsBefore(known.Since):
		c.list.Warnf(ruleNoEffect, e.Key.Span, "%q has no effect: it comes with Storm %s", key, known.Since).
			WithHint("remove it, or compile for a newer Storm with --storm-version")
	case known.Overwritten:
		c.list.Warnf(ruleNoEffect, e.Key.Span, "%q has no effect in a topology: Nimbus replaces it at submission", key)
	case known.Daemon:
		d := c.list.Warnf(ruleNoEffect, e.Key.Span, "%q has no effect in a topology: Storm reads it only from the cluster's storm.yaml", key)
		if settings.Lookup("topology."+key) != nil {
			d.WithHint("set %q in a topology", "topology."+key)
		}
	case key == "nimbus.seeds" || key == "nimbus.thrift.port":
		c.list.Warnf(ruleNoEffect, e.Key.Span, "%q has no effect on where the topology is submitted: only its workers read it", key).
			WithHint("name the cluster with `nimbus` in an environment of stormflux.yaml, or with --nimbus")
	case known.Deprecated:
		c.list.Notef(ruleDeprecated, e.Key.Span, "%q is deprecated in Storm", key)
	}
}

// serializer warns of a multilang serializer that Go components do not speak.
func (c *checker) serializer(e yaml.Entry) {
	if v := e.Value; v.Kind != yaml.String || v.Text == jsonSerializer || v.Text == legacyJSONSerializer {
		return
	}
	for _, k := range slices.Concat(c.doc.Spouts, c.doc.Bolts) {
		if _, isGo := k.Implementation.(*schema.GoProgram); !isGo {
			continue
		}
		d := c.list.Warnf(ruleSerializer, e.Value.Span, "Go components speak JSON, but %q is %s", e.Key.Text, shown(e.Value)).
			WithHint("remove it, unless the component has its own protocol")
		if k.ID != nil {
			d.WithRelated(k.ID.Span, "%s %q is a Go component", k.Kind, k.ID.Text)
		}
		return
	}
}

// withoutAckers notes what happens to a spout's process when the number of ackers is 0.
func (c *checker) withoutAckers(ackers *yaml.Value) {
	if n, ok := number(ackers); !ok || n != 0 {
		return
	}
	for _, k := range c.doc.Spouts {
		if _, isClass := k.Implementation.(*schema.Class); isClass || k.Implementation == nil || k.ID == nil {
			continue
		}
		c.list.Notef(ruleNoAckers, ackers.Span, "without ackers, the process of a spout gets the ack of a tuple before the task ids of its emit").
			WithHint("emit with need_task_ids false, or handle commands while waiting for the ids").
			WithRelated(k.ID.Span, "spout %q is a process", k.ID.Text)
		return
	}
}

// tickSetting warns of tick periods that Storm accepts and that make no ticks.
func (c *checker) tickSetting(e yaml.Entry, owner string) {
	if n, ok := number(e.Value); ok && n <= 0 {
		c.list.Warnf(ruleTickNotPositive, e.Value.Span, "%s%q is %d, but the time between ticks must be at least 1 second", owner, e.Key.Text, n).
			WithHint("write 1 or more, or remove it")
	}
}

// componentConfig checks a component's own configuration. A number of tasks becomes the component's Tasks.
func (c *checker) componentConfig(k *component) []Setting {
	var settings []Setting
	add := func(e yaml.Entry) {
		if s, ok := c.componentSetting(k, e); ok {
			settings = append(settings, s)
		}
	}
	for _, e := range k.fluxConfig {
		add(e)
	}
	for _, e := range c.entries(k.src.Config) {
		add(e)
	}
	c.taskCount(k)
	return settings
}

// componentSetting checks one setting of a component, and reports whether to pass it on.
func (c *checker) componentSetting(k *component, e yaml.Entry) (Setting, bool) {
	key := e.Key.Text
	known := stormSettingOf(key)
	c.index.setting(e.Key, known != nil, true)
	owner := k.name()
	value, ok := c.setting(e, known, owner, k.src.Config)
	if !ok {
		return Setting{}, false
	}
	switch {
	case known == nil:
	case key == keyTasks:
		n, ok := number(e.Value)
		switch {
		case !ok: // null: as many as executors
		case n == 0:
			c.list.Errorf(ruleTasks, e.Value.Span, "%s: %q is 0, expected at least 1", owner, key).
				WithHint("Nimbus accepts the topology, but the workers then fail again and again: there is no task to send to")
		case k.src.Tasks != nil:
			c.list.Errorf(ruleGivenTwice, e.Key.Span, "%s: the tasks are set twice, with `tasks` and with %q", owner, key).
				WithHint("keep one of them").WithRelated(k.src.Tasks.Span, "`tasks` is set here")
		default:
			k.Tasks = n
			c.tasksAgainstParallelism(k, n, e.Value.Span)
		}
		return Setting{}, false
	case key == keyTick:
		c.tickSetting(e, owner+": ")
		if k.Kind == schema.Spout {
			c.tickOnSpout(k, e.Key.Span)
		}
	case !known.Component && !(*settings.Setting)(known).KeptOnComponent():
		c.dropped(k, e, known)
	}
	return Setting{Key: key, Value: value, Span: e.Key.Span}, true
}

// dropped warns of a key that Storm removes from a component's configuration before the component gets it
// (Executor.normalizedComponentConf).
func (c *checker) dropped(k *component, e yaml.Entry, known *stormSetting) {
	d := c.list.Warnf(ruleDropped, e.Key.Span, "%s: Storm ignores %q on a component", k.name(), known.Key)
	switch {
	case known.Key == keyEnvironment && k.multilang:
		d.WithHint("use the component's `env`, or set it for all components in the topology's `config`")
	case known.Daemon || known.Overwritten || strings.HasPrefix(known.Key, "nimbus."):
		d.WithHint("it is a setting of the cluster")
	default:
		d.WithHint("set it for all components in the topology's `config`")
	}
}

// taskCount compares the component's tasks with its parallelism, once both are known.
func (c *checker) taskCount(k *component) {
	if t := k.src.Tasks; t != nil && k.Tasks > 0 {
		c.tasksAgainstParallelism(k, k.Tasks, t.Span)
	}
	if k.Tasks == 0 {
		if v := c.doc.Config.Get(keyTasks); v != nil && k.src.Parallelism != nil {
			if n, ok := number(v); ok {
				c.tasksAgainstParallelism(k, n, k.src.Parallelism.Span)
			}
		}
	}
	if v := c.doc.Config.Get(keyMaxParallelism); v != nil && k.src.Parallelism != nil {
		if n, ok := number(v); ok && n > 0 && k.Parallelism > n {
			c.list.Warnf(ruleParallelismCapped, k.src.Parallelism.Span, "%s: parallelism %d is more than %q allows, so Storm starts only %d",
				k.name(), k.Parallelism, keyMaxParallelism, n).
				WithRelated(v.Span, "the limit is set here")
		}
	}
}

// isFinite reports whether JSON can hold the value.
func isFinite(v *yaml.Value) bool {
	switch v.Kind {
	case yaml.Float:
		return !math.IsNaN(v.Float) && !math.IsInf(v.Float, 0)
	case yaml.Sequence:
		return !slices.ContainsFunc(v.Items, func(item *yaml.Value) bool { return !isFinite(item) })
	case yaml.Map:
		return !slices.ContainsFunc(v.Entries, func(e yaml.Entry) bool { return !isFinite(e.Value) })
	}
	return true
}
