package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stormflux/stormflux/internal/nimbus"
	"github.com/stormflux/stormflux/internal/nimbus/nimbustest"
	stormthrift "github.com/stormflux/stormflux/internal/storm"
	"github.com/stormflux/stormflux/internal/topology"
	"github.com/stormflux/stormflux/internal/wire"
)

// Nothing that a cluster says about a topology controls the terminal.
func TestStatusOfHostileCluster(t *testing.T) {
	const hostile = "\x1b[2J\x1b]52;c;aGk=\a\u009b31m\u0090\x9b\u202e\u2066\rx"
	var out bytes.Buffer
	a := &app{stdout: &out}
	status := &nimbus.Status{
		ID: hostile, Name: hostile, Status: hostile, SchedulerStatus: hostile,
		Components: []nimbus.ComponentStatus{{ID: hostile}},
		Workers:    []nimbus.WorkerStatus{{Host: hostile}},
		Errors:     []nimbus.ReportedError{{Component: hostile, Host: hostile, Text: hostile}},
	}
	err := errors.Join(a.print(statusText(status, nil, "all", true)), a.printJSON(statusJSON(status, nil, "all")))
	printTo(&out, "%s\n", hostile)
	if err != nil || strings.ContainsAny(out.String(), "\x1b\a\u009b\u0090\u202e\u2066\r") || strings.Contains(out.String(), "\x9b") {
		t.Errorf("%v, %q", err, out.String())
	}
}

// An error is shown by its exception and place, once however often it happened, and whole on demand.
func TestStatusErrors(t *testing.T) {
	const text = "java.lang.Exception: Shell Process Exception: Traceback (most recent call last):\n" +
		"  File \"/data/stormdist/wc-1-1/resources/split.py\", line 9, in process\n    raise ValueError(\"oh\")\nValueError: oh\n\n" +
		"\tat org.apache.storm.task.ShellBolt.handleError(ShellBolt.java:178)\n"
	var s nimbus.Status
	for i := range 10 {
		s.Errors = append(s.Errors, nimbus.ReportedError{Component: "split", Host: "h", Port: 6700, Time: time.Unix(int64(100-i), 0).UTC(), Text: text})
	}
	got := statusText(&s, nil, "all", false)
	if !strings.HasSuffix(got, "\n1970-01-01 00:01:40  split      h:6700  ValueError: oh (resources/split.py:9) ×10\n") || strings.Contains(got, "Traceback") {
		t.Errorf("got\n%s", got)
	}
	if got := statusText(&s, nil, "all", true); strings.Count(got, "Traceback (most") != 10 {
		t.Errorf("whole:\n%s", got)
	}
}

// numbered returns a fake cluster with a topology: a spout "words" and a bolt "count", which runs in two executors.
func numbered(t *testing.T, name string) *nimbustest.Server {
	t.Helper()
	n, ms, executors := int64(40), 2.5, int32(2)
	common := &stormthrift.CommonAggregateStats{NumExecutors: &executors, NumTasks: &executors, Emitted: &n, Transferred: &n, Acked: &n}
	bolt := &stormthrift.ComponentAggregateStats{CommonStats: common, SpecificStats: &stormthrift.SpecificAggregateStats{
		Bolt: &stormthrift.BoltAggregateStats{Executed: &n, ExecuteLatencyMs: &ms, Capacity: &ms}}}
	var tasks []*stormthrift.ExecutorAggregateStats
	for task := int32(3); task <= 4; task++ {
		tasks = append(tasks, &stormthrift.ExecutorAggregateStats{Stats: bolt, ExecSummary: &stormthrift.ExecutorSummary{
			ExecutorInfo: &stormthrift.ExecutorInfo{TaskStart: task, TaskEnd: task}, Host: "worker", Port: 6700 + task, UptimeSecs: 61}})
	}
	server := nimbustest.New(t, nimbustest.Options{KeepJars: true})
	running := &topology.Topology{
		Spouts: []*topology.Component{{
			ID: "words", Code: &topology.Process{Words: []string{"python3", "words.py"}}, Streams: []*topology.Stream{{ID: topology.DefaultStream, Fields: []string{"word"}}},
		}},
		Bolts: []*topology.Component{{
			ID: "count", Code: &topology.Process{Words: []string{"python3", "count.py"}},
			Inputs: []*topology.Input{{Component: "words", Stream: topology.DefaultStream, Grouping: topology.Fields{Names: []string{"word"}}}},
		}},
	}
	server.Add(nimbustest.Topology{Name: name, Topology: wire.Encode(running),
		Page: func(_ string, page *stormthrift.TopologyPageInfo) {
			page.IDToSpoutAggStats = map[string]*stormthrift.ComponentAggregateStats{"words": {CommonStats: common}}
			page.IDToBoltAggStats = map[string]*stormthrift.ComponentAggregateStats{"count": bolt, "__acker": bolt}
		},
		ComponentPages: map[string]*stormthrift.ComponentPageInfo{"__acker": {ComponentID: "__acker", ComponentType: stormthrift.ComponentType_BOLT, ExecStats: tasks}, "count": {
			ComponentID: "count", ComponentType: stormthrift.ComponentType_BOLT, ExecStats: tasks,
			GsidToInputStats: map[*stormthrift.GlobalStreamId]*stormthrift.ComponentAggregateStats{{ComponentId: "words", StreamId: "default"}: bolt},
			SidToOutputStats: map[string]*stormthrift.ComponentAggregateStats{"default": {CommonStats: common}},
			Errors:           []*stormthrift.ErrorInfo{{Error: "java.lang.RuntimeException: no disk", ErrorTimeSecs: 1}},
		}}})
	return server
}

// After a rebalance, Storm's numbers count only the executors that have reported. The tasks are those of all.
func TestStatusCountsSilentExecutors(t *testing.T) {
	server := nimbustest.New(t, nimbustest.Options{})
	executor := func(component string, first, last, uptime int32) *stormthrift.ExecutorSummary {
		return &stormthrift.ExecutorSummary{
			ExecutorInfo: &stormthrift.ExecutorInfo{TaskStart: first, TaskEnd: last}, ComponentID: component, Host: "h", Port: 6700, UptimeSecs: uptime,
		}
	}
	one, n := int32(1), int64(5)
	server.Add(nimbustest.Topology{Name: "wc",
		Info: func(info *stormthrift.TopologyInfo) {
			info.Executors = []*stormthrift.ExecutorSummary{executor("split", 3, 4, 60), executor("split", 5, 5, 0), executor("count", 1, 2, 0)}
		},
		Page: func(_ string, page *stormthrift.TopologyPageInfo) {
			common := &stormthrift.CommonAggregateStats{NumExecutors: &one, NumTasks: &one, Emitted: &n}
			page.IDToBoltAggStats = map[string]*stormthrift.ComponentAggregateStats{"split": {CommonStats: common}}
		}})
	status := func(args ...string) (int, string) {
		var out bytes.Buffer
		code := run(t.Context(), append([]string{"status", "wc", "--nimbus", server.Addr()}, args...), strings.NewReader(""), &out, &out)
		return code, out.String()
	}
	if code, got := status(); code != exitFine || !strings.Contains(got, "\nsplit      3 ") {
		t.Errorf("exit code %d:\n%s", code, got)
	}
	if code, got := status("--format", "json"); code != exitFine || strings.Count(got, `"tasks": 3`) != 2 || strings.Count(got, `"executors": 2,`) != 2 {
		t.Errorf("exit code %d:\n%s", code, got)
	}
	if code, got := status("count"); code != exitEnvironment || !strings.Contains(got, `component "count" of topology "wc" has no numbers yet`) {
		t.Errorf("exit code %d:\n%s", code, got)
	}
}

func TestStatusOfComponent(t *testing.T) {
	server := numbered(t, "wc")
	status := func(args ...string) (int, string, string) {
		var out, messages bytes.Buffer
		code := run(t.Context(), append([]string{"status", "--nimbus", server.Addr()}, args...), strings.NewReader(""), &out, &messages)
		return code, out.String(), messages.String()
	}
	code, got, messages := status("wc", "count")
	if code != exitFine || messages != "" {
		t.Fatalf("exit code %d: %s", code, messages)
	}
	_, got, _ = strings.Cut(got, "\n")
	got, when, _ := strings.Cut(got, "\nTIME ")
	const want = `bolt count: 2 executors, 2 tasks; tuples since the submission

TASKS  WORKER       UPTIME  EXECUTED  EMITTED  TRANSFERRED  ACKED  FAILED  EXECUTE  PROCESS  CAPACITY
3      worker:6703  1m1s          40       40           40     40       0   2.5 ms        -      250%
4      worker:6704  1m1s          40       40           40     40       0   2.5 ms        -      250%
all                               40       40           40     40       0   2.5 ms        -      250%

INPUT  STREAM   EXECUTED  ACKED  FAILED  EXECUTE  PROCESS
words  default        40     40       0   2.5 ms        -

OUTPUT   EMITTED  TRANSFERRED
default       40           40
`
	if got != want || !strings.Contains(when, "no disk") {
		t.Errorf("got\n%s%s\nwant\n%s", got, when, want)
	}
	code, got, _ = status("wc", "count", "--format", "json")
	for _, part := range []string{`"kind": "bolt"`, `"window": "all"`, `"execute_latency_ms": 2.5`, `"component": "words"`, `"port": 6704`} {
		if code != exitFine || !strings.Contains(got, part) {
			t.Errorf("exit code %d, without %s:\n%s", code, part, got)
		}
	}
	if code, got, messages := status("wc", "__acker"); code != exitFine || !strings.Contains(got, "bolt __acker: 2 executors, 2 tasks") {
		t.Errorf("a component of Storm: exit code %d: %s%s", code, got, messages)
	}
	if code, got, _ := status("wc"); code != exitFine || strings.Contains(got, "__acker") {
		t.Errorf("the numbers of a topology have a component of Storm: %s", got)
	}
	if code, _, messages := status("wc", "__ackr"); code != exitEnvironment || !strings.Contains(messages, `did you mean "__acker"?`) {
		t.Errorf("an unknown component of Storm: exit code %d: %s", code, messages)
	}
	if code, _, messages := status("wc", "cuont"); code != exitEnvironment || !strings.Contains(messages, `topology "wc" has no component "cuont"; did you mean "count"?`) {
		t.Errorf("an unknown component: exit code %d: %s", code, messages)
	}
	if code, _, messages := status("wc", "count", "more"); code != exitUsage {
		t.Errorf("three arguments: exit code %d: %s", code, messages)
	}
}

// linesThen calls a function after a number of lines.
type linesThen struct {
	text  bytes.Buffer
	lines int
	call  func()
}

func (l *linesThen) Write(p []byte) (int, error) {
	if l.lines -= bytes.Count(p, []byte("\n")); l.lines <= 0 {
		l.call()
	}
	return l.text.Write(p)
}

func TestStatusWatch(t *testing.T) {
	server := numbered(t, "wc")
	watch := func(out *linesThen, args ...string) (code int, messages string) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		if out.call == nil {
			out.call = cancel
		}
		var stderr bytes.Buffer
		code = run(ctx, append([]string{"status", "wc", "--watch", "--every", "1ms", "--nimbus", server.Addr()}, args...), strings.NewReader(""), out, &stderr)
		return code, stderr.String()
	}
	out := &linesThen{lines: 3}
	if code, messages := watch(out, "--format", "json"); code != exitFine || messages != "" || strings.Count(out.text.String(), `{"name":"wc"`) < 3 {
		t.Errorf("JSON: exit code %d: %s%s", code, messages, out.text.String())
	}
	out = &linesThen{lines: 40}
	if code, messages := watch(out, "count"); code != exitFine || messages != "" || strings.Count(out.text.String(), "bolt count:") < 2 {
		t.Errorf("text: exit code %d: %s%s", code, messages, out.text.String())
	}
	out = &linesThen{lines: 2, call: func() {
		run(t.Context(), []string{"kill", "wc", "--grace", "0", "--nimbus", server.Addr()}, strings.NewReader(""), io.Discard, io.Discard)
	}}
	if code, messages := watch(out, "--format", "json"); code != exitEnvironment || messages != "stormflux: the topology \"wc\" is gone\n" {
		t.Errorf("a topology that is gone: exit code %d: %s", code, messages)
	}
	var stderr bytes.Buffer
	if code := run(t.Context(), []string{"status", "--every", "1s"}, strings.NewReader(""), &stderr, &stderr); code != exitUsage {
		t.Errorf("--every alone: exit code %d: %s", code, stderr.String())
	}
}
