package watch

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stormflux/stormflux/validate"
)

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	path := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

func newWatcher(t *testing.T) (*Watcher, string) {
	t.Helper()
	// The working folder, so that names are short and links in the path of the temporary folder do not matter.
	t.Chdir(t.TempDir())
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	w, err := New()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	return w, dir
}

func TestWatcher(t *testing.T) {
	w, dir := newWatcher(t)
	write(t, dir, "t.yaml", "a")
	write(t, dir, "lib/a.py", "")
	if text, err := w.ReadFile("t.yaml"); err != nil || string(text) != "a" {
		t.Fatal(string(text), err)
	}
	w.File("absent.yaml")
	w.Tree("lib")
	expect := func(want string) {
		t.Helper()
		if got := <-w.Changed(); got != want {
			t.Fatalf("got %q, want %q", got, want)
		}
	}
	// What does not count comes first: it would be in the list.
	write(t, dir, "other.yaml", "")
	write(t, dir, "t.yaml", "b")
	expect("t.yaml")
	write(t, dir, "absent.yaml", "")
	expect("absent.yaml")
	// Two changes at once are one, and a new folder counts with what is in it.
	write(t, dir, "lib/a.py", "a")
	write(t, dir, "t.yaml", "c")
	expect(filepath.Join("lib", "a.py") + ", t.yaml")
	if err := os.Mkdir(filepath.Join(dir, "lib", "sub"), 0o777); err != nil {
		t.Fatal(err)
	}
	expect(filepath.Join("lib", "sub"))
	write(t, dir, "lib/sub/b.py", "")
	expect(filepath.Join("lib", "sub", "b.py"))
}

func TestMatters(t *testing.T) {
	w, dir := newWatcher(t)
	write(t, dir, "go.mod", "module example.com/t\n\ngo 1.25\n")
	write(t, dir, "spout/s.go", "package main\n\nimport (\n\t_ \"embed\"\n\n\t_ \"example.com/t/words\"\n)\n\n//go:embed text\nvar _ string\n\nfunc main() {}\n")
	write(t, dir, "spout/text", "")
	write(t, dir, "words/w.go", "package words\n")
	write(t, dir, "unused/u.go", "package unused\n")
	write(t, dir, "lib/a.py", "")
	write(t, dir, "wheels/b.whl", "")
	w.Topology(t.Context(), filepath.Join(dir, "t.yaml"), &validate.Topology{
		Packages: &validate.PythonPackages{
			Requirements: filepath.Join(dir, "requirements.txt"), FindLinks: []string{filepath.Join(dir, "wheels"), "https://example.com/wheels"},
		},
		Files:  []validate.Resource{{Dir: dir, From: "lib/*.py"}, {From: filepath.Join(dir, "built")}},
		Spouts: []*validate.Component{{Implementation: &validate.GoProgram{Dir: filepath.Join(dir, "spout")}}},
		Bolts:  []*validate.Component{{Implementation: &validate.GoProgram{Executable: filepath.Join(dir, "bin")}}, {Implementation: &validate.Command{Words: []string{"cat"}}}},
	})
	for name, want := range map[string]bool{
		"lib/a.py": true, "lib/new.py": true, "lib/.a.py.swp": false, "lib/a.py~": false, "lib/#a.py#": false,
		"lib/__pycache__": false, "built": true, "requirements.txt": true, "wheels/a.whl": true, "bin": true, "resources": true, "other": false,
		"spout/s.go": true, "spout/new.go": true, "spout/asm.s": true, "spout/s_test.go": false, "spout/.s.go": false,
		"spout/text": true, "spout/other": false, "words/w.go": true, "unused/u.go": false, "go.mod": true, "go.sum": true,
	} {
		if got := w.matters(filepath.Join(dir, filepath.FromSlash(name))); got != want {
			t.Errorf("%s: %t, want %t", name, got, want)
		}
	}
}
