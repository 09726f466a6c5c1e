// Package multilang owns Storm's multilang wire protocol, both ends of it: Storm's side, which an engine that runs
// components as child processes plays, and the component's side, which the Go SDK plays.
//
// It owns framing ([Reader]), the messages ([ShellMsg], [BoltMsg], [SpoutMsg], task-id lists, [Handshake]) with their
// encoding and decoding, and the representation of tuple values as JSON text that is parsed only where somebody looks
// at a value ([RawValue], [RawValues]). It does not own processes, threads, timeouts, or the meaning of a message:
// what an ack does is the engine's business.
//
// The format is that of Storm 2.8.3: org.apache.storm.multilang.JsonSerializer for framing and messages, ShellBolt and
// ShellSpout for what may be sent when. Storm reads JSON with json-smart in its permissive mode, so that much that is
// not JSON is accepted, and numbers get a Java type by rules of json-smart's own; both are reproduced here and tested
// against vectors from that parser (testdata/json_smart_vectors.tsv).
//
// Decoded messages hold strings that share the memory of the message's text. They are immutable and may be handed to
// any number of goroutines; keeping one small string keeps the whole text alive.
package multilang

import "github.com/stormflux/stormflux/internal/topology"

// Names that Storm reserves and a component meets.
const (
	DefaultStream   = topology.DefaultStream // where an emit without a stream goes
	HeartbeatStream = "__heartbeat"          // Storm asks a bolt for a sign of life
	TickStream      = "__tick"               // of SystemComponent: a tick tuple
	SystemComponent = "__system"             // the source of ticks
)
