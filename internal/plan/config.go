package plan

import (
	"maps"
	"math/big"
	"slices"
	"strings"

	"github.com/stormflux/stormflux/internal/fingerprint"
	"github.com/stormflux/stormflux/internal/settings"
)

// config compares the topologies' configurations. What Nimbus stores is the cluster's own configuration, with that of the
// submission over it, and with changes of Nimbus (Nimbus.normalizeConf and submitTopologyWithOpts of Storm 2.8.3).
func (c *comparison) config() {
	was, is := c.old.Topology.Conf, c.new.Topology.Conf
	for _, key := range keysOf(is, c.submittedKeys()) {
		if ownKey(key) {
			continue
		}
		value, set := is[key]
		stored, there := was[key]
		if !set {
			value, set = c.old.Cluster.Conf[key] // what a submission without the key would get
		}
		if there == set && equal(stored, value) || c.sameInNimbus(key, stored, value) {
			continue
		}
		c.add(Change{
			Action: Restart, Op: opOf(stored != nil, value != nil), Kind: Config, Name: key, Old: shown(key, stored), New: shown(key, value),
			Note: c.configNote(key),
		})
	}
}

// submittedKeys returns the keys that the running topology's submission set. Only our own submissions recorded them. For others,
// they are the keys whose values are not those of the cluster.
func (c *comparison) submittedKeys() map[string]any {
	keys := map[string]any{}
	if c.known != nil {
		for _, key := range c.known.Keys {
			keys[key] = nil
		}
		return keys
	}
	for key, value := range c.old.Topology.Conf {
		if !settings.SetByNimbus(key) && byNimbus[key] == nil && !equal(value, c.old.Cluster.Conf[key]) {
			keys[key] = nil
		}
	}
	return keys
}

func (c *comparison) configNote(key string) string {
	if _, set := c.new.Topology.Conf[key]; set {
		return ""
	}
	if _, cluster := c.old.Cluster.Conf[key]; cluster {
		return "the cluster's own value"
	}
	return ""
}

// ownKey reports whether a key is compared elsewhere.
func ownKey(key string) bool {
	return key == fingerprint.Key || key == fingerprint.SubmissionKey || key == keyWorkers
}

// A rule decides whether a submission of value would store what is stored. cluster is Nimbus's own configuration.
type rule func(c *comparison, key string, stored, value any) bool

// byNimbus are the keys that Nimbus changes in a submission, besides those of [settings.SetByNimbus].
var byNimbus = map[string]rule{
	"topology.users":                               sameUsers,
	"topology.kryo.register":                       sameSerializers,
	"topology.kryo.decorators":                     sameDecorators,
	"topology.acker.executors":                     sameOrEstimated,
	"topology.eventlogger.executors":               sameOrEstimated,
	"topology.max.task.parallelism":                sameOrEstimated,
	"topology.classpath.beginning":                 sameUnlessDropped,
	"storm.messaging.netty.authentication":         sameOrForced,
	"topology.worker.nimbus.thrift.client.use.tls": sameOrForced,
	"topology.metrics.reporters":                   sameReporters,
	"topology.worker.timeout.secs":                 sameOrLimited,
}

func (c *comparison) sameInNimbus(key string, stored, value any) bool {
	same := byNimbus[key]
	return settings.SetByNimbus(key) || same != nil && same(c, key, stored, value)
}

// sameOrEstimated is for numbers that the Resource Aware Scheduler estimates where the submission has none.
func sameOrEstimated(c *comparison, _ string, stored, value any) bool {
	scheduler, _ := c.old.Cluster.Conf["storm.scheduler"].(string)
	return equal(stored, value) || value == nil && strings.HasSuffix(scheduler, ".ResourceAwareScheduler")
}

func sameUnlessDropped(_ *comparison, _ string, stored, value any) bool {
	return stored == nil || equal(stored, value)
}

// sameOrForced is for keys that the cluster can turn on for all topologies.
func sameOrForced(c *comparison, key string, stored, value any) bool {
	off := func(v any) bool { return v == nil || v == false }
	return equal(stored, value) || off(stored) && off(value) || stored == true && c.old.Cluster.Conf[key] == true
}

// sameUsers is for the list of users, to which Nimbus adds the submitter.
func sameUsers(c *comparison, _ string, stored, value any) bool {
	conf := c.old.Topology.Conf
	without := func(v any) []string {
		return slices.DeleteFunc(texts(v), func(user string) bool {
			return user == conf["topology.submitter.user"] || user == conf["topology.submitter.principal"]
		})
	}
	return slices.Equal(without(stored), without(value))
}

func sameDecorators(c *comparison, _ string, stored, value any) bool {
	all := texts(value)
	for _, component := range c.new.Topology.Components() {
		all = append(all, texts(component.Conf["topology.kryo.decorators"])...)
	}
	slices.Sort(all)
	return slices.Equal(texts(stored), slices.Compact(all))
}

// texts returns the texts in a list, sorted, each once.
func texts(v any) []string {
	elements, _ := v.([]any)
	var all []string
	for _, e := range elements {
		if text, ok := e.(string); ok {
			all = append(all, text)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// sameSerializers is for Kryo's registrations. Nimbus stores those of the topology and of its components together, as one map.
func sameSerializers(c *comparison, _ string, stored, value any) bool {
	all := map[string]any{}
	add := func(v any) {
		elements, _ := v.([]any)
		for _, e := range elements {
			switch e := e.(type) {
			case string:
				all[e] = nil
			case map[string]any:
				maps.Copy(all, e)
			}
		}
	}
	for _, component := range c.new.Topology.Components() {
		add(component.Conf[settings.KeyKryoRegister])
	}
	if value == nil {
		value = c.old.Cluster.Conf[settings.KeyKryoRegister]
	}
	add(value)
	registered, _ := stored.(map[string]any)
	return maps.EqualFunc(registered, all, equal)
}

// sameReporters is for the list of reporters of metrics, to which Nimbus appends its own.
func sameReporters(c *comparison, _ string, stored, value any) bool {
	if value == nil {
		value = c.old.Cluster.Conf["storm.metrics.reporters"]
	}
	all, _ := value.([]any)
	own, _ := c.old.Cluster.Conf["storm.topology.metrics.system.reporters"].([]any)
	return equal(stored, append(slices.Clone(all), own...))
}

// sameOrLimited is for the timeout of workers, which the cluster limits.
func sameOrLimited(c *comparison, _ string, stored, value any) bool {
	most, limited := number(c.old.Cluster.Conf["worker.max.timeout.secs"])
	wanted, ok := number(value)
	return equal(stored, value) || limited && ok && wanted > most && equal(stored, int64(most))
}

// equal compares values of configurations. Numbers are equal if they have the same value: JSON does not keep their types.
func equal(a, b any) bool {
	switch a := a.(type) {
	case []any:
		b, ok := b.([]any)
		return ok && slices.EqualFunc(a, b, equal)
	case map[string]any:
		b, ok := b.(map[string]any)
		return ok && maps.EqualFunc(a, b, equal)
	case int64, float64, *big.Int:
		x, y := rational(a), rational(b)
		return y != nil && x != nil && x.Cmp(y) == 0
	}
	switch b.(type) {
	case []any, map[string]any:
		return false
	}
	return a == b
}

// rational returns the value of a number, or nil.
func rational(v any) *big.Rat {
	switch v := v.(type) {
	case int64:
		return new(big.Rat).SetInt64(v)
	case float64:
		return new(big.Rat).SetFloat64(v)
	case *big.Int:
		return new(big.Rat).SetInt(v)
	}
	return nil
}

// hidden stands for the value of a secret.
const hidden = "***"

// shown returns a value for people. A value that may be a secret is hidden: Storm hides only keys that end in "password".
func shown(key string, value any) any {
	if value != nil && secret(key) {
		return hidden
	}
	switch v := value.(type) {
	case map[string]any:
		open := make(map[string]any, len(v))
		for k, element := range v {
			open[k] = shown(k, element)
		}
		return open
	case []any:
		open := make([]any, len(v))
		for i, element := range v {
			open[i] = shown("", element)
		}
		return open
	}
	return value
}

func secret(key string) bool {
	key = strings.ToLower(key)
	return slices.ContainsFunc([]string{"password", "passwd", "secret", "token", "credential", "payload", "apikey", "api.key", "api_key", "private.key", "access.key"},
		func(word string) bool { return strings.Contains(key, word) })
}
