//go:build unix

package local

import (
	"context"
	"os"
	"runtime/pprof"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	sdk "github.com/stormflux/stormflux/component"
)

// benchSentences is the text whose words the benchmarks count. Each sentence has ten words.
var benchSentences = []string{
	"the quick brown fox jumps over the lazy dog today",
	"storm processes unbounded streams of data one tuple a time",
	"a spout is a source of streams in a topology",
	"bolts do filtering and joins and functions and much more",
}

// sdkComponent runs a component that is written with the SDK.
func sdkComponent(name string) bool {
	switch name {
	case "sdk-sentences":
		sdk.RunSpout(&sdkSentences{})
	case "sdk-split":
		sdk.RunBasicBolt(sdk.BasicBoltFunc(func(t *sdk.Tuple, out *sdk.BasicCollector) error {
			for _, word := range strings.Fields(t.String(0)) {
				out.Emit(word)
			}
			return nil
		}))
	case "sdk-count":
		counts := map[string]int{}
		sdk.RunBasicBolt(sdk.BasicBoltFunc(func(t *sdk.Tuple, out *sdk.BasicCollector) error {
			counts[t.String(0)]++
			return nil
		}))
	default:
		return false
	}
	return true
}

type sdkSentences struct{ n int }

func (s *sdkSentences) NextTuple(out *sdk.SpoutCollector) error {
	out.EmitID(strconv.Itoa(s.n), benchSentences[s.n%len(benchSentences)])
	s.n++
	return nil
}

// BenchmarkWordcount runs the usual word count: a spout, a split and a count. Every sentence has a message id, and
// every word is anchored and acked. It reports the CPU time of the engine for each tuple that a bolt gets.
func BenchmarkWordcount(b *testing.B) {
	f := newFixture(b)
	f.topology.Conf["topology.max.spout.pending"] = 1000
	f.spout("sentences", one("sentence"), 1, "sdk-sentences")
	f.bolt("split", one("word"), 1, []string{"sdk-split"}, input{"sentences", "default", shuffled()})
	f.bolt("count", nil, 1, []string{"sdk-count"}, input{"split", "default", byFields("word")})
	e, err := New(f.opts)
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(b.Context())
	ended := make(chan error, 1)
	go func() {
		_, err := e.Run(ctx)
		ended <- err
	}()
	executed := func() (words, tuples int64) {
		s := e.Snapshot()
		words = s.component("count").Executed
		return words, words + s.component("split").Executed
	}
	waitUntil(b, "words are counted", func() bool { words, _ := executed(); return words > 0 })
	if path := os.Getenv("STORMFLUX_ENGINE_PROFILE"); path != "" {
		out, err := os.Create(path)
		if err != nil {
			b.Fatal(err)
		}
		defer out.Close()
		pprof.StartCPUProfile(out)
		defer pprof.StopCPUProfile()
	}
	words0, tuples0 := executed()
	cpu0, start := cpuTime(b, syscall.RUSAGE_SELF), time.Now()
	b.ResetTimer()
	for {
		if words, _ := executed(); words-words0 >= int64(b.N) {
			break
		}
		time.Sleep(time.Millisecond)
	}
	words, tuples := executed()
	cpu, took := cpuTime(b, syscall.RUSAGE_SELF)-cpu0, time.Since(start)
	b.StopTimer()
	b.ReportMetric(float64(words-words0)/took.Seconds(), "words/s")
	b.ReportMetric(float64(cpu.Nanoseconds())/1000/float64(tuples-tuples0), "engine-µs/tuple")
	cancel()
	if err := <-ended; err != nil {
		b.Fatal(err)
	}
	all, _ := executed()
	b.ReportMetric(float64(cpuTime(b, syscall.RUSAGE_CHILDREN).Nanoseconds())/1000/float64(all), "components-µs/word")
}

// cpuTime returns the CPU time of this process, or of its ended children.
func cpuTime(tb testing.TB, who int) time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(who, &usage); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
