//go:build unix

package local

import (
	"io"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stormflux/stormflux/internal/multilang"
)

// After some seconds the run says what it waits for.
func TestStalls(t *testing.T) {
	t.Parallel()
	mute := func(in io.Reader, _ io.Writer) error {
		_, err := io.Copy(io.Discard, in)
		return err
	}
	var asked atomic.Bool // the handshake has arrived, so its timer runs
	deaf := func(in io.Reader, out io.Writer) error {
		if _, err := io.ReadFull(in, make([]byte, 1)); err != nil {
			return err
		}
		asked.Store(true)
		return mute(in, out)
	}
	silent := func(in io.Reader, out io.Writer) error {
		multilang.NewReader(in, 0).Read()
		out.Write(multilang.AppendPID(nil, 1))
		return mute(in, out)
	}
	for _, test := range []struct {
		name string
		bolt func(*fixture) serveFunc
		want string
	}{
		{"handshake", func(*fixture) serveFunc { return deaf }, "has not answered the handshake for 10s"},
		{"tuple", func(*fixture) serveFunc { return silent }, `the bolt has written nothing for 3s, and has this tuple: [1] from "numbers"`},
		{"acks", func(f *fixture) serveFunc { return f.serveBolt(&holdingBolt{ticks: new(atomic.Int64)}) },
			"the bolt has neither acked nor failed any of its 1 tuples for "},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			f.spout("numbers", one("n"), 1, "not", "used")
			f.bolt("bolt", nil, 1, []string{"not", "used"}, input{"numbers", "default", shuffled()})
			f.inProcess(map[string]serveFunc{"numbers": f.serveSpout(&memorySpout{limit: 1}), "bolt": test.bolt(f)})
			e, c, stop := f.idleRun()
			waitUntil(t, "the tuple is emitted, and the bolt started", func() bool {
				e.lock()
				defer e.unlock()
				bolt := e.targets[e.plan.bolts[0].index][0]
				started := bolt.given.first != nil
				if test.name == "handshake" {
					started = asked.Load()
				}
				return e.targets[e.plan.spouts[0].index][0].stats.emitted == 1 && started
			})
			for range 11 {
				if test.name == "acks" {
					f.settle(e)()
				}
				c.Advance(time.Second, nil)
			}
			if _, err := stop(); err != nil || !strings.Contains(f.events.String(), test.want) {
				t.Errorf("error %v, no warning %q\n%s", err, test.want, f.events)
			}
		})
	}
}

// The rate covers the last ten seconds.
func TestRate(t *testing.T) {
	var s taskStats
	for second := range int64(20) {
		s.executed += 5 * second
		s.emitted += 7
		s.beat(second*int64(time.Second), false)
	}
	// From second 10 to second 19.
	if _, rate := s.recent(19*int64(time.Second), false); rate != 5*(11+12+13+14+15+16+17+18+19)/9.0 {
		t.Errorf("rate %v", rate)
	}
}
