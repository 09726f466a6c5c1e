package declare

import "slices"

// settings are the keys that the setters of Storm's Config put, which takes a value as it is.
var settings = map[string]string{
	"setClasspath": "topology.classpath", "setEnvironment": "topology.environment", "setDebug": "topology.debug",
	"setTopologyVersion": "topology.version", "setNumWorkers": "topology.workers", "setNumAckers": "topology.acker.executors",
	"setNumEventLoggers": "topology.eventlogger.executors", "setMessageTimeoutSecs": "topology.message.timeout.secs",
	"setSkipMissingKryoRegistrations": "topology.skip.missing.kryo.registrations",
	"setMaxTaskParallelism":           "topology.max.task.parallelism", "setMaxSpoutPending": "topology.max.spout.pending",
	"setStatsSampleRate": "topology.stats.sample.rate", "setFallBackOnJavaSerialization": "topology.fall.back.on.java.serialization",
	"setTopologyPriority": "topology.priority", "setTopologyStrategy": "topology.scheduler.strategy",
}

// configModel is Storm's Config, a HashMap with setters. Each stands there twice: a static one has the map as its first
// argument.
func configModel() *model {
	m := &model{super: "java.util.HashMap", methods: methods{"<init>": mapInit, "<init>()V": nothing}}
	for _, name := range []string{
		"registerSerialization", "registerEventLogger", "registerMetricsConsumer", "registerDecorator", "setKryoFactory",
		"setTopologyWorkerMaxHeapSize", "setTopologyComponentWorkerConstraints", "setTopologyConstraintsMaxStateSearch",
	} {
		m.methods[name] = unknownMethod
	}
	for name, key := range settings {
		m.methods[name] = func(c *call) value {
			args := c.args
			into := c.receiver
			if into == nil {
				into, args = c.arg(0), slices.Clone(args[1:])
			}
			if into == nil {
				panic(c.nullPointer())
			}
			params := c.descriptor(c.ref.Descriptor).params
			if len(args) != 1 {
				panic(unmodelled{})
			}
			v := args[0]
			if desc := params[len(params)-1]; len(desc) == 1 {
				v = boxed(v, desc)
			}
			must(c.invoke(into, "put", "(Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;", key, v))
			return nil
		}
	}
	return m
}
