package logviewer

import (
	"fmt"
	"testing"
)

// Lines as workers of Storm 2.8.3 and 1.2 write them.
func TestLineOwners(t *testing.T) {
	executors := []Executor{{"split", 5, 5}, {"word.split", 6, 7}, {"two words", 8, 8}, {"two words", 9, 9}, {"split-executor", 10, 10}}
	const at = "2026-11-22 03:00:00.123 "
	for _, c := range []struct{ raw, want string }{
		{"o.a.s.d.w.Worker main [INFO] Launching worker", "||0-0|info|o.a.s.d.w.Worker|main|Launching worker"},
		{"o.a.s.t.ShellBolt Thread-19-split-executor[5, 5] [INFO] Launched subprocess with pid 77", "|split|5-5|info|o.a.s.t.ShellBolt|Thread-19-split-executor[5, 5]|Launched subprocess with pid 77"},
		{"b.s.d.task Thread-19-split-executor[5 5] [WARN] old", "|split|5-5|warn|b.s.d.task|Thread-19-split-executor[5 5]|old"},
		{"x Thread-9-split-executor-executor[10, 10] [INFO] a", "|split-executor|10-10|info|x|Thread-9-split-executor-executor[10, 10]|a"},
		{"o.a.s.t.ShellBolt Thread-30 [ERROR] ShellLog pid:77, name:split hi [INFO] x", "|split|5-5|error||Thread-30|hi [INFO] x"},
		{"o.a.s.t.ShellBolt Thread-30 [INFO] ShellLog pid:88, name:two words hi", "|two words|0-0|info||Thread-30|hi"},
		{"o.a.s.s.ShellSpout Thread-3-two words-executor[9, 9] [INFO] Launched subprocess with pid 99", "|two words|9-9|info|o.a.s.s.ShellSpout|Thread-3-two words-executor[9, 9]|Launched subprocess with pid 99"},
		{"o.a.s.t.ShellBolt Thread-31 [INFO] ShellLog pid:99, name:two words hi", "|two words|9-9|info||Thread-31|hi"},
		{"o.a.s.t.ShellBolt Thread-31 [ERROR] Halting process: ShellBolt died. Command: [sh, a.sh], ProcessInfo pid:77, name:split exitCode:1, errorString:", "|split|5-5|error|o.a.s.t.ShellBolt|Thread-31|Halting process: ShellBolt died. Command: [sh, a.sh], ProcessInfo pid:77, name:split exitCode:1, errorString:"},
		{"w.split Thread-31 [INFO] Traceback", "|word.split|6-7|stderr||Thread-31|Traceback"},
		{"two words Thread-31 [INFO] on stderr", "|two words|0-0|stderr||Thread-31|on stderr"},
		{"o.a.s.X Thread-31 [INFO] ", "||0-0|info|o.a.s.X|Thread-31|"},
	} {
		p := newParser(Worker{}, executors)
		p.pids["99"] = Executor{"two words", 9, 9}
		if got := show(p.line(at + c.raw)); got != c.want {
			t.Errorf("%s\n is %s\nwant %s", c.raw, got, c.want)
		}
	}
}

func show(l Line) string {
	return fmt.Sprintf("%s|%s|%d-%d|%s|%s|%s|%s", l.Message, l.Component, l.First, l.Last, l.Level, l.Logger, l.Thread, l.Text)
}

// Without the executors, threads and processes still name components.
func TestLineOwnersUnknown(t *testing.T) {
	p := newParser(Worker{}, nil)
	for _, c := range []struct{ raw, want string }{
		{"2026-11-22 03:00:00.123 count Thread-31 [INFO] not yet known", "||0-0|info|count|Thread-31|not yet known"},
		{"2026-11-22 03:00:00.123 o.a.s.t.ShellBolt Thread-1-count-executor[3, 3] [INFO] Launched subprocess with pid 7", "|count|3-3|info|o.a.s.t.ShellBolt|Thread-1-count-executor[3, 3]|Launched subprocess with pid 7"},
		{"2026-11-22 03:00:00.123 o.a.s.t.ShellBolt Thread-31 [INFO] ShellLog pid:7, name:count hi", "|count|3-3|info||Thread-31|hi"},
		{"2026-11-22 03:00:00.123 count Thread-31 [INFO] known", "|count|0-0|stderr||Thread-31|known"},
		{"   File x", "|count|0-0|stderr||Thread-31|   File x"},
		{"2026-11-22 03:00 odd [INFO] x", "|count|0-0|stderr||Thread-31|2026-11-22 03:00 odd [INFO] x"},
	} {
		if got := show(p.line(c.raw)); got != c.want {
			t.Errorf("%s\n is %s\nwant %s", c.raw, got, c.want)
		}
	}
}

// Sampled tuples have a form of their own.
func TestTupleLines(t *testing.T) {
	p := newParser(Worker{}, nil)
	for raw, want := range map[string]string{
		"Sun Nov 22 03:00:01 UTC 2026,count,3,,[the, 2]":          "|count|3-3|tuple|||[the, 2]",
		"Sun Nov 22 03:00:01 CET 2026,a,b,12,id-7,[a, [b, c], d]": "id-7|a,b|12-12|tuple|||[a, [b, c], d]",
	} {
		line := p.line(raw)
		if got := show(line); got != want || line.Time.Format(stampForm) != "2026-11-22 03:00:01.000" {
			t.Errorf("%s\n is %s at %v\nwant %s", raw, got, line.Time, want)
		}
	}
}
