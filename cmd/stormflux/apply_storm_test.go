//go:build unix

package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stormflux/stormflux/internal/stormtest"
)

// 1,000,000 numbers flow through a topology that apply replaces twice in the middle. All of them arrive.
func TestMillionTuplesThroughReplacements(t *testing.T) {
	stormtest.Long(t)
	const all = 1_000_000
	cluster := storm.Cluster(t)
	f := newFeed(t, 400_000, 200, 0)
	s := newReplacing(t, cluster, f, cluster.NimbusAddr())
	ctx, cancel := context.WithTimeout(t.Context(), 12*time.Minute)
	defer cancel()

	s.must(ctx, "submit", s.file, "--set", "version=1")
	for i, from := range []int{100_000, 500_000} {
		if err := f.await(ctx, "numbers flow", func() bool { return f.distinct >= from }); err != nil {
			t.Fatal(err)
		}
		c := s.start(ctx, "apply", s.file, "--yes", "--set", fmt.Sprintf("version=%d", i+2))
		if err := c.awaitText(ctx, "deactivated counted-"); err != nil {
			t.Fatal(err)
		}
		if given, _, _ := f.progress(); given <= from || given >= f.limit {
			t.Errorf("the topology is deactivated after %d numbers, of %d: they do not flow", given, f.limit)
		}
		if err := c.wait(); err != nil {
			t.Fatalf("%v\n%s", err, c.text())
		}
		f.raise(min(f.limit+400_000, all))
	}
	if err := f.awaitArrived(ctx, all); err != nil {
		t.Fatal(err)
	}
	given, distinct, twice := f.progress()
	if given != all || distinct != all {
		t.Errorf("%d numbers given, %d arrived", given, distinct)
	}
	for _, version := range []string{"1", "2", "3"} {
		if f.versions[version] == 0 {
			t.Errorf("version %s recorded nothing", version)
		}
	}
	t.Logf("%d numbers arrived, %d of them more than once; by version: %v", distinct, twice, f.versions)
	s.must(ctx, "kill", "counted", "--grace", "0")
	if err := cluster.AwaitTopology(ctx, "counted", ""); err != nil {
		t.Fatal(err)
	}
}

// replacing runs stormflux for the topology in testdata/replace.
type replacing struct {
	t     *testing.T
	file  string
	env   []string
	flags []string
}

func newReplacing(t *testing.T, cluster *stormtest.Cluster, f *feed, nimbus string) *replacing {
	t.Helper()
	file, err := filepath.Abs("testdata/replace/counted.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return &replacing{
		t: t, file: file,
		env:   append(os.Environ(), "STORMFLUX_STATE="+t.TempDir(), "STORM_CONF_DIR="+cluster.ConfDir()),
		flags: []string{"--nimbus", nimbus, "--leader", nimbus, "--set", "feed=" + f.addr()},
	}
}

// client is a running stormflux.
type client struct {
	cmd  *exec.Cmd
	done chan struct{}
	err  error

	mu      sync.Mutex
	out     bytes.Buffer
	changed chan struct{}
}

func (c *client) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	close(c.changed)
	c.changed = make(chan struct{})
	return c.out.Write(p)
}

func (c *client) text() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.out.String()
}

// awaitText waits until the client has printed a text.
func (c *client) awaitText(ctx context.Context, text string) error {
	for {
		c.mu.Lock()
		found, changed := strings.Contains(c.out.String(), text), c.changed
		c.mu.Unlock()
		if found {
			return nil
		}
		select {
		case <-changed:
		case <-c.done:
			return fmt.Errorf("it ended (%v) without %q:\n%s", c.err, text, c.text())
		case <-ctx.Done():
			return fmt.Errorf("it does not say %q: %w\n%s", text, ctx.Err(), c.text())
		}
	}
}

func (c *client) wait() error {
	<-c.done
	return c.err
}

// start starts the stormflux that takes a topology for running sooner than people want.
func (s *replacing) start(ctx context.Context, args ...string) *client {
	s.t.Helper()
	args = append(args, s.flags[:4]...)
	if args[0] != "kill" && args[0] != "restore" {
		args = append(args, s.flags[4:]...)
	}
	c := &client{done: make(chan struct{}), changed: make(chan struct{})}
	c.cmd = exec.CommandContext(ctx, "stormflux-quick", args...)
	c.cmd.Env, c.cmd.Stdout, c.cmd.Stderr = s.env, c, c
	if err := c.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	go func() {
		c.err = c.cmd.Wait()
		close(c.done)
	}()
	return c
}

func (s *replacing) must(ctx context.Context, args ...string) string {
	s.t.Helper()
	c := s.start(ctx, args...)
	if err := c.wait(); err != nil {
		s.t.Fatalf("stormflux %s: %v\n%s", strings.Join(args, " "), err, c.text())
	}
	return c.text()
}

// A point is where a replacement is interrupted: before Nimbus gets a call, or with late before the client gets its answer.
type point struct {
	step        string
	after, call string
	late        bool
}

var points = []point{
	{"upload", "", "uploadChunk", false},
	{"copy of the old topology", "", "beginBlobDownload", false},
	{"deactivate", "", "deactivate", false},
	{"drain", "deactivate", "getTopologyInfoByName", false},
	{"kill", "", "killTopologyWithOpts", false},
	{"submit", "killTopologyWithOpts", "submitTopologyWithOpts", false},
	{"submit, answer lost", "killTopologyWithOpts", "submitTopologyWithOpts", true},
	{"wait until it runs", "isTopologyNameAllowed", "getTopologyInfoByName", false},
}

// Whatever ends at whichever step of a replacement, no number gets lost, and the next command goes on. The table in
// docs/change.md is what this test sees.
func TestInterruptedReplacements(t *testing.T) {
	stormtest.Long(t)
	cluster := stormtest.New(t, stormtest.Options{Conf: map[string]any{
		"executor.metrics.frequency.secs": 1, "storm.zookeeper.session.timeout": 10000, "task.refresh.poll.secs": 1,
	}})
	f := newFeed(t, 1<<30, 2, 5*time.Millisecond)
	g := newGate(t, cluster.NimbusAddr())
	s := newReplacing(t, cluster, f, g.addr())
	i := &interruptions{replacing: s, cluster: cluster, feed: f, gate: g, version: 1}
	s.must(t.Context(), "submit", s.file, "--set", "version=1")
	i.flows(t, 0)

	var table strings.Builder
	table.WriteString("| interrupted at | client killed | Ctrl-C | Nimbus killed, and started again |\n|---|---|---|---|\n")
	for _, p := range points {
		fmt.Fprintf(&table, "| %s |", p.step)
		for _, how := range []func(*testing.T, point) string{i.killed, i.stopped, i.withoutNimbus} {
			cell := "failed"
			t.Run(p.step, func(t *testing.T) { cell = how(t, p) })
			fmt.Fprintf(&table, " %s |", cell)
		}
		table.WriteString("\n")
	}
	cell := "failed"
	t.Run("refused", func(t *testing.T) { cell = i.refused(t) })
	fmt.Fprintf(&table, "\n| the new topology | what happens |\n|---|---|\n| has a configuration that Nimbus refuses | %s |\n", cell)
	cell = "failed"
	t.Run("crashes", func(t *testing.T) { cell = i.crashes(t) })
	fmt.Fprintf(&table, "| crashes at its start | %s |\n", cell)
	compareTable(t, "../../docs/change.md", "interruptions", table.String())
}

// compareTable compares a table with the part of a page between two comments. STORMFLUX_UPDATE=1 rewrites that part.
func compareTable(t *testing.T, path, name, table string) {
	t.Helper()
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	begin, end := "<!-- "+name+": a test writes this table -->\n", "<!-- end of "+name+" -->\n"
	before, rest, ok := strings.Cut(string(page), begin)
	old, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatalf("%s has no part %q", path, name)
	}
	if old == table {
		return
	}
	if os.Getenv("STORMFLUX_UPDATE") == "" || t.Failed() {
		t.Errorf("%s has another table (STORMFLUX_UPDATE=1 rewrites it):\n%s", path, table)
		return
	}
	if err := os.WriteFile(path, []byte(before+begin+table+end+after), 0o666); err != nil {
		t.Fatal(err)
	}
}

// interruptions are replacements that are interrupted, one after the other.
type interruptions struct {
	*replacing
	cluster *stormtest.Cluster
	feed    *feed
	gate    *gate
	version int // of the topology that ran last
}

// flows waits until every number given until now has arrived, and further ones through the version that should run.
func (i *interruptions) flows(t *testing.T, given int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	if err := i.feed.awaitArrived(ctx, given); err != nil {
		t.Fatal(err)
	}
	version, before := fmt.Sprint(i.version), 0
	i.feed.mu.Lock()
	before = i.feed.versions[version]
	i.feed.mu.Unlock()
	if err := i.feed.await(ctx, "numbers flow through version "+version, func() bool { return i.feed.versions[version] > before+10 }); err != nil {
		t.Fatal(err)
	}
}

// apply starts apply of the next version.
func (i *interruptions) apply(ctx context.Context, more ...string) *client {
	return i.start(ctx, append([]string{"apply", i.file, "--yes", "--drain", "5s", "--set", fmt.Sprintf("version=%d", i.version+1)}, more...)...)
}

// held starts apply and waits until the gate holds its call.
func (i *interruptions) held(ctx context.Context, t *testing.T, p point) (*client, heldCall) {
	t.Helper()
	i.gate.hold(p.after, p.call, p.late)
	c := i.apply(ctx)
	select {
	case h := <-i.gate.held:
		return c, h
	case <-c.done:
		t.Fatalf("apply ended (%v) before it was interrupted:\n%s", c.err, c.text())
	case <-ctx.Done():
		t.Fatalf("apply does not come to %s:\n%s", p.call, c.text())
	}
	panic("unreachable")
}

// killed kills the client at a point. It returns what is there, and how it goes on.
func (i *interruptions) killed(t *testing.T, p point) string {
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	c, h := i.held(ctx, t, p)
	if err := c.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	c.wait()
	<-h.gone
	h.release <- false
	return i.goOn(ctx, t)
}

// stopped sends the signal of Ctrl-C at a point.
func (i *interruptions) stopped(t *testing.T, p point) string {
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	c, h := i.held(ctx, t, p)
	if err := c.cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	critical := make(chan error, 1)
	go func() { critical <- c.awaitText(ctx, "; a second signal ends at once") }()
	select {
	case <-h.gone: // it gives the call up
		h.release <- false
	case <-c.done:
		h.release <- false
	case err := <-critical:
		if err != nil && ctx.Err() != nil {
			t.Error(err)
		}
		h.release <- err == nil
	}
	if err := c.wait(); c.cmd.ProcessState.ExitCode() != exitEnvironment {
		t.Errorf("it ended with %v:\n%s", err, c.text())
	}
	return i.goOn(ctx, t)
}

// withoutNimbus kills Nimbus at a point, and starts it again while the client waits.
func (i *interruptions) withoutNimbus(t *testing.T, p point) string {
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	c, h := i.held(ctx, t, p)
	i.cluster.KillNimbus()
	h.release <- false
	if err := i.cluster.StartNimbus(ctx); err != nil {
		t.Fatal(err)
	}
	if err := c.wait(); err == nil {
		i.version++
		given, _, _ := i.feed.progress()
		i.flows(t, given)
		return "apply waits, and succeeds"
	}
	if c.cmd.ProcessState.ExitCode() != exitEnvironment {
		t.Errorf("it ended with %v:\n%s", c.err, c.text())
	}
	t.Logf("without Nimbus, apply said\n%s", c.text())
	return i.goOn(ctx, t)
}

// goOn looks at what an interruption has left, and goes on with apply. It returns both as a text.
func (i *interruptions) goOn(ctx context.Context, t *testing.T) string {
	t.Helper()
	given, _, _ := i.feed.progress()
	var planned *client
	for planned == nil || strings.Contains(planned.text(), "has just started") { // Nimbus, which then knows no names
		planned = i.start(ctx, "plan", i.file, "--set", fmt.Sprintf("version=%d", i.version+1))
		planned.wait()
	}
	if code := planned.cmd.ProcessState.ExitCode(); code != 0 && code != exitChanges {
		t.Fatalf("plan: exit code %d\n%s", code, planned.text())
	}
	said := planned.text()
	what := ""
	for _, known := range [][2]string{
		{"runs as before", "the old one runs"}, {"is deactivated, so", "the old one is deactivated"}, {"is being killed", "the old one ends"},
		{"nothing on the cluster has the name", "none is there"}, {"nobody has seen whether it runs", "the new one is there"},
	} {
		if strings.Contains(said, known[0]) {
			what = known[1]
		}
	}
	if what == "" {
		if strings.Contains(said, "has not ended") {
			t.Fatalf("plan says something new:\n%s", said)
		}
		what = "the old one runs"
	}
	if strings.HasPrefix(what, "the old one runs") {
		i.flows(t, given) // nothing to go on with
		return what
	}
	c := i.apply(ctx)
	if err := c.wait(); err != nil {
		t.Fatalf("%v\n%s", err, c.text())
	}
	i.version++
	i.flows(t, given)
	return what + "; apply goes on"
}

func (i *interruptions) refused(t *testing.T) string {
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	given, _, _ := i.feed.progress()
	c := i.apply(ctx, "-c", `topology.blobstore.map={"no-such-blob": {}}`)
	if err := c.wait(); c.cmd.ProcessState.ExitCode() != exitEnvironment || !strings.Contains(c.text(), "Key not found: no-such-blob") {
		t.Fatalf("it ended with %v:\n%s", err, c.text())
	}
	i.flows(t, given)
	return "Nimbus refuses it in the check; the old one runs on"
}

func (i *interruptions) crashes(t *testing.T) string {
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	given, _, _ := i.feed.progress()
	c := i.start(ctx, "apply", i.file, "--yes", "--drain", "5s", "--set", "version=crash")
	if err := c.wait(); c.cmd.ProcessState.ExitCode() != exitEnvironment || !strings.Contains(c.text(), "the old topology is back") {
		t.Fatalf("it ended with %v:\n%s", err, c.text())
	}
	i.flows(t, given)
	return "apply kills it, and puts the old one back"
}
