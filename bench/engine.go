package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/stormflux/stormflux/internal/stormtest"
)

const (
	// warmUp is the time between the first counted word and the measured window.
	warmUp = 3 * time.Second
	window = 10 * time.Second
	// startLimit limits the time until a run counts its first word.
	startLimit = 2 * time.Minute
)

// flow measures the tuples that went through a topology during a window.
type flow struct {
	words float64 // a second
	// cpu is the CPU time of only the process in the middle, per tuple that it passed to a bolt, in microseconds.
	cpu float64
}

// hops is how many tuples bolts get for each word: the word itself, and a tenth of its sentence.
const hops = 1 + 1.0/10

func measureEngine(ctx context.Context, l *lab) error {
	dir := filepath.Join(l.dir, "engine")
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	components, err := l.build(ctx, "bench/words")
	if err != nil {
		return err
	}
	echo, err := l.build(ctx, "bench/pipeecho")
	if err != nil {
		return err
	}
	topology, inTurns := filepath.Join(dir, "topology.yaml"), filepath.Join(dir, "in-turns.yaml")
	if err := os.WriteFile(topology, wordcountTopology(components, "sentences"), 0o644); err != nil {
		return err
	}
	if err := os.WriteFile(inTurns, wordcountTopology(components, "in-turns"), 0o644); err != nil {
		return err
	}
	// A worker with Storm's defaults; the settings of stormtest are for many small workers that start quickly.
	cluster, err := stormtest.Start(ctx, stormtest.Options{Slots: 1, Conf: map[string]any{"worker.childopts": "-Xmx768m"}})
	if err != nil {
		return err
	}
	b := &engineBench{lab: l, dir: dir, topology: topology, inTurns: inTurns, echo: echo, cluster: cluster}
	return errors.Join(b.run(ctx), cluster.Stop())
}

// wordcountTopology is a word count with the usual guarantees: sentences with message ids, words anchored and acked.
func wordcountTopology(components, spout string) []byte {
	return fmt.Appendf(nil, `name: engine
config:
  topology.max.spout.pending: 1000
spouts:
  sentences: {command: [%[1]q, %[2]s], outputs: [sentence]}
bolts:
  split: {command: [%[1]q, split], inputs: [{from: sentences}], outputs: [word]}
  count: {command: [%[1]q, count], inputs: [{from: split, grouping: {fields: [word]}}]}
`, components, spout)
}

type engineBench struct {
	*lab
	dir      string
	topology string
	inTurns  string // the same, with a spout that gets one command at a time
	echo     string
	cluster  *stormtest.Cluster

	onStorm, onEngine, onEngineInTurns, onEcho []flow
}

func (b *engineBench) run(ctx context.Context) error {
	// On Storm the topology stays submitted, so its worker is as warm as possible. Between its turns it is deactivated.
	counter := filepath.Join(b.dir, "storm.counter")
	if err := b.command(ctx, "submit", b.topology, "--wait", "-c", "bench.counter="+counter); err != nil {
		return err
	}
	worker, err := b.worker()
	if err != nil {
		return err
	}
	// One turn for the compiler of the JVM, which is not measured.
	if _, err := measureFlow(ctx, worker, counter); err != nil {
		return fmt.Errorf("on Storm: %w", err)
	}
	for range b.runs {
		if err := b.command(ctx, "activate", "engine"); err != nil {
			return err
		}
		f, err := measureFlow(ctx, worker, counter)
		if err != nil {
			return fmt.Errorf("on Storm: %w", err)
		}
		b.onStorm = append(b.onStorm, f)
		if err := b.command(ctx, "deactivate", "engine"); err != nil {
			return err
		}
		if f, err = b.runEngine(ctx, b.topology); err != nil {
			return fmt.Errorf("on the engine: %w", err)
		}
		b.onEngine = append(b.onEngine, f)
		if f, err = b.runEngine(ctx, b.inTurns); err != nil {
			return fmt.Errorf("on the engine, in turns: %w", err)
		}
		b.onEngineInTurns = append(b.onEngineInTurns, f)
		if f, err = b.runEcho(ctx); err != nil {
			return fmt.Errorf("through the echo: %w", err)
		}
		b.onEcho = append(b.onEcho, f)
	}
	b.report()
	return nil
}

// command runs a command of stormflux against the cluster.
func (b *engineBench) command(ctx context.Context, args ...string) error {
	p := &process{name: "stormflux " + args[0], args: append([]string{b.stormflux}, append(args, "--nimbus", b.cluster.NimbusAddr())...), dir: b.dir}
	_, err := p.say(ctx)
	return err
}

// worker returns the process id of Storm's only worker.
func (b *engineBench) worker() (int, error) {
	files, err := filepath.Glob(filepath.Join(b.cluster.LogDir(), "workers-artifacts", "*", "*", "worker.pid"))
	if err != nil || len(files) != 1 {
		return 0, fmt.Errorf("there are %d workers of Storm, not one", len(files))
	}
	text, err := os.ReadFile(files[0])
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(strings.TrimSpace(string(text)))
}

func (b *engineBench) runEngine(ctx context.Context, topology string) (f flow, err error) {
	counter := filepath.Join(b.dir, "engine.counter")
	err = b.runStormflux(ctx, []string{"run", topology, "-c", "bench.counter=" + counter}, func(pid int) (err error) {
		f, err = measureFlow(ctx, pid, counter)
		return err
	})
	return f, errors.Join(err, os.Remove(counter))
}

func (b *engineBench) runEcho(ctx context.Context) (f flow, err error) {
	counter := filepath.Join(b.dir, "echo.counter")
	cmd := exec.CommandContext(ctx, b.echo, counter)
	cmd.Stderr = os.Stderr
	stop, err := cmd.StdinPipe()
	if err != nil {
		return f, err
	}
	if err := cmd.Start(); err != nil {
		return f, err
	}
	f, err = measureFlow(ctx, cmd.Process.Pid, counter)
	return f, errors.Join(err, stop.Close(), cmd.Wait(), os.Remove(counter))
}

// runStormflux runs stormflux as a user would, calls measure with its process id, and ends it as Ctrl-C does.
func (l *lab) runStormflux(ctx context.Context, args []string, measure func(pid int) error) error {
	p := &process{name: "stormflux run"}
	log, err := os.Create(filepath.Join(l.dir, "run.log"))
	if err != nil {
		return err
	}
	defer log.Close()
	cmd := exec.CommandContext(ctx, l.stormflux, args...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	if err := cmd.Start(); err != nil {
		return err
	}
	err = measure(cmd.Process.Pid)
	interrupted := cmd.Process.Signal(os.Interrupt)
	ended := cmd.Wait()
	if err := errors.Join(err, interrupted, ended); err != nil {
		said, _ := os.ReadFile(log.Name())
		return p.explain(ctx, err, said)
	}
	return nil
}

func (b *engineBench) report() {
	words := func(f flow) float64 { return f.words }
	cpu := func(f flow) float64 { return f.cpu }
	ratio := func(a, b []flow, q func(flow) float64) []float64 {
		var v []float64
		for i := range a {
			v = append(v, q(a[i])/q(b[i]))
		}
		return v
	}
	all := func(a []flow, q func(flow) float64) []float64 {
		var v []float64
		for _, f := range a {
			v = append(v, q(f))
		}
		return v
	}
	rows := [][]string{{"", "words/s", "its CPU time per tuple and hop"}}
	for _, r := range []struct {
		name  string
		flows []flow
	}{{"stormflux run", b.onEngine}, {"stormflux run, one command at a time", b.onEngineInTurns}, {"one worker of Storm 2.8.3", b.onStorm}, {"bare echo of the messages", b.onEcho}} {
		rows = append(rows, []string{r.name, spreadOf(all(r.flows, words)).text(thousands), spreadOf(all(r.flows, cpu)).text(microseconds)})
	}
	table(b.out, rows)
	b.judge(
		target{what: "engine / Storm, words/s", values: ratio(b.onEngine, b.onStorm, words), atLeast: 3},
		target{what: "engine / Storm, words/s, one command at a time as Storm", values: ratio(b.onEngineInTurns, b.onStorm, words)},
		target{what: "engine's CPU time per tuple and hop", values: all(b.onEngine, cpu), atMost: 10, show: microseconds},
		target{what: "engine / echo, CPU time per tuple and hop", values: ratio(b.onEngine, b.onEcho, cpu)},
		target{what: "Storm / engine, CPU time per tuple and hop", values: ratio(b.onStorm, b.onEngine, cpu)},
	)
}

func thousands(v float64) string    { return fmt.Sprintf("%.1f k", v/1e3) }
func microseconds(v float64) string { return fmt.Sprintf("%.2f µs", v) }

// measureFlow waits until words are counted, and then measures a window.
func measureFlow(ctx context.Context, pid int, counter string) (flow, error) {
	began := time.Now()
	err := await(ctx, startLimit, "words that are counted", func() (bool, error) {
		samples, err := readCounter(counter)
		n := len(samples)
		// Words that were counted before this turn are not a sign of life.
		return n > 1 && samples[n-2].at.After(began) && samples[n-1].n > samples[n-2].n, err
	})
	if err != nil {
		return flow{}, err
	}
	if err := sleep(ctx, warmUp); err != nil {
		return flow{}, err
	}
	cpu0, err := cpuTime(pid)
	if err != nil {
		return flow{}, err
	}
	from := time.Now()
	if err := sleep(ctx, window); err != nil {
		return flow{}, err
	}
	to := time.Now()
	cpu1, err := cpuTime(pid)
	if err != nil {
		return flow{}, err
	}
	samples, err := readCounter(counter)
	if err != nil {
		return flow{}, err
	}
	words, err := rateBetween(samples, from, to)
	if err != nil {
		return flow{}, err
	}
	handed := words * to.Sub(from).Seconds() * hops
	return flow{words: words, cpu: float64((cpu1 - cpu0).Nanoseconds()) / 1e3 / handed}, nil
}

// count is a line that a component wrote: how many tuples it had received at that time.
type count struct {
	at time.Time
	n  int64
}

// readCounter reads the lines that are written so far. A file that does not exist yet has none.
func readCounter(path string) ([]count, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var counts []count
	for line := range strings.Lines(string(text)) {
		if !strings.HasSuffix(line, "\n") {
			break // the line is still being written
		}
		var at, n int64
		if _, err := fmt.Sscanf(line, "%d %d", &at, &n); err != nil {
			return nil, fmt.Errorf("reading the count %q: %w", line, err)
		}
		counts = append(counts, count{time.Unix(0, at), n})
	}
	return counts, nil
}

// rateBetween returns how many tuples per second were counted between two times.
func rateBetween(counts []count, from, to time.Time) (float64, error) {
	var in []count
	for _, c := range counts {
		if !c.at.Before(from) && !c.at.After(to) {
			in = append(in, c)
		}
	}
	if len(in) < 2 {
		return 0, fmt.Errorf("nothing was counted within %v", to.Sub(from))
	}
	first, last := in[0], in[len(in)-1]
	took := last.at.Sub(first.at)
	if took < to.Sub(from)/2 || last.n <= first.n {
		return 0, fmt.Errorf("counts from %d to %d within %v of %v are no steady flow", first.n, last.n, took, to.Sub(from))
	}
	return float64(last.n-first.n) / took.Seconds(), nil
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// await calls so again and again until it returns true.
func await(ctx context.Context, limit time.Duration, what string, so func() (bool, error)) error {
	for deadline := time.Now().Add(limit); ; {
		if ok, err := so(); ok || err != nil {
			return err
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("no %s within %v", what, limit)
		}
		if err := sleep(ctx, 100*time.Millisecond); err != nil {
			return err
		}
	}
}
