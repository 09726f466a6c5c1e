//go:build unix

package local

import (
	"testing"
	"time"

	"github.com/stormflux/stormflux/internal/topology"
)

// BenchmarkJVM measures how many tuples in a second pass from a spout through two bolts, all in the JVM, until they are
// acked.
func BenchmarkJVM(b *testing.B) {
	f := newFixture(b)
	f.jvm()
	f.opts.JVM.Flags = []string{"-Xmx512m"}
	f.topology.Conf["topology.max.spout.pending"] = int64(2000)
	f.javaSpout("flood", "stormflux.cases.Flood", one("number"))
	f.javaBolt("pass", "stormflux.cases.Flood$Pass", one("number"), 1, nil, input{"flood", "default", topology.Shuffle{}})
	f.javaBolt("last", "stormflux.cases.Flood$Pass", one("number"), 1, nil, input{"pass", "default", topology.Fields{Names: []string{"number"}}})
	f.opts.Events = nil
	e, stop := f.start()
	waitUntil(b, "the JVM is warm", func() bool { return e.Snapshot().component("flood").Acked > 20_000 })
	from, start := e.Snapshot().component("flood").Acked, time.Now()
	for b.Loop() {
		waitUntil(b, "tuples are acked", func() bool { return e.Snapshot().component("flood").Acked > from+100_000 })
		s := e.Snapshot().component("flood")
		b.ReportMetric(float64(s.Acked-from)/time.Since(start).Seconds(), "tuples/s")
		from, start = s.Acked, time.Now()
	}
	if _, err := stop(); err != nil {
		b.Fatal(err)
	}
}
