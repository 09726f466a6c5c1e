package stormtest

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
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

func TestCachedIsMadeOnce(t *testing.T) {
	t.Setenv("STORMFLUX_CACHE", t.TempDir())
	var made atomic.Int32
	var group sync.WaitGroup
	dirs := make([]string, 8)
	for i := range dirs {
		group.Go(func() {
			dir, err := cached(t.Context(), "thing", [][]byte{[]byte("a"), []byte("b")}, func(dir string) error {
				made.Add(1)
				return os.WriteFile(filepath.Join(dir, "file"), []byte("whole"), 0o644)
			})
			if err != nil {
				t.Error(err)
			}
			dirs[i] = dir
			if text, err := os.ReadFile(filepath.Join(dir, "file")); string(text) != "whole" {
				t.Errorf("the file is %q (%v)", text, err)
			}
		})
	}
	group.Wait()
	if made.Load() != 1 {
		t.Errorf("it was made %d times", made.Load())
	}
	other, err := cached(t.Context(), "thing", [][]byte{[]byte("ab")}, func(string) error { return nil })
	if err != nil || other == dirs[0] {
		t.Errorf("other parts have the same folder %s (%v)", other, err)
	}
}

func TestCachedLeavesNothingHalf(t *testing.T) {
	cache := t.TempDir()
	t.Setenv("STORMFLUX_CACHE", cache)
	boom := errors.New("boom")
	_, err := cached(t.Context(), "thing", nil, func(dir string) error {
		if err := os.WriteFile(filepath.Join(dir, "half"), nil, 0o644); err != nil {
			t.Error(err)
		}
		return boom
	})
	if !errors.Is(err, boom) {
		t.Errorf("error is %v", err)
	}
	left, err := filepath.Glob(filepath.Join(cache, "*", "thing*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v (%v)", left, err)
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
