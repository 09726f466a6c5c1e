// Package component is the Go SDK for Storm's spouts and bolts: programs that a Storm worker, or `stormflux run`, starts as
// child processes and talks to through their standard input and output.
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
// A [BasicBolt] anchors what it emits to the tuple at hand and acks or fails that tuple by what Execute returns. A [Bolt]
// does both itself. [Batch] makes a bolt of one that works on many tuples at once. A [Spout] emits with message ids and is
// told by [Acker] and [Failer] what became of them. Further methods, all optional, are interfaces of their own: assert the
// ones you mean, as in `var _ component.Failer = (*mySpout)(nil)`, because a misspelt one is never called.
//
// # The process
//
// RunSpout, RunBolt and RunBasicBolt are the last thing that main does and never return. They keep standard output for the
// protocol: from then on what is printed there by the program, by C code or by children of the process goes to standard
// error, which Storm writes to the worker's log. Print nothing before them. The process ends when Storm closes its
// standard input, on SIGTERM and on an interrupt; Close or Cleanup is called before.
//
// # Errors and panics
//
// An error that a method returns for a tuple fails the tuple and is reported to Storm, which shows it among the
// component's errors; the component goes on. A panic is reported with the tuple at hand and the stack and ends the process
// with exit code 1, because what it left behind is not known to be whole; Storm then restarts the worker and replays.
// [ValueError] is the exception: reading a value that a tuple does not have, or emitting one that is no data, counts as
// an error of the method.
//
// # Concurrency
//
// Methods are called one at a time. A bolt's collectors may be used by goroutines of its own, also after Execute has
// returned (a [BasicCollector] only until then); a spout emits within NextTuple. Messages are buffered, and written before
// the component waits for its next input, and at most a few milliseconds after they were made.
//
// A bolt's heartbeats are answered between two calls. An Execute that takes longer than topology.subprocess.timeout.secs
// (or else supervisor.worker.timeout.secs, 30 seconds) calls [Context.Heartbeat] meanwhile, or Storm ends the worker.
//
// The protocol is that of org.apache.storm.multilang in Storm 2.8.3; components run unchanged on 1.x and 2.x.
package component

// A Spout is a source of tuples. It may also be an [Opener], [Acker], [Failer], [Activator] and [Closer].
type Spout interface {
	// NextTuple emits what there is to emit, usually one tuple, and returns; Storm waits a little before it asks again
	// when nothing was emitted. It may block; acks and fails then wait. Its error is reported to Storm.
	NextTuple(out *SpoutCollector) error
}

// An Opener is a [Spout] that prepares itself before the first tuple. An error ends the process.
type Opener interface {
	Open(ctx *Context, out *SpoutCollector) error
}

// An Acker is a [Spout] that wants to know when a message, and all that was made of it, is done.
type Acker interface {
	Ack(id string)
}

// A Failer is a [Spout] that wants to know when a message failed or took longer than the topology's message timeout.
// Storm replays nothing by itself: emitting the message again, with the same id, is the spout's business.
type Failer interface {
	Fail(id string)
}

// An Activator is a [Spout] that wants to know when its topology is activated, also at the start, and deactivated.
type Activator interface {
	Activate()
	Deactivate()
}

// A Closer is a [Spout] with something to do at the end. A worker that is killed outright does not wait for it.
type Closer interface {
	Close() error
}

// A Bolt handles tuples and acks or fails each of them, now or later. It may also be a [Preparer], [Ticker] and [Cleaner].
type Bolt interface {
	// Execute handles a tuple. An error is reported to Storm and fails the tuple, unless it was acked or failed before.
	Execute(t *Tuple, out *Collector) error
}

// A Preparer is a [Bolt] that prepares itself before the first tuple. An error ends the process.
type Preparer interface {
	Prepare(ctx *Context, out *Collector) error
}

// A Ticker is a [Bolt] that wants tick tuples: those that Storm sends every topology.tick.tuple.freq.secs seconds. They
// are acked when Tick returns. A bolt without Tick never sees them; they are acked all the same.
type Ticker interface {
	Tick(t *Tuple, out *Collector) error
}

// A Cleaner is a bolt with something to do at the end. A worker that is killed outright does not wait for it.
type Cleaner interface {
	Cleanup() error
}

// A BasicBolt handles tuples, each done with when Execute returns. It may also be a [BasicPreparer], [BasicTicker] and
// [Cleaner].
type BasicBolt interface {
	// Execute handles a tuple, which is then acked, or failed if there is an error. What it emits is anchored to the tuple.
	Execute(t *Tuple, out *BasicCollector) error
}

// A BasicPreparer is a [BasicBolt] or a [BatchBolt] that prepares itself before the first tuple. An error ends the process.
type BasicPreparer interface {
	Prepare(ctx *Context) error
}

// A BasicTicker is a [BasicBolt] that wants tick tuples: see [Ticker].
type BasicTicker interface {
	Tick(t *Tuple, out *BasicCollector) error
}

// A SpoutFunc is a spout that is only its NextTuple.
type SpoutFunc func(out *SpoutCollector) error

// NextTuple calls the function.
func (f SpoutFunc) NextTuple(out *SpoutCollector) error { return f(out) }

// A BoltFunc is a bolt that is only its Execute.
type BoltFunc func(t *Tuple, out *Collector) error

// Execute calls the function.
func (f BoltFunc) Execute(t *Tuple, out *Collector) error { return f(t, out) }

// A BasicBoltFunc is a basic bolt that is only its Execute.
type BasicBoltFunc func(t *Tuple, out *BasicCollector) error

// Execute calls the function.
func (f BasicBoltFunc) Execute(t *Tuple, out *BasicCollector) error { return f(t, out) }
