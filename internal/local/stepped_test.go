//go:build unix

package local

import (
	"context"
	"testing"
	"time"

	sdk "github.com/stormflux/stormflux/component"
)

// TestStepped checks that nothing happens in a stepped run unless the caller says so.
func TestStepped(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.opts.Stepped = true
	ticks := make(chan struct{}, 10)
	f.spout("numbers", one("n"), 1, "not", "used")
	f.bolt("bolt", nil, 1, []string{"not", "used"}, input{"numbers", "default", shuffled()}).Conf["topology.tick.tuple.freq.secs"] = 60
	f.inProcess(map[string]serveFunc{
		"numbers": f.serveSpout(&memorySpout{limit: 2}), // the third "next" emits nothing
		"bolt":    f.serveBolt(tickChannel(ticks)),
	})
	e, advance, stop := f.virtual()
	check := func(when string, emitted, acked int64, ticked int) {
		t.Helper()
		s := e.Snapshot()
		if spout := s.component("numbers"); spout.Emitted != emitted || spout.Acked != acked || len(ticks) != ticked {
			t.Errorf("%s: emitted %d, acked %d, %d ticks", when, spout.Emitted, spout.Acked, len(ticks))
		}
	}
	check("at the start", 0, 0, 0)
	advance(time.Minute - 1)
	check("before the first tick", 0, 0, 0)
	advance(1)
	check("after a minute", 0, 0, 1)
	for range 4 {
		e.Next("numbers")
	}
	advance(0)
	if err := e.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	check("after four nexts", 2, 2, 1)
	e.Tick("bolt")
	if err := e.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	check("after a tick", 2, 2, 2)
	if texts := e.Unsettled(); len(texts) != 0 {
		t.Errorf("not settled: %q", texts)
	}
	if _, err := stop(); err != nil {
		t.Error(err)
	}
}

func tickChannel(ticks chan struct{}) sdk.Bolt { return &channelBolt{ticks} }

type channelBolt struct{ ticks chan struct{} }

func (b *channelBolt) Execute(tuple *sdk.Tuple, out *sdk.Collector) error {
	out.Ack(tuple)
	return nil
}

func (b *channelBolt) Tick(*sdk.Tuple, *sdk.Collector) error {
	b.ticks <- struct{}{}
	return nil
}

// TestUnsettled checks what is said about a component that hangs.
func TestUnsettled(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.opts.Stepped = true
	release := make(chan struct{})
	f.spout("numbers", one("n"), 1, "not", "used")
	f.bolt("bolt", nil, 1, []string{"not", "used"}, input{"numbers", "default", shuffled()})
	f.inProcess(map[string]serveFunc{
		"numbers": f.serveSpout(&memorySpout{}),
		"bolt": f.serveBolt(sdk.Basic(sdk.BasicBoltFunc(func(*sdk.Tuple, *sdk.BasicCollector) error {
			<-release
			return nil
		}))),
	})
	e, _, stop := f.virtual()
	e.Next("numbers")
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if err := e.Settle(ctx); err == nil {
		t.Error("the run settles although a bolt hangs")
	}
	texts := e.Unsettled()
	if len(texts) != 1 || texts[0] != `bolt "bolt" has not finished this tuple: [1] from "numbers", stream "default"` {
		t.Errorf("%q", texts)
	}
	close(release)
	if _, err := stop(); err != nil {
		t.Error(err)
	}
}
