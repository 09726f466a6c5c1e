package staging

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stormflux/stormflux/compiler"
	"github.com/stormflux/stormflux/schema"
	"github.com/stormflux/stormflux/validate"
)

// program compiles a topology with a script among its resources.
func program(t *testing.T, dir, text, script string) *compiler.Program {
	t.Helper()
	for name, text := range map[string]string{"t.yaml": text, "resources/say.py": script} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	doc, diags, err := schema.Load(t.Context(), filepath.Join(dir, "t.yaml"), schema.Options{})
	if err != nil {
		t.Fatal(err)
	}
	checked, err := validate.Check(t.Context(), doc, validate.Options{Loaded: diags})
	if err != nil || checked.Topology == nil {
		t.Fatal(err, checked.Diagnostics)
	}
	return compiler.Compile(checked.Topology, compiler.Options{})
}

const topology = "name: t\nspouts:\n  lines: {command: [cat, \"-\"], outputs: [line]}\n" +
	"bolts:\n  say: {command: [python3, say.py], inputs: [{from: lines}]}\n"

func options() Options {
	return Options{Platform: validate.Platform{OS: runtime.GOOS, Arch: runtime.GOARCH}, Digest: true}
}

// leftovers returns the number of entries in the folder for temporary files.
func leftovers(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir(os.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

func useTempDir(t *testing.T) {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"TMPDIR", "TMP", "TEMP"} {
		t.Setenv(name, dir)
	}
}

func TestStage(t *testing.T) {
	useTempDir(t)
	var folders Folders
	dir := t.TempDir()
	digests := map[string]int{}
	stage := func(text, script string) *Staged {
		t.Helper()
		s, err := folders.Stage(t.Context(), program(t, dir, text, script), options())
		if err != nil {
			t.Fatal(err)
		}
		digests[s.Digest]++
		return s
	}
	first := stage(topology, "1")
	if text, err := os.ReadFile(filepath.Join(first.Resources(), "say.py")); err != nil || string(text) != "1" {
		t.Errorf("the script is %q, %v", text, err)
	}
	// A comment makes no difference. A script does, and so does a setting.
	same := stage("# a comment\n"+topology, "1")
	if first.Digest != same.Digest {
		t.Error("a comment changes the digest")
	}
	stage(topology, "2")
	stage(topology+"config: {a: 1}\n", "2")
	if len(digests) != 3 {
		t.Errorf("%d digests, want 3", len(digests))
	}
	if _, err := os.Stat(first.Resources()); err != nil {
		t.Error(err)
	}
	first.Remove()
	if n := leftovers(t); n != 3 {
		t.Errorf("%d folders, want 3", n)
	}
	folders.Close()
	if n := leftovers(t); n != 0 {
		t.Errorf("%d folders are left", n)
	}
	if _, err := folders.Stage(t.Context(), program(t, dir, topology, "1"), options()); err == nil {
		t.Error("a new folder after Close")
	}
}

func TestStageFails(t *testing.T) {
	useTempDir(t)
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "spout"), 0o777); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"go.mod": "module example.com/t\n\ngo 1.25\n", "spout/s.go": "package main\n\nfunc main() { oops() }\n"} {
		if err := os.WriteFile(filepath.Join(dir, filepath.FromSlash(name)), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	var folders Folders
	p := program(t, dir, "name: t\nspouts:\n  s: {go: ./spout, outputs: [x]}\n", "1")
	var build *compiler.BuildError
	if _, err := folders.Stage(t.Context(), p, options()); !errors.As(err, &build) {
		t.Errorf("the error is %v", err)
	}

	// The script disappears after the check.
	p = program(t, dir, topology, "1")
	if err := os.Remove(filepath.Join(dir, "resources", "say.py")); err != nil {
		t.Fatal(err)
	}
	if _, err := folders.Stage(t.Context(), p, options()); err == nil || errors.As(err, &build) {
		t.Errorf("the error is %v", err)
	}
	if n := leftovers(t); n != 0 {
		t.Errorf("%d folders are left", n)
	}
}

func TestCopy(t *testing.T) {
	useTempDir(t)
	var folders Folders
	s, err := folders.Stage(t.Context(), program(t, t.TempDir(), topology, "1"), options())
	if err != nil {
		t.Fatal(err)
	}
	c, err := s.Copy()
	if err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(filepath.Join(c.Resources(), "say.py")); err != nil || string(text) != "1" || c.Resources() == s.Resources() {
		t.Errorf("the script is %q, %v", text, err)
	}
	// What a component adds is its own.
	if err := os.WriteFile(filepath.Join(c.Resources(), "new"), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(s.Resources(), "new")); err == nil {
		t.Error("the copy is not a folder of its own")
	}
	c.Remove()
	if n := leftovers(t); n != 1 {
		t.Errorf("%d folders, want 1", n)
	}
	folders.Close()
	if _, err := s.Copy(); err == nil {
		t.Error("a copy after Close")
	}
}
