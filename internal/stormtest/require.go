package stormtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strconv"
	"sync"
	"testing"

	"github.com/stormflux/stormflux/internal/devcluster"
)

// minJava is the oldest Java that Storm 2.8.3 and the judge run on.
const minJava = 17

// Require skips the test if a real Storm cannot run because Java (17 or later, with javac) or Maven is absent. With
// STORMFLUX_REQUIRE_STORM=1, it fails the test instead. A short run (go test -short) has no tests with Java.
func Require(t testing.TB) {
	t.Helper()
	if testing.Short() {
		t.Skip("a short run starts no Java")
	}
	err := javaPresent()
	if err == nil {
		return
	}
	if os.Getenv("STORMFLUX_REQUIRE_STORM") == "1" {
		t.Fatalf("a real Storm is required (STORMFLUX_REQUIRE_STORM=1): %v", err)
	}
	t.Skipf("no real Storm here: %v", err)
}

// Long is for a test that watches a cluster for more than half a minute. It skips the test unless STORMFLUX_LONG is 1:
// "make storm" runs it.
func Long(t testing.TB) {
	t.Helper()
	if os.Getenv("STORMFLUX_LONG") != "1" {
		t.Skip("this takes long: make storm runs it")
	}
}

// requireCluster is Require for a whole cluster.
func requireCluster(t testing.TB) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip(devcluster.ErrSystem)
	}
	Require(t)
}

var javaVersion = regexp.MustCompile(`version "(\d+)`)

func javaPresent() error {
	for _, program := range []string{"java", "javac", "mvn"} {
		if _, err := exec.LookPath(program); err != nil {
			return fmt.Errorf("%s is not installed", program)
		}
	}
	out, err := exec.Command("java", "-version").CombinedOutput()
	if err != nil {
		return fmt.Errorf("running java -version: %w", err)
	}
	version := javaVersion.FindSubmatch(out)
	if version == nil {
		return fmt.Errorf("java -version reports no version: %s", out)
	}
	if n, err := strconv.Atoi(string(version[1])); err != nil || n < minJava {
		return fmt.Errorf("java is version %s, Storm needs %d", version[1], minJava)
	}
	return nil
}

// Shared is one cluster and one judge for all tests of a test binary. The zero value is ready; a test package keeps
// it in a variable and ends it in TestMain by [Shared.Main]. Parallel tests may call its methods.
type Shared struct {
	// Options are those of the cluster. Set them before the first test runs.
	Options Options

	clusterOnce sync.Once
	cluster     *Cluster
	clusterErr  error
	judgeOnce   sync.Once
	judge       *Judge
	judgeErr    error
}

// Main runs the tests, ends the shared cluster and judge, and returns the exit code. If it cannot end them, the code is
// 1 instead of 0.
func (s *Shared) Main(m *testing.M) int {
	code := m.Run()
	if err := s.Stop(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = max(code, 1)
	}
	return code
}

// Stop ends the shared cluster and judge, if they were started.
func (s *Shared) Stop() error {
	var errs []error
	if s.judge != nil {
		errs = append(errs, s.judge.Close())
	}
	if s.cluster != nil {
		errs = append(errs, s.cluster.Stop())
	}
	return errors.Join(errs...)
}

// Cluster returns the shared cluster, which the first call starts. It skips the test as [Require] does, and
// shows the cluster's logs when the test fails. Topologies of other tests may be running: use a name of your own.
func (s *Shared) Cluster(t testing.TB) *Cluster {
	t.Helper()
	requireCluster(t)
	// Do not use the test's context: the cluster outlives the first test that asks for it.
	s.clusterOnce.Do(func() { s.cluster, s.clusterErr = Start(context.WithoutCancel(t.Context()), s.Options) })
	if s.clusterErr != nil {
		t.Fatalf("starting Storm: %v", s.clusterErr)
	}
	s.cluster.ShowLogsOnFailure(t)
	return s.cluster
}

// Judge returns the shared judge, which the first call starts. It skips the test as [Require] does.
func (s *Shared) Judge(t testing.TB) *Judge {
	t.Helper()
	Require(t)
	s.judgeOnce.Do(func() { s.judge, s.judgeErr = NewJudge(context.WithoutCancel(t.Context()), JudgeOptions{}) })
	if s.judgeErr != nil {
		t.Fatalf("starting the judge: %v", s.judgeErr)
	}
	return s.judge
}

// New starts a cluster for one test. It skips as [Require] does. It stops the cluster when the test ends; the test
// fails if this leaves a process behind. If the test fails, it shows the cluster's logs.
func New(t testing.TB, options Options) *Cluster {
	t.Helper()
	requireCluster(t)
	cluster, err := Start(t.Context(), options)
	if err != nil {
		t.Fatalf("starting Storm: %v", err)
	}
	t.Cleanup(func() {
		if err := cluster.Stop(); err != nil {
			t.Errorf("stopping Storm: %v", err)
		}
	})
	cluster.ShowLogsOnFailure(t)
	return cluster
}
