//go:build unix

package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stormflux/stormflux/internal/stormtest"
)

// A change that is possible in place is a rebalance on a real Storm, also on a topology that an interrupted replacement has
// deactivated. Afterwards there is nothing to change.
func TestApplyInPlace(t *testing.T) {
	stormtest.Long(t)
	cluster := storm.Cluster(t)
	f := newFeed(t, 1<<30, 2, 5*time.Millisecond)
	g := newGate(t, cluster.NimbusAddr())
	s := newReplacing(t, cluster, f, g.addr())
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	i := &interruptions{replacing: s, cluster: cluster, feed: f, gate: g, version: 1}
	s.must(ctx, "submit", s.file, "--set", "version=1")
	i.flows(t, 0)

	c, h := i.held(ctx, t, point{"drain", "deactivate", "getTopologyInfoByName", false})
	if err := c.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	c.wait()
	<-h.gone
	h.release <- false

	said := s.must(ctx, "apply", s.file, "--yes", "--drain", "1s", "--set", "version=1", "-c", "topology.workers=2")
	for _, want := range []string{"is deactivated, so its spouts do not emit", "counted: rebalanced", "counted: activated counted-"} {
		if !strings.Contains(said, want) {
			t.Errorf("apply does not say %q:\n%s", want, said)
		}
	}
	given, _, _ := f.progress()
	i.flows(t, given)
	s.must(ctx, "plan", s.file, "--set", "version=1", "-c", "topology.workers=2") // exit code 0
	s.must(ctx, "kill", "counted", "--grace", "0")
	if err := cluster.AwaitTopology(ctx, "counted", ""); err != nil {
		t.Fatal(err)
	}
}
