//go:build unix

package main

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stormflux/stormflux/internal/stormtest"
)

// requireLeiningen skips the test where Leiningen is missing, or fails it if STORMFLUX_REQUIRE_STORM=1.
func requireLeiningen(t *testing.T) {
	t.Helper()
	stormtest.Require(t)
	if _, err := exec.LookPath("lein"); err != nil {
		if os.Getenv("STORMFLUX_REQUIRE_STORM") == "1" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
}

// examples/leiningen is what init makes.
func TestInitLeiningenMakesTheExample(t *testing.T) {
	binary := buildStormflux(t)
	example, err := filepath.Abs("../../examples/leiningen")
	if err != nil {
		t.Fatal(err)
	}
	if os.Getenv("STORMFLUX_UPDATE") == "1" {
		if err := os.RemoveAll(example); err != nil {
			t.Fatal(err)
		}
		stormflux(t.Context(), t, binary, "init", "--leiningen", "--name", "wordcount", example)
		return
	}
	made := filepath.Join(t.TempDir(), "Word Count")
	stormflux(t.Context(), t, binary, "init", "--leiningen", "--name", "wordcount", made)
	got, want := tree(t, made), tree(t, example)
	for _, path := range slices.Sorted(maps.Keys(want)) {
		if got[path] != want[path] {
			t.Errorf("%s differs (STORMFLUX_UPDATE=1 go test ./cmd/stormflux rewrites the example):\n%s\nwant\n%s", path, got[path], want[path])
		}
		delete(got, path)
	}
	if len(got) > 0 {
		t.Errorf("the example lacks %q", slices.Sorted(maps.Keys(got)))
	}
	for _, same := range []string{"multilang.py", "sentences.py", "split.py"} {
		text, err := os.ReadFile("../../examples/resources/" + same)
		if err != nil || string(text) != want["resources/resources/"+same] {
			t.Errorf("%s is not that of examples/resources (%v)", same, err)
		}
	}
}

// tree returns the files below a folder, except those that Leiningen and Python leave there.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		switch {
		case err != nil:
			return err
		case d.IsDir() && (rel == "target" || d.Name() == "__pycache__"):
			return fs.SkipDir
		case d.IsDir() || strings.HasPrefix(rel, ".lein-"):
			return nil
		}
		text, err := os.ReadFile(path)
		files[filepath.ToSlash(rel)] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// emit-clj writes into a Leiningen project, Leiningen builds it, Storm's own client submits it, and it counts words. One
// component has a launcher, which must be in Leiningen's jar.
func TestLeiningenProjectOnStorm(t *testing.T) {
	stormtest.Long(t)
	requireLeiningen(t)
	cluster := storm.Cluster(t)
	binary := buildStormflux(t)
	ctx, cancel := context.WithTimeout(t.Context(), 6*time.Minute)
	defer cancel()

	project, counts := t.TempDir(), t.TempDir()
	if err := os.CopyFS(project, os.DirFS("../../examples/leiningen")); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(project, "target")); err != nil {
		t.Fatal(err)
	}
	yaml := filepath.Join(project, "wordcount.yaml")
	text, err := os.ReadFile(yaml)
	if err != nil {
		t.Fatal(err)
	}
	launched := strings.Replace(string(text), "[python3, split.py]", "[python3, -u, split.py]", 1)
	if launched == string(text) {
		t.Fatal("the example does not run split.py as expected")
	}
	if err := os.WriteFile(yaml, []byte(launched), 0o666); err != nil {
		t.Fatal(err)
	}
	out := stormflux(ctx, t, binary, "emit-clj", yaml, "--project", project, "-c", "wordcount.out="+counts)
	if !strings.Contains(out, "wrote     "+filepath.Join(project, "src/wordcount/core.clj")) || !strings.Contains(out, "stormflux/split.sh") {
		t.Errorf("emit-clj said\n%s", out)
	}

	lein := exec.CommandContext(ctx, "lein", "uberjar")
	lein.Dir = project
	lein.Env = append(os.Environ(), "LEIN_ROOT=1")
	if out, err := lein.CombinedOutput(); err != nil {
		t.Fatalf("lein uberjar: %v\n%s", err, out)
	}
	jar := filepath.Join(project, "target/uberjar/wordcount-0.1.0-SNAPSHOT-standalone.jar")
	submit, err := cluster.Client(ctx, jar, "wordcount.core", "lein-wordcount")
	if err != nil {
		t.Fatal(err)
	}
	if out, err := submit.CombinedOutput(); err != nil {
		t.Fatalf("submitting with Storm's client: %v\n%s", err, out)
	}
	if err := awaitCounts(ctx, counts, emittedWords(ctx, t, project)); err != nil {
		t.Fatal(err)
	}
	stormflux(ctx, t, binary, "kill", "lein-wordcount", "--grace", "0", "--nimbus", cluster.NimbusAddr())
	if err := cluster.AwaitTopology(ctx, "lein-wordcount", ""); err != nil {
		t.Fatal(err)
	}
}

// emittedWords counts the words of the sentences that the example's spout emits.
func emittedWords(ctx context.Context, t *testing.T, project string) map[string]int {
	t.Helper()
	cmd := exec.CommandContext(ctx, "python3", "-B", "-c", `import sentences; print("\n".join(sentences.LINES * sentences.ROUNDS))`)
	cmd.Dir = filepath.Join(project, "resources/resources")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(fmt.Errorf("asking the spout for its sentences: %w", err))
	}
	file := filepath.Join(t.TempDir(), "sentences.txt")
	if err := os.WriteFile(file, out, 0o666); err != nil {
		t.Fatal(err)
	}
	return wordsOf(t, file)
}
