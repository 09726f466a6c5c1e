//go:build unix

package main

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stormflux/stormflux/internal/devcluster"
	"github.com/stormflux/stormflux/internal/stormtest"
)

// A cluster for a developer runs a topology, goes down without leaving a process, and runs the topology again when it is up
// again.
func TestDevCluster(t *testing.T) {
	stormtest.Require(t)
	stormtest.Long(t)
	ctx, cancel := context.WithTimeout(t.Context(), 8*time.Minute)
	defer cancel()
	ownCache(t)
	binary := buildStormflux(t)
	t.Chdir("../..")
	ports, err := devcluster.FreePorts(0, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stormflux(context.WithoutCancel(ctx), t, binary, "dev-cluster", "down")
	})
	out := stormflux(ctx, t, binary, "dev-cluster", "up", "--port", strconv.Itoa(ports.Nimbus))
	if !strings.Contains(out, "Nimbus at "+devcluster.Loopback(ports.Nimbus)) || !strings.Contains(out, "stormflux submit FILE --dev --wait") {
		t.Errorf("it says %q", out)
	}
	counts := t.TempDir()
	stormflux(ctx, t, binary, "submit", "examples/wordcount-python.yaml", "--dev", "--wait", "-c", "wordcount.out="+counts)
	if err := awaitCounts(ctx, counts, wordsOf(t, "examples/wordcount/resources/sentences.txt")); err != nil {
		t.Fatal(err)
	}
	if out := stormflux(ctx, t, binary, "dev-cluster", "up"); !strings.HasPrefix(out, "Storm 2.8.3 runs already") {
		t.Errorf("it says %q", out)
	}

	if out := stormflux(ctx, t, binary, "doctor", "examples/wordcount-python.yaml", "--dev"); !strings.Contains(out, "with 3 of 4 slots free") || !strings.Contains(out, " Storm 2.8.3\n") {
		t.Errorf("doctor says\n%s", out)
	}

	dir, err := devcluster.DefaultDir()
	if err != nil {
		t.Fatal(err)
	}
	var state struct {
		Mark devcluster.Mark `json:"mark"`
	}
	text, err := os.ReadFile(filepath.Join(dir, "cluster.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &state); err != nil {
		t.Fatal(err)
	}
	if pids, err := state.Mark.Processes(); err != nil || len(pids) < 5 {
		t.Errorf("processes are %v (%v): want three daemons, a worker and its components", pids, err)
	}
	if out := stormflux(ctx, t, binary, "dev-cluster", "down"); out != "ended zookeeper, nimbus, supervisor and the workers\n" {
		t.Errorf("it says %q", out)
	}
	if pids, err := state.Mark.Processes(); err != nil || len(pids) > 0 {
		t.Errorf("processes left: %v (%v)", pids, err)
	}

	stormflux(ctx, t, binary, "dev-cluster", "up")
	if out := stormflux(ctx, t, binary, "list", "--dev"); !strings.Contains(out, "wordcount-python") || !strings.Contains(out, "ACTIVE") {
		t.Errorf("the topology is gone: %s", out)
	}
	stormflux(ctx, t, binary, "dev-cluster", "down", "--delete")
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("the folder is still there (%v)", err)
	}
}

// ownCache gives the test a cache of its own, with the jars of Storm that the user's has.
func ownCache(t *testing.T) {
	t.Helper()
	cache := t.TempDir()
	for _, set := range []stormtest.JarSet{stormtest.DaemonJars, stormtest.WorkerJars, stormtest.ZooKeeperJars} {
		jars, err := stormtest.Jars(t.Context(), set)
		if err != nil {
			t.Fatal(err)
		}
		link := filepath.Join(cache, "storm-"+stormtest.StormVersion, filepath.Base(jars))
		if err := os.MkdirAll(filepath.Dir(link), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(jars, link); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("STORMFLUX_CACHE", cache)
}
