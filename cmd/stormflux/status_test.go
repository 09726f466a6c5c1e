package main

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stormflux/stormflux/internal/nimbus"
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
