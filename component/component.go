// Package component is the Go SDK for Storm's spouts and bolts. They are programs: a Storm worker, or `stormflux run`,
// starts them as child processes and talks to them through their standard input and output.
//
// A bolt that acks by itself is a function and a main:
//
//	func main() {
//		component.RunBasicBolt(component.BasicBoltFunc(split))
//	}
//
//	func split(t *component.Tuple, out *component.BasicCollector) error {
//		for _, word := range strings.Fields(t.String(0)) {
//			out.Emit(word)
//		}
//		return nil
//	}
//
// A [BasicBolt] anchors the tuples that it emits to the current tuple. The result of Execute acks or fails that tuple.
// A [Bolt] does both itself. [Batch] returns a bolt that works on many tuples at once. A [Spout] emits with message
// ids; [Acker] and [Failer] report what became of them. All other methods are optional, and each is an interface of its
// own. Assert the ones that you implement, as in `var _ component.Failer = (*mySpout)(nil)`, because a misspelt method
// is never called.
//
// # The process
//
// RunSpout, RunBolt and RunBasicBolt never return; call one of them last in main. They keep standard output for the
// protocol. Anything that the program, C code or child processes print there afterwards goes to standard error, and
// Storm writes that to the worker's log. Do not print to standard output before the call. The process ends when Storm
// closes its standard input, on SIGTERM and on an interrupt. Close or Cleanup is called first.
//
// # Errors and panics
//
// If a method returns an error for a tuple, the tuple fails and the error is reported to Storm, which shows it among
// the errors of the component. The component keeps running. A panic is reported with the current tuple and the stack.
// Then the process exits with 1, because the state that the panic left behind may be broken. Storm restarts the worker
// and replays the tuples. [ValueError] is the exception. It counts as an error of the method: reading a value that the
// tuple does not have, or emitting a value that cannot be sent.
//
// # Concurrency
//
// Methods are called one at a time. Goroutines of a bolt may use its collectors, even after Execute has returned (a
// [BasicCollector] only until then). A spout emits within NextTuple. Messages are buffered. They are written before the
// component waits for its next input, and at most a few milliseconds after they were made.
//
// A bolt answers heartbeats between two calls. If Execute takes longer than topology.subprocess.timeout.secs (by
// default supervisor.worker.timeout.secs, 30 seconds), it must call [Context.Heartbeat] meanwhile, or Storm ends the
// worker.
//
// The protocol is that of org.apache.storm.multilang in Storm 2.8.3. Components run unchanged on 1.x and 2.x.
package component

// A Spout is a source of tuples. It may also be an [Opener], [Acker], [Failer], [Activator] and [Closer].
type Spout interface {
	// NextTuple emits what is available, usually one tuple, and returns. If it emits nothing, Storm waits a little
	// before it asks again. NextTuple may block; acks and fails then wait. Its error is reported to Storm.
	NextTuple(out *SpoutCollector) error
}

// An Opener is a [Spout] that prepares itself before the first tuple. An error ends the process.
type Opener interface {
	Open(ctx *Context, out *SpoutCollector) error
}

// An Acker is a [Spout] that wants to know when a message, and every tuple made from it, is done.
type Acker interface {
	Ack(id string)
}

// A Failer is a [Spout] that wants to know when a message failed or took longer than the topology's message timeout.
// Storm replays nothing by itself. The spout must emit the message again, with the same id.
type Failer interface {
	Fail(id string)
}

// An Activator is a [Spout] that wants to know when its topology is activated or deactivated. Activate is also called
// at the start.
type Activator interface {
	Activate()
	Deactivate()
}

// A Closer is a [Spout] with something to do at the end. A worker that is killed outright does not wait for it.
type Closer interface {
	Close() error
}

// A Bolt handles tuples and acks or fails each of them, now or later. It may also be a [Preparer], [Ticker] and
// [Cleaner].
type Bolt interface {
	// Execute handles a tuple. An error is reported to Storm and fails the tuple, unless it was acked or failed before.
	Execute(t *Tuple, out *Collector) error
}

// A Preparer is a [Bolt] that prepares itself before the first tuple. An error ends the process.
type Preparer interface {
	Prepare(ctx *Context, out *Collector) error
}

// A Ticker is a [Bolt] that wants tick tuples. Storm sends one every topology.tick.tuple.freq.secs seconds. A tick is
// acked when Tick returns. A bolt without Tick never sees ticks; they are acked anyway.
type Ticker interface {
	Tick(t *Tuple, out *Collector) error
}

// A Cleaner is a bolt with something to do at the end. A worker that is killed outright does not wait for it.
type Cleaner interface {
	Cleanup() error
}

// A BasicBolt handles tuples. Each tuple is done when Execute returns. It may also be a [BasicPreparer], [BasicTicker]
// and [Cleaner].
type BasicBolt interface {
	// Execute handles a tuple. The tuple is then acked, or failed if there is an error. Tuples that Execute emits are
	// anchored to it.
	Execute(t *Tuple, out *BasicCollector) error
}

// A BasicPreparer is a [BasicBolt] or a [BatchBolt] that prepares itself before the first tuple. An error ends the
// process.
type BasicPreparer interface {
	Prepare(ctx *Context) error
}

// A BasicTicker is a [BasicBolt] that wants tick tuples: see [Ticker].
type BasicTicker interface {
	Tick(t *Tuple, out *BasicCollector) error
}

// A SpoutFunc is a spout that has only NextTuple.
type SpoutFunc func(out *SpoutCollector) error

// NextTuple calls the function.
func (f SpoutFunc) NextTuple(out *SpoutCollector) error { return f(out) }

// A BoltFunc is a bolt that has only Execute.
type BoltFunc func(t *Tuple, out *Collector) error

// Execute calls the function.
func (f BoltFunc) Execute(t *Tuple, out *Collector) error { return f(t, out) }

// A BasicBoltFunc is a basic bolt that has only Execute.
type BasicBoltFunc func(t *Tuple, out *BasicCollector) error

// Execute calls the function.
func (f BasicBoltFunc) Execute(t *Tuple, out *BasicCollector) error { return f(t, out) }
