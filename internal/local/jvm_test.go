//go:build unix

package local

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stormflux/stormflux/internal/stormtest"
	"github.com/stormflux/stormflux/internal/topology"
)

// jvm adds a JVM with Storm's classes, and with the classes of testdata/java.
func (f *fixture) jvm() {
	f.t.Helper()
	stormtest.Require(f.t)
	storm, err := stormtest.Classpath(f.t.Context(), stormtest.WorkerJars, stormtest.FluxJars)
	if err != nil {
		f.t.Fatal(err)
	}
	classes, err := stormtest.CompileJava(f.t.Context(), "local", os.DirFS("testdata"), "java", storm)
	if err != nil {
		f.t.Fatal(err)
	}
	java, err := exec.LookPath("java")
	if err != nil {
		f.t.Fatal(err)
	}
	f.opts.JVM = &JVM{
		Java: java, Flags: []string{"-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"},
		ClassPath: append([]string{classes}, filepath.SplitList(storm)...),
	}
	f.opts.For = time.Minute
}

// class returns the code of a component that is one object of a class. Its place is that of the component in the file.
func class(component, name string, args ...any) *topology.Definition {
	return &topology.Definition{Component: component, Objects: []*topology.Object{{Class: name, Place: "top.yaml:7", Args: args}}}
}

func (f *fixture) javaSpout(id, name string, outputs map[string][]string, args ...any) *topology.Component {
	c := f.spout(id, outputs, 1, "none")
	c.Code = class(id, name, args...)
	return c
}

func (f *fixture) javaBolt(id, name string, outputs map[string][]string, parallelism int, args []any, inputs ...input) *topology.Component {
	c := f.bolt(id, outputs, parallelism, []string{"none"}, inputs...)
	c.Code = class(id, name, args...)
	return c
}

// Tuples pass from Storm's own spout through Storm's own bolt to a process.
func TestJVMComponents(t *testing.T) {
	f := newFixture(t)
	f.jvm()
	f.javaSpout("words", "org.apache.storm.testing.TestWordSpout", map[string][]string{"default": {"word"}})
	f.javaBolt("count", "org.apache.storm.testing.TestWordCounter", map[string][]string{"default": {"word", "count"}}, 3, nil,
		input{"words", "default", topology.Fields{Names: []string{"word"}}})
	f.bolt("sink", nil, 1, []string{"task"}, input{"count", "default", topology.Shuffle{}})
	f.javaBolt("log", "org.apache.storm.flux.wrappers.bolts.LogInfoBolt", nil, 1, nil, input{"count", "default", topology.Shuffle{}})
	s, err := f.runUntil("words arrive everywhere", func(s Snapshot) bool {
		return s.component("sink").Acked >= 10 && s.component("log").Acked >= 10
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range s.Components {
		if c.Failed > 0 || c.Errors > 0 || c.Restarts > 0 {
			t.Errorf("%+v", c)
		}
	}
	for _, text := range []string{"LogInfoBolt: source: count:", ", 1] ", "count ["} {
		if !f.events.has(LogEvent, text) {
			t.Errorf("no bolt logged %q", text)
		}
	}
}

// Values keep their types between JVM components. A value from a process has the type that Storm's JSON parser gives it.
func TestTypesInTheJVM(t *testing.T) {
	f := newFixture(t)
	f.jvm()
	f.javaSpout("values", "stormflux.cases.Values", map[string][]string{"default": {"value"}})
	f.javaBolt("types", "stormflux.cases.Values$Types", nil, 2, nil, input{"values", "default", topology.Fields{Names: []string{"value"}}})
	f.opts.UntilIdle, f.opts.IdleAfter = true, 300*time.Millisecond
	s, err := f.run()
	if err != nil {
		t.Fatal(err)
	}
	if s.End != Idle || s.component("values").Acked != 16 {
		t.Errorf("end %s, %d acked", s.End, s.component("values").Acked)
	}
	for _, text := range []string{
		"Integer 1", "Long 1099511627776", "Double 1.5", "Float 1.5", "Short 2", "Byte 3", "Character c", "String text", "Boolean true", "[B [B@",
		"java.math.BigInteger 123456789012345678901234567890", "java.math.BigDecimal 1.5", "java.util.Arrays$ArrayList [1, a]",
		"java.util.Collections$SingletonMap {k=1}", "stormflux.cases.Values$Own own", "got null", "acked message 15",
	} {
		if !f.events.has(StderrEvent, text) {
			t.Errorf("no bolt got %q", text)
		}
	}
}

// numbers has a spout that emits the numbers from 1 to n, and a bolt that makes trouble with the third.
func numbers(t *testing.T, n int, trouble string) *fixture {
	f := newFixture(t)
	f.jvm()
	f.javaSpout("numbers", "stormflux.cases.Cases$Numbers", map[string][]string{"default": {"number"}}, int64(n))
	f.javaBolt("trouble", "stormflux.cases.Cases$Trouble", map[string][]string{"default": {"number"}}, 1, []any{trouble},
		input{"numbers", "default", topology.Shuffle{}})
	f.bolt("sink", nil, 1, []string{"echo"}, input{"trouble", "default", topology.Shuffle{}})
	f.opts.UntilIdle, f.opts.IdleAfter, f.opts.MaxDeaths = true, 300*time.Millisecond, 1
	return f
}

// Whatever a component does that would kill a worker ends the JVM, and the run reports it.
func TestTroubleInTheJVM(t *testing.T) {
	tests := map[string]struct {
		error  []string // parts of the run's error; none: the run ends without one
		events map[EventKind]string
		acked  int64
	}{
		"throw": {error: []string{`bolt "trouble" (task 4, pid`, "it failed: java.lang.IllegalStateException: three is too many",
			"Storm: the worker dies with all its tasks", "current tuple: source: numbers:2", "Cases.java:"}},
		"exit":    {error: []string{`bolt "trouble"`, "it failed: java.lang.System.exit was called", "Cases$Trouble.execute(Cases.java:"}},
		"halt":    {error: []string{"the JVM of the topology's JVM components ended with exit status 9"}},
		"prepare": {error: []string{`bolt "trouble"`, "it failed: java.lang.IllegalStateException: cannot prepare"}},
		"stream":  {error: []string{"java.lang.IllegalArgumentException: Unknown stream ID: nosuch"}},
		"fail":    {events: map[EventKind]string{LogEvent: "Cases: failed 3"}, acked: 4},
		"error":   {events: map[EventKind]string{ErrorEvent: "java.lang.IllegalArgumentException: a strange number"}, acked: 5},
		"twice":   {events: map[EventKind]string{WarningEvent: "acked or failed a tuple twice"}, acked: 5},
		"reset":   {acked: 5},
		"early":   {events: map[EventKind]string{LogEvent: "received [early] from trouble", ErrorEvent: "reported in prepare"}, acked: 5},
		"thread":  {events: map[EventKind]string{StderrEvent: "from a thread"}, acked: 5},
	}
	for trouble, test := range tests {
		t.Run(trouble, func(t *testing.T) {
			f := numbers(t, 5, trouble)
			s, err := f.run()
			if (err != nil) != (test.error != nil) {
				t.Fatalf("the error is %v\n%s", err, f.events)
			}
			for _, want := range test.error {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("the error is %v\nwant %s", err, want)
				}
			}
			for kind, want := range test.events {
				if !f.events.has(kind, want) {
					t.Errorf("no %s %q\n%s", kind, want, f.events)
				}
			}
			if err == nil && s.component("numbers").Acked != test.acked {
				t.Errorf("%d tuples are acked, want %d", s.component("numbers").Acked, test.acked)
			}
			if err == nil && (!f.events.has(LogEvent, "Cases: closed") || !f.events.has(LogEvent, "cleaned up task 4 of 1 tasks")) {
				t.Errorf("the components were not closed\n%s", f.events)
			}
		})
	}
}

// After a death, all JVM components start again with a new JVM. One of them reports why.
func TestNextLifeOfTheJVM(t *testing.T) {
	f := numbers(t, 5, "once")
	f.opts.MaxDeaths, f.opts.IdleAfter = 0, time.Second
	s, err := f.run()
	var faults *FaultsError
	if !errors.As(err, &faults) || faults.Count != 1 || !strings.Contains(err.Error(), "once is enough") {
		t.Fatalf("the error is %v\n%s", err, f.events)
	}
	numbers, trouble, sink := s.component("numbers"), s.component("trouble"), s.component("sink")
	if s.End != Idle || numbers.Acked < 5 || numbers.Restarts != 1 || trouble.Restarts != 1 || sink.Restarts != 0 {
		t.Errorf("end %s\n%+v\n%+v\n%+v\n%s", s.End, numbers, trouble, sink, f.events)
	}
	if !f.events.has(LogEvent, "received [5] from trouble") {
		t.Errorf("the sink got nothing from the second life\n%s", f.events)
	}
}

// A bolt need not ack tuples that no spout waits for, and may ack them late.
func TestTuplesWithoutAnAckInTheJVM(t *testing.T) {
	for trouble, acked := range map[string]int64{"never": 0, "late": 4} {
		f := numbers(t, 5, trouble)
		f.topology.Spouts[0].Code.(*topology.Definition).Objects[0].Steps = []*topology.Step{{Property: "quiet", Args: []any{true}}}
		s, err := f.run()
		if err != nil {
			t.Fatal(err)
		}
		c := s.component("trouble")
		if s.End != Idle || c.Executed != 5 || c.Pending != 0 || c.Acked != acked || f.events.has(WarningEvent, "twice") {
			t.Errorf("%s: end %s, %+v\n%s", trouble, s.End, c, f.events)
		}
	}
}

// A bolt that blocks does not stop the others, and the run can end.
func TestBlockedBoltInTheJVM(t *testing.T) {
	f := numbers(t, 5, "block")
	f.opts.UntilIdle = false
	f.javaBolt("free", "stormflux.cases.Cases$Trouble", map[string][]string{"default": {"number"}}, 1, []any{"none"},
		input{"numbers", "default", topology.Shuffle{}})
	s, err := f.runUntil("the other bolt has all numbers", func(s Snapshot) bool { return s.component("free").Acked == 5 })
	if err != nil || s.component("trouble").Acked != 2 {
		t.Errorf("%v, %+v", err, s.component("trouble"))
	}
}

// A component that cannot be built is reported with its place in the file.
func TestClassThatCannotBeBuilt(t *testing.T) {
	f := numbers(t, 5, "none")
	f.topology.Bolts[0].Code = class("trouble", "no.such.Class")
	_, err := f.run()
	if err == nil || !strings.Contains(err.Error(), "it cannot be made: trouble (top.yaml:7): there is no class no.such.Class in the jar") {
		t.Errorf("the error is %v", err)
	}
}

// A Java that lacks Storm's classes ends the run with what it printed.
func TestJVMThatDoesNotStart(t *testing.T) {
	f := numbers(t, 5, "none")
	f.opts.JVM.ClassPath = nil
	_, err := f.run()
	if err == nil || !strings.Contains(err.Error(), "starting the JVM of the topology: ") || !strings.Contains(err.Error(), "org/apache/storm") {
		t.Errorf("the error is %v", err)
	}
}

// A worker hook that fails at the start would kill every worker: that is no fault of this machine.
func TestHookThatFails(t *testing.T) {
	f := numbers(t, 5, "none")
	f.topology.WorkerHooks = []topology.Code{class("", "stormflux.cases.Cases$BadHook")}
	s, err := f.run()
	if s == nil || s.End != Failed || err == nil || !strings.Contains(err.Error(), "the hook cannot start") {
		t.Errorf("%+v, the error is %v", s, err)
	}
}

// Custom groupings choose the tasks for tuples of JVM components and of processes.
func TestCustomGrouping(t *testing.T) {
	last := topology.Custom{Object: class("both", "stormflux.cases.Cases$LastTask")}
	f := numbers(t, 2, "none")
	f.topology.Conf["test.tuples"] = []any{[]any{"a"}, []any{"b"}}
	f.spout("process", one("x"), 1, "emit")
	f.bolt("both", nil, 3, []string{"task"}, input{"numbers", "default", last}, input{"process", "default", last})
	f.topology.Conf["topology.worker.childopts"] = "-Dstormflux.flag=%ID% -Xms16m"
	f.topology.WorkerHooks = []topology.Code{class("", "stormflux.cases.Cases$Hook")}
	f.opts.Trace = func(component string) bool { return component == "trouble" }
	s, err := f.run()
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range []EventKind{ReceiveEvent, EmitEvent} {
		traced := f.events.of(kind)
		if len(traced) != 2 || traced[0].Component != "trouble" || traced[0].Tuple.Values != "[1]" || traced[0].Tuple.Stream != "default" {
			t.Errorf("%s: %+v", kind, traced)
		}
	}
	tasks := s.component("both").Tasks
	if len(tasks) != 3 || tasks[2].Acked != 4 || tasks[0].Acked+tasks[1].Acked != 0 {
		t.Errorf("%+v", tasks)
	}
	for _, text := range []string{"default of process goes to [2, 3, 4]", "process [a] 4", "hook started for test-1-", "flag 6700", "hook ended"} {
		if !f.events.has(LogEvent, text) {
			t.Errorf("nobody logged %q\n%s", text, f.events)
		}
	}
}

// A custom grouping that fails for a tuple of a process kills the worker too.
func TestCustomGroupingThatFails(t *testing.T) {
	f := newFixture(t)
	f.jvm()
	f.opts.MaxDeaths = 1
	f.topology.Conf["test.tuples"] = []any{[]any{"refuse"}}
	f.spout("process", one("x"), 1, "emit")
	f.bolt("sink", nil, 3, []string{"sink"}, input{"process", "default", topology.Custom{Object: class("both", "stormflux.cases.Cases$LastTask")}})
	_, err := f.run()
	if err == nil || !strings.Contains(err.Error(), "custom grouping") || !strings.Contains(err.Error(), `no task for ["refuse"]`) {
		t.Errorf("the error is %v", err)
	}
}

// Values of a process have the types that Storm's JSON parser gives them. A bolt in the JVM gets ticks.
func TestValuesOfAProcessInTheJVM(t *testing.T) {
	f := newFixture(t)
	f.jvm()
	f.topology.Conf["test.tuples"] = []any{[]any{int64(1)}, []any{int64(1) << 40}, []any{1.5}, []any{"é\n"}, []any{nil}, []any{[]any{int64(1)}}, []any{map[string]any{"a": true}}}
	f.spout("process", one("value"), 1, "emit")
	f.javaBolt("types", "stormflux.cases.Values$Types", nil, 1, nil, input{"process", "default", topology.Shuffle{}})
	tick := f.javaBolt("tick", "stormflux.cases.Cases$Trouble", nil, 1, []any{"none"})
	tick.Conf["topology.tick.tuple.freq.secs"] = int64(1)
	f.opts.Trace = func(component string) bool { return component == "types" }
	f.opts.UntilIdle, f.opts.IdleAfter = true, 1500*time.Millisecond
	if _, err := f.run(); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"Integer 1", "Long 1099511627776", "Double 1.5", "String é", "got null", "JSONArray [1]", `JSONObject {"a":true}`} {
		if !f.events.has(StderrEvent, text) {
			t.Errorf("the bolt did not get %q\n%s", text, f.events)
		}
	}
	if !f.events.has(LogEvent, "tick [1] of [rate_secs]") {
		t.Errorf("no tick\n%s", f.events)
	}
}

// The state of a bolt is saved at checkpoints. The run still ends when nothing else happens.
func TestWindowAndStateInTheJVM(t *testing.T) {
	f := newFixture(t)
	f.jvm()
	f.topology.Conf["topology.state.checkpoint.interval.ms"] = int64(200)
	f.topology.Conf["topology.message.timeout.secs"] = int64(2)
	f.javaSpout("$checkpointspout", "org.apache.storm.spout.CheckpointSpout", map[string][]string{"$checkpoint": {"txid", "action"}})
	f.javaSpout("numbers", "stormflux.cases.Cases$Numbers", map[string][]string{"default": {"number"}}, int64(6))
	f.javaBolt("total", "stormflux.cases.Cases$Total", map[string][]string{"default": {"total"}, "$checkpoint": {"txid", "action"}}, 1, nil,
		input{"numbers", "default", topology.Shuffle{}}, input{"$checkpointspout", "$checkpoint", topology.All{}})
	f.javaBolt("sum", "stormflux.cases.Cases$Sum", map[string][]string{"default": {"sum"}}, 1, nil, input{"numbers", "default", topology.Shuffle{}})
	sum := f.topology.Component("sum").Code.(*topology.Definition).Objects[0]
	sum.Steps = []*topology.Step{{Method: "withTumblingWindow", Args: []any{topology.Ref(0)}}}
	f.topology.Component("sum").Code.(*topology.Definition).Objects = []*topology.Object{
		{Class: "org.apache.storm.topology.base.BaseWindowedBolt$Count", Args: []any{int64(3)}}, sum,
	}
	f.opts.UntilIdle, f.opts.IdleAfter = true, time.Second
	s, err := f.run()
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"state begins with 0", "total is 21", "window of 3 has sum 6", "window of 3 has sum 15", "commits a transaction"} {
		if !f.events.has(LogEvent, text) {
			t.Errorf("nobody logged %q\n%s", text, f.events)
		}
	}
	// The bolt acks a tuple when a later window no longer has it, so those of the last window time out, as in Storm.
	if c := s.component("numbers"); s.End != Idle || c.Acked != 3 || c.TimedOut != 3 {
		t.Errorf("end %s, %+v", s.End, c)
	}
}
