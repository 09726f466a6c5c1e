//go:build unix

package local

import (
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stormflux/stormflux/internal/local/clock"
	"github.com/stormflux/stormflux/internal/multilang"
)

// eagerSpout returns a spout that emits many tuples in its first nextTuple, and reads the answers after that.
func eagerSpout(emits int) serveFunc {
	return func(in io.Reader, out io.Writer) error {
		r := multilang.NewReader(in, 0)
		r.Read()
		io.WriteString(out, "{\"pid\":1}\nend\n") // not AppendPID: that says that it takes several commands at once
		for {
			text, err := r.Read()
			if err != nil {
				return nil
			}
			if strings.Contains(text, `"next"`) {
				for range emits {
					if _, err := io.WriteString(out, "{\"command\":\"emit\",\"tuple\":[1]}\nend\n"); err != nil {
						return nil
					}
				}
				for range emits {
					if _, err := r.Read(); err != nil {
						return nil
					}
				}
				emits = 0
			}
			io.WriteString(out, "{\"command\":\"sync\"}\nend\n")
		}
	}
}

// Storm stops reading a spout while the pipe to it is full. A spout that reads the answers to its emits too late
// therefore stalls both, until Storm restarts the worker.
func TestUnreadAnswers(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		emits int
		err   string
	}{{1000, ""}, {100_000, "it has not read the answers to its emits for 30s"}} {
		f := newFixture(t)
		f.spout("eager", one("n"), 1, "not", "used")
		f.inProcess(map[string]serveFunc{"eager": eagerSpout(test.emits)})
		c := clock.NewVirtual(time.Unix(1_700_000_000, 0))
		f.opts.Clock, f.opts.For, f.opts.Drain, f.opts.MaxDeaths = c, 0, -1, 1
		e, stop := f.start()
		if test.err == "" {
			waitUntil(t, "all is emitted", func() bool { return e.Snapshot().component("eager").Emitted == int64(test.emits) })
			f.settle(e)()
		} else {
			waitUntil(t, "the pipe is full", func() bool {
				e.lock()
				defer e.unlock()
				return e.tasks[0].ready != nil && e.tasks[0].ready.outbox.full.Load()
			})
			time.Sleep(20 * time.Millisecond) // it must not go on
			if n := e.Snapshot().component("eager").Emitted; n > 11_000 {
				t.Errorf("%d emits were read", n)
			}
			c.Advance(31*time.Second, nil)
			waitUntil(t, "the spout is killed", e.ended)
		}
		if _, err := stop(); (err == nil) != (test.err == "") || err != nil && !strings.Contains(err.Error(), test.err) {
			t.Errorf("%d emits: error %v", test.emits, err)
		}
	}
}
