// Package devcluster makes a Storm cluster on this machine from Maven Central: ZooKeeper, Nimbus, Supervisors, and
// Storm's UI and logviewer.
//
// It owns which jars the daemons need, the folder STORM_HOME with its configuration, how java starts each daemon, and how
// the processes of a cluster are found again. It speaks no Thrift: its caller knows when a Nimbus is ready.
package devcluster
