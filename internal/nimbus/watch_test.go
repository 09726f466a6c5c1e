package nimbus_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stormflux/stormflux/internal/nimbus"
	"github.com/stormflux/stormflux/internal/nimbus/nimbustest"
	"github.com/stormflux/stormflux/internal/storm"
)

func executor(component string, task, port, uptime int32) *storm.ExecutorSummary {
	return &storm.ExecutorSummary{ExecutorInfo: &storm.ExecutorInfo{TaskStart: task, TaskEnd: task}, ComponentID: component, Host: "h", Port: port, UptimeSecs: uptime}
}

func fails(component string, at int32, text string) map[string][]*storm.ErrorInfo {
	return map[string][]*storm.ErrorInfo{component: {{Error: text, ErrorTimeSecs: at}}}
}

func TestWatch(t *testing.T) {
	const patience = 40 * time.Millisecond
	type look = func(*storm.TopologyInfo)
	placed := func(uptimes ...int32) look {
		return func(i *storm.TopologyInfo) {
			for n, u := range uptimes {
				i.Executors = append(i.Executors, executor("words", int32(n+1), int32(6700+n), u))
			}
		}
	}
	unplaced := func(i *storm.TopologyInfo) {
		s := "Not enough slots"
		i.SchedStatus = &s
	}
	for _, c := range []struct {
		name    string
		options nimbus.WatchOptions
		looks   []look // the last one stays
		verdict nimbus.Verdict
		why     string // %T for the time
		waited  string // the first state's Why
	}{
		{"comes up", nimbus.WatchOptions{Fresh: true, Timeout: time.Minute}, []look{unplaced, placed(0, 0), placed(0, 60), placed(61, 60)}, nimbus.Up,
			"all 2 executors run, and no error was reported", "waiting for the scheduler"},
		{"is up", nimbus.WatchOptions{Timeout: time.Minute}, []look{placed(600)}, nimbus.Up, "all 1 executors run, and no error was reported", "all 1 executors run; watching whether they stay"},
		{"too young", nimbus.WatchOptions{Fresh: true, Timeout: patience}, []look{placed(2)}, nimbus.Silent,
			"nothing was heard from 1 of 1 executors within 0s, and no error was reported", "heard from 1 of 1 executors; they report every 60 s"},
		{"reports an error", nimbus.WatchOptions{Fresh: true, Timeout: time.Minute}, []look{placed(0), func(i *storm.TopologyInfo) {
			placed(0)(i)
			i.Errors = fails("split", 100, "java.lang.RuntimeException: oh\n\tat x.Y")
		}}, nimbus.Failing, `component "split" reports: java.lang.RuntimeException: oh`, "heard from 0 of 1 executors; they report every 60 s"},
		{"had reported an error", nimbus.WatchOptions{Timeout: time.Minute}, []look{func(i *storm.TopologyInfo) {
			placed(3)(i)
			i.Errors = fails("split", 100, "old")
		}, placed(60)}, nimbus.Up, "all 1 executors run, and no error was reported", "heard from 1 of 1 executors; they report every 60 s"},
		{"has no place", nimbus.WatchOptions{Fresh: true, Timeout: patience}, []look{unplaced}, nimbus.Unscheduled,
			"no executor has got a place in a worker within 0s; the scheduler says: Not enough slots", "waiting for the scheduler"},
		{"restarts", nimbus.WatchOptions{Fresh: true, Timeout: patience}, []look{placed(3), placed(1), placed(3), placed(2)}, nimbus.Failing,
			"executors were started again 2 times, after 3s at most, and no error was reported", "heard from 1 of 1 executors; they report every 60 s"},
		{"dies every nine seconds", nimbus.WatchOptions{Fresh: true, Timeout: time.Minute},
			[]look{placed(0), placed(8), placed(1), placed(6), placed(0), placed(9), placed(2), placed(8), placed(1), placed(7)}, nimbus.Failing,
			"executors were started again 4 times, after 9s at most, and no error was reported", "heard from 0 of 1 executors; they report every 60 s"},
		{"dies after its first report", nimbus.WatchOptions{Fresh: true, Timeout: 10 * patience, Stay: 2 * patience},
			[]look{placed(60), placed(60), placed(3), placed(0)}, nimbus.Failing,
			"executors were started again 2 times, after 1m0s at most, and no error was reported", "all 1 executors run; watching whether they stay"},
		{"is killed", nimbus.WatchOptions{Fresh: true, Timeout: time.Minute}, []look{placed(0), func(i *storm.TopologyInfo) { i.Status = "KILLED" }}, nimbus.Gone,
			`topology "life" is being killed`, "heard from 0 of 1 executors; they report every 60 s"},
		{"inactive", nimbus.WatchOptions{Fresh: true, Timeout: time.Minute}, []look{placed(0), func(i *storm.TopologyInfo) {
			placed(60)(i)
			i.Status = "INACTIVE"
		}}, nimbus.Up, "all 1 executors run and wait: the topology is inactive, so its components may never have been started",
			"heard from 0 of 1 executors; they report every 60 s"},
	} {
		t.Run(c.name, func(t *testing.T) {
			server := nimbustest.New(t, nimbustest.Options{})
			n := 0
			server.Add(nimbustest.Topology{Name: "life", Info: func(i *storm.TopologyInfo) {
				c.looks[min(n, len(c.looks)-1)](i)
				n++
			}})
			c.options.Interval = time.Millisecond
			if c.options.Stay == 0 {
				c.options.Stay = time.Millisecond
			}
			var first, last nimbus.WatchState
			for state, err := range connect(t, noRetry(server.Addr())).Watch(t.Context(), "life", c.options) {
				if err != nil {
					t.Fatal(err)
				}
				if first.Why == "" {
					first = state
				}
				last = state
			}
			if first.Why != c.waited || last.Verdict != c.verdict || last.Why != c.why {
				t.Errorf("from %q to %s, %q", first.Why, last.Verdict, last.Why)
			}
		})
	}
}

// worked is an executor with statistics: a spout that has emitted n tuples, or a bolt that has executed n.
func worked(component string, spout bool, n int64) *storm.ExecutorSummary {
	e := executor(component, int32(len(component)), 6700, 60)
	e.Stats = &storm.ExecutorStats{Emitted: map[string]map[string]int64{":all-time": {}}, Specific: &storm.ExecutorSpecificStats{}}
	if spout {
		e.Stats.Emitted[":all-time"]["default"] = n
		e.Stats.Specific.Spout = &storm.SpoutStats{}
		return e
	}
	e.Stats.Specific.Bolt = &storm.BoltStats{Executed: map[string]map[*storm.GlobalStreamId]int64{":all-time": {{ComponentId: "words", StreamId: "default"}: n}}}
	return e
}

// A bolt that waits forever for its process reports an uptime, but executes nothing.
func TestWatchWork(t *testing.T) {
	shell := &storm.ComponentObject{Shell: &storm.ShellComponent{}}
	topology := &storm.StormTopology{
		Spouts: map[string]*storm.SpoutSpec{"words": {SpoutObject: shell, Common: &storm.ComponentCommon{}}},
		Bolts: map[string]*storm.Bolt{"split": {BoltObject: shell, Common: &storm.ComponentCommon{
			Inputs: map[*storm.GlobalStreamId]*storm.Grouping{{ComponentId: "words", StreamId: "default"}: {Shuffle: &storm.NullStruct{}}},
		}}},
	}
	for _, c := range []struct {
		name           string
		emitted, split int64
		status         string
		verdict        nimbus.Verdict
		why, advice    string
	}{
		{"works", 400, 380, "ACTIVE", nimbus.Up, "all 2 executors run, and no error was reported", ""},
		{"silent bolt", 400, 0, "ACTIVE", nimbus.Silent, `all executors run, but "split" has executed none of about 400 tuples that were sent to it`,
			"its process may never have answered the handshake: Storm waits for that forever\nsee the worker's log on h:6700"},
		{"few tuples", 20, 0, "ACTIVE", nimbus.Up, "all 2 executors run, and no error was reported",
			`"split" has executed nothing yet: nothing shows whether it can`},
		{"silent spout", 0, 0, "ACTIVE", nimbus.Up, "all 2 executors run, and no error was reported",
			`"words" has emitted nothing yet, "split" has executed nothing yet: nothing shows whether it can`},
		{"inactive", 0, 0, "INACTIVE", nimbus.Up, "all 2 executors run and wait: the topology is inactive, so its components may never have been started", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			server := nimbustest.New(t, nimbustest.Options{})
			server.Add(nimbustest.Topology{Name: "life", Topology: topology, Info: func(i *storm.TopologyInfo) {
				i.Status = c.status
				i.Executors = []*storm.ExecutorSummary{worked("words", true, c.emitted), worked("split", false, c.split)}
			}})
			state, err := connect(t, noRetry(server.Addr())).Wait(t.Context(), "life",
				nimbus.WatchOptions{Fresh: true, Timeout: time.Minute, Interval: time.Millisecond, Stay: time.Millisecond})
			if err != nil || state.Verdict != c.verdict || state.Why != c.why || strings.Join(state.Advice, "\n") != c.advice {
				t.Errorf("%s, %q, %q, %v", state.Verdict, state.Why, state.Advice, err)
			}
		})
	}
}

// TestWatchOutlivesNimbus has Nimbus fail for a while, and the topology go.
func TestWatchOutlivesNimbus(t *testing.T) {
	server := nimbustest.New(t, nimbustest.Options{OnCall: func(c nimbustest.Call) nimbustest.Reply {
		return nimbustest.Reply{Close: c.Method == "getTopologyInfo" && c.Number < 4}
	}})
	n := 0
	server.Add(nimbustest.Topology{Name: "life", Info: func(*storm.TopologyInfo) { n++ }})
	var reasons []string
	client := connect(t, noRetry(server.Addr()))
	for state, err := range client.Watch(t.Context(), "life", nimbus.WatchOptions{Interval: time.Millisecond, Timeout: time.Minute}) {
		if err != nil {
			t.Fatal(err)
		}
		reasons = append(reasons, state.Why)
		if len(reasons) == 6 {
			server.Remove("life")
		}
		if state.Verdict == nimbus.Gone && state.Why != `topology "life" is not on the cluster any more` {
			t.Error(state.Why)
		}
	}
	if !strings.Contains(reasons[1], "broke before it answered getTopologyInfo") || reasons[len(reasons)-1] != `topology "life" is not on the cluster any more` {
		t.Errorf("%q", reasons)
	}
}

func TestWatchErrors(t *testing.T) {
	server := nimbustest.New(t, nimbustest.Options{})
	client := connect(t, noRetry(server.Addr()))
	_, err := client.Wait(t.Context(), "life", nimbus.WatchOptions{Timeout: time.Minute})
	if nimbus.KindOf(err) != nimbus.NotAlive {
		t.Errorf("unknown topology: %v", err)
	}
	server.Add(nimbustest.Topology{Name: "life"})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	for _, err = range client.Watch(ctx, "life", nimbus.WatchOptions{Timeout: time.Hour, Interval: time.Hour}) {
		cancel()
	}
	if nimbus.KindOf(err) != nimbus.Canceled || !strings.Contains(err.Error(), "it runs on") {
		t.Errorf("cancelled: %v", err)
	}
}

func TestStatusIsSorted(t *testing.T) {
	server := nimbustest.New(t, nimbustest.Options{})
	server.Add(nimbustest.Topology{Name: "life", Info: func(i *storm.TopologyInfo) {
		i.Executors = []*storm.ExecutorSummary{executor("b", 2, 6701, 5), executor("a", 1, 6700, 0), executor("b", 3, 6700, 9)}
		i.Errors = map[string][]*storm.ErrorInfo{"b": {{Error: "x", ErrorTimeSecs: 1}}, "a": {{Error: "y", ErrorTimeSecs: 2}, {Error: "x", ErrorTimeSecs: 1}}}
	}})
	s, err := connect(t, noRetry(server.Addr())).Status(t.Context(), "life")
	if err != nil {
		t.Fatal(err)
	}
	if executors, reporting := s.Scheduled(); executors != 3 || reporting != 2 {
		t.Errorf("%d executors, %d report", executors, reporting)
	}
	if s.Components[0] != (nimbus.ComponentStatus{ID: "a", Executors: 1, Tasks: 1}) || s.Workers[0] != (nimbus.WorkerStatus{Host: "h", Port: 6700, Executors: 2, Reporting: 1, Uptime: 9 * time.Second}) {
		t.Errorf("%+v", s)
	}
	if s.Errors[0].Component != "a" || s.Errors[1].Component != "a" || s.Errors[2].Component != "b" || s.Errors[0].Text != "y" {
		t.Errorf("%+v", s.Errors)
	}
}
