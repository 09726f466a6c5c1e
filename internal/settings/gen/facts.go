package main

// header begins the table. Its last line names the first and the last release that the table describes.
const header = `# Storm's configuration keys, which "go generate" writes from the sources of Storm: key, constant in Config.java, with "~" if
# Config.java of 2.8.3 does not have it, checks, flags, default. A "-" is nothing.
# The checks are those that Nimbus makes of a topology's configuration, from the annotations of Config.java in their order
# (validate/setting.go describes them). "int;1.0:int positive" is "int" before Storm 1.0 and "int positive" since.
# Flags: component (a component may set it), component=nimbus (it may, for Nimbus, but does not see the value itself), daemon
# (read only from storm.yaml), deprecated, overwritten (Nimbus replaces or removes it), since=V (Storm V added it; without it,
# 0.9.3 or earlier), removed=V (gone since Storm V).
# The default, as JSON, is of defaults.yaml of 2.8.3, or of the last release with the key.
# releases: %s to %s
`

// nimbusReads are the keys of a component's configuration that Nimbus reads. Executor.normalizedComponentConf removes them
// before the component sees them.
var nimbusReads = map[string]string{
	"topology.component.cpu.pcore.percent":           "ResourceUtils.getBoltsResources",
	"topology.component.resources.map":               "NormalizedResources",
	"topology.component.resources.offheap.memory.mb": "NormalizedResourceRequest",
	"topology.component.resources.onheap.memory.mb":  "NormalizedResourceRequest",
	"topology.kryo.decorators":                       "Nimbus.normalizeConf",
	"topology.kryo.register":                         "Nimbus.normalizeConf",
	"topology.tasks":                                 "Nimbus.normalizeTopology",
}

// overwritten are the keys that Nimbus replaces or removes in every topology, with the place that does so in 2.8.3.
var overwritten = map[string]string{
	"nimbus.thrift.client.use.tls": "Nimbus.normalizeConf, with topology.worker.nimbus.thrift.client.use.tls",
	"storm.cgroup.hierarchy.dir":   "Nimbus.normalizeConf",
	"storm.id":                     "Nimbus.submitTopologyWithOpts",
	"storm.local.hostname":         "Nimbus.submitTopologyWithOpts",
	"storm.workers.artifacts.dir":  "Nimbus.normalizeConf",
	"storm.zookeeper.superACL":     "Nimbus.submitTopologyWithOpts",
	"topology.submitter.principal": "Nimbus.submitTopologyWithOpts",
	"topology.submitter.user":      "Nimbus.submitTopologyWithOpts",
	"worker.metrics":               "Nimbus.normalizeConf",
}

// otherKeys are keys that begin with "topology." and belong to others who write topologies.
var otherKeys = map[string]string{
	"topology.original_name": "streamparse",
	"topology.python.path":   "streamparse",
}
