package settings

import "slices"

// byNimbus are the keys that Nimbus sets or drops whatever a submission says (Nimbus.submitTopologyWithOpts), or that Storm's
// client adds.
var byNimbus = []string{
	"storm.id", "topology.name", "topology.submitter.user", "topology.submitter.principal",
	"storm.zookeeper.superACL", "storm.zookeeper.topology.auth.scheme",
	"storm.zookeeper.topology.auth.payload", // another secret in every submission
	"storm.cgroup.hierarchy.dir", "worker.metrics", "storm.workers.artifacts.dir", "storm.local.hostname",
	"nimbus.thrift.client.use.tls",
}

// SetByNimbus reports whether the value of a key in a running topology's configuration says nothing about its submission.
func SetByNimbus(key string) bool { return slices.Contains(byNimbus, key) }
