//go:build unix

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stormflux/stormflux/internal/plan"
	"github.com/stormflux/stormflux/internal/stormtest"
)

// planned runs `stormflux plan --format json` and returns its plan and its exit code.
func planned(ctx context.Context, t *testing.T, binary string, args ...string) (*plan.Plan, int) {
	t.Helper()
	cmd := exec.CommandContext(ctx, binary, append([]string{"plan", "--format", "json"}, args...)...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	code := 0
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		code = exit.ExitCode()
	} else if err != nil {
		t.Fatal(err)
	}
	p := new(plan.Plan)
	if err := json.Unmarshal(stdout.Bytes(), p); err != nil {
		t.Fatalf("plan %s: exit code %d, %v\n%s%s", strings.Join(args, " "), code, err, stdout.String(), stderr.String())
	}
	return p, code
}

// The plan of an unchanged file is empty for every example, also when Nimbus and the Supervisor started again. Not all of the
// topologies get a place in a worker.
func TestPlanOfUnchangedExamplesOnStorm(t *testing.T) {
	stormtest.Long(t)
	cluster := stormtest.New(t, stormtest.Options{Slots: 3})
	binary := buildStormflux(t)
	t.Chdir("../..")
	examples, err := filepath.Glob("examples/*.yaml")
	if err != nil || len(examples) < 5 {
		t.Fatalf("%q, %v", examples, err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 6*time.Minute)
	defer cancel()
	var files [][]string
	for _, e := range examples {
		files = append(files, []string{e})
	}
	files = append(files,
		[]string{"examples/leiningen/wordcount.yaml", "--name", "wordcount-leiningen", "-c", "topology.users=[\"somebody\"]"},
		[]string{"examples/environments/wordcount.yaml", "-e", "dev"},
		[]string{"examples/environments/wordcount.yaml", "-e", "prod"},
	)
	for i := range files {
		files[i] = append(files[i], "--nimbus", cluster.NimbusAddr())
	}
	for _, args := range files {
		if p, code := planned(ctx, t, binary, args...); code != exitChanges || p.Action != plan.New {
			t.Errorf("%s is %q, exit code %d, before it is submitted", args[0], p.Action, code)
		}
		stormflux(ctx, t, binary, append([]string{"submit", "--inactive"}, args...)...)
	}
	unchanged := func(when string) {
		t.Helper()
		for _, args := range files {
			p, code := planned(ctx, t, binary, args...)
			if code != 0 || p.Action != plan.None || len(p.Changes) > 0 || len(p.Drift) != 1 || p.Status != "INACTIVE" {
				t.Errorf("%s, the plan of %s has exit code %d: %s%s", when, args[0], code, p.Text(false), p.ID)
			}
		}
	}
	unchanged("after the submission")
	cluster.KillNimbus()
	if err := cluster.StartNimbus(ctx); err != nil {
		t.Fatal(err)
	}
	if err := cluster.RestartSupervisors(ctx); err != nil {
		t.Fatal(err)
	}
	unchanged("after a restart of the cluster")
}
