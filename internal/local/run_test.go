//go:build unix

package local

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stormflux/stormflux/internal/multilang"
)

// start runs a fixture in the background.
func (f *fixture) start() (e *Engine, stop func() (*Summary, error)) {
	f.t.Helper()
	return f.startWith(func(*Engine) {})
}

// startWith calls ready before the run begins.
func (f *fixture) startWith(ready func(*Engine)) (e *Engine, stop func() (*Summary, error)) {
	f.t.Helper()
	e, err := New(f.opts)
	if err != nil {
		f.t.Fatal(err)
	}
	ready(e)
	ctx, cancel := context.WithCancel(f.t.Context())
	var s *Summary
	done := make(chan struct{})
	go func() {
		defer close(done)
		s, err = e.Run(ctx)
	}()
	stop = func() (*Summary, error) {
		cancel()
		<-done
		return s, err
	}
	f.t.Cleanup(func() {
		stop()
		if f.t.Failed() {
			f.t.Log(f.events)
		}
	})
	return e, stop
}

func (f *fixture) until(kind EventKind, text string) {
	f.t.Helper()
	waitUntil(f.t, fmt.Sprintf("%s %q is reported", kind, text), func() bool { return f.events.has(kind, text) })
}

// TestKilledBolt kills a bolt with SIGKILL five times while tuples pass. Every tuple has to be acked in the end. The
// number of sentences is that of STORMFLUX_SENTENCES, five words each.
func TestKilledBolt(t *testing.T) {
	sentences := 20_000
	if n, err := strconv.Atoi(os.Getenv("STORMFLUX_SENTENCES")); err == nil {
		sentences = n
	}
	f := wordcount(t, sentences)
	f.opts.For = 10 * time.Minute
	f.opts.IdleAfter = 2 * time.Second // a busy machine may stop the spout for longer than wordcount's default
	f.topology.Conf["topology.max.spout.pending"] = 500
	e, err := New(f.opts)
	if err != nil {
		t.Fatal(err)
	}
	var killer sync.WaitGroup
	killer.Go(func() {
		for kills := range 5 {
			// Evenly over the run, and each time a process that has done something.
			due := int64(sentences) * int64(kills+1) / 7
			for {
				s := e.Snapshot()
				task := s.component("count").Tasks[kills%2]
				if s.component("sentences").Acked >= due && task.PID != 0 && task.Pending > 0 {
					if err := syscall.Kill(task.PID, syscall.SIGKILL); err != nil {
						t.Error(err)
					}
					break
				}
				if e.ended() {
					t.Errorf("the run ended before kill number %d", kills+1)
					return
				}
				time.Sleep(time.Millisecond)
			}
		}
	})
	s, err := e.Run(t.Context())
	killer.Wait()
	if err != nil || s.End != Idle {
		t.Fatalf("end %v, error %v\n%s", s.End, err, f.events)
	}
	spout, count := s.component("sentences"), s.component("count")
	if count.Restarts != 5 || spout.Acked != int64(sentences) || spout.Failed == 0 || spout.Emitted != spout.Acked+spout.Failed || spout.Pending != 0 {
		t.Errorf("restarts %d, acked %d of %d, failed %d, emitted %d\n%s", count.Restarts, spout.Acked, sentences, spout.Failed, spout.Emitted, f.events)
	}
	failed := 0
	for _, e := range f.events.of(DeathEvent) {
		d := e.Death
		failed += d.Failed
		if !strings.Contains(d.Reason, "signal: killed") || d.PID == 0 || d.Failed > 0 && !strings.Contains(d.Tuple, `from "split"`) {
			t.Errorf("death reported as %s, %d failed", d, d.Failed)
		}
	}
	if int64(failed) != spout.Failed {
		t.Errorf("%d tuples failed by deaths, %d in all", failed, spout.Failed)
	}
}

// TestTimeout checks the two buckets of Storm: a tuple without an answer fails after one to two timeouts.
func TestTimeout(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.topology.Conf["topology.message.timeout.secs"] = 1
	f.topology.Conf["test.tuples"] = []any{[]any{"x"}}
	f.spout("spout", one("a"), 1, "emit")
	f.bolt("bolt", nil, 1, []string{"hold"}, input{"spout", "default", shuffled()})
	e, stop := f.start()
	f.until(LogEvent, "holds [x]")
	f.until(LogEvent, "answered 1 false")
	if _, err := stop(); err != nil {
		t.Error(err)
	}
	if s := e.Snapshot(); s.component("spout").TimedOut != 1 || s.Running > 4*time.Second {
		t.Errorf("timed out %d after %s", s.component("spout").TimedOut, s.Running)
	}
}

func TestNoTimeouts(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.topology.Conf["topology.message.timeout.secs"] = 1
	f.topology.Conf["topology.enable.message.timeouts"] = false
	f.topology.Conf["test.tuples"] = []any{[]any{"x"}}
	f.spout("spout", one("a"), 1, "emit")
	f.bolt("bolt", nil, 1, []string{"hold"}, input{"spout", "default", shuffled()})
	var since time.Duration
	s, err := f.runUntil("the tuple is pending for more than two timeouts", func(s Snapshot) bool {
		if s.component("spout").Pending == 0 {
			return false
		}
		if since == 0 {
			since = s.Running
		}
		return s.Running > since+2500*time.Millisecond
	})
	if err != nil || s.component("spout").Failed != 0 || s.component("spout").Pending != 1 {
		t.Errorf("error %v, %+v\n%s", err, s.component("spout"), f.events)
	}
}

func TestRotate(t *testing.T) {
	var p pendingTrees
	expired := map[string]int{}
	rotate := func(now int) {
		p.rotate(func(tr *tree) {
			expired[string(tr.id)] = now
			p.remove(tr)
		})
	}
	add := func(id string) *tree {
		tr := &tree{id: multilang.RawValue(id)}
		p.add(tr)
		return tr
	}
	add("a")
	done := add("b")
	rotate(1)
	add("c")
	p.remove(done)
	rotate(2)
	rotate(3)
	rotate(4)
	if fmt.Sprint(expired) != "map[a:2 c:3]" || p.count != 0 {
		t.Errorf("expired %v, %d left", expired, p.count)
	}
}

// TestFail has a bolt that fails every tuple.
func TestFail(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.topology.Conf["test.tuples"] = []any{[]any{"x"}, []any{"y"}}
	f.opts.UntilIdle, f.opts.IdleAfter = true, time.Second
	f.spout("spout", one("a"), 1, "emit")
	f.bolt("bolt", nil, 1, []string{"refuse"}, input{"spout", "default", shuffled()})
	s, err := f.run()
	if err != nil || s.component("spout").Failed != 2 || s.component("bolt").Failed != 2 || !f.events.has(LogEvent, "answered 2 false") {
		t.Errorf("error %v\n%s", err, f.events)
	}
}

// TestMaxSpoutPending has a bolt that never answers. No spout is asked for more than the limit, even if it takes
// several commands at once.
func TestMaxSpoutPending(t *testing.T) {
	for _, spout := range []string{"emit", "sdk-sentences"} {
		t.Run(spout, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			f.topology.Conf["topology.max.spout.pending"] = 3
			f.topology.Conf["test.tuples"] = numbered(20)
			f.opts.Drain = -1
			f.spout("spout", one("a", "b"), 1, spout)
			f.bolt("bolt", nil, 1, []string{"hold"}, input{"spout", "default", shuffled()})
			// A second more would be enough time for a fourth.
			var since time.Duration
			s, err := f.runUntil("three tuples are emitted", func(s Snapshot) bool {
				if s.component("spout").Emitted < 3 {
					return false
				}
				if since == 0 {
					since = s.Running
				}
				return s.Running > since+time.Second
			})
			if err != nil || s.component("spout").Emitted != 3 || s.component("spout").Pending != 3 {
				t.Errorf("error %v, %+v", err, s.component("spout"))
			}
		})
	}
}

// TestStrictTurns has a spout that does not say that it takes several commands at once. It gets one at a time, as in
// Storm.
func TestStrictTurns(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.spout("spout", one("a"), 1, "strict")
	f.bolt("bolt", nil, 2, []string{"sink"}, input{"spout", "default", shuffled()})
	s, err := f.runUntil("ten tuples are acked", func(s Snapshot) bool { return s.component("spout").Acked >= 10 })
	if err != nil || s.component("spout").Acked < 10 || f.events.has(LogEvent, "too early") {
		t.Errorf("error %v, %d acked\n%s", err, s.component("spout").Acked, f.events)
	}
}

// TestPipelining runs components on the SDK, whose spout takes several commands at once.
func TestPipelining(t *testing.T) {
	t.Parallel()
	for _, ackers := range []int{0, 1} {
		f := newFixture(t)
		f.topology.Conf["topology.acker.executors"] = ackers
		f.topology.Conf["topology.max.spout.pending"] = 100
		f.spout("sentences", one("sentence"), 2, "sdk-sentences")
		f.bolt("split", one("word"), 1, []string{"sdk-split"}, input{"sentences", "default", shuffled()})
		f.bolt("count", nil, 2, []string{"sdk-count"}, input{"split", "default", byFields("word")})
		s, err := f.runUntil("sentences are acked and words counted", func(s Snapshot) bool {
			return s.component("sentences").Acked >= 100 && s.component("count").Executed > 0
		})
		spout, split, count := s.component("sentences"), s.component("split"), s.component("count")
		if err != nil || spout.Acked < 100 || spout.Failed != 0 || spout.Emitted != spout.Acked+int64(spout.Pending) {
			t.Errorf("%d ackers: error %v, %+v\n%s", ackers, err, spout, f.events)
		}
		if rest := int64(count.Queue + count.Pending); split.Emitted != count.Executed+rest || count.Executed == 0 {
			t.Errorf("%d ackers: split emitted %d, count executed %d and has %d", ackers, split.Emitted, count.Executed, rest)
		}
		if warnings := f.events.of(WarningEvent); len(warnings) > 0 {
			t.Errorf("warnings %v", warnings)
		}
	}
}

// TestUnreadStream has a stream that no bolt reads: Storm acks at once.
func TestUnreadStream(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.topology.Conf["test.tuples"] = numbered(2)
	f.opts.UntilIdle, f.opts.IdleAfter = true, time.Second
	f.spout("spout", one("a", "b"), 1, "emit")
	if _, err := f.run(); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"answered 2 true", "answered 1 true", "emitted [w0 0] to []"} {
		if !f.events.has(LogEvent, want) {
			t.Errorf("no %q\n%s", want, f.events)
		}
	}
}

// TestNoAckers checks Storm's nested ack: it comes before the task ids, and Storm waits for its sync.
func TestNoAckers(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.topology.Conf["topology.acker.executors"] = 0
	f.opts.UntilIdle, f.opts.IdleAfter = true, time.Second
	f.spout("spout", one("a"), 1, "nested")
	f.bolt("bolt", nil, 1, []string{"refuse"}, input{"spout", "default", shuffled()})
	s, err := f.run()
	if err != nil || s.component("spout").Acked != 1 || s.component("spout").Failed != 0 || s.component("bolt").Failed != 1 {
		t.Errorf("error %v, %+v\n%s", err, s.component("spout"), f.events)
	}
	if !f.events.has(LogEvent, `then {"id":7,"command":"ack"} then [1] then {"id":"","command":"next"}`) {
		t.Errorf("other commands\n%s", f.events)
	}
	if !f.events.has(WarningEvent, "topology.acker.executors: 0") {
		t.Errorf("no warning\n%s", f.events)
	}
}

// As in Storm, the tick of a bolt decides whether it gets ticks. A subscription to them changes nothing.
func TestTicks(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.topology.Conf["test.tuples"] = numbered(1)
	own := map[string]any{"topology.tick.tuple.freq.secs": 1}
	f.spout("spout", one("a", "b"), 1, "emit").Conf = own
	f.bolt("ticked", nil, 2, []string{"echo"}, input{"spout", "default", shuffled()}).Conf = own
	f.bolt("unticked", nil, 1, []string{"echo"}, input{"spout", "default", shuffled()}, input{"__system", "__tick", shuffled()},
		input{"spout", "__metrics", shuffled()})
	f.bolt("only", nil, 1, []string{"echo"}, input{"__system", "__tick", shuffled()}).Conf = own
	_, stop := f.start()
	ticks := func(task int) (n int) {
		for _, e := range f.events.of(LogEvent) {
			if e.Task == task && e.Text == "received [1] from __system __tick -1" {
				n++
			}
			if e.Component == "unticked" && strings.Contains(e.Text, "__tick") {
				t.Errorf("%s", e.Text)
			}
		}
		return n
	}
	waitUntil(t, "both tasks have two ticks", func() bool { return ticks(2) >= 2 && ticks(4) >= 2 && ticks(5) >= 2 })
	s, err := stop()
	if err != nil || s.component("ticked").Pending != 0 {
		t.Errorf("error %v, %+v", err, s.component("ticked"))
	}
}

func TestLifecycle(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.opts.Inactive = true
	f.spout("spout", one("a"), 1, "lifecycle")
	e, stop := f.start()
	time.Sleep(50 * time.Millisecond) // nothing must happen: there is no condition to wait for
	if e.Snapshot().component("spout").Tasks[0].PID != 0 {
		t.Error("a process was started before the topology was activated")
	}
	commands := func() string {
		var all []string
		for _, e := range f.events.of(LogEvent) {
			all = append(all, e.Text)
		}
		return strings.Join(all, " ")
	}
	e.SetActive(true)
	waitUntil(t, "the spout is active", func() bool { return commands() == "activate" })
	e.SetActive(false)
	waitUntil(t, "the spout is inactive", func() bool { return commands() == "activate deactivate" })
	e.SetActive(true)
	waitUntil(t, "the spout is active again", func() bool { return commands() == "activate deactivate activate" })
	if s, err := stop(); err != nil || s.End != Interrupted {
		t.Error(s.End, err)
	}
	if got := commands(); got != "activate deactivate activate deactivate" {
		t.Errorf("commands %s", got)
	}
}

// TestBlockingSpout has a spout that waits in nextTuple. That is normal.
func TestBlockingSpout(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.topology.Conf["topology.subprocess.timeout.secs"] = 2
	f.spout("spout", one("a"), 1, "blocking")
	f.bolt("bolt", nil, 1, []string{"echo"}, input{"spout", "default", shuffled()})
	s, err := f.runUntil("three tuples went through in more than the timeout", func(s Snapshot) bool {
		return s.component("bolt").Executed >= 3 && s.Running > 3*time.Second
	})
	if err != nil || s.component("spout").Restarts != 0 || s.component("bolt").Executed < 3 {
		t.Errorf("error %v, %+v\n%s", err, s.component("bolt"), f.events)
	}
}

// TestSilentProcesses checks the heartbeat timeout of Storm.
func TestSilentProcesses(t *testing.T) {
	t.Parallel()
	for _, bolt := range []bool{false, true} {
		t.Run(fmt.Sprintf("bolt=%t", bolt), func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			f.topology.Conf["topology.subprocess.timeout.secs"] = 1
			f.topology.Conf["test.tuples"] = numbered(1)
			f.opts.MaxDeaths = 1
			if bolt {
				f.spout("spout", one("a", "b"), 1, "emit")
				f.bolt("silent", nil, 1, []string{"silent"}, input{"spout", "default", shuffled()})
			} else {
				f.spout("silent", one("a"), 1, "silent")
			}
			s, err := f.run()
			if err == nil || len(s.Faults) != 1 || !strings.Contains(err.Error(), "subprocess heartbeat timeout") || !strings.Contains(err.Error(), `"silent"`) {
				t.Errorf("error %v\n%s", err, f.events)
			}
		})
	}
}

func TestKeepsDying(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.opts.MaxDeaths = 4
	f.topology.Conf["test.tuples"] = numbered(9)
	f.opts.LogDir = t.TempDir()
	f.spout("spout", one("a", "b"), 1, "emit")
	f.bolt("bolt", nil, 1, []string{"crash"}, input{"spout", "default", shuffled()})
	f.bolt("hater", nil, 1, []string{"exit"}, input{"spout", "default", shuffled()})
	s, err := f.run()
	if err == nil || s.End != Failed {
		t.Fatal(s.End, err)
	}
	for _, want := range []string{") died 2 times within ", `bolt "hater" (task 3, pid `, "exit status 7", "I do not like it here"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in the error:\n%v", want, err)
		}
	}
	log, err := os.ReadFile(filepath.Join(f.opts.LogDir, "test_hater_3.log"))
	if err != nil || !strings.Contains(string(log), "I do not like it here") || !strings.Contains(string(log), "ERROR") {
		t.Errorf("log: %v\n%s", err, log)
	}
}

func TestCrashNamesTheTuple(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.opts.MaxDeaths = 1
	f.topology.Conf["test.tuples"] = numbered(3)
	f.spout("spout", one("a", "b"), 1, "emit")
	f.bolt("bolt", nil, 1, []string{"crash"}, input{"spout", "default", shuffled()})
	_, err := f.run()
	for _, want := range []string{`bolt "bolt" (task 2, pid `, "exit status 3", `current tuple: ["w2",2] from "spout" task 3`, "Traceback: something is wrong", "exit 11"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in the error:\n%v", want, err)
		}
	}
}

func TestCannotStart(t *testing.T) {
	t.Parallel()
	for name, words := range map[string][]string{
		"not found":      {"no-such-program", "x"},
		"not executable": {"./plain.txt", "x"},
		"with arguments": {"python3 -u", "x.py"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			f.script("plain.txt", "x")
			os.Chmod(filepath.Join(f.opts.Resources, "plain.txt"), 0o644)
			f.spout("spout", one("a"), 1, words...)
			s, err := f.run()
			if start := (*StartError)(nil); !errors.As(err, &start) || s.End != Failed || !strings.Contains(err.Error(), words[0]) || !strings.Contains(err.Error(), "cannot be started") {
				t.Errorf("error %v", err)
			}
		})
	}
}

// TestBackPressure floods a slow bolt. Neither the queue nor the memory may grow without limit.
func TestBackPressure(t *testing.T) {
	f := newFixture(t)
	f.opts.Drain = -1
	f.topology.Conf["topology.executor.receive.buffer.size"] = 1024
	f.spout("spout", one("a", "b"), 1, "flood")
	f.bolt("slow", nil, 1, []string{"slow"}, input{"spout", "default", shuffled()})
	highest := 0
	s, err := f.runUntil("the queue has been full while tuples went through", func(s Snapshot) bool {
		highest = max(highest, s.component("slow").Queue)
		return s.component("slow").Executed >= 100 && s.Running > 3*time.Second
	})
	// One batch may exceed the limit.
	if err != nil || highest < 1024 || highest > 1024+2*batchSize || s.component("slow").Executed < 100 {
		t.Errorf("error %v, longest queue %d, executed %d", err, highest, s.component("slow").Executed)
	}
}

// TestMemory checks that 100,000 pending tuples need less than 100 MB.
func TestMemory(t *testing.T) {
	f := newFixture(t)
	f.opts.Drain = -1
	f.topology.Conf["topology.executor.receive.buffer.size"] = 1 << 20
	f.topology.Conf["topology.max.spout.pending"] = 100_000
	f.spout("spout", one("a", "b"), 1, "flood")
	f.bolt("slow", nil, 4, []string{"slow"}, input{"spout", "default", shuffled()})
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	e, stop := f.start()
	waitUntil(t, "100,000 tuples are pending", func() bool {
		s := e.Snapshot()
		return s.component("spout").Pending >= 100_000
	})
	runtime.ReadMemStats(&after)
	if used := after.Sys - before.Sys; used > 100<<20 {
		t.Errorf("%d MB for 100,000 pending tuples", used>>20)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	t.Logf("%d bytes for a pending tuple of 110 bytes", (after.HeapAlloc-before.HeapAlloc)/100_000)
	if _, err := stop(); err != nil {
		t.Error(err)
	}
}

// TestNothingLeft looks for goroutines, descriptors and processes after runs that ended in different ways.
func TestNothingLeft(t *testing.T) {
	run := func() {
		f := wordcount(t, 200)
		if _, err := f.run(); err != nil {
			t.Error(err)
		}
		f = newFixture(t)
		f.spout("spout", one("a"), 1, "child")
		f.opts.LogDir = t.TempDir()
		_, stop := f.start()
		f.until(LogEvent, "child ")
		child, err := strconv.Atoi(strings.TrimPrefix(f.events.of(LogEvent)[0].Text, "child "))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := stop(); err != nil {
			t.Error(err)
		}
		waitUntil(t, "the child's child is gone", func() bool { return gone(child) })

		f = newFixture(t)
		f.spout("spout", one("a"), 1, "stubborn")
		_, stop = f.start()
		f.until(StartEvent, "")
		if _, err := stop(); err != nil {
			t.Error(err)
		}
		waitUntil(t, "the stubborn process is gone", func() bool { return gone(f.events.of(StartEvent)[0].PID) })

		f = newFixture(t)
		f.spout("spout", one("a"), 1, "mute")
		f.opts.For = 100 * time.Millisecond
		if _, err := f.run(); err != nil {
			t.Error(err)
		}
	}
	run() // the runtime keeps some goroutines and files forever
	goroutines, files := runtime.NumGoroutine(), openFiles(t)
	run()
	waitUntil(t, "goroutines have ended", func() bool { return runtime.NumGoroutine() <= goroutines })
	if now := openFiles(t); now > files {
		t.Errorf("%d open files, %d before", now, files)
	}
}

func openFiles(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip("open files cannot be counted here")
	}
	return len(entries)
}

// gone reports whether a process has ended. A zombie has ended.
func gone(pid int) bool {
	if syscall.Kill(pid, 0) != nil {
		return true
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return true
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	return strings.HasPrefix(rest, "Z")
}

// TestKilledEngine kills an engine with SIGKILL. Its processes, and theirs, must be gone.
func TestKilledEngine(t *testing.T) {
	t.Parallel()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe, "-test.run=^TestEngineToBeKilled$")
	temp := t.TempDir()
	cmd.Env = append(os.Environ(), "STORMFLUX_TEST_RUN_FOREVER=1", "TMPDIR="+temp)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var pids []int
	lines := bufio.NewReader(out)
	for len(pids) < 3 {
		line, err := lines.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		if pid, err := strconv.Atoi(strings.TrimSpace(strings.TrimPrefix(line, "process "))); err == nil {
			pids = append(pids, pid)
		}
	}
	for _, pid := range pids {
		if gone(pid) {
			t.Fatalf("process %d has ended too early", pid)
		}
	}
	cmd.Process.Kill()
	cmd.Wait()
	for _, pid := range pids {
		waitUntil(t, fmt.Sprintf("process %d is gone", pid), func() bool { return gone(pid) })
	}
	waitUntil(t, "the folder of process ids is gone", func() bool {
		left, err := filepath.Glob(filepath.Join(temp, "stormflux-pids-*"))
		return err == nil && len(left) == 0
	})
}

// TestEngineToBeKilled is the engine of TestKilledEngine.
func TestEngineToBeKilled(t *testing.T) {
	if os.Getenv("STORMFLUX_TEST_RUN_FOREVER") == "" {
		t.Skip("TestKilledEngine runs it")
	}
	f := newFixture(t)
	f.opts.For = 0
	f.events.hook = func(e Event) {
		if e.Kind == StartEvent {
			fmt.Printf("process %d\n", e.PID)
		}
		if pid, ok := strings.CutPrefix(e.Text, "child "); ok {
			fmt.Printf("process %s\n", pid)
		}
	}
	f.spout("child", one("a"), 1, "child")
	f.spout("stubborn", one("a"), 1, "stubborn")
	f.run()
}

func TestTrace(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.topology.Conf["test.tuples"] = []any{[]any{"x"}}
	f.opts.UntilIdle, f.opts.IdleAfter = true, time.Second
	f.opts.Trace = func(component string) bool { return component != "bolt" }
	f.spout("spout", one("a"), 1, "emit")
	f.bolt("bolt", one("a", "b"), 1, []string{"count"}, input{"spout", "default", shuffled()})
	f.bolt("last", nil, 1, []string{"sink"}, input{"bolt", "default", byFields("a")})
	if _, err := f.run(); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range f.events.all {
		if e.Tuple != nil {
			text := e.Tuple.String()
			if e.Component == "last" {
				text = strings.ReplaceAll(text, e.Tuple.ID, "N")
			}
			got = append(got, fmt.Sprintf("%s %s: %s", e.Component, e.Kind, text))
		}
	}
	want := []string{
		`spout emit: stream default id 1 ["x"] to tasks [2]`,
		`last receive: from bolt task 2 stream default id N ["x",1]`,
		`last ack: from bolt task 2 stream default id N ["x",1]`,
		`spout ack: id 1`,
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		// The bolt may write its ack after the last bolt has written its own.
		want[2], want[3] = want[3], want[2]
		if strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("trace:\n%s", strings.Join(got, "\n"))
		}
	}
}
