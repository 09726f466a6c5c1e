package running_test

import (
	"context"
	"testing"

	"github.com/stormflux/stormflux/internal/nimbus"
	"github.com/stormflux/stormflux/internal/nimbus/nimbustest"
	"github.com/stormflux/stormflux/internal/plan"
	"github.com/stormflux/stormflux/internal/running"
	"github.com/stormflux/stormflux/internal/storm"
)

// word is a topology with one spout, as Thrift.
func word() *storm.StormTopology {
	conf := `{"topology.tasks":4}`
	hint := int32(2)
	return &storm.StormTopology{Spouts: map[string]*storm.SpoutSpec{"s": {
		SpoutObject: &storm.ComponentObject{Shell: &storm.ShellComponent{ExecutionCommand: "a", Script: "b"}},
		Common:      &storm.ComponentCommon{JSONConf: &conf, ParallelismHint: &hint},
	}}}
}

func read(t *testing.T, name string, options nimbustest.Options) (*plan.Running, error) {
	t.Helper()
	return readUntil(t.Context(), t, name, options)
}

func readUntil(ctx context.Context, t *testing.T, name string, options nimbustest.Options) (*plan.Running, error) {
	t.Helper()
	server := nimbustest.New(t, options)
	server.Add(nimbustest.Topology{ID: "dead-1-1", Name: "dead", Status: "KILLED"})
	server.Add(nimbustest.Topology{
		ID: "word-1-1", Name: "word", Topology: word(), Conf: map[string]any{"a": 1},
		Info: func(info *storm.TopologyInfo) {
			for task := range int32(3) {
				info.Executors = append(info.Executors, &storm.ExecutorSummary{
					ComponentID: "s", ExecutorInfo: &storm.ExecutorInfo{TaskStart: task, TaskEnd: task}, Host: "h", Port: 6700 + task%2,
				})
			}
		},
	})
	address, err := nimbus.ParseAddress(server.Addr())
	if err != nil {
		t.Fatal(err)
	}
	client, err := nimbus.Connect(t.Context(), nimbus.Config{Seeds: []nimbus.Address{address}})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	return running.Read(ctx, client, name)
}

func TestRead(t *testing.T) {
	r, err := read(t, "word", nimbustest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s := r.Topology.Component("s")
	if r.ID != "word-1-1" || r.Status != "ACTIVE" || r.Topology.Name != "word" || s == nil || s.Parallelism != 2 || s.Conf["topology.tasks"] != int64(4) ||
		r.Executors["s"] != 3 || r.Workers != 2 || r.Topology.Conf["a"] != int64(1) || r.Cluster.Conf["executor.metrics.frequency.secs"] != int64(60) {
		t.Errorf("read %+v", r)
	}
	if r, err := read(t, "dead", nimbustest.Options{}); err != nil || r.ID != "dead-1-1" || r.Status != "KILLED" {
		t.Errorf("a killed one: %+v, %v", r, err)
	}
	if r, err := read(t, "none", nimbustest.Options{}); r != nil || err != nil {
		t.Errorf("none: %+v, %v", r, err)
	}
}

// Read does without what an old Nimbus does not have and what this user must not see. A topology that goes away is none.
func TestReadFromOthers(t *testing.T) {
	r, err := read(t, "word", nimbustest.Options{Without: []string{"getTopologySummaryByName", "getTopologySummaries", "getLogConfig"}})
	if err != nil || r.ID != "word-1-1" || r.Executors["s"] != 3 {
		t.Errorf("an old Nimbus: %+v, %v", r, err)
	}
	failing := func(method string, err error) nimbustest.Options {
		return nimbustest.Options{OnCall: func(c nimbustest.Call) nimbustest.Reply {
			if c.Method == method {
				return nimbustest.Reply{Error: err}
			}
			return nimbustest.Reply{}
		}}
	}
	refusal := &storm.AuthorizationException{Msg: "no"}
	for _, method := range []string{"getNimbusConf", "getClusterInfo", "getLogConfig"} {
		if r, err := read(t, "word", failing(method, refusal)); err != nil || r.Executors["s"] != 3 {
			t.Errorf("%s refused: %+v, %v", method, r, err)
		}
	}
	if _, err := read(t, "word", failing("getTopologyConf", refusal)); nimbus.KindOf(err) != nimbus.NotAuthorized {
		t.Errorf("getTopologyConf refused: %v", err)
	}
	if r, err := read(t, "word", failing("getUserTopology", &storm.NotAliveException{Msg: "gone"})); r != nil || err != nil {
		t.Errorf("gone meanwhile: %+v, %v", r, err)
	}
}

// Ctrl-C ends the reading although Nimbus does not answer.
func TestReadIsCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	_, err := readUntil(ctx, t, "word", nimbustest.Options{OnCall: func(c nimbustest.Call) nimbustest.Reply {
		if c.Method == "getTopologyConf" {
			return nimbustest.Reply{Do: cancel, Hang: true}
		}
		return nimbustest.Reply{}
	}})
	if nimbus.KindOf(err) != nimbus.Canceled {
		t.Errorf("got %v", err)
	}
}
