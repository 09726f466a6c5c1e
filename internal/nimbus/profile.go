package nimbus

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/stormflux/stormflux/internal/storm"
)

// ProfileAction is what a Supervisor does with the process of a worker.
type ProfileAction int

// The actions. The zero value is invalid.
const (
	DumpThreads    ProfileAction = iota + 1 // writes jstack-PID-TIME.txt
	DumpHeap                                // writes recording-PID-TIME.bin
	StartRecording                          // starts a flight recording
	DumpRecording                           // writes recording-PID-...-TIME.jfr, and leaves to the script whether the recording ends
	RestartWorker                           // kills the process, which the Supervisor then starts again
)

func (a ProfileAction) thrift() storm.ProfileAction {
	switch a {
	case DumpThreads:
		return storm.ProfileAction_JSTACK_DUMP
	case DumpHeap:
		return storm.ProfileAction_JMAP_DUMP
	case StartRecording: // nothing in Storm 2.8.3 uses JPROFILE_START
		return storm.ProfileAction_JPROFILE_STOP
	case DumpRecording:
		return storm.ProfileAction_JPROFILE_DUMP
	case RestartWorker:
		return storm.ProfileAction_JVM_RESTART
	}
	panic("nimbus: invalid profile action")
}

// ProfilerEnabled reports whether the cluster is set up for [Client.Profile] (worker.profiler.enabled), as Storm's UI asks.
func (c *Client) ProfilerEnabled(ctx context.Context) (bool, error) {
	text, err := c.NimbusConf(ctx)
	if err != nil {
		return false, err
	}
	var conf map[string]any
	if err := json.Unmarshal([]byte(text), &conf); err != nil {
		return false, fmt.Errorf("reading Nimbus's configuration: %w", err)
	}
	enabled, _ := conf["worker.profiler.enabled"].(bool)
	return enabled, nil
}

// Profile asks the Supervisor of a worker for an action. The Supervisor looks for such requests every few seconds, and does not
// answer. A Supervisor should end a recording and write its file at the time until. Those of Storm 2.8.3 do not: they forget
// every request after its first step (Slot.run). So [DumpRecording] asks for the file. A Supervisor that cannot start its script (STORM_HOME/bin/flight.bash) dies of the
// request, and again at each of its starts (BasicContainer and Slot of Storm 2.8.3).
func (c *Client) Profile(ctx context.Context, id string, worker Address, action ProfileAction, until time.Time) error {
	at := until.UnixMilli()
	return tell(ctx, c, "setWorkerProfiler", func(ctx context.Context, n *storm.NimbusClient) error {
		return n.SetWorkerProfiler(ctx, id, &storm.ProfileRequest{
			NodeInfo: &storm.NodeInfo{Node: worker.Host, Port: []int64{int64(worker.Port)}}, Action: action.thrift(), TimeStamp: &at,
		})
	})
}

// Profiling returns those workers of a component whose Supervisor has not finished an action.
func (c *Client) Profiling(ctx context.Context, id, component string, action ProfileAction) ([]Address, error) {
	requests, err := ask(ctx, c, "getComponentPendingProfileActions", func(ctx context.Context, n *storm.NimbusClient) ([]*storm.ProfileRequest, error) {
		return n.GetComponentPendingProfileActions(ctx, id, component, action.thrift())
	})
	var workers []Address
	for _, r := range requests {
		for _, port := range r.NodeInfo.Port {
			workers = append(workers, Address{Host: r.NodeInfo.Node, Port: int(port)})
		}
	}
	return workers, err
}
