package nimbus

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/stormflux/stormflux/internal/storm"
)

// Window is a time for which Storm counts tuples. The zero value is everything since the submission.
type Window string

const (
	AllTime    Window = ""
	TenMinutes Window = "10m"
	ThreeHours Window = "3h"
	OneDay     Window = "1d"
)

// Windows returns the names of all windows, the default first.
func Windows() []string {
	return []string{"all", string(TenMinutes), string(ThreeHours), string(OneDay)}
}

// WindowOf returns the window with a name of [Windows].
func WindowOf(name string) Window {
	if name == "all" {
		return AllTime
	}
	return Window(name)
}

// key is Storm's name of the window (StatsUtil of Storm 2.8.3): seconds.
func (w Window) key() string {
	switch w {
	case TenMinutes:
		return "600"
	case ThreeHours:
		return "10800"
	case OneDay:
		return "86400"
	}
	return ":all-time"
}

// Statistics are the numbers of a topology, as Storm's UI shows them. Executors report theirs every
// executor.metrics.frequency.secs (60), and count a sample of the tuples (topology.stats.sample.rate).
type Statistics struct {
	Spouts, Bolts []ComponentStatistics // by their ids
}

// ComponentStatistics are the numbers of a component.
type ComponentStatistics struct {
	ID               string
	Executors, Tasks int
	Numbers
}

// Numbers count the tuples of a component, of one of its executors, or of one of its streams.
type Numbers struct {
	Emitted       int64 // tuples that it emitted
	Transferred   int64 // tuples that it sent to tasks
	Acked, Failed int64

	// CompleteLatency is, for a spout, the mean time from the emit of a tuple until its ack.
	CompleteLatency time.Duration

	// For a bolt: the tuples that it received, the mean time in execute, the mean time until the ack, and the part of the last
	// ten minutes in which it executed, 1 for all of it.
	Executed       int64
	ExecuteLatency time.Duration
	ProcessLatency time.Duration
	Capacity       float64
}

// Statistics asks for the numbers of the topology with an id, without Storm's own components and streams.
func (c *Client) Statistics(ctx context.Context, id string, window Window) (*Statistics, error) {
	return c.statistics(ctx, id, window, false)
}

// AllStatistics is Statistics with Storm's own components, such as "__acker", and with their streams in the counts.
func (c *Client) AllStatistics(ctx context.Context, id string, window Window) (*Statistics, error) {
	return c.statistics(ctx, id, window, true)
}

func (c *Client) statistics(ctx context.Context, id string, window Window, system bool) (*Statistics, error) {
	page, err := c.TopologyPage(ctx, id, window.key(), system)
	if err != nil {
		return nil, err
	}
	return &Statistics{Spouts: statisticsOf(page.IDToSpoutAggStats), Bolts: statisticsOf(page.IDToBoltAggStats)}, nil
}

func statisticsOf(stats map[string]*storm.ComponentAggregateStats) []ComponentStatistics {
	var all []ComponentStatistics
	for _, id := range slices.Sorted(maps.Keys(stats)) {
		common := cmp.Or(stats[id].GetCommonStats(), &storm.CommonAggregateStats{})
		all = append(all, ComponentStatistics{
			ID: id, Executors: int(common.GetNumExecutors()), Tasks: int(common.GetNumTasks()), Numbers: numbersOf(stats[id]),
		})
	}
	return all
}

// Count takes the numbers of executors and tasks from a status of the same topology. Those of the statistics lack every
// executor that has not reported yet, such as after a rebalance (extractDataFromHb in StatsUtil.java of 2.8.3).
func (s *Statistics) Count(status *Status) {
	for _, all := range [][]ComponentStatistics{s.Spouts, s.Bolts} {
		for i := range all {
			for _, c := range status.Components {
				if c.ID == all[i].ID {
					all[i].Executors, all[i].Tasks = c.Executors, c.Tasks
				}
			}
		}
	}
}

func numbersOf(stats *storm.ComponentAggregateStats) Numbers {
	common, specific := cmp.Or(stats.GetCommonStats(), &storm.CommonAggregateStats{}), stats.GetSpecificStats()
	n := Numbers{
		Emitted: common.GetEmitted(), Transferred: common.GetTransferred(), Acked: common.GetAcked(), Failed: common.GetFailed(),
	}
	if specific != nil && specific.Spout != nil {
		n.CompleteLatency = milliseconds(specific.Spout.GetCompleteLatencyMs())
	}
	if specific != nil && specific.Bolt != nil {
		b := specific.Bolt
		n.Executed, n.Capacity = b.GetExecuted(), b.GetCapacity()
		n.ExecuteLatency, n.ProcessLatency = milliseconds(b.GetExecuteLatencyMs()), milliseconds(b.GetProcessLatencyMs())
	}
	return n
}

func milliseconds(ms float64) time.Duration { return time.Duration(ms * float64(time.Millisecond)) }

// ClusterStatus is what Nimbus knows about the cluster.
type ClusterStatus struct {
	Nimbuses    []NimbusStatus
	Supervisors []SupervisorStatus
	Topologies  int
}

// NimbusStatus is one Nimbus.
type NimbusStatus struct {
	Address
	Leader  bool
	Version string
	Uptime  time.Duration
}

// SupervisorStatus is one Supervisor with its worker slots.
type SupervisorStatus struct {
	Host        string
	Slots, Used int
	Version     string
	Uptime      time.Duration
}

// ClusterStatus asks for the daemons of the cluster.
func (c *Client) ClusterStatus(ctx context.Context) (*ClusterStatus, error) {
	summary, err := c.Cluster(ctx)
	if err != nil {
		return nil, err
	}
	s := &ClusterStatus{Topologies: len(summary.Topologies)}
	for _, n := range summary.Nimbuses {
		s.Nimbuses = append(s.Nimbuses, NimbusStatus{
			Address: Address{Host: n.Host, Port: int(n.Port)}, Leader: n.IsLeader, Version: n.Version, Uptime: time.Duration(n.UptimeSecs) * time.Second,
		})
	}
	for _, v := range summary.Supervisors {
		s.Supervisors = append(s.Supervisors, SupervisorStatus{
			Host: v.Host, Slots: int(v.NumWorkers), Used: int(v.NumUsedWorkers), Version: v.GetVersion(), Uptime: time.Duration(v.UptimeSecs) * time.Second,
		})
	}
	slices.SortFunc(s.Nimbuses, func(a, b NimbusStatus) int { return strings.Compare(a.String(), b.String()) })
	slices.SortFunc(s.Supervisors, func(a, b SupervisorStatus) int { return strings.Compare(a.Host, b.Host) })
	return s, nil
}

// Slots returns how many worker slots the cluster has, and how many are in use.
func (s *ClusterStatus) Slots() (all, used int) {
	for _, v := range s.Supervisors {
		all += v.Slots
		used += v.Used
	}
	return all, used
}
