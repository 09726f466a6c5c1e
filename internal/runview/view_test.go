package runview

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stormflux/stormflux/internal/local"
	"github.com/stormflux/stormflux/internal/multilang"
)

// docs/run.md describes every field of an event.
func TestFieldsAreDocumented(t *testing.T) {
	doc, err := os.ReadFile("../../docs/run.md")
	if err != nil {
		t.Fatal(err)
	}
	var fields func(reflect.Type)
	fields = func(typ reflect.Type) {
		for typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Slice {
			typ = typ.Elem()
		}
		if typ.Kind() != reflect.Struct {
			return
		}
		for i := range typ.NumField() {
			f := typ.Field(i)
			if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" && !bytes.Contains(doc, []byte("`"+name+"`")) {
				t.Errorf("docs/run.md does not describe the field `%s`", name)
			}
			fields(f.Type)
		}
	}
	fields(reflect.TypeFor[jsonEvent]())
}

func at(seconds int) time.Time { return time.Date(2026, 1, 2, 3, 4, seconds, 5e6, time.UTC) }

// events are one of each look that an event can have.
func events() []local.Event {
	split := func(e local.Event) local.Event {
		e.Time, e.Component, e.Task = at(1), "split", 2
		return e
	}
	return []local.Event{
		split(local.Event{Kind: local.StartEvent, PID: 7}),
		split(local.Event{Kind: local.LogEvent, Level: multilang.LevelWarn, Text: "two\r\nlines\a\n", PID: 7}),
		split(local.Event{Kind: local.ErrorEvent, Text: "no split"}),
		split(local.Event{Kind: local.StartEvent, PID: 8}),
		split(local.Event{Kind: local.ReceiveEvent, Tuple: &local.TupleEvent{Stream: "default", Values: `["a",NaN]`, Source: "lines", SourceTask: 1}}),
		{Time: at(2), Kind: local.WarningEvent, Text: "a setting does nothing here"},
	}
}

func snapshot() local.Snapshot {
	return local.Snapshot{
		Running: 10 * time.Second, Active: true,
		Components: []local.ComponentStats{
			{ID: "split", Executors: 1, Tasks: []local.TaskStats{{ID: 2}}, Stats: local.Stats{
				Emitted: 12, Executed: 90, Acked: 3, Rate: 9, Restarts: 2, Errors: 1, LastError: "no split\nat line 3",
				Wait: time.Millisecond, Process: 100 * time.Millisecond, Ack: 1500 * time.Microsecond,
			}},
			{ID: "lines", Spout: true, Executors: 1, Tasks: []local.TaskStats{{ID: 1}}, Stats: local.Stats{Emitted: 3, Acked: 3, Complete: 12 * time.Millisecond}},
		},
	}
}

func showRun(t *testing.T, view func(Options) View) string {
	t.Helper()
	var out bytes.Buffer
	v := view(Options{Out: &out, Failed: func(err error) { t.Error(err) }})
	v.Begin(Run{Name: "words", Components: []string{"lines", "split"}, Numbers: snapshot})
	for _, e := range events() {
		v.Event(e)
	}
	v.Note("a remark")
	v.End(&local.Summary{Snapshot: snapshot(), End: local.Idle}, nil)
	v.Close()
	return out.String()
}

func TestText(t *testing.T) {
	const want = `stormflux: running words: 2 components, 2 tasks; press Ctrl-C to end it
03:04:01.005 split:2 warn    two
    lines\x07
03:04:01.005 split:2 error   no split
03:04:01.005 split:2 start   running again, pid 8
03:04:01.005 split:2 receive from lines task 1 stream default ["a",NaN]
03:04:02.005 words   warn    a setting does nothing here
stormflux: a remark

words ended when it became idle, after 10s

SPOUT  TASKS  EMITTED  ACKED  FAILED  PENDING  COMPLETE LATENCY
lines      1        3      3       0        0           12.0 ms

BOLT   TASKS  EMITTED  ACKED  FAILED      WAIT   PROCESS       ACK  BUSY
split      1       12      3       0  1.000 ms  100.0 ms  1.500 ms   90%

"split" died 2 times
"split" reported 1 error: no split
"split" was busy nearly all the time; give it more parallelism to let more tuples through
`
	if got := showRun(t, NewText); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// A run that is not active yet does not end: it starts.
func TestLiveState(t *testing.T) {
	s := snapshot()
	show := liveView(&Run{Name: "words", Numbers: func() local.Snapshot { return s }}, (&failures{}).lastOf, false)
	for _, step := range []struct {
		active bool
		want   string
	}{{false, "starting"}, {true, "running"}, {false, "ending"}} {
		s.Active = step.active
		if got := show()[1]; got != "words  "+step.want+" 10s" {
			t.Errorf("it says %q, want %q", got, step.want)
		}
	}
}

func TestLiveTable(t *testing.T) {
	r := &Run{Name: "words", Components: []string{"lines", "split"}, Numbers: snapshot}
	const want = `
words  running 10s
COMPONENT  TASKS  EMITTED  ACKED  FAILED  RATE   LATENCY  QUEUE  PENDING  LAST ERROR
lines          1        3      3       0   0/s   12.0 ms      0        0
split          1       12      3       0   9/s  1.500 ms      0        0  no split`
	if got := strings.Join(liveView(r, (&failures{}).lastOf, false)(), "\n"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if line := liveView(r, (&failures{}).lastOf, true)()[2]; !strings.HasPrefix(line, "\x1b[1mCOMPONENT") || !strings.HasSuffix(line, "\x1b[0m") {
		t.Errorf("the headings are not bold: %q", line)
	}
}

func TestJSON(t *testing.T) {
	var kinds []string
	for line := range strings.Lines(showRun(t, NewJSON)) {
		var e struct {
			Event, Time string
			Tuple       any
			End         string
			Components  []struct {
				Kind     string
				Complete float64
			}
		}
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		kinds = append(kinds, e.Event)
		switch e.Event {
		case "receive":
			// NaN is no JSON: the text becomes a string.
			if e.Tuple != `["a",NaN]` || e.Time != "2026-01-02T03:04:01.005000Z" {
				t.Errorf("receive is %s", line)
			}
		case "summary":
			if e.End != "idle" || len(e.Components) != 2 || e.Components[1].Kind != "spout" || e.Components[1].Complete != 12 {
				t.Errorf("the summary is %s", line)
			}
		}
	}
	want := []string{"run", "start", "log", "error", "start", "receive", "warning", "note", "summary"}
	if !reflect.DeepEqual(kinds, want) {
		t.Errorf("the events are %q, want %q", kinds, want)
	}
}

// What components write cannot control the terminal.
func TestHostileComponent(t *testing.T) {
	const hostile = "\x1b[2J\x1b]52;c;aGk=\a\u009b31m\u0090\x9b\u202e\u2066\rx"
	var out bytes.Buffer
	v := NewText(Options{Out: &out})
	numbers := func() local.Snapshot {
		s := snapshot()
		s.Components[0].LastError = hostile
		return s
	}
	r := Run{Name: "words", Components: []string{"lines", "split"}, Numbers: numbers}
	v.Begin(r)
	for _, kind := range []local.EventKind{local.LogEvent, local.StderrEvent, local.ErrorEvent, local.WarningEvent} {
		v.Event(local.Event{Kind: kind, Component: "split", Task: 2, Text: hostile})
	}
	v.Event(local.Event{Kind: local.DeathEvent, Component: "split", Task: 2, Death: &local.Death{
		Component: "split", Reason: hostile, Line: hostile, Tuple: hostile, Stderr: []string{hostile},
	}})
	v.Event(local.Event{Kind: local.EmitEvent, Component: "split", Task: 2, Tuple: &local.TupleEvent{Stream: hostile, Values: hostile}})
	v.Note(hostile)
	v.End(&local.Summary{Snapshot: numbers(), End: local.Idle}, nil)
	v.Close()
	shown := out.String() + strings.Join(liveView(&r, (&failures{}).lastOf, false)(), "\n")
	if strings.ContainsAny(shown, "\x1b\a\u009b\u0090\u202e\u2066\r") || strings.Contains(shown, "\x9b") {
		t.Errorf("%q", shown)
	}
}

// showDeaths shows a component that dies n times of the same exception.
func showDeaths(t *testing.T, o Options, n int, stderr []string) string {
	t.Helper()
	var out bytes.Buffer
	o.Out, o.Failed = &out, func(err error) { t.Error(err) }
	v := NewText(o)
	numbers := func() local.Snapshot {
		return local.Snapshot{Components: []local.ComponentStats{
			{ID: "enrich", Executors: 1, Tasks: []local.TaskStats{{ID: 2}}, Stats: local.Stats{Restarts: int64(n), LastError: "its process ended with exit status 1"}},
		}}
	}
	v.Begin(Run{
		Name: "words", Components: []string{"enrich"}, Numbers: numbers,
		Declared: map[string]string{"enrich": "words.yaml:4:3"},
		Sources:  map[string]string{"resources/enrich.py": "multilang/resources/enrich.py"},
	})
	v.Event(local.Event{Time: at(0), Kind: local.StartEvent, Component: "enrich", Task: 2, PID: 40})
	for i := range n {
		for _, line := range stderr {
			v.Event(local.Event{Time: at(i), Kind: local.StderrEvent, Component: "enrich", Task: 2, Text: line})
		}
		v.Event(local.Event{Time: at(i), Kind: local.ErrorEvent, Component: "enrich", Task: 2, Text: strings.Join(stderr, "\n")})
		v.Event(local.Event{Time: at(i), Kind: local.DeathEvent, Component: "enrich", Task: 2, Death: &local.Death{
			Component: "enrich", Task: 2, PID: 40 + i, Reason: "its process ended with exit status 1", Storm: "the worker dies too", Stderr: stderr,
		}})
		v.Event(local.Event{Time: at(i), Kind: local.RestartEvent, Component: "enrich", Task: 2, Text: "starting it again in 100ms"})
		v.Event(local.Event{Time: at(i), Kind: local.StartEvent, Component: "enrich", Task: 2, PID: 41 + i})
	}
	v.End(&local.Summary{Snapshot: numbers(), End: local.Elapsed}, nil)
	v.Close()
	return out.String()
}

// A death is explained once, by its exception, and then counted by one line. The stack is shown on demand.
func TestDeaths(t *testing.T) {
	stack := []string{"Traceback (most recent call last):", `  File "/tmp/stormflux-run-1/resources/enrich.py", line 7, in <module>`, "    import numpyy",
		"ModuleNotFoundError: No module named 'numpyy'"}
	const want = `stormflux: running words: 1 component, 1 task; press Ctrl-C to end it
03:04:00.005 enrich:2 stderr  ModuleNotFoundError: No module named 'numpyy'
03:04:00.005 enrich:2 error   ModuleNotFoundError: No module named 'numpyy' (multilang/resources/enrich.py:7)
03:04:00.005 enrich:2 died    bolt "enrich" (task 2, pid 40): its process ended with exit status 1: ModuleNotFoundError: No module named 'numpyy' (multilang/resources/enrich.py:7)
      Storm: the worker dies too
      "enrich" is declared at words.yaml:4:3
03:04:00.005 enrich:2 restart starting it again in 100ms
03:04:00.005 enrich:2 start   running again, pid 41
03:04:01.005 enrich:2 died    task 2, pid 41, died of the same: ModuleNotFoundError: No module named 'numpyy' (multilang/resources/enrich.py:7) ×2

words ended`
	got := showDeaths(t, Options{}, 2, stack)
	if !strings.HasPrefix(got, want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if line := `"enrich" (words.yaml:4:3) died 2 times: ModuleNotFoundError: No module named 'numpyy' (multilang/resources/enrich.py:7)` + "\n"; !strings.HasSuffix(got, line) {
		t.Errorf("got\n%s\nwant at the end\n%s", got, line)
	}
	if whole := showDeaths(t, Options{Verbose: true}, 2, stack); strings.Count(whole, "import numpyy") != 6 {
		t.Errorf("verbose:\n%s", whole)
	}
}

// Four panics with long dumps take few lines.
func TestPanics(t *testing.T) {
	dump := []string{"panic: oh", "", "goroutine 1 [running]:", "main.main()", "\t/home/me/bolts/enrich/main.go:31 +0x1d"}
	for range 80 {
		dump = append(dump, "goroutine 7 [select]:", "main.f()", "\t/home/me/bolts/enrich/main.go:99 +0x1d")
	}
	got := showDeaths(t, Options{}, 4, dump)
	if n := strings.Count(got, "\n"); n > 25 || !strings.Contains(got, "panic: oh (/home/me/bolts/enrich/main.go:31) ×4") {
		t.Errorf("%d lines:\n%s", n, got)
	}
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errors.New("nobody reads") }

func TestFailedWrite(t *testing.T) {
	failed := make(chan error, 8)
	v := NewText(Options{Out: brokenWriter{}, Failed: func(err error) { failed <- err }})
	v.Note("a remark")
	v.Close()
	if err := <-failed; err.Error() != "nobody reads" {
		t.Error(err)
	}
}
