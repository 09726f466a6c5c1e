package nimbus

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/stormflux/stormflux/internal/settings"
)

const (
	seeLog          = "the reason is in nimbus.log on that host"
	adviceWrongPort = "Nimbus listens on nimbus.thrift.port, 6627 by default; Storm's UI (8080), logviewer (8000), DRPC (3772) and Supervisor (6628) are others"
)

// advices say what to do about Nimbus's own words; $1 and so on are the groups of the pattern. The texts are those of
// Storm 2.8.3 unless a release is named.
//
// The patterns are compiled at the first refusal, so commands that do not talk to a Nimbus start without this cost.
var advices = sync.OnceValue(func() []advice {
	return []advice{
		{regexp.MustCompile(`^(.+) is already alive$`),
			`a killed topology keeps its name until its wait is over; otherwise kill "$1" first, or submit under another name`},
		{regexp.MustCompile(`^(.+) is not alive$`),
			`no topology on the cluster has the name "$1"`},
		{regexp.MustCompile(`Topology name .*(is not valid|must match|cannot contain any of the following)`),
			`use A-Z, a-z, 0-9, "-" and "_" in the topology's name`},
		{regexp.MustCompile(`^(Topology|Spout|Bolt|Stream) name '.*' contains illegal character '\.'`),
			`this cluster runs StrictTopologyValidator (nimbus.topology.validator): names must not contain "."`},
		{regexp.MustCompile(`could not find a configured compatible version to use (\[.*\])`),
			`compile for a Storm release this cluster runs workers of: $1`},
		{regexp.MustCompile(`TOPOLOGY_WORKER_MAX_HEAP_SIZE_MB=(\S+) < (\S+) `),
			`a component asks for $2 MB and a worker may have $1: raise topology.worker.max.heap.size.mb, or lower the component's memory`},
		{regexp.MustCompile(`^Key not found: (.*)$`),
			`there is no blob "$1": create it ("storm blobstore create $1 ..."), or take it out of topology.blobstore.map`},
		{regexp.MustCompile(`requests more than (\d+) workers`),
			`this cluster allows a topology $1 workers (nimbus.slots.perTopology): lower topology.workers`},
		{regexp.MustCompile(`requests more than (\d+) executors`),
			`this cluster allows a topology $1 executors (nimbus.executors.perTopology): lower the parallelism`},
		{regexp.MustCompile(`symlinks are disabled so blobs are not supported`),
			`this cluster has storm.disable.symlinks: take topology.blobstore.map out`},
		{regexp.MustCompile(`is not authorized to impersonate`),
			`ask for an entry in nimbus.impersonation.acl on the cluster, or drop storm.doAsUser`},
		{regexp.MustCompile(`Could not determine the user to run this topology as`),
			`this cluster runs workers as their user (supervisor.run.worker.as.user), which needs a connection with authentication`},
		{regexp.MustCompile(`is expected to be owned by .* but is actually owned by\s*$`),
			`the topology has no owner, because it was submitted without a login: ask without naming an owner`},
		{regexp.MustCompile(`^(\S+) .*is not authorized`),
			`ask the cluster's administrators to let this user do $1 (nimbus.authorizer, nimbus.users, topology.users)`},
		{regexp.MustCompile(`^Invalid component (.*) for topology (.*), valid values are (.*)$`),
			`topology "$2" has the components $3`},
		{regexp.MustCompile(`^Number of executors must be greater than 0$`),
			`ask for at least one executor`},
		{regexp.MustCompile(`^Number of executors must be greater than 0 when`),
			`give every component with tasks a parallelism of at least 1`},
		{regexp.MustCompile(`is not a valid (component|stream) id`),
			`ids that start with "__" are Storm's own: choose another $1 id`},
		{regexp.MustCompile(`^Duplicate component ids: \[(.*)\]$`),
			`give the components $1 ids of their own; spouts and bolts share one name space`},
		{regexp.MustCompile(`May not declare inputs for a spout`),
			`a spout reads no streams: make it a bolt, or take its inputs away`},
		{regexp.MustCompile(`^Component: \[([^]]*)\] subscribes from non-existent component \[([^]]*)\]`),
			`declare the component "$2", or let "$1" read from another`},
		{regexp.MustCompile(`^Component: \[([^]]*)\] subscribes from (?:non-existent )?stream: \[([^]]*)\] of component \[([^]]*)\]`),
			`declare the stream "$2" with its fields at "$3", or change what "$1" reads`},
		{regexp.MustCompile(`^Attempting to delete blob .* from under active topology (.*)$`),
			`the topology $1 uses it: kill that first, and wait until it is gone`},
		{regexp.MustCompile(`not an accepted value\. Value: (.*) Accepted values: \[(.*)\]`),
			`give one of $2 instead of $1`},
		{regexp.MustCompile(`^(?:null)?(?:Field|Each element|Each value)`),
			`correct the topology's configuration; Nimbus names Java constants, so TOPOLOGY_WORKERS means topology.workers`},
	}
})

type advice struct {
	said   *regexp.Regexp
	advice string
}

// adviceFor returns what to do about Nimbus's words, or nothing if we do not know them.
func adviceFor(said string) []string {
	for _, a := range advices() {
		if m := a.said.FindStringSubmatchIndex(said); m != nil {
			return []string{string(a.said.ExpandString(nil, a.advice, said, m))}
		}
	}
	return nil
}

// lazyRegexp is a regular expression that is compiled on its first use, so commands that do not talk to a Nimbus start
// without this cost.
func lazyRegexp(text string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(text) })
}

var configField = lazyRegexp(`\b(?:Field|list|map) ([A-Z][A-Z0-9_]+?)(?:cannot be null!|\b)`)

// configKeyOf returns the sent key that Nimbus refused in a configuration. Nimbus names the constant in Config.java
// instead of the key. It checks only keys that were sent.
func configKeyOf(said string, conf map[string]any) string {
	m := configField().FindStringSubmatch(said)
	if m == nil {
		return ""
	}
	for _, key := range slices.Sorted(maps.Keys(conf)) {
		if strings.ToUpper(strings.NewReplacer(".", "_", "-", "_").Replace(key)) == m[1] {
			return key
		}
	}
	return ""
}

const causeNotLeader = "this Nimbus is not the leader any more (only the leader does this): try again"

// internalCauses are the likely reasons for "Internal error processing CALL", the most likely first.
func internalCauses(call string) []string {
	var causes []string
	switch call {
	case "submitTopology", "submitTopologyWithOpts":
		causes = []string{
			causeNotLeader,
			fmt.Sprintf("the name has characters besides letters, digits, spaces, \"-\" and \"_\", or more than %d bytes: it becomes part of a blob's key", settings.MaxTopologyName),
			"topology.workers is null or has a decimal point, or the configuration is no JSON object",
			"a component's configuration is no JSON object",
			"the topology's storm_version is no version number",
			"the uploaded jar has gone from Nimbus's inbox (nimbus.inbox.jar.expiration.secs), or its disk is full",
		}
	case "activate", "deactivate", "rebalance":
		causes = []string{"the topology is being killed or rebalanced just now", causeNotLeader}
	case "killTopology", "killTopologyWithOpts", "uploadNewCredentials":
		causes = []string{causeNotLeader}
	case "beginFileUpload":
		causes = []string{causeNotLeader, "the disk of Nimbus's inbox is full or read-only"}
	case "uploadChunk", "finishFileUpload":
		causes = []string{
			"the upload had paused longer than nimbus.file.copy.expiration.secs (10 minutes)",
			"the disk of Nimbus's inbox is full",
			"Nimbus was restarted since the upload began",
		}
	case "getComponentPageInfo":
		causes = []string{"the topology has no such component"}
	case "getTopologyInfo", "getTopologyInfoWithOpts", "getTopologyInfoByName", "getTopologyInfoByNameWithOpts", "getTopologyPageInfo",
		"getTopologyConf", "getTopology", "getUserTopology":
		causes = []string{"the topology is just being set up or removed: try again"}
	case "beginCreateBlob", "beginUpdateBlob", "getBlobMeta":
		causes = []string{"the key has characters besides letters, digits, spaces, \"-\", \"_\" and \".\""}
	case "downloadBlobChunk", "downloadChunk", "uploadBlobChunk", "finishBlobUpload":
		causes = []string{"the transfer is over, or had paused for too long"}
	}
	out := make([]string, 0, len(causes)+1)
	for _, c := range causes {
		out = append(out, "likely: "+c)
	}
	return append(out, seeLog)
}
