package local

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"strconv"

	"github.com/stormflux/stormflux/internal/java"
	"github.com/stormflux/stormflux/internal/topology"
)

// conf is a configuration as it is handed to a component: JSON texts by key.
type conf map[string]json.RawMessage

// stormDefaults are the values, as JSON, that a worker of Storm 2.8.3 gives those keys that components and this engine
// may look at (storm-client's defaults.yaml). Keys of daemons, of security and of class names that have no meaning here
// are left out; a component that reads one of those finds no such key.
var stormDefaults = map[string]string{
	"executor.metrics.frequency.secs":                     "60",
	"nimbus.seeds":                                        `["localhost"]`,
	"nimbus.thrift.port":                                  "6627",
	"storm.cluster.mode":                                  `"distributed"`,
	"storm.zookeeper.port":                                "2181",
	"storm.zookeeper.root":                                `"/storm"`,
	"supervisor.worker.timeout.secs":                      "30",
	"task.heartbeat.frequency.secs":                       "3",
	"task.refresh.poll.secs":                              "10",
	"topology.acker.executors":                            "null",
	"topology.backpressure.check.millis":                  "50",
	"topology.batch.flush.interval.millis":                "1",
	"topology.bolt.wait.progressive.level3.sleep.millis":  "1",
	"topology.builtin.metrics.bucket.size.secs":           "60",
	"topology.classpath":                                  "null",
	"topology.component.cpu.pcore.percent":                "10.0",
	"topology.component.resources.offheap.memory.mb":      "0.0",
	"topology.component.resources.onheap.memory.mb":       "128.0",
	"topology.debug":                                      "false",
	"topology.disable.loadaware.messaging":                "false",
	"topology.enable.message.timeouts":                    "true",
	"topology.environment":                                "null",
	"topology.error.throttle.interval.secs":               "10",
	"topology.eventlogger.executors":                      "0",
	"topology.executor.overflow.limit":                    "0",
	"topology.executor.receive.buffer.size":               "32768",
	"topology.fall.back.on.java.serialization":            "false",
	"topology.max.error.report.per.interval":              "5",
	"topology.max.replication.wait.time.sec":              "60",
	"topology.max.spout.pending":                          "null",
	"topology.max.task.parallelism":                       "null",
	"topology.message.timeout.secs":                       "30",
	"topology.min.replication.count":                      "1",
	"topology.multilang.serializer":                       `"org.apache.storm.multilang.JsonSerializer"`,
	"topology.priority":                                   "29",
	"topology.producer.batch.size":                        "1",
	"topology.shellbolt.max.pending":                      "100",
	"topology.skip.missing.kryo.registrations":            "false",
	"topology.spout.recvq.skips":                          "3",
	"topology.spout.wait.progressive.level3.sleep.millis": "1",
	"topology.spout.wait.strategy":                        `"org.apache.storm.policy.WaitStrategyProgressive"`,
	"topology.state.checkpoint.interval.ms":               "1000",
	"topology.state.synchronization.timeout.secs":         "60",
	"topology.stats.sample.rate":                          "0.05",
	"topology.tasks":                                      "null",
	"topology.tick.tuple.freq.secs":                       "null",
	"topology.transfer.batch.size":                        "1",
	"topology.transfer.buffer.size":                       "1000",
	"topology.trident.batch.emit.interval.millis":         "500",
	"topology.worker.childopts":                           "null",
	"topology.worker.max.heap.size.mb":                    "768.0",
	"topology.worker.receiver.thread.count":               "1",
	"topology.worker.shared.thread.pool.size":             "4",
	"topology.workers":                                    "1",
	"worker.heartbeat.frequency.secs":                     "1",
}

// componentSettings are the keys of Storm that a component's own configuration may change. Any other key of Storm is
// dropped there in silence, any key that is not Storm's is passed on (Executor.normalizedComponentConf).
var componentSettings = map[string]bool{
	"topology.bolts.late.tuple.stream":                   true,
	"topology.bolts.message.id.field.name":               true,
	"topology.bolts.sliding.interval.count":              true, // older spelling
	"topology.bolts.tuple.timestamp.max.lag.ms":          true,
	"topology.bolts.window.length.count":                 true,
	"topology.bolts.window.length.duration.ms":           true,
	"topology.bolts.window.sliding.interval.count":       true,
	"topology.bolts.window.sliding.interval.duration.ms": true,
	"topology.debug":                             true,
	"topology.max.spout.pending":                 true,
	"topology.max.task.parallelism":              true,
	"topology.sleep.spout.wait.strategy.time.ms": true,
	"topology.spout.wait.strategy":               true,
	"topology.state.provider":                    true,
	"topology.state.provider.config":             true,
	"topology.tick.tuple.freq.secs":              true,
	"topology.transactional.id":                  true,
}

// droppedSettings are keys of Storm with an effect on components that a component's configuration cannot change. A key of
// Storm that is in neither table is passed on although Storm drops it: nothing reads it.
var droppedSettings = map[string]bool{
	"topology.acker.executors":              true,
	"topology.enable.message.timeouts":      true,
	"topology.environment":                  true,
	"topology.executor.receive.buffer.size": true,
	"topology.message.timeout.secs":         true,
	"topology.name":                         true,
	"topology.shellbolt.max.pending":        true,
	"topology.stats.sample.rate":            true,
	"topology.subprocess.timeout.secs":      true,
	"topology.workers":                      true,
}

// topologyConf is the configuration that all components of the topology share: Storm's defaults, what was submitted, and
// what Nimbus adds.
func topologyConf(name, id string, submitted map[string]topology.Value) (conf, error) {
	c := make(conf, len(stormDefaults)+len(submitted)+8)
	for key, text := range stormDefaults {
		c[key] = json.RawMessage(text)
	}
	own, err := encodedConf(submitted)
	if err != nil {
		return nil, err
	}
	maps.Copy(c, own)
	for key, value := range map[string]string{
		"storm.id":                     id,
		"topology.name":                name,
		"topology.submitter.user":      "",
		"topology.submitter.principal": "",
	} {
		text, err := json.Marshal(value)
		if err != nil {
			panic(err) // a string always has a JSON form
		}
		c[key] = text
	}
	return c, nil
}

// encodedConf encodes a configuration's values.
func encodedConf(settings map[string]topology.Value) (conf, error) {
	c := make(conf, len(settings))
	for key, value := range settings {
		text, err := java.AppendJSON(nil, value) // 1.0 stays 1.0, as Storm keeps it
		if err != nil {
			return nil, fmt.Errorf("encoding the setting %s: %w", key, err)
		}
		c[key] = text
	}
	return c, nil
}

// of returns the configuration that a component with settings of its own gets.
func (c conf) of(own conf) conf {
	if len(own) == 0 {
		return c
	}
	merged := maps.Clone(c)
	for key, value := range own {
		if _, storms := stormDefaults[key]; componentSettings[key] || !droppedSettings[key] && !storms {
			merged[key] = value
		}
	}
	return merged
}

// integer returns a setting that is a whole number, or otherwise where it is absent or null.
// Storm takes a float with a whole value for an integer.
func (c conf) integer(key string, otherwise int) (int, error) {
	text, ok := c[key]
	if !ok || len(text) == 0 || string(text) == "null" {
		return otherwise, nil
	}
	n, err := strconv.ParseInt(string(text), 10, 32)
	if err == nil {
		return int(n), nil
	}
	if f, ferr := strconv.ParseFloat(string(text), 64); ferr == nil && f == math.Trunc(f) && math.Abs(f) <= math.MaxInt32 {
		return int(f), nil
	}
	return 0, fmt.Errorf("the setting %s is %s, not an integer", key, text)
}

// boolean returns a setting that is true or false.
func (c conf) boolean(key string, otherwise bool) (bool, error) {
	switch text := string(c[key]); text {
	case "", "null":
		return otherwise, nil
	case "true", "false":
		return text == "true", nil
	default:
		return false, fmt.Errorf("the setting %s is %s, not true or false", key, text)
	}
}

// environment returns topology.environment, which is added to the environment of every component.
func (c conf) environment() (map[string]string, error) {
	const key = "topology.environment"
	var env map[string]any
	if text := c[key]; len(text) > 0 {
		if err := json.Unmarshal(text, &env); err != nil {
			return nil, fmt.Errorf("the setting %s is no map: %w", key, err)
		}
	}
	out := make(map[string]string, len(env))
	for name, value := range env {
		text, ok := value.(string)
		if !ok {
			return nil, fmt.Errorf("the setting %s: the value of %s is no string", key, name)
		}
		out[name] = text
	}
	return out, nil
}
