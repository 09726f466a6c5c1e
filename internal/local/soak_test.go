//go:build unix

package local

import (
	"errors"
	"runtime"
	"testing"
	"time"
)

// TestSoak runs for 20 seconds with bolts that crash, kill themselves, print, ack twice, forget, fail and dawdle. In
// the end every tuple must be acked, and no goroutine or file may be left.
func TestSoak(t *testing.T) {
	seconds := 20
	if testing.Short() {
		seconds = 3
	}
	goroutines, files := runtime.NumGoroutine(), openFiles(t)
	f := newFixture(t)
	f.opts.For = 2 * time.Minute
	f.opts.MaxDeaths = 1000
	f.opts.LongestDelay = 100 * time.Millisecond
	f.opts.UntilIdle, f.opts.IdleAfter = true, 500*time.Millisecond
	f.opts.LogDir = t.TempDir()
	f.topology.Conf["test.seconds"] = seconds
	f.topology.Conf["topology.message.timeout.secs"] = 1
	f.topology.Conf["topology.max.spout.pending"] = 200
	f.topology.Conf["topology.executor.receive.buffer.size"] = 64
	f.spout("sentences", one("sentence"), 1, "sentences")
	f.bolt("split", one("word"), 2, []string{"split"}, input{"sentences", "default", shuffled()})
	f.bolt("chaos", one("word"), 3, []string{"chaos"}, input{"split", "default", byFields("word")})
	f.bolt("count", one("word", "count"), 2, []string{"count"}, input{"chaos", "default", byFields("word")})
	s, err := f.run()
	var faults *FaultsError
	if s.End != Idle || err != nil && !errors.As(err, &faults) {
		t.Fatalf("end %v, error %v\n%s", s.End, err, f.events)
	}
	spout, chaos := s.component("sentences"), s.component("chaos")
	if spout.Pending != 0 || spout.Emitted != spout.Acked+spout.Failed || spout.Acked < 100 {
		t.Errorf("emitted %d, acked %d, failed %d, pending %d", spout.Emitted, spout.Acked, spout.Failed, spout.Pending)
	}
	t.Logf("%d acked, %d failed, %d of them timed out, %d restarts, %d faults", spout.Acked, spout.Failed, spout.TimedOut, chaos.Restarts, len(s.Faults))
	if !testing.Short() && (chaos.Restarts == 0 || spout.TimedOut == 0 || len(s.Faults) == 0) {
		t.Errorf("restarts %d, timed out %d, faults %d: the test tried nothing", chaos.Restarts, spout.TimedOut, len(s.Faults))
	}
	waitUntil(t, "goroutines have ended", func() bool { return runtime.NumGoroutine() <= goroutines })
	if now := openFiles(t); now > files {
		t.Errorf("%d open files, %d before", now, files)
	}
}
