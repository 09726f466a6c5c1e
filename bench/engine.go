package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

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
	cluster, err := startStorm(ctx)
	if err != nil {
		return err
	}
	b := &engineBench{besideStorm: besideStorm{lab: l, dir: dir, cluster: cluster}, topology: topology, inTurns: inTurns, echo: echo}
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
	besideStorm
	topology string
	inTurns  string // the same, with a spout that gets one command at a time
	echo     string

	onStorm, onEngine, onEngineInTurns, onEcho []flow
}

func (b *engineBench) run(ctx context.Context) error {
	worker, counter, err := b.submit(ctx, b.topology)
	if err != nil {
		return err
	}
	for range b.runs {
		f, err := b.runOnStorm(ctx, "engine", worker, counter)
		if err != nil {
			return err
		}
		b.onStorm = append(b.onStorm, f)
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

func (b *engineBench) report() {
	words := func(f flow) float64 { return f.words }
	cpu := func(f flow) float64 { return f.cpu }
	rows := [][]string{{"", "words/s", "its CPU time per tuple and hop"}}
	for _, r := range []struct {
		name  string
		flows []flow
	}{{"stormflux run", b.onEngine}, {"stormflux run, one command at a time", b.onEngineInTurns}, {"one worker of Storm 2.8.3", b.onStorm}, {"bare echo of the messages", b.onEcho}} {
		rows = append(rows, []string{r.name, spreadOf(flowValues(r.flows, words)).text(thousands), spreadOf(flowValues(r.flows, cpu)).text(microseconds)})
	}
	table(b.out, rows)
	b.judge(
		target{what: "engine / Storm, words/s", values: flowRatios(b.onEngine, b.onStorm, words), atLeast: 3},
		target{what: "engine / Storm, words/s, one command at a time as Storm", values: flowRatios(b.onEngineInTurns, b.onStorm, words)},
		target{what: "engine's CPU time per tuple and hop", values: flowValues(b.onEngine, cpu), atMost: 10, show: microseconds},
		target{what: "engine / echo, CPU time per tuple and hop", values: flowRatios(b.onEngine, b.onEcho, cpu)},
		target{what: "Storm / engine, CPU time per tuple and hop", values: flowRatios(b.onStorm, b.onEngine, cpu)},
	)
}

func thousands(v float64) string    { return fmt.Sprintf("%.1f k", v/1e3) }
func microseconds(v float64) string { return fmt.Sprintf("%.2f µs", v) }
