//go:build unix

package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"os/exec"
	"reflect"
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

// awaitPlan plans until the plan is as wanted: Nimbus starts a rebalance only after its answer.
func awaitPlan(ctx context.Context, t *testing.T, binary string, wanted func(*plan.Plan) bool, args ...string) {
	t.Helper()
	for {
		p, _ := planned(ctx, t, binary, args...)
		if wanted(p) {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("the plan never was as wanted:\n%s", p.Text(false))
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// What somebody changes by hand is in the plan, and so is what undoes it. The plan of an unchanged file is empty for every example,
// also when Nimbus and the Supervisor started again. Not all of the topologies get a place in a worker.
func TestPlansOnStorm(t *testing.T) {
	stormtest.Long(t)
	cluster := stormtest.New(t, stormtest.Options{Slots: 3})
	binary := buildStormflux(t)
	built := map[string]string{} // examples that need a build run elsewhere
	for path, example := range exampleRuns {
		if example.prepare != "" {
			built[path] = example.stage(t, path)
		}
	}
	t.Chdir("../..")
	ctx, cancel := context.WithTimeout(t.Context(), 8*time.Minute)
	defer cancel()

	nimbus := []string{"--nimbus", cluster.NimbusAddr()}
	byHand := append([]string{"examples/wordcount.yaml", "--name", "by-hand"}, nimbus...)
	rebalance := func(args ...string) {
		t.Helper()
		awaitPlan(ctx, t, binary, func(p *plan.Plan) bool { return p.Status != "REBALANCING" }, byHand...)
		stormflux(ctx, t, binary, append(append([]string{"rebalance", "by-hand", "--grace", "0"}, args...), nimbus...)...)
	}
	stormflux(ctx, t, binary, append([]string{"submit", "--inactive"}, byHand...)...)
	rebalance("-n", "2", "--executors", "count=1")
	awaitPlan(ctx, t, binary, func(p *plan.Plan) bool {
		return p.Action == plan.InPlace && len(p.Changes) == 2 && p.Changes[0].Drifted && p.Changes[1].Drifted &&
			reflect.DeepEqual(p.Rebalance, &plan.Rebalance{Workers: 1, Executors: map[string]int{"count": 2}})
	}, byHand...)
	rebalance("-n", "1", "--executors", "count=2")
	quiet := func(p *plan.Plan) bool { return p.Action == plan.None && len(p.Drift) == 1 && p.Status == "INACTIVE" }
	awaitPlan(ctx, t, binary, quiet, byHand...)

	var files [][]string
	for _, path := range exampleTopologies(t) {
		switch path {
		case "examples/environments/wordcount.yaml":
			files = append(files, []string{path, "-e", "dev"}, []string{path, "-e", "prod"})
		case "examples/leiningen/wordcount.yaml":
			files = append(files, []string{path, "--name", "wordcount-leiningen", "-c", "topology.users=[\"somebody\"]"})
		default:
			files = append(files, []string{cmp.Or(built[path], path)})
		}
	}
	if len(files) < 8 {
		t.Fatalf("found only %q", files)
	}
	for i := range files {
		files[i] = append(files[i], nimbus...)
	}
	for _, args := range files {
		if p, code := planned(ctx, t, binary, args...); code != exitChanges || p.Action != plan.New {
			t.Errorf("%s is %q, exit code %d, before it is submitted", args[0], p.Action, code)
		}
		stormflux(ctx, t, binary, append([]string{"submit", "--inactive"}, args...)...)
	}
	files = append(files, byHand)
	unchanged := func(when string) {
		t.Helper()
		for _, args := range files {
			if p, code := planned(ctx, t, binary, args...); code != exitFine || len(p.Changes) > 0 || !quiet(p) {
				t.Errorf("%s, the plan of %s has exit code %d:\n%s", when, args[0], code, p.Text(false))
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
