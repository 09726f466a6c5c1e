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
		Spouts: []nimbus.ComponentStatistics{{ID: "a"}, {ID: "b", Executors: 2, Tasks: 2, Emitted: 7, Acked: 7, CompleteLatency: ms}},
		Bolts: []nimbus.ComponentStatistics{{ID: "c", Executors: 2, Tasks: 2, Emitted: 7, Acked: 7, Executed: 7, ExecuteLatency: ms,
			ProcessLatency: ms, Capacity: 0.25}},
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
