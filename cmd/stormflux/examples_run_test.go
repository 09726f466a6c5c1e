//go:build unix

package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stormflux/stormflux/internal/stormtest"
)

// stage returns the file of an example that is ready to run. A command runs before in a copy, because a test writes nothing into the
// repository.
func (e exampleRun) stage(t *testing.T, path string) string {
	t.Helper()
	for _, program := range e.needs {
		stormtest.RequireProgram(t, program)
	}
	if e.prepare == "" {
		return filepath.Join(root, filepath.FromSlash(path))
	}
	copied := t.TempDir()
	if err := os.CopyFS(filepath.Join(copied, "examples"), os.DirFS(filepath.Join(root, "examples"))); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(copied, filepath.FromSlash(path))
	words := strings.Fields(e.prepare)
	cmd := exec.CommandContext(t.Context(), words[0], words[1:]...)
	cmd.Dir = filepath.Dir(file)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", e.prepare, err, out)
	}
	return file
}

// Every example validates without a warning, has the canonical layout, passes its own tests, compiles, and runs until its log
// has what the table says.
func TestExamplesRun(t *testing.T) {
	t.Parallel()
	for path, example := range exampleRuns {
		if example.elsewhere != "" {
			continue
		}
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			file := example.stage(t, path)
			checkExample(t, file)
			r := start(t, ".", append([]string{"run", file, "--format", "json"}, example.args...)...)
			at := 0
			for _, says := range example.says {
				_, at = r.until(at, `"event":"log".*"text":"[^"]*`+says)
			}
			r.signal(syscall.SIGINT)
			r.ends(exitFine)
		})
	}
}

// checkExample checks an example without running it.
func checkExample(t *testing.T, file string) {
	t.Helper()
	for _, args := range [][]string{{"validate", "--strict"}, {"fmt", "--check"}, {"test"}, {"compile", "-o", filepath.Join(t.TempDir(), "example.jar")}} {
		if text, err := os.ReadFile(file); err != nil || args[0] == "test" && !bytes.Contains(text, []byte("\ntests:")) {
			continue
		}
		var out, messages bytes.Buffer
		if code := run(t.Context(), append(args, file), strings.NewReader(""), &out, &messages); code != exitFine {
			t.Errorf("stormflux %s exits with %d:\n%s%s", args[0], code, &out, &messages)
		}
	}
}
