package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"
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

// flowRatios returns the ratios a/b of neighbouring turns.
func flowRatios(a, b []flow, q func(flow) float64) []float64 {
	var v []float64
	for i := range a {
		v = append(v, q(a[i])/q(b[i]))
	}
	return v
}

func flowValues(flows []flow, q func(flow) float64) []float64 {
	var v []float64
	for _, f := range flows {
		v = append(v, q(f))
	}
	return v
}
