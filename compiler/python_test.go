package compiler_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stormflux/stormflux/compiler"
	"github.com/stormflux/stormflux/schema"
	"github.com/stormflux/stormflux/validate"
)

// pythonProgram compiles a topology with one spout that is a Python class.
func pythonProgram(t *testing.T, keys string, opts compiler.Options) *compiler.Program {
	t.Helper()
	dir := t.TempDir()
	text := "name: t\n" + keys + "\nspouts: {s: {python: \"words.py:Words\", outputs: []}}\n"
	for name, content := range map[string]string{"topology.yaml": text, "resources/words.py": "class Words: pass\n"} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return compiler.Compile(checked(t, filepath.Join(dir, "topology.yaml"), schema.Options{}), opts)
}

// A Python class starts with the runner of the SDK, whose files are in the jar.
func TestPythonClass(t *testing.T) {
	for keys, want := range map[string]string{
		"":                                  "python3 -u -m stormflux words.py:Words",
		"python: {interpreter: python3.11}": "python3.11 -u -m stormflux words.py:Words",
		"python: {venv: /opt/venvs/words/}": "/opt/venvs/words/bin/python -u -m stormflux words.py:Words",
		"python: {venv: venv}":              "venv/bin/python -u -m stormflux words.py:Words",
	} {
		prog := pythonProgram(t, keys, compiler.Options{LauncherDir: "added"})
		if len(prog.Launchers) != 1 || !strings.HasSuffix(prog.Launchers[0].Text, "\nexec "+want+"\n") {
			t.Errorf("%q: launchers %q", keys, prog.Launchers)
		}
		assembly, err := prog.Assemble(t.Context(), validate.Platform{})
		if err != nil {
			t.Fatal(err)
		}
		defer assembly.Close()
		var names []string
		for _, e := range assembly.Archive.Entries {
			names = append(names, e.Name)
		}
		for _, name := range []string{"resources/added/python/stormflux/__init__.py", "resources/added/python/stormflux/__main__.py", "resources/words.py"} {
			if !slices.Contains(names, name) {
				t.Errorf("no %s in %q", name, names)
			}
		}
	}
}
