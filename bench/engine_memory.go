package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
)

const (
	// pendingHeld is how many tuples the bolt keeps (bench/words).
	pendingHeld = 100_000
	// passing is how many tuples the bolt receives before the memory is read. The first ones fill the bolt; the others
	// replace them.
	passing = 20 * pendingHeld
	// besides is the number of tuples on their way to the bolt or back. Without them there would be no traffic.
	besides = 1000
)

// maxEngineMemory is the limit for the memory of the engine then, in bytes.
const maxEngineMemory = 100e6

// measureEngineMemory measures the memory of the engine while a bolt keeps tuples and others pass. Each tuple has a
// sentence with a message id.
func measureEngineMemory(ctx context.Context, l *lab) error {
	dir := filepath.Join(l.dir, "memory")
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	components, err := l.build(ctx, "bench/words")
	if err != nil {
		return err
	}
	topology := filepath.Join(dir, "topology.yaml")
	text := fmt.Appendf(nil, `name: memory
config:
  topology.max.spout.pending: %d
  topology.message.timeout.secs: 600
spouts:
  sentences: {command: [%[2]q, sentences], outputs: [sentence]}
bolts:
  hold: {command: [%[2]q, hold], inputs: [{from: sentences}]}
`, pendingHeld+besides, components)
	if err := os.WriteFile(topology, text, 0o644); err != nil {
		return err
	}
	counter := filepath.Join(dir, "counter")
	var resident, most []float64
	for range l.runs {
		err := l.runStormflux(ctx, []string{"run", topology, "-c", "bench.counter=" + counter}, func(pid int) error {
			err := await(ctx, startLimit, strconv.Itoa(passing)+" tuples", func() (bool, error) {
				counts, err := readCounter(counter)
				return len(counts) > 0 && counts[len(counts)-1].n >= passing, err
			})
			if err != nil {
				return err
			}
			now, peak, err := memory(pid)
			resident, most = append(resident, float64(now)), append(most, float64(peak))
			return err
		})
		if err := errors.Join(err, os.Remove(counter)); err != nil {
			return err
		}
	}
	l.judge(
		target{what: "stormflux run, peak memory", values: most, atMost: maxEngineMemory, show: megabytes},
		target{what: "stormflux run, memory then", values: resident, show: megabytes},
	)
	return nil
}
