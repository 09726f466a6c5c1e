//go:build linux || darwin

package devcluster

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stormflux/stormflux/internal/cachedir"
)

// fakeJava is the environment variable that makes this test binary play java.
const fakeJava = "STORMFLUX_TEST_JAVA"

func TestMain(m *testing.M) {
	if os.Getenv(fakeJava) != "" {
		os.Exit(playJava(os.Args))
	}
	os.Exit(m.Run())
}

// playJava does what the tests need of a daemon. ZooKeeper answers "dump"; the others only live.
func playJava(args []string) int {
	if file := args[len(args)-1]; filepath.Base(file) == "zoo.cfg" {
		text, err := os.ReadFile(file)
		if err != nil {
			return 1
		}
		var port string
		for line := range strings.Lines(string(text)) {
			if value, ok := strings.CutPrefix(line, "clientPort="); ok {
				port = strings.TrimSpace(value)
			}
		}
		listener, err := net.Listen("tcp", "127.0.0.1:"+port)
		if err != nil {
			return 1
		}
		go func() {
			for {
				conn, err := listener.Accept()
				if err != nil {
					return
				}
				fmt.Fprint(conn, "ephemeral nodes dump:\nSessions with Ephemerals (0):\n")
				conn.Close()
			}
		}()
	}
	if os.Getenv(fakeJava) == "dies" && slices.Contains(args, classes[Nimbus].class) {
		fmt.Println("cannot go on")
		return 1
	}
	time.Sleep(time.Hour) // the test ends it
	return 0
}

// options returns options of a cluster whose java is this test binary. The cluster ends with the test.
func options(t *testing.T) Options {
	t.Helper()
	t.Setenv(fakeJava, "lives")
	t.Setenv("STORMFLUX_CACHE", t.TempDir())
	for _, library := range []Library{ZooKeeperLibrary, DaemonLibrary, WorkerLibrary} {
		parts := [][]byte{fmt.Append(nil, library.coordinates(DefaultVersion))}
		if _, err := cachedir.Folder(t.Context(), "storm-"+DefaultVersion, string(library), parts, func(string) error { return nil }); err != nil {
			t.Fatal(err)
		}
	}
	opts := Options{Dir: filepath.Join(t.TempDir(), "cluster"), Java: os.Args[0], Ready: func(context.Context, string) error { return nil }}
	t.Cleanup(func() {
		if _, err := Down(context.WithoutCancel(t.Context()), opts.Dir); err != nil && !errors.Is(err, ErrNone) {
			t.Errorf("ending the cluster: %v", err)
		}
	})
	return opts
}

func up(t *testing.T, opts Options) (*Cluster, bool) {
	t.Helper()
	c, started, err := Up(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Running()) != len(c.Daemons()) || len(c.Ended()) > 0 {
		t.Fatalf("%v of %v run", c.Running(), c.Daemons())
	}
	return c, started
}

// awaitEnd waits until a process is gone.
func awaitEnd(t *testing.T, pid int) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); Alive(pid); time.Sleep(pollInterval) {
		if time.Now().After(deadline) {
			t.Fatalf("process %d does not end", pid)
		}
	}
}

// A cluster goes up once, is restarted if a part of it is gone, goes down, and up again with its ports.
func TestUpAndDown(t *testing.T) {
	opts := options(t)
	if _, err := Down(t.Context(), opts.Dir); !errors.Is(err, ErrNone) {
		t.Errorf("ending no cluster: %v", err)
	}
	c, started := up(t, opts)
	if !started {
		t.Error("it says that nothing was started")
	}
	first := c.Running()
	if c, started = up(t, opts); started || !maps.Equal(c.Running(), first) {
		t.Errorf("the second call has started it again: %v, then %v", first, c.Running())
	}

	if err := syscall.Kill(first[Nimbus], syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	awaitEnd(t, first[Nimbus])
	if ended := c.Ended(); !slices.Equal(ended, []Daemon{Nimbus}) {
		t.Errorf("ended: %v", ended)
	}
	var said []string
	opts.Progress = func(line string) { said = append(said, line) }
	if c, started = up(t, opts); !started || !slices.Contains(said, "nimbus ended: restarting the cluster") {
		t.Errorf("it says %q", said)
	}
	for d, pid := range first {
		if Alive(pid) {
			t.Errorf("the first %s still runs", d)
		}
	}

	ports, second := c.state.Ports, c.Running()
	if err := Delete(opts.Dir); err == nil {
		t.Error("a running cluster was deleted")
	}
	if ended, err := Down(t.Context(), opts.Dir); err != nil || !slices.Equal(ended, c.Daemons()) {
		t.Errorf("ended %v (%v)", ended, err)
	}
	for d, pid := range second {
		if Alive(pid) {
			t.Errorf("%s still runs", d)
		}
	}
	if ended, err := Down(t.Context(), opts.Dir); err != nil || len(ended) > 0 {
		t.Errorf("a cluster that is down was ended: %v (%v)", ended, err)
	}
	if c, _ = up(t, opts); fmt.Sprint(c.state.Ports) != fmt.Sprint(ports) {
		t.Errorf("the ports are %v, were %v", c.state.Ports, ports)
	}
	if _, err := Down(t.Context(), opts.Dir); err != nil {
		t.Fatal(err)
	}
	if err := Delete(opts.Dir); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(opts.Dir); !os.IsNotExist(err) {
		t.Errorf("the folder is still there (%v)", err)
	}
}

// The workers and their programs carry the mark, and end with the cluster even if their Supervisor is gone.
func TestDownEndsWorkers(t *testing.T) {
	opts := options(t)
	c, _ := up(t, opts)
	worker := exec.Command(os.Args[0])
	worker.Env = c.state.Mark.Environment()
	if err := worker.Start(); err != nil {
		t.Fatal(err)
	}
	go worker.Wait()
	if _, err := Down(t.Context(), opts.Dir); err != nil {
		t.Fatal(err)
	}
	if Alive(worker.Process.Pid) {
		t.Error("the worker still runs")
	}
}

// A process that has the id of an ended daemon is another one, and stays.
func TestDownLeavesOthers(t *testing.T) {
	opts := options(t)
	c, _ := up(t, opts)
	running := c.Running()
	other := exec.Command(os.Args[0])
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { other.Wait(); close(ended) }()
	defer func() { other.Process.Kill(); <-ended }()
	p := c.state.Processes[Nimbus]
	c.state.Processes[Nimbus] = process{PID: other.Process.Pid, Started: p.Started}
	if p.Started == startTime(other.Process.Pid) {
		c.state.Processes[Nimbus] = process{PID: other.Process.Pid, Started: "earlier"} // the clock is coarse
	}
	if err := c.save(); err != nil {
		t.Fatal(err)
	}
	if _, err := Down(t.Context(), opts.Dir); err != nil {
		t.Fatal(err)
	}
	if !Alive(other.Process.Pid) {
		t.Error("a foreign process was ended")
	}
	if Alive(running[Supervisor]) || Alive(running[Nimbus]) {
		t.Error("a process of the cluster still runs")
	}
}

// If a daemon ends at its start, the error has its last words, and nothing runs.
func TestUpFails(t *testing.T) {
	opts := options(t)
	t.Setenv(fakeJava, "dies")
	opts.Ready = func(context.Context, string) error { return errors.New("not yet") }
	c, _, err := Up(t.Context(), opts)
	if err == nil || !strings.Contains(err.Error(), "nimbus ended at its start") || !strings.Contains(err.Error(), "cannot go on") {
		t.Errorf("got %v, %v", c, err)
	}
	if c, err = Open(opts.Dir); err != nil {
		t.Fatal(err)
	}
	if pids, err := c.state.Mark.Processes(); err != nil || len(pids) > 0 {
		t.Errorf("still there: %v (%v)", pids, err)
	}
}

// Ctrl-C while Nimbus starts ends what was started.
func TestUpStops(t *testing.T) {
	opts := options(t)
	ctx, cancel := context.WithCancelCause(t.Context())
	opts.Ready = func(context.Context, string) error {
		cancel(errors.New("interrupted"))
		return errors.New("not yet")
	}
	_, _, err := Up(ctx, opts)
	if err == nil || err.Error() != "stopped while waiting for nimbus: interrupted" {
		t.Errorf("got %v", err)
	}
	if c, err := Open(opts.Dir); err != nil || len(c.Running()) > 0 {
		t.Errorf("still there: %v (%v)", c, err)
	}
}

// A port that is taken is an error if the user chose it, else another one takes its place.
func TestTakenPort(t *testing.T) {
	opts := options(t)
	var listener net.Listener
	taken := 0
	for tries := 0; listener == nil; tries++ { // a cluster of another test can take the port first
		c, _ := up(t, opts)
		if _, err := Down(t.Context(), opts.Dir); err != nil {
			t.Fatal(err)
		}
		taken = c.Port(ZooKeeper)
		var err error
		if listener, err = net.Listen("tcp", Loopback(taken)); err != nil && tries == 3 {
			t.Fatal(err)
		}
	}
	defer listener.Close()
	opts.Port = taken
	if _, _, err := Up(t.Context(), opts); err == nil || err.Error() != fmt.Sprintf("port %d is taken by another program: choose another one", taken) {
		t.Errorf("got %v", err)
	}
	opts.Port, opts.Slots = 0, 6
	var said []string
	opts.Progress = func(line string) { said = append(said, line) }
	c, _ := up(t, opts)
	if c.Port(ZooKeeper) == taken || !strings.HasPrefix(said[0], fmt.Sprintf("port %d is taken", taken)) {
		t.Errorf("the port is %d; it says %q", c.Port(ZooKeeper), said)
	}
	if slots := c.state.Ports.slots(); slots != 6 {
		t.Errorf("the cluster that was down has %d slots, want the new number", slots)
	}
}

// Another cluster than that of the folder, and a folder with other files, are refused.
func TestOtherCluster(t *testing.T) {
	opts := options(t)
	up(t, opts)
	for _, test := range []struct {
		change func(*Options)
		want   string
	}{
		{func(o *Options) { o.Version = "2.6.4" }, "has Storm 2.8.3, not Storm 2.6.4"},
		{func(o *Options) { o.UI = true }, "has no UI, not a UI"},
		{func(o *Options) { o.Port = 1 }, ", not port 1"},
		{func(o *Options) { o.Slots = 9 }, "has --slots 4, not --slots 9"},
	} {
		other := opts
		test.change(&other)
		if _, _, err := Up(t.Context(), other); err == nil || !strings.HasSuffix(err.Error(), test.want) {
			t.Errorf("got %v, want %s", err, test.want)
		}
	}
	opts.Dir = t.TempDir()
	if err := os.WriteFile(filepath.Join(opts.Dir, "letter.txt"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, _, err := Up(t.Context(), opts); err == nil || !strings.Contains(err.Error(), "has other files (letter.txt)") {
		t.Errorf("got %v", err)
	}
}

// Logs prints the last lines, then new ones, and goes on with the file of the next start.
func TestLogs(t *testing.T) {
	c := &Cluster{dir: t.TempDir(), state: state{Ports: Ports{Supervisors: make([]SupervisorPorts, 1)}}}
	if err := os.Mkdir(c.Home().LogDir(), 0o755); err != nil {
		t.Fatal(err)
	}
	write := func(text string) {
		if err := os.WriteFile(c.Log(Nimbus), []byte(text), 0o644); err != nil {
			t.Error(err)
		}
	}
	write("a\nb\nc\nhalf")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var got []string
	err := c.Logs(ctx, []Daemon{ZooKeeper, Nimbus}, 2, true, func(d Daemon, line string) error {
		switch got = append(got, string(d)+" "+line); len(got) {
		case 2:
			write("a\nb\nc\nhalf a line\nd\n")
		case 4:
			write("new\n")
		case 5:
			cancel()
		}
		return nil
	})
	want := []string{"nimbus b", "nimbus c", "nimbus half a line", "nimbus d", "nimbus new"}
	if !errors.Is(err, context.Canceled) || !slices.Equal(got, want) {
		t.Errorf("got %q (%v), want %q", got, err, want)
	}
}
