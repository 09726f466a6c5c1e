//go:build unix

package component_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stormflux/stormflux/component"
	"github.com/stormflux/stormflux/internal/multilang"
)

// asComponent is the environment variable that makes this test binary a component.
const asComponent = "COMPONENT_TEST_RUN_AS"

// early holds standard output, as a variable of a program may do before main runs.
var early = log.New(os.Stdout, "", 0)

func TestMain(m *testing.M) {
	switch os.Getenv(asComponent) {
	case "split":
		component.RunBasicBolt(component.BasicBoltFunc(split))
	case "talker":
		component.RunBasicBolt(talker{})
	case "panic":
		component.RunBasicBolt(component.BasicBoltFunc(func(*component.Tuple, *component.BasicCollector) error { panic("at the disco") }))
	case "stuck bolt":
		component.RunBasicBolt(component.BasicBoltFunc(func(_ *component.Tuple, out *component.BasicCollector) error {
			out.Emit("stuck")
			select {}
		}))
	case "stuck spout":
		component.RunSpout(component.SpoutFunc(func(out *component.SpoutCollector) error {
			out.Emit("stuck")
			select {}
		}))
	case "waiting spout":
		component.RunSpout(component.SpoutFunc(func(out *component.SpoutCollector) error {
			out.Emit("waiting")
			<-out.Context().Done()
			return nil
		}))
	}
	os.Exit(m.Run())
}

// A talker prints at every place where a program can print.
type talker struct{}

func (talker) Execute(t *component.Tuple, out *component.BasicCollector) error {
	fmt.Println("printed with fmt")
	early.Print("printed with an early logger")
	os.NewFile(1, "stdout").WriteString("printed to the descriptor\n")
	child := exec.Command("/bin/sh", "-c", "echo printed by a child; cat")
	child.Stdin, child.Stdout = os.Stdin, os.Stdout
	if err := child.Run(); err != nil {
		return err
	}
	out.Emit(t.String(0))
	return nil
}

func (talker) Cleanup() error {
	fmt.Println("cleaned up")
	return nil
}

// A child is a component in a process of its own, with Storm's end of the pipes to it.
type child struct {
	t      *testing.T
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    *multilang.Reader
	stderr bytes.Buffer
	exited chan error
}

func startChild(t *testing.T, as string) *child {
	t.Helper()
	c := &child{t: t, exited: make(chan error, 1)}
	c.cmd = exec.Command(os.Args[0])
	c.cmd.Env = append(os.Environ(), asComponent+"="+as)
	c.cmd.Stderr = &c.stderr
	in, err := c.cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	outR, outW, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	c.cmd.Stdout = outW
	c.in, c.out = in, multilang.NewReader(outR, 0)
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	outW.Close()
	go func() { c.exited <- c.cmd.Wait() }()
	t.Cleanup(func() {
		c.cmd.Process.Kill()
		outR.Close()
	})
	pids := t.TempDir()
	handshake, err := (&multilang.Handshake{PIDDir: pids}).Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	c.send(handshake)
	pid, err := multilang.DecodePID(c.read())
	if err != nil || int(pid) != c.cmd.Process.Pid {
		t.Fatalf("the component says that its process id is %d (%v), it is %d", pid, err, c.cmd.Process.Pid)
	}
	if _, err := os.Stat(filepath.Join(pids, strconv.Itoa(int(pid)))); err != nil {
		t.Error(err)
	}
	return c
}

func (c *child) send(frame []byte) {
	c.t.Helper()
	if _, err := c.in.Write(frame); err != nil {
		c.t.Fatal(err)
	}
}

func (c *child) tuple(id string, values ...any) {
	c.t.Helper()
	text, err := multilang.AppendList(nil, values)
	if err != nil {
		c.t.Fatal(err)
	}
	m := multilang.BoltMsg{ID: id, Component: "source", Stream: "default", Task: 2, Tuple: multilang.RawValues(text)}
	c.send(m.Append(nil))
}

func (c *child) read() string {
	c.t.Helper()
	text, err := c.out.Read()
	if err != nil {
		c.t.Fatalf("reading from the component: %v after %q", err, c.out.Partial())
	}
	return text
}

func (c *child) expect(want multilang.Command) multilang.ShellMsg {
	c.t.Helper()
	var m multilang.ShellMsg
	if err := multilang.DecodeShellMsg(c.read(), &m); err != nil || m.Command != want {
		c.t.Fatalf("got %+v, %v; want %v", m, err, want)
	}
	return m
}

// exit waits for the process and returns its exit code.
func (c *child) exit(within time.Duration) int {
	c.t.Helper()
	select {
	case err := <-c.exited:
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) {
			c.t.Fatal(err)
		}
		return c.cmd.ProcessState.ExitCode()
	case <-time.After(within):
		c.t.Fatalf("the process still runs after %v", within)
	}
	return 0
}

func TestPrintingIsHarmless(t *testing.T) {
	t.Parallel()
	c := startChild(t, "talker")
	c.tuple("1", "x")
	if m := c.expect(multilang.Emit); m.Tuple != `["x"]` {
		t.Errorf("%+v", m)
	}
	c.expect(multilang.Ack)
	c.in.Close()
	if code := c.exit(10 * time.Second); code != 0 {
		t.Errorf("exit code %d", code)
	}
	if text, err := c.out.Read(); err != io.EOF {
		t.Errorf("after the end: %q, %v", text, err)
	}
	for _, want := range []string{"printed with fmt", "printed with an early logger", "printed to the descriptor", "printed by a child", "cleaned up"} {
		if !strings.Contains(c.stderr.String(), want+"\n") {
			t.Errorf("standard error lacks %q:\n%s", want, &c.stderr)
		}
	}
}

func TestPanicOfAProcess(t *testing.T) {
	t.Parallel()
	c := startChild(t, "panic")
	c.tuple("1", "culprit")
	if m := c.expect(multilang.Error); !strings.Contains(m.Msg, "at the disco") || !strings.Contains(m.Msg, "culprit") {
		t.Error(m.Msg)
	}
	if m := c.expect(multilang.Fail); m.ID != `"1"` {
		t.Errorf("%+v", m)
	}
	if code := c.exit(10 * time.Second); code != 1 {
		t.Errorf("exit code %d", code)
	}
	if !strings.Contains(c.stderr.String(), "at the disco") {
		t.Errorf("standard error: %s", &c.stderr)
	}
}

func TestTermination(t *testing.T) {
	t.Parallel()
	idle := startChild(t, "talker")
	idle.tuple("1", "x")
	idle.expect(multilang.Emit)
	idle.expect(multilang.Ack)
	stuck := startChild(t, "stuck bolt")
	stuck.tuple("1", "x")
	stuck.expect(multilang.Emit)
	waiting := startChild(t, "waiting spout")
	next := multilang.SpoutMsg{Command: multilang.Next}
	waiting.send(next.Append(nil))
	waiting.expect(multilang.Emit)
	for name, c := range map[string]*child{"idle": idle, "stuck": stuck, "waiting": waiting} {
		if err := c.cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		if code := c.exit(10 * time.Second); code != 143 {
			t.Errorf("%s: exit code %d: %s", name, code, &c.stderr)
		}
	}
	if !strings.Contains(idle.stderr.String(), "cleaned up") {
		t.Errorf("no cleanup: %s", &idle.stderr)
	}
}

// TestOrphans checks that a spout that blocks does not outlive Storm.
func TestOrphans(t *testing.T) {
	t.Parallel()
	next := multilang.SpoutMsg{Command: multilang.Next}
	for as, want := range map[string]int{"stuck spout": 1, "waiting spout": 0} {
		c := startChild(t, as)
		c.send(next.Append(nil))
		c.expect(multilang.Emit)
		c.in.Close()
		if code := c.exit(30 * time.Second); code != want {
			t.Errorf("%s: exit code %d, want %d: %s", as, code, want, &c.stderr)
		}
	}
}

// BenchmarkSplitProcess feeds a split bolt in a process of its own through pipes. Besides the time, it reports how many
// tuples the bolt handles in a second of its own processor time.
func BenchmarkSplitProcess(b *testing.B) {
	benchmarkBolt(b, exec.Command(os.Args[0]), "split")
}

func benchmarkBolt(b *testing.B, cmd *exec.Cmd, as string) {
	cmd.Env = append(os.Environ(), asComponent+"="+as)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	handshake, err := (&multilang.Handshake{}).Append(nil)
	if err != nil {
		b.Fatal(err)
	}
	acks := make(chan int, 1)
	go func() {
		out := multilang.NewReader(stdout, 0)
		n := 0
		for {
			text, err := out.Read()
			if err != nil {
				acks <- n
				return
			}
			if strings.HasPrefix(text, `{"command":"ack"`) {
				n++
			}
		}
	}()
	if _, err := in.Write(handshake); err != nil {
		b.Fatal(err)
	}
	m := multilang.BoltMsg{ID: "-7190831001594159501", Component: "sentences", Stream: "default", Task: 5, Tuple: `["two words"]`}
	var chunk []byte
	for range 100 { // what Storm queues for a bolt
		chunk = m.Append(chunk)
	}
	b.ResetTimer()
	sent := 0
	for sent < b.N {
		if _, err := in.Write(chunk); err != nil {
			b.Fatal(err)
		}
		sent += 100
	}
	in.Close()
	if got := <-acks; got != sent {
		b.Fatalf("%d acks for %d tuples", got, sent)
	}
	b.StopTimer()
	if err := cmd.Wait(); err != nil {
		b.Fatal(err)
	}
	state := cmd.ProcessState
	b.ReportMetric(float64(sent)/(state.UserTime()+state.SystemTime()).Seconds(), "tuples/cpu-s")
}
