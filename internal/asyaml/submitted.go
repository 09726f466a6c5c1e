package asyaml

import (
	"maps"
	"reflect"
	"slices"

	"github.com/stormflux/stormflux/internal/fingerprint"
	"github.com/stormflux/stormflux/internal/settings"
	"github.com/stormflux/stormflux/internal/topology"
)

// Submitted returns a model from a cluster as its client submitted it: without what Nimbus, Storm's client and stormflux add.
// cluster is the configuration of Nimbus, which completes the stored configuration with its own (2.8.3,
// Nimbus.submitTopologyWithOpts). A fingerprint says which settings were submitted. Without one, those that equal the
// cluster's own are left out.
func Submitted(t *topology.Topology, cluster map[string]topology.Value, v settings.Version) *topology.Topology {
	out := *t
	out.Conf = submittedConf(t, cluster, v)
	out.Spouts, out.Bolts = nil, nil
	for _, c := range t.Spouts {
		out.Spouts = append(out.Spouts, withoutTasks(c))
	}
	for _, c := range t.Bolts {
		out.Bolts = append(out.Bolts, withoutTasks(c))
	}
	return &out
}

// withoutTasks removes the number of tasks that Nimbus adds: as many as executors (Nimbus.normalizeTopology).
func withoutTasks(c *topology.Component) *topology.Component {
	const key = "topology.tasks"
	out := *c
	if out.Conf[key] == int64(max(c.Parallelism, 1)) {
		out.Conf = maps.Clone(c.Conf)
		if delete(out.Conf, key); len(out.Conf) == 0 {
			out.Conf = nil
		}
	}
	return &out
}

func submittedConf(t *topology.Topology, cluster map[string]topology.Value, v settings.Version) map[string]topology.Value {
	conf := map[string]topology.Value{}
	print := fingerprint.Of(t.Conf)
	for key, value := range t.Conf {
		same, known := cluster[key]
		own := !(known && reflect.DeepEqual(same, value)) && (known || value != nil)
		if print != nil {
			own = slices.Contains(print.Keys, key)
		}
		if own && key != fingerprint.Key && key != fingerprint.SubmissionKey && !settings.SetByNimbus(key) {
			conf[key] = value
		}
	}
	setOrDelete(conf, settings.KeyKryoRegister, registrations(conf[settings.KeyKryoRegister], t.Components(), v))
	if list, ok := conf["topology.kryo.decorators"].([]any); ok {
		setOrDelete(conf, "topology.kryo.decorators", list)
	}
	if list, ok := conf["topology.users"].([]any); ok {
		setOrDelete(conf, "topology.users", slices.DeleteFunc(slices.Clone(list), func(user any) bool {
			return user == nil || user == t.Conf["topology.submitter.user"] || user == t.Conf["topology.submitter.principal"]
		}))
	}
	return conf
}

func setOrDelete(conf map[string]topology.Value, key string, list []any) {
	if len(list) == 0 {
		delete(conf, key)
		return
	}
	conf[key] = list
}

// registrations returns the registrations at Kryo that Nimbus has made one map of, as the list that the language wants. It
// leaves out those that components make, and those that the compiler makes for values of processes.
func registrations(value topology.Value, components []*topology.Component, v settings.Version) []any {
	all := map[string]any{}
	switch value := value.(type) {
	case map[string]any:
		all = value
	case []any: // as it was submitted
		for _, entry := range value {
			switch entry := entry.(type) {
			case string:
				all[entry] = nil
			case map[string]any:
				maps.Copy(all, entry)
			}
		}
	}
	ours := settings.MultilangClassesOf(v).Names()
	for _, c := range components {
		list, _ := c.Conf[settings.KeyKryoRegister].([]any)
		for _, entry := range list {
			if class, ok := entry.(string); ok {
				ours = append(ours, class)
			}
		}
	}
	var list []any
	for _, class := range slices.Sorted(maps.Keys(all)) {
		switch serializer := all[class]; {
		case serializer != nil:
			list = append(list, map[string]any{class: serializer})
		case !slices.Contains(ours, class):
			list = append(list, class)
		}
	}
	return list
}
