package nimbus_test

import (
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/stormflux/stormflux/internal/nimbus"
	"github.com/stormflux/stormflux/internal/nimbus/nimbustest"
)

func TestLifecycle(t *testing.T) {
	for _, without := range [][]string{nil, {"getTopologySummaries", "getTopologySummaryByName", "getTopologyInfoByName", "getTopologySummary"}} {
		server := nimbustest.New(t, nimbustest.Options{Without: without})
		client := connect(t, noRetry(server.Addr()))
		ctx := t.Context()
		for _, name := range []string{"b", "a"} {
			server.Add(nimbustest.Topology{Name: name, Topology: topology()})
		}
		list, err := client.List(ctx)
		if err != nil || len(list) != 2 || list[0].Name != "a" || list[1].Name != "b" {
			t.Fatalf("list %v, %v", list, err)
		}
		if err := client.Deactivate(ctx, "a"); err != nil || server.Topology("a").Status != "INACTIVE" {
			t.Error(err)
		}
		if err := client.Activate(ctx, "a"); err != nil || server.Topology("a").Status != "ACTIVE" {
			t.Error(err)
		}
		info, err := client.TopologyInfo(ctx, "a")
		if err != nil || info.ID != server.Topology("a").ID {
			t.Errorf("info %v, %v", info, err)
		}
		user, err := client.UserTopology(ctx, info.ID)
		if err != nil || user.Spouts["words"] == nil {
			t.Errorf("topology %v, %v", user, err)
		}
		if err := client.Rebalance(ctx, "a", nimbus.RebalanceOptions{Workers: 2, Executors: map[string]int32{"words": 2}, Wait: nimbus.DefaultWait}); err != nil || server.Topology("a").Status != "REBALANCING" {
			t.Error(err)
		}
		err = client.Activate(ctx, "a")
		mustFail(t, err, nimbus.Internal, `Nimbus at ADDR failed ("Internal error processing activate") because the topology "a" is REBALANCING, in which state it can only be killed`+
			"\n  wait until that is over", server.Addr(), "ADDR")
		err = client.Rebalance(ctx, "b", nimbus.RebalanceOptions{Executors: map[string]int32{"wrods": 2}})
		mustFail(t, err, nimbus.InvalidTopology, `Nimbus at ADDR refused: Invalid component wrods for topology b, valid values are words`+
			"\n  topology \"b\" has the components words", server.Addr(), "ADDR")
		if err := client.Kill(ctx, "a", nimbus.DefaultWait); err != nil || server.Topology("a").Status != "KILLED" {
			t.Error(err)
		}
		if allowed, err := client.NameAllowed(ctx, "a"); allowed || err != nil {
			t.Errorf("the name of a killed topology: %v, %v", allowed, err)
		}
		err = client.Deactivate(ctx, "a")
		mustFail(t, err, nimbus.Internal, `Nimbus at ADDR failed ("Internal error processing deactivate") because the topology "a" is being killed`+
			"\n  it ends soon, and nothing about it can be changed any more", server.Addr(), "ADDR")
		if err := client.Kill(ctx, "b", 0); err != nil || server.Topology("b") != nil {
			t.Error(err)
		}
		for call, err := range map[string]error{
			"kill": client.Kill(ctx, "b", 0), "activate": client.Activate(ctx, "b"), "deactivate": client.Deactivate(ctx, "b"),
			"rebalance": client.Rebalance(ctx, "b", nimbus.RebalanceOptions{}),
		} {
			if nimbus.KindOf(err) != nimbus.NotAlive || !strings.Contains(err.Error(), `no topology on the cluster has the name "b"`) {
				t.Errorf("%s: %v", call, err)
			}
		}
		if _, err := client.Find(ctx, "b"); nimbus.KindOf(err) != nimbus.NotAlive {
			t.Errorf("find: %v", err)
		}
	}
}

func TestUploadCredentials(t *testing.T) {
	server := nimbustest.New(t, nimbustest.Options{})
	client := connect(t, noRetry(server.Addr()))
	server.Add(nimbustest.Topology{Name: "a", ID: "a-1", Owner: "bob", Topology: topology(), Creds: map[string]string{"kept": "1", "old": "2"}})
	if err := client.UploadCredentials(t.Context(), "a", map[string]string{"old": "3", "new": ""}, "bob"); err != nil {
		t.Fatal(err)
	}
	if got, want := server.Topology("a").Creds, map[string]string{"kept": "1", "old": "3", "new": ""}; !maps.Equal(got, want) {
		t.Errorf("credentials %v", got)
	}
	err := client.UploadCredentials(t.Context(), "a", map[string]string{"old": "4"}, "dan")
	if nimbus.KindOf(err) != nimbus.NotAuthorized || !strings.Contains(err.Error(), "a-1 is expected to be owned by dan but is actually owned by bob") {
		t.Errorf("for another owner: %v", err)
	}
	if err := client.UploadCredentials(t.Context(), "none", map[string]string{"a": "b"}, ""); nimbus.KindOf(err) != nimbus.NotAlive {
		t.Errorf("for no topology: %v", err)
	}
}

func TestFollowerIsNamed(t *testing.T) {
	server := nimbustest.New(t, nimbustest.Options{})
	server.Add(nimbustest.Topology{Name: "a"})
	client := connect(t, noRetry(server.Addr()))
	server.Follow("other.example", 6627)
	mustFail(t, client.Kill(t.Context(), "a", 0), nimbus.NotLeader,
		`Nimbus at ADDR failed ("Internal error processing killTopologyWithOpts") because it is not the leader: that is other.example:6627 now`+
			"\n  try again: the leader is looked up anew", server.Addr(), "ADDR")
}

func TestWaitIsRoundedUp(t *testing.T) {
	server := nimbustest.New(t, nimbustest.Options{})
	server.Add(nimbustest.Topology{Name: "a"})
	client := connect(t, noRetry(server.Addr()))
	// The fake removes at once what is killed with a wait of 0.
	if err := client.Kill(t.Context(), "a", time.Millisecond); err != nil || server.Topology("a") == nil {
		t.Errorf("a wait of a millisecond became none: %v", err)
	}
}

// TestConcurrentCalls is for the race detector.
func TestConcurrentCalls(t *testing.T) {
	server := nimbustest.New(t, nimbustest.Options{})
	client := connect(t, noRetry(server.Addr()))
	results := make(chan error)
	for range 8 {
		go func() {
			_, err := client.List(t.Context())
			client.Server()
			results <- err
		}()
	}
	for range 8 {
		if err := <-results; err != nil {
			t.Error(err)
		}
	}
}

// A Nimbus that has just started says of every name that it is not alive, and is free. The list of topologies knows better.
func TestRestartedNimbus(t *testing.T) {
	server := nimbustest.New(t, nimbustest.Options{})
	server.Add(nimbustest.Topology{Name: "life"})
	server.Restarted(true)
	client := connect(t, noRetry(server.Addr()))
	ctx := t.Context()
	_, findErr := client.Find(ctx, "life")
	_, infoErr := client.TopologyInfo(ctx, "life")
	for call, err := range map[string]error{
		"find": findErr, "info": infoErr, "kill": client.Kill(ctx, "life", 0), "activate": client.Activate(ctx, "life"),
		"deactivate": client.Deactivate(ctx, "life"), "rebalance": client.Rebalance(ctx, "life", nimbus.RebalanceOptions{}),
	} {
		if nimbus.KindOf(err) != nimbus.Starting || !strings.Contains(err.Error(), "has just started") {
			t.Errorf("%s: %v", call, err)
		}
	}
	if free, err := client.NameAllowed(ctx, "life"); free || err != nil {
		t.Errorf("the name is free: %v, %v", free, err)
	}
	if _, err := client.Find(ctx, "none"); nimbus.KindOf(err) != nimbus.NotAlive {
		t.Errorf("a topology that does not exist: %v", err)
	}
	server.Restarted(false)
	if err := client.Kill(ctx, "life", 0); err != nil {
		t.Error(err)
	}
}
