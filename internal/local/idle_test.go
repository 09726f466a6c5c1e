//go:build unix

package local

import (
	"io"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	sdk "github.com/stormflux/stormflux/component"
	"github.com/stormflux/stormflux/internal/local/clock"
	"github.com/stormflux/stormflux/internal/multilang"
)

// idleRun starts a run on a virtual clock that ends when it is idle for two seconds.
func (f *fixture) idleRun() (e *Engine, c *clock.Virtual, stop func() (*Summary, error)) {
	f.t.Helper()
	c = clock.NewVirtual(time.Unix(1_700_000_000, 0))
	f.opts.Clock, f.opts.For, f.opts.Drain = c, 0, -1
	f.opts.UntilIdle, f.opts.IdleAfter = true, 2*time.Second
	f.topology.Conf["topology.spout.wait.progressive.level3.sleep.millis"] = 100
	e, stop = f.start()
	return e, c, stop
}

func (f *fixture) settle(e *Engine) func() {
	return func() {
		if err := e.Settle(f.t.Context()); err != nil {
			f.t.Error(err)
		}
	}
}

// A slowSpout waits in each nextTuple for a value, and emits the value unless it is 0.
type slowSpout struct{ values chan int }

func (s *slowSpout) NextTuple(out *sdk.SpoutCollector) error {
	if n := <-s.values; n > 0 {
		out.EmitID(strconv.Itoa(n), n)
	}
	return nil
}

// A nextTuple without an answer is activity, unless the spout always takes that long to give nothing.
func TestSlowSpoutIsNotIdle(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.spout("slow", one("n"), 1, "not", "used")
	spout := &slowSpout{make(chan int)}
	release := sync.OnceFunc(func() { close(spout.values) })
	defer release() // the run cannot end before
	f.inProcess(map[string]serveFunc{"slow": f.serveSpout(spout)})
	e, c, stop := f.idleRun()
	waiting := func() bool {
		e.lock()
		defer e.unlock()
		return e.tasks[0].spout.nexts == 1
	}
	waitUntil(t, "the spout has its first command", waiting)
	c.Advance(20*time.Second, nil)
	if e.ended() {
		t.Fatal("the run has ended during the first nextTuple")
	}
	spout.values <- 1
	waitUntil(t, "the tuple is acked", func() bool { return e.Snapshot().component("slow").Acked == 1 })
	waitUntil(t, "the spout has its next command", waiting)
	c.Advance(20*time.Second, nil)
	if e.ended() {
		t.Fatal("the run has ended during the second nextTuple")
	}
	spout.values <- 0
	waitUntil(t, "the spout has answered", func() bool { return !waiting() })
	c.Advance(100*time.Millisecond, nil)
	waitUntil(t, "the spout has its next command", waiting)
	c.Advance(time.Second, nil)
	release()
	s, err := stop()
	if s.End != Idle || err != nil || !strings.Contains(s.Idle, "for 2s, no component has emitted") {
		t.Errorf("end %v, error %v, idle %q", s.End, err, s.Idle)
	}
}

// A tick that has not come since the last tuple is activity.
func TestTickComesBeforeIdle(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.spout("numbers", one("n"), 1, "not", "used")
	f.bolt("count", one("n"), 1, []string{"not", "used"}, input{"numbers", "default", shuffled()}).Conf["topology.tick.tuple.freq.secs"] = 60
	var ticks atomic.Int64
	f.inProcess(map[string]serveFunc{
		"numbers": f.serveSpout(&memorySpout{limit: 1}),
		"count":   f.serveBolt(&tickingBolt{ticks: &ticks}),
	})
	e, c, stop := f.idleRun()
	settle := f.settle(e)
	settle()
	c.Advance(59*time.Second, settle)
	if e.ended() {
		t.Fatal("the run has ended before the tick")
	}
	c.Advance(4*time.Second, settle)
	waitUntil(t, "the run has ended", e.ended)
	if s, err := stop(); s.End != Idle || err != nil || ticks.Load() != 1 || !strings.Contains(s.Idle, "has had a tick") {
		t.Errorf("end %v, error %v, %d ticks, idle %q", s.End, err, ticks.Load(), s.Idle)
	}
}

// A tickingBolt acks tuples and counts ticks.
type tickingBolt struct{ ticks *atomic.Int64 }

func (b *tickingBolt) Execute(tuple *sdk.Tuple, out *sdk.Collector) error {
	out.Ack(tuple)
	return nil
}

func (b *tickingBolt) Tick(*sdk.Tuple, *sdk.Collector) error {
	b.ticks.Add(1)
	return nil
}

// Bytes of a message that is not complete are activity.
func TestHalfAMessageIsNotIdle(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.topology.Conf["topology.subprocess.timeout.secs"] = 100
	f.spout("numbers", one("n"), 1, "not", "used")
	f.bolt("bolt", nil, 1, []string{"not", "used"}, input{"numbers", "default", shuffled()})
	rest := make(chan struct{})
	write := sync.OnceFunc(func() { close(rest) })
	defer write() // the run cannot end before
	half := func(in io.Reader, out io.Writer) error {
		r := multilang.NewReader(in, 0)
		r.Read()
		out.Write(multilang.AppendPID(nil, 1))
		io.WriteString(out, `{"command": "log",`)
		<-rest
		io.WriteString(out, " \"msg\": \"here\"}\nend\n")
		for {
			text, err := r.Read()
			if err != nil {
				return nil
			}
			if strings.Contains(text, "__heartbeat") {
				io.WriteString(out, "{\"command\": \"sync\"}\nend\n")
			}
		}
	}
	f.inProcess(map[string]serveFunc{"numbers": f.serveSpout(&memorySpout{limit: -1}), "bolt": half})
	e, c, stop := f.idleRun()
	f.until(StartEvent, "")
	waitUntil(t, "half a message has come", func() bool {
		e.lock()
		defer e.unlock()
		for _, t := range e.tasks {
			if t.ready == nil || t.comp.id == "bolt" && !t.ready.source.partial.Load() {
				return false
			}
		}
		return true
	})
	c.Advance(20*time.Second, nil)
	if e.ended() {
		t.Error("the run has ended in the middle of a message")
	}
	write()
	f.until(LogEvent, "here")
	f.settle(e)()
	c.Advance(3*time.Second, f.settle(e))
	waitUntil(t, "the run has ended", e.ended)
	if s, err := stop(); s.End != Idle || err != nil {
		t.Errorf("end %v, error %v\n%s", s.End, err, f.events)
	}
}
