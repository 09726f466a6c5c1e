//go:build unix

package local

import (
	"io"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stormflux/stormflux/internal/local/clock"
	"github.com/stormflux/stormflux/internal/multilang"
)

// A jumpingClock is a virtual clock that may jump without calling timers, as the time does while a process is stopped.
type jumpingClock struct {
	*clock.Virtual
	jumped atomic.Int64
}

func (c *jumpingClock) Now() time.Time { return c.Virtual.Now().Add(time.Duration(c.jumped.Load())) }

// A component is not to blame for the time in which the engine itself did not run.
func TestClockJump(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.spout("numbers", one("n"), 1, "not", "used")
	f.bolt("silent", nil, 1, []string{"not", "used"}, input{"numbers", "default", shuffled()})
	f.inProcess(map[string]serveFunc{
		"numbers": f.serveSpout(&memorySpout{limit: 1}),
		"silent": func(in io.Reader, out io.Writer) error {
			multilang.NewReader(in, 0).Read()
			out.Write(multilang.AppendPID(nil, 1))
			_, err := io.Copy(io.Discard, in)
			return err
		},
	})
	c := &jumpingClock{Virtual: clock.NewVirtual(time.Unix(1_700_000_000, 0))}
	f.opts.Clock, f.opts.For, f.opts.Drain, f.opts.MaxDeaths = c, 0, -1, 1
	e, stop := f.start()
	waitUntil(t, "the bolt has the tuple", func() bool { return e.Snapshot().component("silent").Pending == 1 })
	c.Advance(10*time.Second, nil)
	c.jumped.Store(int64(time.Hour))
	c.Advance(10*time.Second, nil)
	if e.ended() || e.Snapshot().component("silent").Restarts > 0 || !f.events.has(WarningEvent, "stood still for 1h0m0s") {
		t.Errorf("the jump killed the bolt, or nothing was reported\n%s", f.events)
	}
	c.Advance(15*time.Second, nil)
	waitUntil(t, "the bolt is killed after 30 seconds of silence", e.ended)
	stop()
}
