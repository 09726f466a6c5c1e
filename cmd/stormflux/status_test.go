package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stormflux/stormflux/internal/nimbus"
)

// Nothing that a cluster says about a topology controls the terminal.
func TestStatusOfHostileCluster(t *testing.T) {
	const hostile = "\x1b[2J\x1b]52;c;aGk=\a\u009b31m\u0090\x9b\u202e\u2066\rx"
	var out bytes.Buffer
	a := &app{stdout: &out}
	err := a.print(statusText(&nimbus.Status{
		ID: hostile, Name: hostile, Status: hostile, SchedulerStatus: hostile,
		Components: []nimbus.ComponentStatus{{ID: hostile}},
		Workers:    []nimbus.WorkerStatus{{Host: hostile}},
		Errors:     []nimbus.ReportedError{{Component: hostile, Host: hostile, Text: hostile}},
	}))
	printTo(&out, "%s\n", hostile)
	if err != nil || strings.ContainsAny(out.String(), "\x1b\a\u009b\u0090\u202e\u2066\r") || strings.Contains(out.String(), "\x9b") {
		t.Errorf("%v, %q", err, out.String())
	}
}
