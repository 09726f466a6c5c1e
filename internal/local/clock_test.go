//go:build unix

package local

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	sdk "github.com/stormflux/stormflux/component"
	"github.com/stormflux/stormflux/internal/local/clock"
	"github.com/stormflux/stormflux/internal/multilang"
)

// A holdingBolt counts ticks and answers no other tuple.
type holdingBolt struct{ ticks *atomic.Int64 }

func (b *holdingBolt) Execute(*sdk.Tuple, *sdk.Collector) error { return nil }

func (b *holdingBolt) Tick(tuple *sdk.Tuple, out *sdk.Collector) error {
	b.ticks.Add(1)
	return nil
}

// virtual runs the topology on a virtual clock. advance moves the clock and waits after each step until the engine
// settles.
func (f *fixture) virtual() (e *Engine, advance func(time.Duration), stop func() (*Summary, error)) {
	f.t.Helper()
	c := clock.NewVirtual(time.Unix(1_700_000_000, 0))
	f.opts.Clock, f.opts.For, f.opts.Drain = c, 0, -1
	e, stop = f.start()
	settle := func() {
		if err := e.Settle(f.t.Context()); err != nil {
			f.t.Fatal(err)
		}
	}
	settle()
	return e, func(d time.Duration) { c.Advance(d, settle) }, stop
}

// TestVirtualClock runs ten hours of ticks and message timeouts in about a second, and counts them exactly.
func TestVirtualClock(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.topology.Conf["topology.max.spout.pending"] = 1
	f.topology.Conf["topology.message.timeout.secs"] = 30
	f.spout("numbers", one("n"), 1, "not", "used")
	f.bolt("hold", nil, 1, []string{"not", "used"}, input{"numbers", "default", shuffled()}).Conf["topology.tick.tuple.freq.secs"] = 1
	var ticks atomic.Int64
	f.inProcess(map[string]serveFunc{
		"numbers": f.serveSpout(&memorySpout{}),
		"hold":    f.serveBolt(&holdingBolt{ticks: &ticks}),
	})
	e, advance, stop := f.virtual()
	began := time.Now()
	advance(10 * time.Hour)
	t.Logf("ten hours in %s", time.Since(began).Round(time.Millisecond))
	if ticks.Load() != 36_000 {
		t.Errorf("%d ticks in ten hours, one a second", ticks.Load())
	}
	// A tuple that is emitted right after a rotation fails at the second rotation after that: one every 60 seconds.
	s := e.Snapshot()
	if spout := s.component("numbers"); spout.TimedOut != 600 || spout.Emitted != 601 || s.Running != 10*time.Hour {
		t.Errorf("timed out %d, emitted %d, after %s", spout.TimedOut, spout.Emitted, s.Running)
	}
	if _, err := stop(); err != nil {
		t.Errorf("%v\n%s", err, f.events)
	}
}

// A batchBolt answers what it has with every tick.
type batchBolt struct{ has []*sdk.Tuple }

func (b *batchBolt) Execute(tuple *sdk.Tuple, _ *sdk.Collector) error {
	b.has = append(b.has, tuple)
	return nil
}

func (b *batchBolt) Tick(_ *sdk.Tuple, out *sdk.Collector) error {
	for _, tuple := range b.has {
		out.Ack(tuple)
	}
	b.has = nil
	return nil
}

// A bolt that waits for ticks is not busy meanwhile, and there is nothing to warn of.
func TestWaitingForTicksIsNotBusy(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.topology.Conf["topology.max.spout.pending"] = 3
	f.spout("numbers", one("n"), 1, "not", "used")
	f.bolt("batch", nil, 1, []string{"not", "used"}, input{"numbers", "default", shuffled()}).Conf["topology.tick.tuple.freq.secs"] = 5
	f.inProcess(map[string]serveFunc{"numbers": f.serveSpout(&memorySpout{}), "batch": f.serveBolt(&batchBolt{})})
	e, advance, stop := f.virtual()
	advance(time.Minute)
	c := e.Snapshot().component("batch")
	if c.Process != 0 || c.Acked < 30 || c.Ack < 3*time.Second {
		t.Errorf("%d tuples acked after %s each, busy for %s", c.Acked, c.Ack, c.Process)
	}
	f.noWarnings()
	if _, err := stop(); err != nil {
		t.Errorf("%v\n%s", err, f.events)
	}
}

// TestVirtualEnds checks everything else that the clock decides.
func TestVirtualEnds(t *testing.T) {
	silent := func(in io.Reader, out io.Writer) error {
		if _, err := multilang.NewReader(in, 0).Read(); err != nil {
			return err
		}
		out.Write(multilang.AppendPID(nil, 1))
		_, err := io.Copy(io.Discard, in)
		return err
	}
	broken := func(in io.Reader, out io.Writer) error {
		if _, err := multilang.NewReader(in, 0).Read(); err != nil {
			return err
		}
		out.Write(multilang.AppendPID(nil, 1))
		return errors.New("I do not like it here")
	}
	for _, test := range []struct {
		name   string
		bolt   serveFunc
		set    func(*Options)
		before time.Duration // the run still goes on
		after  time.Duration
		end    End
		err    string
	}{
		{name: "limit", set: func(o *Options) { o.For = 3 * time.Hour }, before: 3*time.Hour - 1, after: 3 * time.Hour, end: Elapsed},
		{name: "idle", set: func(o *Options) { o.UntilIdle, o.IdleAfter = true, time.Hour },
			before: time.Hour - 1, after: time.Hour + 2*time.Second, end: Idle},
		{name: "silent bolt", bolt: silent, set: func(o *Options) { o.MaxDeaths = 1 },
			before: 30 * time.Second, after: 31 * time.Second, end: Failed, err: "it has written nothing for 30s"},
		{name: "restarts", bolt: broken, set: func(o *Options) { o.MaxDeaths = 8 },
			before: 699 * time.Millisecond, after: 700 * time.Millisecond, end: Failed, err: "I do not like it here"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			f.spout("numbers", one("n"), 1, "not", "used")
			f.bolt("bolt", nil, 1, []string{"not", "used"}, input{"numbers", "default", shuffled()})
			if test.bolt == nil {
				test.bolt = f.serveBolt(sdk.Basic(sdk.BasicBoltFunc(func(*sdk.Tuple, *sdk.BasicCollector) error { return nil })))
			}
			f.inProcess(map[string]serveFunc{"numbers": f.serveSpout(&memorySpout{limit: 1}), "bolt": test.bolt})
			f.topology.Conf["topology.spout.wait.progressive.level3.sleep.millis"] = 1000
			f.topology.Conf["topology.max.spout.pending"] = 1
			c := clock.NewVirtual(time.Unix(1_700_000_000, 0))
			f.opts.For = 0
			test.set(&f.opts)
			f.opts.Clock, f.opts.Drain = c, -1
			e, stop := f.start()
			settle := func() { e.Settle(t.Context()) }
			if test.name == "silent bolt" {
				// The bolt never settles. The spout does: it may emit one tuple only.
				waitUntil(t, "the bolt has the tuple", func() bool { return e.Snapshot().component("bolt").Pending == 1 })
				settle = nil
			} else {
				settle()
			}
			c.Advance(test.before, settle)
			if e.ended() {
				t.Errorf("the run has ended after %s\n%s", test.before, f.events)
			}
			c.Advance(test.after-test.before, settle)
			waitUntil(t, "the run has ended", e.ended)
			s, err := stop()
			if s.End != test.end || (err == nil) != (test.err == "") || err != nil && !strings.Contains(err.Error(), test.err) {
				t.Errorf("end %v, error %v\n%s", s.End, err, f.events)
			}
		})
	}
}

// TestOneClock checks that the engine gets the time only from package clock.
func TestOneClock(t *testing.T) {
	forbidden := []string{"Now", "Since", "Until", "After", "AfterFunc", "NewTimer", "NewTicker", "Tick", "Sleep"}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		fset := token.NewFileSet()
		parsed, err := parser.ParseFile(fset, file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			if sel, ok := n.(*ast.SelectorExpr); ok {
				if pkg, ok := sel.X.(*ast.Ident); ok && pkg.Name == "time" && slices.Contains(forbidden, sel.Sel.Name) {
					t.Errorf("%s: use Engine.clock, not time.%s", fset.Position(n.Pos()), sel.Sel.Name)
				}
			}
			return true
		})
	}
}
