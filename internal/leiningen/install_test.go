package leiningen

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/stormflux/stormflux/compiler/clojure"
	"github.com/stormflux/stormflux/internal/jar"
)

func TestTarget(t *testing.T) {
	for _, c := range []struct {
		dependencies []Dependency
		dialect      clojure.Dialect
		version      string // or part of the error
	}{
		{[]Dependency{{"org.apache.storm/storm-core", "1.2.3"}}, clojure.Storm, "1.2.3"},
		{[]Dependency{{"org.apache.storm/storm-core", "0.10.2"}}, clojure.Backtype, "0.10.2"},
		{[]Dependency{{"storm", "0.9.0"}}, clojure.Backtype, "0.9.0"},
		{[]Dependency{{"org.apache.storm/storm-core", "2.6.0"}, {"org.apache.storm/storm-clojure", "2.8.3"}}, clojure.Storm, "2.8.3"},
		{[]Dependency{{"com.parsely/streamparse", "0.0.4"}, {"org.apache.storm/storm-core", "0.9.5"}}, clojure.Streamparse, "0.9.5"},
		{[]Dependency{{"com.parsely/streamparse", "0.0.4"}}, clojure.Streamparse, clojure.Streamparse.Version().String()},
		{nil, 0, "it depends on neither"},
		{[]Dependency{{"org.apache.storm/storm-core", ""}}, 0, "it does not write out the version of org.apache.storm/storm-core"},
		{[]Dependency{{"org.apache.storm/storm-core", "2.8.3"}}, 0, `depend on [org.apache.storm/storm-clojure "2.8.3"]`},
		{[]Dependency{{"org.apache.storm/storm-core", "newest"}}, 0, "the version of org.apache.storm/storm-core"},
	} {
		p := &Project{Dependencies: c.dependencies}
		dialect, version, err := p.Target()
		switch {
		case dialect != c.dialect:
			t.Errorf("%v: dialect %v, want %v (%v)", c.dependencies, dialect, c.dialect, err)
		case err == nil && version.String() != c.version, err != nil && !strings.Contains(err.Error(), c.version):
			t.Errorf("%v: %v and error %v, want %s", c.dependencies, version, err, c.version)
		}
	}
}

// topology is one with a script, a launcher and a hidden file.
func topology(script string) Topology {
	return Topology{
		Dialect: clojure.Storm, Namespace: "word-count.core", Clojure: []byte(clojure.Marker + " t.yaml\n"),
		Resources: []jar.Entry{
			{Name: "resources/split.py", Data: []byte(script)},
			{Name: "resources/stormflux/split.sh", Data: []byte("exec\n"), Executable: true},
			{Name: "resources/.hidden", Data: []byte("x")},
		},
	}
}

func newPlan(t *testing.T, p *Project, top Topology) *Plan {
	t.Helper()
	plan, err := p.Plan(top)
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

// names returns paths below a folder, with slashes.
func names(t *testing.T, dir string, paths []string) (all []string) {
	t.Helper()
	for _, p := range paths {
		rel, err := filepath.Rel(dir, p)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, filepath.ToSlash(rel))
	}
	return all
}

func TestPlan(t *testing.T) {
	dir := t.TempDir()
	p := &Project{Dir: dir, SourcePaths: []string{"src", "clj"}, ResourcePaths: []string{"res"}}
	all := []string{"src/word_count/core.clj", "res/resources/.hidden", "res/resources/split.py", "res/resources/stormflux/split.sh"}
	check := func(plan *Plan, outdated, foreign []string) {
		t.Helper()
		if got := names(t, dir, plan.Outdated()); !reflect.DeepEqual(got, outdated) {
			t.Errorf("outdated: %q, want %q", got, outdated)
		}
		if got := names(t, dir, plan.Foreign()); !reflect.DeepEqual(got, foreign) {
			t.Errorf("foreign: %q, want %q", got, foreign)
		}
	}
	write := func(plan *Plan) {
		t.Helper()
		if err := plan.Write(func(string, bool) {}); err != nil {
			t.Fatal(err)
		}
	}
	put := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, filepath.FromSlash(name)), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}

	plan := newPlan(t, p, topology("one"))
	check(plan, all, nil)
	if got := plan.Hidden(); !reflect.DeepEqual(got, all[1:2]) {
		t.Errorf("hidden: %q", got)
	}
	write(plan)
	info, err := os.Stat(filepath.Join(dir, "res", "resources", "stormflux", "split.sh"))
	if err != nil || info.Mode()&0o100 == 0 && filepath.Separator == '/' {
		t.Errorf("the launcher is not executable: %v, %v", info, err)
	}
	check(newPlan(t, p, topology("one")), nil, nil)

	// The topology has changed: what is there is still ours.
	check(newPlan(t, p, topology("two")), []string{"res/resources/split.py"}, nil)
	// Somebody has changed the script and the Clojure file. Its first line still says that it is generated.
	put("res/resources/split.py", "mine")
	put("src/word_count/core.clj", clojure.Marker+" t.yaml\n;; edited\n")
	plan = newPlan(t, p, topology("two"))
	changed := []string{"src/word_count/core.clj", "res/resources/split.py"}
	check(plan, changed, changed)
	write(plan)
	check(newPlan(t, p, topology("two")), nil, nil)

	// A file that was there with the same content stays somebody else's.
	other := topology("three")
	other.Namespace, other.Resources = "other", []jar.Entry{{Name: "resources/own.py", Data: []byte("own")}}
	put("res/resources/own.py", "own")
	write(newPlan(t, p, other))
	put("res/resources/own.py", "own 2")
	check(newPlan(t, p, other), []string{"res/resources/own.py"}, []string{"res/resources/own.py"})

	// Without a sum, the first line of the Clojure file decides.
	third := topology("three")
	third.Namespace, third.Resources = "third.core", nil
	for _, c := range []struct {
		text    string
		foreign []string
	}{
		{clojure.Marker + " t.yaml, of an older stormflux\n", nil},
		{"(ns third.core)\n", []string{"src/third/core.clj"}},
	} {
		if err := os.MkdirAll(filepath.Join(dir, "src", "third"), 0o777); err != nil {
			t.Fatal(err)
		}
		put("src/third/core.clj", c.text)
		check(newPlan(t, p, third), []string{"src/third/core.clj"}, c.foreign)
	}

	// The Clojure file stays in the source path that has it; streamparse's resources are in src.
	if err := os.Rename(filepath.Join(dir, "src"), filepath.Join(dir, "clj")); err != nil {
		t.Fatal(err)
	}
	check(newPlan(t, p, topology("two")), nil, nil)
	sparse := topology("two") // its file has the name of the topology
	sparse.Dialect, sparse.Name, sparse.Resources = clojure.Streamparse, "word-count", sparse.Resources[:1]
	check(newPlan(t, p, sparse), []string{"src/word-count.clj", "src/split.py"}, nil)
}
