//go:build linux

package stormtest

import (
	"archive/zip"
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// lineSpout is a multilang spout in shell that emits a line again and again. Shell cannot make the reply to the
// handshake without reading it, but it need not understand it.
const lineSpout = `
printf '{"pid": %d}\nend\n' $$
while read -r line; do
  case "$line" in
  *'"next"'*) printf '{"command":"emit","tuple":["a line from the shell"],"need_task_ids":false}\nend\n{"command":"sync"}\nend\n'; sleep 0.01 ;;
  *'"activate"'*|*'"deactivate"'*|*'"ack"'*|*'"fail"'*) printf '{"command":"sync"}\nend\n' ;;
  esac
done
`

// submitWordcount has Flux submit testdata/wordcount.yaml.
func submitWordcount(t *testing.T, c *Cluster) {
	t.Helper()
	jar := filepath.Join(t.TempDir(), "words.jar")
	file, err := os.Create(jar)
	if err != nil {
		t.Fatal(err)
	}
	archive := zip.NewWriter(file)
	script, err := archive.Create("resources/lines.sh")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := script.Write([]byte(lineSpout)); err != nil {
		t.Fatal(err)
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	// LogInfoBolt's class has to be on the worker, so Flux's wrappers go with it as `storm jar --jars` would send them.
	flux, err := Jars(t.Context(), FluxJars)
	if err != nil {
		t.Fatal(err)
	}
	cmd, err := c.Client(t.Context(), jar, "org.apache.storm.flux.Flux",
		"--filter", "testdata/wordcount.properties", "testdata/wordcount.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for i, arg := range cmd.Args {
		if strings.HasPrefix(arg, "-Dstorm.dependency.jars=") {
			cmd.Args[i] = arg + filepath.Join(flux, "flux-wrappers-"+StormVersion+".jar")
		}
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("submitting: %v\n%s", err, out)
	}
}

func TestClusterRunsTopology(t *testing.T) {
	begin := time.Now()
	c := New(t, Options{Slots: 1})
	t.Logf("the cluster was ready after %v", time.Since(begin))
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()

	submitWordcount(t, c)
	if err := c.AwaitTopology(ctx, "words", "ACTIVE"); err != nil {
		t.Fatal(err)
	}
	for {
		logs, err := c.WorkerLogs()
		if err != nil {
			t.Fatal(err)
		}
		seen := false
		for name, text := range logs {
			seen = seen || filepath.Base(name) == "worker.log" && strings.Contains(text, `["a line from the shell"]`)
		}
		if seen {
			break
		}
		if err := wait(ctx, pollInterval); err != nil {
			t.Fatal("the spout's line does not reach the worker's log")
		}
	}
	t.Logf("the topology ran after %v", time.Since(begin))
	log, err := c.NimbusLog()
	if err != nil || !strings.Contains(log, "Received topology submission for words") {
		t.Errorf("Nimbus's log does not tell of the submission (%v)", err)
	}

	kill, err := c.Client(ctx, "", "org.apache.storm.command.KillTopology", "words", "-w", "0")
	if err != nil {
		t.Fatal(err)
	}
	if out, err := kill.CombinedOutput(); err != nil {
		t.Fatalf("killing: %v\n%s", err, out)
	}
	if err := c.AwaitTopology(ctx, "words", ""); err != nil {
		t.Fatal(err)
	}
}

// Stop in the middle of a run ends workers and their children, found here by means of their own.
func TestStopEndsWorkers(t *testing.T) {
	c := storm.Cluster(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	submitWordcount(t, c)
	var pids []string
	for len(pids) == 0 {
		var err error
		if pids, err = filepath.Glob(filepath.Join(c.Home(), "local", "workers", "*", "pids", "*")); err != nil {
			t.Fatal(err)
		}
		if err := wait(ctx, pollInterval); err != nil {
			t.Fatal("no worker has started")
		}
	}
	processes, err := c.Processes()
	if err != nil {
		t.Fatal(err)
	}
	if len(processes) < 4 {
		t.Errorf("processes are %v: want ZooKeeper, Nimbus, Supervisor and a worker at least", processes)
	}
	if err := c.Stop(); err != nil {
		t.Fatal(err)
	}
	for _, pid := range processes {
		if alive(t, pid) {
			t.Errorf("process %d is still there", pid)
		}
	}
	if left, err := c.Processes(); err != nil || len(left) > 0 {
		t.Errorf("processes left: %v (%v)", left, err)
	}
	if _, err := os.Stat(c.Home()); !os.IsNotExist(err) {
		t.Errorf("STORM_HOME is still there (%v)", err)
	}
}

// alive tells whether a process is there and is not a zombie that waits for its parent.
func alive(t *testing.T, pid int) bool {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return false
	}
	// pid (command) state ...
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	if len(fields) == 0 {
		t.Fatalf("/proc/%d/stat is %q", pid, stat)
	}
	return fields[0] != "Z" && fields[0] != "X"
}
