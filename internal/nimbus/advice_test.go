package nimbus

import (
	"strings"
	"testing"
)

// TestAdvice has the words of Nimbus 2.8.3 (and where said so, others), as they
// were seen or stand in its source, and what we tell the user. Every entry of
// the table must be met.
func TestAdvice(t *testing.T) {
	met := map[int]bool{}
	for _, c := range []struct{ said, advice string }{
		{"word count is already alive", `a killed topology keeps its name until its wait is over; otherwise kill "word count" first, or submit under another name`},
		{"life is not alive", `no topology on the cluster has the name "life"`},
		{`Topology name 'a.b' is not valid. It can't be null and it must match ^[^/.:\\]+$`, `use A-Z, a-z, 0-9, "-" and "_" in the topology's name`},
		{`Topology name cannot contain any of the following: #{"." "/" ":" "\\"}`, `use A-Z, a-z, 0-9, "-" and "_" in the topology's name`}, // 1.x
		{`Topology name must match ^[^/.:\\]+$`, `use A-Z, a-z, 0-9, "-" and "_" in the topology's name`},                                   // 2.0
		{"Bolt name 'a.b' contains illegal character '.'", `this cluster runs StrictTopologyValidator (nimbus.topology.validator): names must not contain "."`},
		{"Topology submitted with storm version 9.9.9 but could not find a configured compatible version to use [2.8]", "compile for a Storm release this cluster runs workers of: [2.8]"},
		{"Topology will not be able to be successfully scheduled: Config TOPOLOGY_WORKER_MAX_HEAP_SIZE_MB=768.0 < 4096.0 (Largest memory requirement of a component in the topology). Perhaps set TOPOLOGY_WORKER_MAX_HEAP_SIZE_MB to a larger amount",
			"a component asks for 4096.0 MB and a worker may have 768.0: raise topology.worker.max.heap.size.mb, or lower the component's memory"},
		{"Key not found: nokey", `there is no blob "nokey": create it ("storm blobstore create nokey ..."), or take it out of topology.blobstore.map`},
		{"Failed to submit topology. Topology requests more than 4 workers.", "this cluster allows a topology 4 workers (nimbus.slots.perTopology): lower topology.workers"},
		{"Failed to submit topology. Topology requests more than 9 executors.", "this cluster allows a topology 9 executors (nimbus.executors.perTopology): lower the parallelism"},
		{"symlinks are disabled so blobs are not supported but topology.blobstore.map = {}", "this cluster has storm.disable.symlinks: take topology.blobstore.map out"},
		{"principal alice is not authorized to impersonate principal bob from host /127.0.0.1 Please see SECURITY.MD to learn how to configure impersonation acls.",
			"ask for an entry in nimbus.impersonation.acl on the cluster, or drop storm.doAsUser"},
		{"Could not determine the user to run this topology as.", "this cluster runs workers as their user (supervisor.run.worker.as.user), which needs a connection with authentication"},
		{"life-1-2 is expected to be owned by bob but is actually owned by ", "the topology has no owner, because it was submitted without a login: ask without naming an owner"},
		{"submitTopology on topology life is not authorized", "ask the cluster's administrators to let this user do submitTopology (nimbus.authorizer, nimbus.users, topology.users)"},
		{"Invalid component zz for topology life, valid values are bo,sp", `topology "life" has the components bo,sp`},
		{"Number of executors must be greater than 0", "ask for at least one executor"},
		{"Number of executors must be greater than 0 when number of tasks is greater than 0", "give every component with tasks a parallelism of at least 1"},
		{"__s is not a valid stream id.", `ids that start with "__" are Storm's own: choose another stream id`},
		{"Duplicate component ids: [spout]", "give the components spout ids of their own; spouts and bolts share one name space"},
		{"May not declare inputs for a spout", "a spout reads no streams: make it a bolt, or take its inputs away"},
		{"Component: [bolt] subscribes from non-existent component [nope]", `declare the component "nope", or let "bolt" read from another`},
		{"Component: [bolt] subscribes from non-existent stream: [nope] of component [spout]", `declare the stream "nope" with its fields at "spout", or change what "bolt" reads`},
		{"Component: [bolt] subscribes from stream: [default] of component [spout] + with non-existent fields: [zz]", `declare the stream "default" with its fields at "spout", or change what "bolt" reads`},
		{"Attempting to delete blob dep-a.jar from under active topology life-1-2", "the topology life-1-2 uses it: kill that first, and wait until it is gone"},
		{"Field TOPOLOGY_LOGGING_SENSITIVITY is not an accepted value. Value: S9 Accepted values: [S3, S0, S1, S2]", "give one of S3, S0, S1, S2 instead of S9"},
		{"Field TOPOLOGY_WORKERS must be an Integer within type range.", "correct the topology's configuration; Nimbus names Java constants, so TOPOLOGY_WORKERS means topology.workers"},
		{"nullEach element of the list TOPOLOGY_AUTO_CREDENTIALS must be a java.lang.String. (1)", "correct the topology's configuration; Nimbus names Java constants, so TOPOLOGY_WORKERS means topology.workers"},
	} {
		got := strings.Join(adviceFor(c.said), "|")
		if got != c.advice {
			t.Errorf("%q: %q", c.said, got)
		}
		for i, a := range advices() {
			if a.said.MatchString(c.said) {
				met[i] = true
				break
			}
		}
	}
	for i, a := range advices() {
		if !met[i] {
			t.Errorf("no case meets %s", a.said)
		}
	}
	if got := adviceFor("something new"); got != nil {
		t.Errorf("%q", got)
	}
}

func TestConfigKeyOf(t *testing.T) {
	conf := map[string]any{"topology.workers": "x", "topology.shellbolt.max.pending": 1, "topology.max-thing": 1}
	for said, want := range map[string]string{
		"Field TOPOLOGY_WORKERS must be an Integer within type range.":           "topology.workers",
		"Field TOPOLOGY_SHELLBOLT_MAX_PENDING must be a Positive Number":         "topology.shellbolt.max.pending",
		"Field TOPOLOGY_WORKERScannot be null! Actual value: null":               "topology.workers",
		"Field TOPOLOGY_MAX_THING must be a Map":                                 "topology.max-thing",
		"Field TOPOLOGY_DEBUG must be of type class java.lang.Boolean. Object: ": "",
		"life is already alive": "",
		"Field TOPOLOGY_WORKERS_X must be an Integer within type range. (unrelated) ": "",
	} {
		if got := configKeyOf(said, conf); got != want {
			t.Errorf("%q: %q", said, got)
		}
	}
}

// TestInternalCauses holds that no internal error goes out without a next step.
func TestInternalCauses(t *testing.T) {
	for call := range leadersCalls {
		if causes := internalCauses(call); len(causes) < 2 || causes[len(causes)-1] != seeLog {
			t.Errorf("%s: %q", call, causes)
		}
	}
	if causes := internalCauses("anything"); len(causes) != 1 || causes[0] != seeLog {
		t.Errorf("%q", causes)
	}
}
