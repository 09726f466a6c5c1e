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
func eagerSpout(emits int, pid string) serveFunc {
	return func(in io.Reader, out io.Writer) error {
		r := multilang.NewReader(in, 0)
		r.Read()
		io.WriteString(out, pid)
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
	plain, pipelining := "{\"pid\":1}\nend\n", string(multilang.AppendPID(nil, 1))
	const unread = "it has not read the answers to its emits for 30s"
	for _, test := range []struct {
		emits    int
		pid, err string
	}{{1000, plain, ""}, {100_000, plain, unread}, {1000, pipelining, ""}, {100_000, pipelining, unread}} {
		f := newFixture(t)
		f.spout("eager", one("n"), 1, "not", "used")
		f.inProcess(map[string]serveFunc{"eager": eagerSpout(test.emits, test.pid)})
		c := clock.NewVirtual(time.Unix(1_700_000_000, 0))
		f.opts.Clock, f.opts.For, f.opts.Drain, f.opts.MaxDeaths = c, 0, -1, 1
		e, stop := f.start()
		if test.err == "" {
			waitUntil(t, "all is emitted", func() bool { return e.Snapshot().component("eager").Emitted == int64(test.emits) })
			f.settle(e)()
		} else {
			waitUntil(t, "the engine stops reading", func() bool {
				e.lock()
				s := e.tasks[0].ready
				e.unlock()
				return s != nil && s.outbox.mustWait()
			})
			time.Sleep(20 * time.Millisecond) // it must not go on
			if n := e.Snapshot().component("eager").Emitted; n > 25_000 || n > 11_000 && test.pid == plain {
				t.Errorf("%d emits were read", n)
			}
			waitUntil(t, "the spout is killed", func() bool {
				c.Advance(31*time.Second, nil) // again if the engine heard the last emit only now
				return e.ended()
			})
		}
		if _, err := stop(); (err == nil) != (test.err == "") || err != nil && !strings.Contains(err.Error(), test.err) {
			t.Errorf("%d emits: error %v", test.emits, err)
		}
	}
}

// eagerBolt returns a bolt that answers each tuple with many emits, and reads the answers after that, or never.
func eagerBolt(emits int, reads bool) serveFunc {
	return func(in io.Reader, out io.Writer) error {
		r := multilang.NewReader(in, 0)
		r.Read()
		io.WriteString(out, "{\"pid\":1}\nend\n")
		for {
			text, err := r.Read()
			if err != nil {
				return nil
			}
			var m multilang.StormMsg
			if err := multilang.DecodeStormMsg(text, &m); err != nil {
				return err
			}
			if m.Tuple.Stream == multilang.HeartbeatStream {
				io.WriteString(out, "{\"command\":\"sync\"}\nend\n")
				continue
			}
			for range emits {
				if _, err := io.WriteString(out, "{\"command\":\"emit\",\"tuple\":[1]}\nend\n"); err != nil {
					return nil
				}
			}
			for answers := 0; reads && answers < emits; {
				text, err := r.Read()
				if err != nil {
					return nil
				}
				if strings.HasPrefix(text, "[") {
					answers++
				}
			}
			io.WriteString(out, "{\"command\":\"ack\",\"id\":\""+m.Tuple.ID+"\"}\nend\n")
		}
	}
}

// Storm goes on reading a bolt that does not read the answers to its emits (ShellBoltMessageQueue has no limit for them). So
// a bolt may read 100,000 answers late, but when their number has no end, the memory has.
func TestUnreadAnswersOfBolt(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		emits int
		reads bool
		err   string
	}{{100_000, true, ""}, {1_000_000, false, "it has not read the answers to its emits, and 4 MB of them wait for it"}} {
		f := newFixture(t)
		f.spout("one", one("n"), 1, "not", "used")
		f.bolt("eager", one("n"), 1, []string{"not", "used"}, input{"one", "default", shuffled()})
		f.inProcess(map[string]serveFunc{"one": f.serveSpout(&memorySpout{limit: 1}), "eager": eagerBolt(test.emits, test.reads)})
		f.opts.MaxDeaths, f.opts.Drain = 1, -1
		e, stop := f.start()
		e.lock()
		e.maxAnswers = 4 << 20
		e.unlock()
		if test.err == "" {
			waitUntil(t, "the tuple is acked", func() bool { return e.Snapshot().component("one").Acked == 1 })
		} else {
			waitUntil(t, "the bolt is killed", e.ended)
		}
		if _, err := stop(); (err == nil) != (test.err == "") || err != nil && !strings.Contains(err.Error(), test.err) {
			t.Errorf("%d emits: error %v", test.emits, err)
		}
	}
}
