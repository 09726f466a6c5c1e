//go:build linux

package stormtest

import (
	"archive/zip"
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stormflux/stormflux/internal/devcluster"
)

// patience is how long a test waits for something that takes seconds on a quiet machine.
const patience = 3 * time.Minute

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

// submitWordcount submits testdata/wordcount.yaml with Flux.
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
	// LogInfoBolt's class must be on the worker, so we send Flux's wrappers too, as `storm jar --jars` does.
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
	c := New(t, Options{Supervisors: 2, Slots: 1})
	t.Logf("the cluster was ready after %v", time.Since(begin))
	ctx, cancel := context.WithTimeout(t.Context(), patience)
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
		workers, seen := 0, false
		for name, text := range logs {
			if filepath.Base(name) == "worker.log" {
				workers++
				seen = seen || strings.Contains(text, `["a line from the shell"]`)
			}
		}
		if seen && workers == 2 {
			break
		}
		if err := wait(ctx, pollInterval); err != nil {
			t.Fatalf("%d of 2 workers run; the spout's line has reached a log: %v", workers, seen)
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

// Stop in the middle of a run ends workers and their children. The test finds them in its own way.
func TestStopEndsWorkers(t *testing.T) {
	c := storm.Cluster(t)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	submitWordcount(t, c)
	awaitSpout(t, ctx, c)
	processes, err := c.Processes()
	if err != nil {
		t.Fatal(err)
	}
	if len(processes) < 6 {
		t.Errorf("processes are %v: want ZooKeeper, Nimbus, Supervisor, a log writer, its worker and the spout at least", processes)
	}
	if err := c.Stop(); err != nil {
		t.Fatal(err)
	}
	for _, pid := range processes {
		if devcluster.Alive(pid) {
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

// awaitSpout waits until a worker has started the spout's process.
func awaitSpout(t *testing.T, ctx context.Context, c *Cluster) {
	t.Helper()
	for {
		pids, err := c.Processes()
		if err != nil {
			t.Fatal(err)
		}
		for _, pid := range pids {
			command, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/cmdline")
			if err == nil && string(command) == "sh\x00lines.sh\x00" {
				return
			}
		}
		if err := wait(ctx, pollInterval); err != nil {
			t.Fatal("the spout has not started")
		}
	}
}

// abandonedHome names the variable that turns TestAbandoned into the process that gets killed.
const abandonedHome = "STORMFLUX_TEST_ABANDON"

// When the process that started a cluster is killed, the cluster ends, workers included.
func TestAbandoned(t *testing.T) {
	if os.Getenv(abandonedHome) != "" {
		abandon(t)
		return
	}
	requireCluster(t)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	child := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestAbandoned$", "-test.v")
	child.Env = append(os.Environ(), abandonedHome+"=1")
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	token, home := "", ""
	for lines := bufio.NewReader(out); home == ""; {
		line, err := lines.ReadString('\n')
		said.WriteString(line)
		if err != nil {
			t.Fatalf("%v (%v)\n%s", err, child.Wait(), said.String())
		}
		if fields := strings.Fields(line); len(fields) == 3 && fields[0] == "abandoned" {
			token, home = fields[1], fields[2]
		}
	}
	before, err := devcluster.Mark(token).Processes()
	if err != nil {
		t.Fatal(err)
	}
	if len(before) < 6 { // ZooKeeper, Nimbus, Supervisor, the worker's log writer, the worker and the spout
		t.Errorf("processes before: %v", before)
	}
	child.Process.Kill()
	child.Wait()
	for {
		left, err := devcluster.Mark(token).Processes()
		if err != nil {
			t.Fatal(err)
		}
		_, err = os.Stat(home)
		if len(left) == 0 && os.IsNotExist(err) {
			break
		}
		if err := wait(ctx, pollInterval); err != nil {
			t.Fatalf("processes %v, folder %s (%v) are still there", left, home, err)
		}
	}
}

// abandon starts a cluster with a running spout, reports it, and waits for its end.
func abandon(t *testing.T) {
	c := New(t, Options{Slots: 1})
	submitWordcount(t, c)
	awaitSpout(t, t.Context(), c)
	fmt.Println("\nabandoned", c.mark, c.Home())
	<-t.Context().Done()
}

func TestNimbusRestarts(t *testing.T) {
	// A short session, so that the new Nimbus need not wait long for the killed one's leadership.
	c := New(t, Options{Conf: map[string]any{"storm.zookeeper.session.timeout": 4000}})
	c.KillNimbus()
	if _, err := c.Topologies(t.Context()); err == nil {
		t.Error("a killed Nimbus has answered")
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := c.StartNimbus(ctx); err != nil {
		t.Fatal(err)
	}
	submitWordcount(t, c) // only a leader accepts it
	if err := c.AwaitTopology(ctx, "words", "ACTIVE"); err != nil {
		t.Error(err)
	}
}

// If a daemon cannot start, Start reports it at once with the reason, and nothing is left of the others.
func TestStartFails(t *testing.T) {
	requireCluster(t)
	home := filepath.Join(t.TempDir(), "home")
	c, err := Start(t.Context(), Options{Home: home, Conf: map[string]any{"nimbus.thrift.port": "no port"}})
	if err == nil {
		c.Stop()
		t.Fatal("it has started")
	}
	if !strings.Contains(err.Error(), "nimbus has ended") || !strings.Contains(err.Error(), "NIMBUS_THRIFT_PORT") {
		t.Errorf("error is %v", err)
	}
	if _, err := os.Stat(filepath.Join(home, "logs", "nimbus.log")); err != nil {
		t.Errorf("a folder that the caller has named is not kept: %v", err)
	}
}
