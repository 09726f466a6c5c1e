//go:build unix

package local

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stormflux/stormflux/internal/java"
	"github.com/stormflux/stormflux/internal/multilang"
	"github.com/stormflux/stormflux/internal/settings"
	"github.com/stormflux/stormflux/internal/topology"
)

// receivers sends tuples of a spout to one bolt. It returns, for each tuple, the tasks that logged it, as indexes of
// the bolt's tasks, and the task ids that the spout got as the answer.
func receivers(t *testing.T, f *fixture, tuples []any) (got map[string][]int, answered map[string]string) {
	t.Helper()
	f.topology.Conf["test.tuples"] = tuples
	f.opts.UntilIdle, f.opts.IdleAfter = true, time.Second
	s, err := f.run()
	if err != nil || s.End != Idle {
		t.Fatalf("end %v, error %v\n%s", s.End, err, f.events)
	}
	got, answered = map[string][]int{}, map[string]string{}
	first := s.component("bolt").Tasks[0].ID
	for _, e := range f.events.of(LogEvent) {
		if rest, ok := strings.CutPrefix(e.Text, "emitted "); ok {
			tuple, tasks, _ := strings.Cut(rest, " to ")
			answered[tuple] = tasks
		}
		if rest, ok := strings.CutPrefix(e.Text, "spout "); ok && e.Component == "bolt" {
			i := strings.LastIndexByte(rest, ' ')
			got[rest[:i]] = append(got[rest[:i]], e.Task-first)
		}
	}
	for _, tasks := range got {
		slices.Sort(tasks)
	}
	return got, answered
}

func grouped(t *testing.T, tasks int, g topology.Grouping) *fixture {
	f := newFixture(t)
	f.spout("spout", one("a", "b"), 1, "emit")
	f.bolt("bolt", nil, tasks, []string{"task"}, input{"spout", "default", g})
	return f
}

func numbered(n int) (tuples []any) {
	for i := range n {
		tuples = append(tuples, []any{fmt.Sprintf("w%d", i), i})
	}
	return tuples
}

// TestGroupings runs each grouping with real processes and checks which tasks got the tuples.
func TestGroupings(t *testing.T) {
	const count = 40
	tests := map[string]struct {
		grouping topology.Grouping
		check    func(t *testing.T, tuple string, i int, tasks []int)
		balanced bool
	}{
		"shuffle":          {grouping: shuffled(), balanced: true},
		"local-or-shuffle": {grouping: topology.LocalOrShuffle{}, balanced: true},
		"none":             {grouping: topology.None{}},
		"global": {grouping: topology.Global{}, check: func(t *testing.T, tuple string, i int, tasks []int) {
			if tasks[0] != 0 {
				t.Errorf("%s went to %v", tuple, tasks)
			}
		}},
		"fields": {grouping: byFields("a"), check: func(t *testing.T, tuple string, i int, tasks []int) {
			if want := java.FloorMod(31+java.HashString(fmt.Sprintf("w%d", i)), 4); tasks[0] != want {
				t.Errorf("%s went to %v, want %d", tuple, tasks, want)
			}
		}},
		"fields of a number": {grouping: byFields("b"), check: func(t *testing.T, tuple string, i int, tasks []int) {
			if want := (31 + i) % 4; tasks[0] != want {
				t.Errorf("%s went to %v, want %d", tuple, tasks, want)
			}
		}},
		"partial key": {grouping: topology.PartialKey{Names: []string{"a"}}, check: func(t *testing.T, tuple string, i int, tasks []int) {
			first, second := partialKeyPair([]int32{java.HashString(fmt.Sprintf("w%d", i))}, 4)
			if tasks[0] != first && tasks[0] != second {
				t.Errorf("%s went to %v, want %d or %d", tuple, tasks, first, second)
			}
		}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, answered := receivers(t, grouped(t, 4, test.grouping), numbered(count))
			load := make([]int, 4)
			for i := range count {
				tuple := fmt.Sprintf("[w%d %d]", i, i)
				tasks := got[tuple]
				if len(tasks) != 1 {
					t.Fatalf("%s was received by %v", tuple, tasks)
				}
				load[tasks[0]]++
				if want := fmt.Sprint([]int{tasks[0] + 2}); answered[tuple] != want { // 1 is the acker
					t.Errorf("the emit of %s was answered %s, want %s", tuple, answered[tuple], want)
				}
				if test.check != nil {
					test.check(t, tuple, i, tasks)
				}
			}
			if test.balanced && (slices.Min(load) != count/4 || slices.Max(load) != count/4) {
				t.Errorf("the tasks got %v tuples", load)
			}
		})
	}
}

func TestAllGrouping(t *testing.T) {
	t.Parallel()
	got, answered := receivers(t, grouped(t, 3, topology.All{}), numbered(5))
	for i := range 5 {
		tuple := fmt.Sprintf("[w%d %d]", i, i)
		if !slices.Equal(got[tuple], []int{0, 1, 2}) || answered[tuple] != "[2 3 4]" {
			t.Errorf("%s went to %v, answered %s", tuple, got[tuple], answered[tuple])
		}
	}
}

// TestDirectGrouping is for Storm before 2.6. A direct emit kills workers of later versions.
func TestDirectGrouping(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.opts.Storm = settings.Version{Major: 2, Minor: 5, Patch: -1}
	f.opts.UntilIdle, f.opts.IdleAfter = true, time.Second
	f.topology.Conf["test.say"] = `{"command":"emit","task":3,"tuple":["to task 3"]}|{"command":"emit","task":2,"tuple":["to task 2"]}|{"command":"sync"}`
	f.spout("spout", one("a"), 1, "say")
	f.bolt("bolt", nil, 3, []string{"task"}, input{"spout", "default", topology.Direct{}})
	if _, err := f.run(); err != nil {
		t.Fatal(err, f.events)
	}
	for _, want := range []string{"spout [to task 3] 3", "spout [to task 2] 2"} {
		if !f.events.has(LogEvent, want) {
			t.Errorf("no %q\n%s", want, f.events)
		}
	}
}

// TestTaskIDs checks task ids seen in a worker of Storm 2.8.3, and the rules behind them.
func TestTaskIDs(t *testing.T) {
	tests := map[string]struct {
		conf map[string]any
		own  map[string]any // the configuration of "bo"
		want string
	}{
		"as seen":           {want: "1:__acker 2:bo 3:bo 4:sink 5:sp"},
		"no ackers":         {conf: map[string]any{"topology.acker.executors": 0}, want: "1:bo 2:bo 3:sink 4:sp"},
		"ackers by workers": {conf: map[string]any{"topology.workers": 2}, want: "1:__acker 2:__acker 3:bo 4:bo 5:sink 6:sp"},
		"tasks":             {own: map[string]any{"topology.tasks": 3}, want: "1:__acker 2:bo 3:bo 4:bo 5:sink 6:sp"},
		"tasks of all":      {conf: map[string]any{"topology.tasks": 1}, want: "1:__acker 2:bo 3:sink 4:sp"},
		"limit":             {conf: map[string]any{"topology.max.task.parallelism": 1}, want: "1:__acker 2:bo 3:sink 4:sp"},
		"metrics": {conf: map[string]any{"topology.metrics.consumer.register": []any{
			map[string]any{"class": "C", "parallelism.hint": 2}, map[string]any{"class": "C"}}},
			want: "1:__acker 2:__metrics_C 3:__metrics_C 4:__metrics_C#2 5:bo 6:bo 7:sink 8:sp"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			f.spout("sp", one("w"), 1, "emit")
			bo := f.bolt("bo", one("x"), 2, []string{"echo"}, input{"sp", "default", byFields("w")})
			bo.Conf = test.own
			f.bolt("sink", nil, 1, []string{"echo"}, input{"bo", "default", shuffled()})
			f.topology.Conf = test.conf
			e, err := New(f.opts)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for id := 1; id <= len(e.plan.taskNames); id++ {
				got = append(got, fmt.Sprintf("%d:%s", id, e.plan.taskNames[id]))
			}
			if text := strings.Join(got, " "); text != test.want {
				t.Errorf("tasks %s, want %s", text, test.want)
			}
		})
	}
}

func TestExecutors(t *testing.T) {
	for _, test := range []struct {
		tasks, executors int
		want             []int
	}{
		{4, 2, []int{0, 0, 1, 1}}, {5, 2, []int{0, 0, 0, 1, 1}}, {3, 3, []int{0, 1, 2}}, {7, 3, []int{0, 0, 0, 1, 1, 2, 2}},
	} {
		var got []int
		for i := range test.tasks {
			got = append(got, executorOf(i, test.tasks, test.executors))
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%d tasks, %d executors: %v, want %v", test.tasks, test.executors, got, test.want)
		}
	}
}

// TestHandshake compares what a process gets with the transcript of a worker of Storm 2.8.3 for the same topology.
func TestHandshake(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.spout("sp", one("w", "n", "d", "neg", "nul", "b", "l", "m"), 1, "setup")
	f.bolt("bo", map[string][]string{"default": {"x"}, "unused": {"u"}}, 2, []string{"echo"}, input{"sp", "default", byFields("w")})
	f.bolt("sink", nil, 1, []string{"echo"}, input{"bo", "default", shuffled()})
	f.topology.Conf["topology.environment"] = map[string]any{"FROM_THE_TOPOLOGY": "yes"}
	f.topology.Conf["app.setting"] = []any{1, "x"}
	f.topology.Spouts[0].Conf = map[string]any{"app.own": map[string]any{"a": 1.5}, "topology.message.timeout.secs": 3}
	e, err := New(f.opts)
	if err != nil {
		t.Fatal(err)
	}
	for component, want := range map[string]string{
		"sp": `{"componentid":"sp","streams":["default"],"stream->target->grouping":{"default":{"bo":{"type":"FIELDS","fields":["w"]}}},` +
			`"stream->outputfields":{"default":["w","n","d","neg","nul","b","l","m"]},"source->stream->grouping":{},` +
			`"task->component":{"1":"__acker","2":"bo","3":"bo","4":"sink","5":"sp"},"source->stream->fields":{},"taskid":5}`,
		"bo": `{"componentid":"bo","streams":["default","unused"],"stream->target->grouping":{"default":{"sink":{"type":"SHUFFLE"}}},` +
			`"stream->outputfields":{"default":["x"],"unused":["u"]},"source->stream->grouping":{"sp":{"default":{"type":"FIELDS","fields":["w"]}}},` +
			`"task->component":{"1":"__acker","2":"bo","3":"bo","4":"sink","5":"sp"},"source->stream->fields":{"sp":{"default":["w","n","d","neg","nul","b","l","m"]}},"taskid":2}`,
		"sink": `{"componentid":"sink","streams":[],"stream->target->grouping":{},"stream->outputfields":{},"source->stream->grouping":{"bo":{"default":{"type":"SHUFFLE"}}},` +
			`"task->component":{"1":"__acker","2":"bo","3":"bo","4":"sink","5":"sp"},"source->stream->fields":{"bo":{"default":["x"],"unused":["u"]}},"taskid":4}`,
	} {
		c := e.plan.component(component)
		hello := multilang.Handshake{Context: e.plan.context(c, c.tasks[0])}
		text, err := hello.Append(nil)
		if err != nil {
			t.Fatal(err)
		}
		var got, wanted any
		var message struct{ Context json.RawMessage }
		if err := json.Unmarshal([]byte(strings.TrimSuffix(string(text), "end\n")), &message); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(message.Context, &got); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal([]byte(want), &wanted); err != nil {
			t.Fatal(err)
		}
		if g, w := fmt.Sprint(got), fmt.Sprint(wanted); g != w {
			t.Errorf("context of %s:\n%s\nwant\n%s", component, g, w)
		}
	}

	s, err := f.runUntil("the process has logged", func(Snapshot) bool { return f.events.has(LogEvent, "cwd ") })
	if err != nil || s.End != Interrupted {
		t.Fatal(s.End, err, f.events)
	}
	for _, want := range []string{
		`"taskid":5`, `"app.setting":[1,"x"]`, `"app.own":{"a":1.5}`, `"topology.message.timeout.secs":30`, `"topology.name":"test"`,
		`"storm.id":"test-1-`, `"topology.workers":1`, "env yes", "cwd " + f.opts.Resources,
	} {
		if !f.events.has(LogEvent, want) {
			t.Errorf("the process does not have %s", want)
		}
	}
}
