package nimbus_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/stormflux/stormflux/internal/nimbus"
	"github.com/stormflux/stormflux/internal/nimbus/nimbustest"
	"github.com/stormflux/stormflux/internal/storm"
)

func TestStatistics(t *testing.T) {
	server := nimbustest.New(t, nimbustest.Options{})
	var asked []string
	server.Add(nimbustest.Topology{Name: "t", Page: func(window string, page *storm.TopologyPageInfo) {
		asked = append(asked, window)
		n, executors, ms, capacity := int64(7), int32(2), 1.5, 0.25
		common := &storm.CommonAggregateStats{NumExecutors: &executors, NumTasks: &executors, Emitted: &n, Acked: &n}
		page.IDToSpoutAggStats = map[string]*storm.ComponentAggregateStats{
			"b": {CommonStats: common, SpecificStats: &storm.SpecificAggregateStats{Spout: &storm.SpoutAggregateStats{CompleteLatencyMs: &ms}}}, "a": {},
		}
		page.IDToBoltAggStats = map[string]*storm.ComponentAggregateStats{
			"c": {CommonStats: common, SpecificStats: &storm.SpecificAggregateStats{Bolt: &storm.BoltAggregateStats{
				Executed: &n, ExecuteLatencyMs: &ms, ProcessLatencyMs: &ms, Capacity: &capacity}}},
		}
	}})
	client := connect(t, noRetry(server.Addr()))
	summary, err := client.Find(t.Context(), "t")
	if err != nil {
		t.Fatal(err)
	}
	const ms = 1500 * time.Microsecond
	want := &nimbus.Statistics{
		Spouts: []nimbus.ComponentStatistics{{ID: "a"}, {ID: "b", Executors: 2, Tasks: 2, Numbers: nimbus.Numbers{Emitted: 7, Acked: 7, CompleteLatency: ms}}},
		Bolts: []nimbus.ComponentStatistics{{ID: "c", Executors: 2, Tasks: 2, Numbers: nimbus.Numbers{Emitted: 7, Acked: 7, Executed: 7,
			ExecuteLatency: ms, ProcessLatency: ms, Capacity: 0.25}}},
	}
	for _, window := range nimbus.Windows() {
		if got, err := client.Statistics(t.Context(), summary.ID, nimbus.WindowOf(window)); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%+v, %v", got, err)
		}
	}
	if want := []string{":all-time", "600", "10800", "86400"}; !reflect.DeepEqual(asked, want) {
		t.Errorf("the windows are %q", asked)
	}
	cluster, err := client.ClusterStatus(t.Context())
	if err != nil || len(cluster.Nimbuses) != 1 || !cluster.Nimbuses[0].Leader || cluster.Topologies != 1 {
		t.Errorf("%+v, %v", cluster, err)
	}
}

func TestComponentDetails(t *testing.T) {
	n, m, ms := int64(7), int64(3), 1.5
	bolt := func(executed *int64) *storm.ComponentAggregateStats {
		return &storm.ComponentAggregateStats{
			CommonStats:   &storm.CommonAggregateStats{Acked: executed},
			SpecificStats: &storm.SpecificAggregateStats{Bolt: &storm.BoltAggregateStats{Executed: executed, ExecuteLatencyMs: &ms}},
		}
	}
	executor := func(first, last int32, stats *storm.ComponentAggregateStats) *storm.ExecutorAggregateStats {
		return &storm.ExecutorAggregateStats{Stats: stats, ExecSummary: &storm.ExecutorSummary{
			ExecutorInfo: &storm.ExecutorInfo{TaskStart: first, TaskEnd: last}, ComponentID: "a+b", Host: "h", Port: 6700, UptimeSecs: 5}}
	}
	page := &storm.ComponentPageInfo{
		ComponentID: "a+b", ComponentType: storm.ComponentType_BOLT,
		ExecStats: []*storm.ExecutorAggregateStats{executor(4, 5, bolt(&n)), executor(3, 3, bolt(&m)), {}},
		GsidToInputStats: map[*storm.GlobalStreamId]*storm.ComponentAggregateStats{
			{ComponentId: "s", StreamId: "z"}: bolt(&n), {ComponentId: "s", StreamId: "default"}: bolt(&m),
		},
		SidToOutputStats: map[string]*storm.ComponentAggregateStats{"default": {CommonStats: &storm.CommonAggregateStats{Emitted: &n, Transferred: &m}}},
		Errors:           []*storm.ErrorInfo{{Error: "old", ErrorTimeSecs: 1}, {Error: "new", ErrorTimeSecs: 2}},
	}
	server := nimbustest.New(t, nimbustest.Options{})
	server.Add(nimbustest.Topology{Name: "t", ComponentPages: map[string]*storm.ComponentPageInfo{"a%2Bb": page}}) // as Nimbus 2.8 wants it
	client := connect(t, noRetry(server.Addr()))
	summary, err := client.Find(t.Context(), "t")
	if err != nil {
		t.Fatal(err)
	}
	const latency = 1500 * time.Microsecond
	seven := nimbus.Numbers{Acked: 7, Executed: 7, ExecuteLatency: latency}
	three := nimbus.Numbers{Acked: 3, Executed: 3, ExecuteLatency: latency}
	want := &nimbus.ComponentDetails{
		Executors: []nimbus.ExecutorStatistics{
			{First: 3, Last: 3, Host: "h", Port: 6700, Uptime: 5 * time.Second, Numbers: three},
			{First: 4, Last: 5, Host: "h", Port: 6700, Uptime: 5 * time.Second, Numbers: seven},
		},
		Inputs:  []nimbus.StreamStatistics{{Component: "s", Stream: "default", Numbers: three}, {Component: "s", Stream: "z", Numbers: seven}},
		Outputs: []nimbus.StreamStatistics{{Stream: "default", Numbers: nimbus.Numbers{Emitted: 7, Transferred: 3}}},
		Errors: []nimbus.ReportedError{
			{Component: "a+b", Time: time.Unix(2, 0), Text: "new"}, {Component: "a+b", Time: time.Unix(1, 0), Text: "old"},
		},
	}
	if got, err := client.ComponentDetails(t.Context(), summary.ID, "a+b", nimbus.AllTime); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v, %v\nwant %+v", got, err, want)
	}
	if _, err := client.ComponentDetails(t.Context(), summary.ID, "none", nimbus.AllTime); nimbus.KindOf(err) != nimbus.Internal {
		t.Errorf("an unknown component: %v", err)
	}
}
