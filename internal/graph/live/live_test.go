package live

import (
	"testing"
	"time"

	"github.com/stormflux/stormflux/internal/graph"
	"github.com/stormflux/stormflux/internal/nimbus"
)

func TestMark(t *testing.T) {
	words, count, gone := &graph.Node{ID: "words", Role: graph.Spout}, &graph.Node{ID: "count", Role: graph.Bolt}, &graph.Node{ID: "gone"}
	g := &graph.Graph{Nodes: []*graph.Node{words, count, gone}, Edges: []*graph.Edge{
		{From: words, To: count}, {From: words, To: count, Stream: "late"}, {From: words, To: gone},
	}}
	now := time.Now()
	look := &Look{
		Status: &nimbus.Status{Errors: []nimbus.ReportedError{
			{Component: "count", Time: now}, {Component: "count", Time: now}, {Component: "words", Time: now.Add(-time.Hour)},
		}},
		Statistics: &nimbus.Statistics{
			Spouts: []nimbus.ComponentStatistics{{ID: "words", Executors: 1,
				Numbers: nimbus.Numbers{Emitted: 120_000, Acked: 1e6, Failed: 1, CompleteLatency: 3 * time.Millisecond}}},
			Bolts: []nimbus.ComponentStatistics{{ID: "count", Executors: 4, Numbers: nimbus.Numbers{Executed: 30, Capacity: 0.7}}},
		},
		Inputs: map[string][]nimbus.StreamStatistics{"count": {
			{Component: "words", Stream: "default", Numbers: nimbus.Numbers{Executed: 6_000}}, {Component: "words", Stream: "late", Numbers: nimbus.Numbers{Failed: 2}},
		}},
		Covered: time.Minute, Since: now.Add(-time.Minute),
	}
	look.Mark(g)
	for _, test := range []struct {
		got  graph.Mark
		text string
		want graph.Level
	}{
		{words.Mark, "2.0k/s · 3.0 ms · 1 failed", graph.Warm},
		{count.Mark, "0.5/s · capacity 70% · 2 errors", graph.Hot},
		{gone.Mark, "", graph.Calm},
		{g.Edges[0].Mark, "100/s", graph.Calm},
		{g.Edges[1].Mark, "0/s", graph.Hot},
		{g.Edges[2].Mark, "", graph.Calm},
	} {
		if test.got.Text != test.text || test.got.Level != test.want {
			t.Errorf("%q (%d), want %q (%d)", test.got.Text, test.got.Level, test.text, test.want)
		}
	}
	if count.Parallelism != 4 {
		t.Errorf("%d executors, want those of the cluster", count.Parallelism)
	}
}
