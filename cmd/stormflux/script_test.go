package main

import (
	"context"
	"fmt"
	"maps"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/stormflux/stormflux/internal/logviewer/logviewertest"
	"github.com/stormflux/stormflux/internal/nimbus"
	"github.com/stormflux/stormflux/internal/nimbus/nimbustest"
	stormthrift "github.com/stormflux/stormflux/internal/storm"
	"github.com/stormflux/stormflux/internal/stormtest"
)

var storm stormtest.Shared

// tests ends the shared cluster before testscript exits.
type tests struct{ m *testing.M }

func (t tests) Run() int { return storm.Main(t.m) }

func TestMain(m *testing.M) {
	testscript.Main(tests{m}, map[string]func(){
		"stormflux":       func() { scripted(nimbus.WatchOptions{}) },
		"stormflux-quick": func() { watching(5*time.Second, 3*time.Second, time.Second) },
		"stormflux-now":   func() { watching(time.Nanosecond, time.Nanosecond, 10*time.Millisecond) },
	})
}

// watching is a stormflux that takes a topology for running sooner than people want. stormflux-quick is for tests with a real
// Storm that know that it runs or crashes at once, and stormflux-now is for the fake Nimbus.
func watching(settle, stay, interval time.Duration) {
	scripted(nimbus.WatchOptions{Settle: settle, Stay: stay, Interval: interval})
}

func scripted(watch nimbus.WatchOptions) {
	tuneCollector(os.Args[1:])
	os.Exit((&app{stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, watch: watch, quietBuilds: true}).runUntilSignal(os.Args[1:]))
}

// The scripts call stormflux as people do, and compare what people see. STORMFLUX_UPDATE=1 rewrites the files that `cmp`
// compares with.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                "testdata/script",
		UpdateScripts:      os.Getenv("STORMFLUX_UPDATE") != "",
		RequireUniqueNames: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("NO_COLOR", "1")
			examples, err := filepath.Abs("../../examples")
			if err != nil {
				return err
			}
			env.Setenv("EXAMPLES", examples)
			// The scripts must not see the clusters and the Go settings of a developer's machine, except Go's caches.
			env.Setenv("STORM_CONF_DIR", filepath.Join(env.WorkDir, "no-storm"))
			env.Setenv("STORMFLUX_STATE", filepath.Join(env.WorkDir, "state"))
			for _, name := range []string{"GOCACHE", "GOMODCACHE", "GOPROXY", "GOFLAGS"} {
				value, err := goEnv(name)
				if err != nil {
					return err
				}
				env.Setenv(name, value)
			}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"nimbus": startNimbus,
			"exits":  exits,
			"logviewer": func(ts *testscript.TestScript, _ bool, args []string) {
				server := httptest.NewServer(logviewertest.Handler(ts.MkAbs(args[0])))
				ts.Defer(server.Close)
				ts.Setenv("LOGVIEWER", strings.TrimPrefix(server.URL, "http://"))
			},
		},
	})
}

// startNimbus is the script command `nimbus [topology...]`. It starts a fake Nimbus that runs the named topologies, each with
// one component "split" and the id NAME-NUMBER-1790000000, and those that are submitted. It puts the address into $NIMBUS, into
// stormflux.yaml as environment "test", and into
// conf/storm.yaml.
func startNimbus(ts *testscript.TestScript, neg bool, args []string) {
	if neg {
		ts.Fatalf("unsupported: ! nimbus")
	}
	server, err := nimbustest.Start(nimbustest.Options{KeepJars: true, OnSubmit: executorsRun})
	ts.Check(err)
	ts.Defer(server.Stop)
	for i, name := range args {
		server.Add(nimbustest.Topology{Name: name, ID: fmt.Sprintf("%s-%d-1790000000", name, i+1), Info: func(info *stormthrift.TopologyInfo) {
			info.Executors = []*stormthrift.ExecutorSummary{{ComponentID: "split", ExecutorInfo: &stormthrift.ExecutorInfo{TaskStart: 1, TaskEnd: 1}, Host: "h", Port: 6700}}
		}})
	}
	ts.Setenv("NIMBUS", server.Addr())
	write := func(path, text string) {
		path = ts.MkAbs(path)
		ts.Check(os.MkdirAll(filepath.Dir(path), 0o777))
		ts.Check(os.WriteFile(path, []byte(text), 0o666))
	}
	write("stormflux.yaml", fmt.Sprintf("environments:\n  test:\n    nimbus: [%q]\n", server.Addr()))
	write("conf/storm.yaml", fmt.Sprintf("nimbus.seeds: [127.0.0.1]\nnimbus.thrift.port: %d\n", server.Port()))
}

// executorsRun makes all executors of a submitted topology report that they run. With crashes: true in the configuration, the
// first component reports an error.
func executorsRun(t *nimbustest.Topology) {
	var reports atomic.Int32
	var executors []stormthrift.ExecutorSummary
	add := func(id string, common *stormthrift.ComponentCommon) {
		for range max(1, common.GetParallelismHint()) {
			task := int32(len(executors) + 1)
			executors = append(executors, stormthrift.ExecutorSummary{
				ComponentID: id, ExecutorInfo: &stormthrift.ExecutorInfo{TaskStart: task, TaskEnd: task}, Host: "h", Port: 6700,
			})
		}
	}
	for _, id := range slices.Sorted(maps.Keys(t.Topology.Spouts)) {
		add(id, t.Topology.Spouts[id].Common)
	}
	for _, id := range slices.Sorted(maps.Keys(t.Topology.Bolts)) {
		add(id, t.Topology.Bolts[id].Common)
	}
	crashes := t.Conf["crashes"] == true
	t.Info = func(info *stormthrift.TopologyInfo) {
		uptime := 100 + reports.Add(1)
		for _, e := range executors {
			e.UptimeSecs = uptime
			info.Executors = append(info.Executors, &e)
		}
		if crashes {
			info.Errors[executors[0].ComponentID] = []*stormthrift.ErrorInfo{{Error: "java.lang.RuntimeException: boom", ErrorTimeSecs: 1}}
		}
	}
}

// exits is the script command `exits CODE COMMAND...`. It runs a command and checks its exit code. stdout, stderr and cmp
// then check its output.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND...")
	}
	err := ts.Exec(args[1], args[2:]...)
	got := "0"
	if err != nil {
		got = strings.TrimPrefix(err.Error(), "exit status ")
	}
	if got != args[0] {
		ts.Fatalf("exit code %s, want %s", got, args[0])
	}
}

func goEnv(name string) (string, error) {
	out, err := goCommand(context.Background(), "", "env", name)
	if err != nil {
		return "", fmt.Errorf("go env %s: %w", name, err)
	}
	return strings.TrimSpace(out), nil
}
