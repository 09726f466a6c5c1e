// Package multilang owns both ends of Storm's multilang wire protocol: the end of Storm, for an engine that runs
// components as child processes, and the end of a component, for the Go SDK.
//
// It owns the framing ([Reader]) and the messages ([ShellMsg], [BoltMsg], [SpoutMsg], lists of task ids, [Handshake]).
// It keeps the values of tuples as JSON text, and parses a value only when it is used ([RawValue], [RawValues]). It
// does not own processes, threads or timeouts, and it does not know what a message means: the engine knows what an ack
// does.
//
// The format is that of Storm 2.8.3. org.apache.storm.multilang.JsonSerializer defines framing and messages, and
// ShellBolt and ShellSpout define when each message may be sent. Storm reads JSON with json-smart in its permissive
// mode: it accepts much that is not JSON, and gives each number a Java type by its own rules. Packages multilang and
// java do the same, and tests compare them with vectors from that parser (testdata/json_smart_vectors.tsv).
//
// The strings of a decoded message share the memory of its text. They are immutable, so any number of goroutines may
// use them. Whoever keeps one small string keeps the whole text in memory.
package multilang

import "github.com/stormflux/stormflux/internal/topology"

// Names that Storm reserves and components see.
const (
	DefaultStream   = topology.DefaultStream // the stream of an emit that names none
	HeartbeatStream = "__heartbeat"          // Storm asks whether a bolt is alive
	TickStream      = "__tick"               // a stream of SystemComponent: tick tuples
	SystemComponent = "__system"             // the source of ticks
)
