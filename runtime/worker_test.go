package jvmruntime_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stormflux/stormflux/internal/settings"
	"github.com/stormflux/stormflux/internal/stormtest"
	"github.com/stormflux/stormflux/internal/topology"
	"github.com/stormflux/stormflux/internal/wire"
)

// release is a release of Storm that the adapter has to work with.
type release struct {
	storm settings.Version
	jars  []stormtest.JarSet
}

var releases = []release{
	{settings.Version{Major: 2, Minor: 8}, []stormtest.JarSet{stormtest.WorkerJars}},
	{settings.Version{Major: 1, Minor: 2}, []stormtest.JarSet{stormtest.Storm1Jars}},
	{settings.Version{Minor: 10}, []stormtest.JarSet{stormtest.Backtype010Jars}},
	{settings.Version{Minor: 9}, []stormtest.JarSet{stormtest.Backtype09Jars}},
}

// workerCase is a component and what the worker sees of it.
type workerCase struct {
	name        string
	since       settings.Version // the first release that has the classes
	kind        string
	objects     []*topology.Object
	checkpoints bool // the bolt reads the checkpoint stream
	want        func(r release) string
}

func always(lines ...string) func(release) string {
	return func(release) string { return strings.Join(lines, "\n") }
}

// window is a windowed bolt with a window of two tuples.
func window(class string, steps ...*topology.Step) []*topology.Object {
	steps = append(steps, &topology.Step{Method: "withTumblingWindow", Args: []any{topology.Ref(0)}})
	return []*topology.Object{
		{Class: "org.apache.storm.topology.base.BaseWindowedBolt$Count", Args: []any{int64(2)}},
		{Class: "stormflux.cases.Windows$" + class, Steps: steps},
	}
}

func single(class string, args ...any) []*topology.Object {
	return []*topology.Object{{Class: "stormflux.cases." + class, Place: "top.yaml:7", Args: args}}
}

var workerCases = []workerCase{
	{name: "spout", kind: "Spout", objects: single("Sources$Echo", "hello"), want: func(r release) string {
		// Storm reads numbers with another JSON library since 2.6.
		number := "Integer"
		if !r.storm.AtLeast(2, 6) {
			number = "Long"
		}
		return fmt.Sprintf("emit default [hello, {declared=String topology, own=%s 5, topology.max.task.parallelism=%[1]s 1, "+
			"topology.name=String top}] id\nacked id", number)
	}},
	{name: "basic bolt", kind: "Bolt", objects: []*topology.Object{{Class: "stormflux.cases.Sources$Exclaim", Steps: []*topology.Step{set("mark", "!")}}},
		want: always("emit default [tuple:a] [a!]", "ack tuple:a", "emit default [tuple:b] [b!]", "ack tuple:b")},
	{name: "rich bolt", kind: "Bolt", objects: single("Sources$Sink"), want: always("prepared it", "ack tuple:a", "ack tuple:b")},
	{name: "rich bolt among stateful ones", kind: "Bolt", since: settings.Version{Major: 1}, objects: single("Sources$Sink"), checkpoints: true,
		want: always("prepared it", "emit $checkpoint [tuple:checkpoint] [0, INITSTATE]", "ack tuple:checkpoint", "ack tuple:a", "ack tuple:b")},
	{name: "credentials", kind: "Bolt", since: settings.Version{Minor: 10}, objects: single("Listener"),
		want: always("credentials {user=bob}", "prepared it", "ack tuple:a", "ack tuple:b")},
	{name: "windowed bolt", kind: "Bolt", since: settings.Version{Major: 1}, objects: window("Join"),
		want: always("emit default [tuple:a, tuple:b] [[tuple:a, tuple:b]]")},
	{name: "stateful bolt", kind: "Bolt", since: settings.Version{Major: 1}, objects: single("Windows$Count"), checkpoints: true,
		want: always("emit $checkpoint [tuple:checkpoint] [0, INITSTATE]", "ack tuple:checkpoint", "emit default [tuple:a] [1]", "emit default [tuple:b] [2]")},
	{name: "stateful windowed bolt", kind: "Bolt", since: settings.Version{Major: 1}, checkpoints: true,
		objects: window("StatefulJoin", call("withMessageIdField", "id")), want: always("state 0",
			"emit $checkpoint [tuple:checkpoint] [0, INITSTATE]", "ack tuple:checkpoint", "emit default [tuple:a, tuple:b] [[tuple:a, tuple:b], true]")},
	{name: "stateful windowed bolt without checkpoints", kind: "Bolt", since: settings.Version{Major: 1}, objects: window("StatefulJoin"),
		want: always("emit default [tuple:a, tuple:b] [[tuple:a, tuple:b], false]")},
	{name: "grouping", kind: "Grouping", objects: single("Sources$Nth", int64(1)), want: func(r release) string {
		if r.storm.Major == 1 {
			return "by load [5]\ntasks [5]"
		}
		return "tasks [5]"
	}},
	{name: "grouping by load", kind: "Grouping", since: settings.Version{Major: 1}, objects: single("Windows$ByLoad", int64(2)), want: func(r release) string {
		if r.storm.Major == 1 {
			return "by load [6]\ntasks [6]"
		}
		return "refreshed null\ntasks [6]"
	}},
	{name: "hook", kind: "Hook", since: settings.Version{Major: 1}, want: always("bye bob"),
		objects: []*topology.Object{{Class: "stormflux.cases.Windows$Hello", Steps: []*topology.Step{set("name", "bob")}}}},
	{name: "no spout", kind: "Spout", objects: single("Sources$Sink"),
		want: always("failed stormflux.runtime.BuildException: it (top.yaml:7): class stormflux.cases.Sources$Sink is not a spout: it does not implement IRichSpout")},
	{name: "no bolt", kind: "Bolt", objects: single("Sources$Nothing"),
		want: always("failed stormflux.runtime.BuildException: it (top.yaml:7): class stormflux.cases.Sources$Nothing is not a bolt: " +
			"it implements neither IRichBolt nor IBasicBolt, IWindowedBolt or IStatefulBolt")},
	{name: "no grouping", kind: "Grouping", objects: single("Sources$Nothing"),
		want: always("failed stormflux.runtime.BuildException: it (top.yaml:7): class stormflux.cases.Sources$Nothing is not a grouping: it does not implement CustomStreamGrouping")},
	{name: "no hook", kind: "Hook", since: settings.Version{Major: 1}, objects: single("Sources$Nothing"),
		want: always("failed stormflux.runtime.BuildException: it (top.yaml:7): class stormflux.cases.Sources$Nothing is not a worker hook: it does not implement IWorkerHook")},
}

// Every release of Storm runs every kind of component that it knows.
func TestWorker(t *testing.T) {
	stormtest.Require(t)
	for _, r := range releases {
		t.Run(r.storm.String(), func(t *testing.T) {
			var args []string
			var names []string
			want := map[string]string{}
			for _, c := range workerCases {
				if r.storm.Compare(c.since) < 0 {
					continue
				}
				checkpoints := ""
				if c.checkpoints {
					checkpoints = "checkpoints"
				}
				definition := wire.FormatDefinition(&topology.Definition{Component: "it", Objects: c.objects})
				args = append(args, c.name, c.kind, string(definition), checkpoints)
				names, want[c.name] = append(names, c.name), c.want(r)
			}
			got := map[string]string{}
			for _, section := range strings.Split(runWorker(t, r, args), "== ")[1:] {
				name, text, _ := strings.Cut(section, "\n")
				got[name] = strings.TrimSpace(text)
			}
			for _, name := range names {
				if got[name] != want[name] {
					t.Errorf("%s:\n%s\nwant\n%s", name, got[name], want[name])
				}
			}
		})
	}
}

// runWorker compiles the components for a release and runs them there.
func runWorker(t *testing.T, r release, args []string) string {
	t.Helper()
	storm, err := stormtest.Classpath(t.Context(), r.jars...)
	if err != nil {
		t.Fatal(err)
	}
	adapter, folder := unpack(t, r.storm), t.TempDir()
	javac := []string{"-nowarn", "-encoding", "UTF-8", "-cp", joinPath(adapter, storm), "-d", folder}
	missing := map[string]bool{"Windows.java": r.storm.Major < 1, "Listener.java": !r.storm.AtLeast(0, 10)}
	files, err := os.ReadDir(filepath.Join("testdata", "worker"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if missing[file.Name()] {
			continue
		}
		text, err := os.ReadFile(filepath.Join("testdata", "worker", file.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if r.storm.Major < 1 {
			text = []byte(strings.ReplaceAll(string(text), "org.apache.storm", "backtype.storm"))
		}
		path := filepath.Join(folder, file.Name())
		if err := os.WriteFile(path, text, 0o644); err != nil {
			t.Fatal(err)
		}
		javac = append(javac, path)
	}
	if out, err := exec.CommandContext(t.Context(), "javac", javac...).CombinedOutput(); err != nil {
		t.Fatalf("javac: %v\n%s", err, out)
	}
	var stderr strings.Builder
	cmd := exec.CommandContext(t.Context(), "java",
		slices.Concat([]string{"-Xmx256m", "-XX:TieredStopAtLevel=1", "-cp", joinPath(folder, adapter, storm), "stormflux.cases.Worker"}, args)...)
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("the worker: %v\n%s", err, stderr.String())
	}
	return string(out)
}
