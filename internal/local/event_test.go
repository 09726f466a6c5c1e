//go:build unix

package local

import (
	"sync/atomic"
	"testing"
	"time"

	sdk "github.com/stormflux/stormflux/component"
)

// TestEventOrder has many components that cause events at the same time. Events must come in the order in which they
// happened, one at a time, and Options.Events may call Snapshot.
func TestEventOrder(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.topology.Conf["topology.max.spout.pending"] = 200
	f.opts.Trace = func(string) bool { return true }
	f.spout("numbers", one("n"), 4, "not", "used")
	f.bolt("pass", one("n"), 4, []string{"not", "used"}, input{"numbers", "default", shuffled()})
	f.bolt("sink", nil, 4, []string{"not", "used"}, input{"pass", "default", shuffled()})
	pass := sdk.BasicBoltFunc(func(tuple *sdk.Tuple, out *sdk.BasicCollector) error {
		out.Emit(tuple.Values()...)
		return nil
	})
	sink := sdk.BasicBoltFunc(func(*sdk.Tuple, *sdk.BasicCollector) error { return nil })
	f.inProcess(map[string]serveFunc{"pass": f.serveBolt(sdk.Basic(pass)), "sink": f.serveBolt(sdk.Basic(sink))})
	components := f.opts.Start
	f.opts.Start = func(component string, task int) (Peer, error) {
		if component == "numbers" { // each task needs a spout of its own
			return InProcess(f.serveSpout(&memorySpout{})), nil
		}
		return components(component, task)
	}
	var engine *Engine
	var last time.Time
	var reporting, count atomic.Int64
	swapped := 0
	emitted, received := map[int]int{}, map[int]int{}
	f.opts.Events = func(e Event) {
		if reporting.Add(1) != 1 {
			t.Error("two events at a time")
		}
		defer reporting.Add(-1)
		if e.Time.Before(last) {
			swapped++
		}
		last = e.Time
		switch {
		case e.Kind == EmitEvent:
			for _, task := range e.Tuple.Tasks {
				emitted[task]++
			}
		case e.Kind == ReceiveEvent:
			if received[e.Task]++; received[e.Task] > emitted[e.Task] {
				swapped++
			}
		}
		if count.Add(1)%1000 == 0 {
			engine.Snapshot()
		}
	}
	engine, stop := f.startWith(func(e *Engine) { engine = e })
	waitUntil(t, "many events are reported", func() bool { return count.Load() > 10_000 })
	if _, err := stop(); err != nil {
		t.Error(err)
	}
	if swapped > 0 {
		t.Errorf("%d of %d events are not in their order", swapped, count.Load())
	}
}
