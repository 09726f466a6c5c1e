package stormtest

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestJars(t *testing.T) {
	Require(t)
	for set, jar := range map[JarSet]string{
		DaemonJars:    "storm-server-" + StormVersion + ".jar",
		WorkerJars:    "storm-client-" + StormVersion + ".jar",
		ZooKeeperJars: "zookeeper-3.9.*.jar",
		FluxJars:      "flux-wrappers-" + StormVersion + ".jar",
		ClojureJars:   "storm-clojure-" + StormVersion + ".jar",
	} {
		dir, err := Jars(t.Context(), set)
		if err != nil {
			t.Error(err)
			continue
		}
		if found, err := filepath.Glob(filepath.Join(dir, jar)); err != nil || len(found) != 1 {
			t.Errorf("%s is in %s %d times (%v)", jar, dir, len(found), err)
		}
	}
}

// The Clojure set is enough to evaluate Storm's DSL.
func TestClojureJars(t *testing.T) {
	Require(t)
	classpath, err := Classpath(t.Context(), WorkerJars, ClojureJars)
	if err != nil {
		t.Fatal(err)
	}
	const form = `(use 'org.apache.storm.clojure) (println (.get_spouts_size (topology {} {})))`
	out, err := exec.CommandContext(t.Context(), "java", "-cp", classpath, "clojure.main", "-e", form).CombinedOutput()
	if err != nil || !strings.HasSuffix(strings.TrimSpace(string(out)), "0") {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestLastLines(t *testing.T) {
	for _, test := range []struct {
		text string
		n    int
		want string
	}{
		{"a\nb\nc\n", 2, "b\nc"},
		{"a\nb\nc\n", 3, "a\nb\nc"},
		{"a\nb\nc", 9, "a\nb\nc"},
		{"", 2, ""},
	} {
		if got := string(lastLines([]byte(test.text), test.n)); got != test.want {
			t.Errorf("last %d lines of %q are %q, want %q", test.n, test.text, got, test.want)
		}
	}
}
