// Package devcluster makes a Storm cluster on this machine from Maven Central: ZooKeeper, Nimbus, Supervisors, and
// Storm's UI and logviewer.
//
// Clusters come in two kinds. internal/stormtest runs those of tests, which end with their test. [Up] starts one for a
// developer, which outlives the command: its folder remembers its processes, and [Down] ends them.
//
// It owns which jars the daemons need, the folder STORM_HOME with its configuration, how java starts each daemon, and how
// the processes of a cluster are found again. It speaks no Thrift: its caller knows when a Nimbus is ready.
package devcluster
