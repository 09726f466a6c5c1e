// Package storm holds the Thrift structures and calls that a client of Apache Storm needs: the topology for a
// submission, the options of the lifecycle calls, the answers about running topologies, log levels, and blobs.
//
// The Thrift compiler generates it from storm.thrift, which belongs to this project. That file leaves out what only
// Storm's daemons exchange. Its field ids, names, types and requiredness are those of Storm 2.8.3; a test compares them
// with Storm's own Java classes by reflection. The package holds nothing else: the compiler builds topologies, and
// internal/nimbus talks to a cluster.
//
// The generated code has three traps. The keys of ComponentCommon.Inputs are pointers, so equal keys do not merge; Java
// keeps the last one silently. Go writes maps in random order. A union without a set field fails when it is written.
package storm

//go:generate thrift -out .. --gen go:skip_remote storm.thrift
//go:generate gofmt -w storm.go storm-consts.go GoUnusedProtection__.go
