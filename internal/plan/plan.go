// Package plan compares a compiled topology with the one that runs on a cluster, and says what has to be done so that the
// cluster runs the compiled one: nothing, a rebalance, or a restart.
//
// It is pure: it asks no cluster and reads no file. Package running makes its [Running] from a cluster, package compiler
// the program's model, and package replace does what a [Plan] says.
package plan

import (
	"github.com/stormflux/stormflux/internal/fingerprint"
	"github.com/stormflux/stormflux/internal/topology"
)

// Format is the version of a plan as JSON. A saved plan of another format is refused.
const Format = 1

// Program is what a file says: what a submission would send.
type Program struct {
	// Topology is the compiled model, with its name and its configuration (without a fingerprint).
	Topology    *topology.Topology
	Fingerprint *fingerprint.Fingerprint
}

// Running is a topology on a cluster.
type Running struct {
	ID     string // Nimbus's: the name, a counter and the time of the submission. It changes with every submission.
	Status string // ACTIVE, INACTIVE, REBALANCING or KILLED
	Owner  string // who submitted it; "" if the cluster does not say

	// Topology is the model as it was submitted, with the configuration that Nimbus stores: that of the submission over the
	// cluster's own.
	Topology *topology.Topology

	// Executors are the executors that have a place in a worker, by component, with Storm's own. It is empty if the
	// topology has no place yet.
	Executors map[string]int
	Workers   int // that the topology uses

	LogLevels map[string]string // set by hand, by logger
	Cluster   Cluster
}

// Cluster is what a comparison has to know about the cluster.
type Cluster struct {
	Conf      map[string]any // Nimbus's own configuration, with Storm's defaults
	Version   string         // of Storm on the Nimbus, or ""
	FreeSlots int            // of workers
}

// Action is how a change reaches the cluster. Actions are ordered: a later one includes the ones before.
type Action string

// The actions.
const (
	None    Action = "none"     // nothing to do
	InPlace Action = "in-place" // a rebalance
	Restart Action = "restart"  // the topology is replaced
	New     Action = "new"      // no topology has the name: it is submitted
)

// Op is what happens to a part of a topology.
type Op string

// The operations.
const (
	Add    Op = "add"
	Remove Op = "remove"
	Update Op = "update"
)

// Kind is what changes.
type Kind string

// The kinds.
const (
	Component    Kind = "component"     // a whole spout or bolt
	Code         Kind = "code"          // what a component runs, or a part of the jar
	Stream       Kind = "stream"        // an output: its fields
	Input        Kind = "input"         // a subscription
	Grouping     Kind = "grouping"      // of an input
	Config       Kind = "config"        // a key of the topology's or of a component's configuration
	Parallelism  Kind = "parallelism"   // executors of a component
	Tasks        Kind = "tasks"         // of a component
	Workers      Kind = "workers"       // of the topology
	WorkerHook   Kind = "worker-hook"   // of the topology
	SharedMemory Kind = "shared-memory" // of the topology
	Status       Kind = "status"        // of the topology; only in a drift
	LogLevel     Kind = "log-level"     // of a logger; only in a drift
)

// Change is one difference between the running topology and the program.
type Change struct {
	Action    Action `json:"action"`              // in-place or restart
	Op        Op     `json:"op"`                  // add, remove or update
	Kind      Kind   `json:"kind"`                //
	Component string `json:"component,omitempty"` // "" for the topology itself
	Name      string `json:"name,omitempty"`      // of the stream, the input (SOURCE or SOURCE.STREAM), the key or the part of the jar
	Old       any    `json:"old,omitempty"`       // what the cluster has, for people; a secret is "***"
	New       any    `json:"new,omitempty"`       // what the program has
	Note      string `json:"note,omitempty"`      // why, or what to know about it
	Drifted   bool   `json:"drifted,omitempty"`   // Old is not what was submitted: see Drift
}

// Drift is a difference between the running topology and its submission: somebody changed it, by hand or with apply. It is
// for people; if the program needs another value, there is a [Change] too.
type Drift struct {
	Kind      Kind   `json:"kind"` // parallelism, workers, config, status or log-level
	Component string `json:"component,omitempty"`
	Name      string `json:"name,omitempty"` // of the key or the logger
	Submitted any    `json:"submitted,omitempty"`
	Now       any    `json:"now,omitempty"`
	Text      string `json:"text"` // how that came, in a few words
}

// Rebalance is what has to be sent to Nimbus for the changes in place.
type Rebalance struct {
	Workers   int            `json:"workers,omitempty"`   // 0: no change
	Executors map[string]int `json:"executors,omitempty"` // of components that change
}

// Plan is what a submission would change. As JSON, it is the output of `stormflux plan --format json` and a saved plan.
type Plan struct {
	Format int    `json:"format"`
	Name   string `json:"name"` // of the topology
	Action Action `json:"action"`

	// File and Environment say what the plan was made of. They are for people and for messages.
	File        string `json:"file,omitempty"`
	Environment string `json:"environment,omitempty"`
	Server      string `json:"nimbus,omitempty"` // HOST:PORT of the leader

	// ID and Status are those of the running topology, or of the killed one that still has the name; "" for a new one.
	ID     string `json:"id,omitempty"`
	Status string `json:"status,omitempty"`
	Owner  string `json:"owner,omitempty"`
	// State is a hash of everything that was read from the cluster about the topology. When it differs, the cluster has
	// changed since the plan was made. Uptimes do not count.
	State string `json:"state"`
	// Program is a hash of everything that a submission would send: structure, configuration and code.
	Program string `json:"program"`

	Changes []Change `json:"changes"`
	Drift   []Drift  `json:"drift"`
	// CodeUnknown says that the running topology has no fingerprint, so nobody can compare the code.
	CodeUnknown bool `json:"code_unknown,omitempty"`
	// Rebalance is set if there is a change in place, also if others need a restart.
	Rebalance *Rebalance `json:"rebalance,omitempty"`
}
