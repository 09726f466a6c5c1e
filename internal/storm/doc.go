// Package storm holds the Thrift structures and calls that a client of Apache
// Storm needs: the topology that is submitted, the options of the lifecycle
// calls, the answers about running topologies, log levels, and blobs.
//
// It is generated from storm.thrift, which is this project's own and leaves out
// what only Storm's daemons say to each other. Field ids, names, types and
// requiredness are those of Storm 2.8.3; a test compares them with Storm's own
// Java classes by reflection. Nothing else lives here: building a topology is
// the compiler's business, talking to a cluster that of internal/nimbus.
//
// Two traps of the generated code for whoever fills these structures in: the
// keys of ComponentCommon.Inputs are pointers, so equal keys do not merge (Java
// keeps the last one silently), and maps are written in Go's random order; a
// union with no field set fails while it is written.
package storm

//go:generate thrift -out .. --gen go:skip_remote storm.thrift
//go:generate gofmt -w storm.go storm-consts.go GoUnusedProtection__.go
