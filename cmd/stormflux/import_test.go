package main

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stormflux/stormflux/internal/nimbus/nimbustest"
	"github.com/stormflux/stormflux/sdk/python"
)

// succeed runs a command line, which must succeed, and returns what it prints.
func succeed(t *testing.T, args ...string) (stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	if code := run(t.Context(), args, strings.NewReader(""), &out, &errs); code != exitFine {
		t.Fatalf("stormflux %s: exit code %d\n%s%s", strings.Join(args, " "), code, out.String(), errs.String())
	}
	return out.String(), errs.String()
}

// thrift returns the bytes of a compiled topology.
func thrift(t *testing.T, path string) []byte {
	t.Helper()
	out := filepath.Join(t.TempDir(), "topology.thrift")
	succeed(t, "compile", path, "-o", out)
	data, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

const everyLauncher = `name: launchers
config: {topology.workers: 2, greeting: "hello ${who:-all}"}
setup: [sh, -c, "echo 'ready'"]
resources: [words.py, run.sh]
spouts:
  words: {python: "words.py:Words", env: {LOG_LEVEL: debug}, outputs: [word]}
bolts:
  long: {command: [python3, -u, words.py, "it's", --x], tick: 90s, tasks: 3, inputs: [words], outputs: {default: [a, b], late: [c]}}
  script: {command: [sh, ./run.sh, one], parallelism: 4, inputs: [{from: long, grouping: {fields: [a]}}, {from: long, stream: late, grouping: all}]}
  two: {command: [python3, words.py], inputs: [long]}
`

const everyPython = `import stormflux
class Words(stormflux.Spout):
    pass
`

// The SDK stands in a folder that has the name of one of stormflux.
const sdkInResources = `name: sdk
resources: [words.py, lib]
spouts: {words: {command: [python3, -m, stormflux, "words.py:Words"], outputs: [word]}}
bolts: {count: {python: "words.py:Words", inputs: [words]}}
`

// A topology on a cluster, imported and compiled, has the same Thrift structure and the same files.
func TestImportRunning(t *testing.T) {
	server, err := nimbustest.Start(nimbustest.Options{KeepJars: true})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Stop()
	written := t.TempDir()
	if err := os.CopyFS(filepath.Join(written, "lib"), python.Files()); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"launchers.yaml": everyLauncher, "words.py": everyPython, "run.sh": "#!/bin/sh\nexec cat\n",
		"sdk.yaml": sdkInResources,
	} {
		if err := os.WriteFile(filepath.Join(written, name), []byte(text), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	for name, path := range map[string]string{
		"wordcount-python": "../../examples/wordcount-python.yaml",
		"streams":          "../../examples/streams.yaml", "launchers": filepath.Join(written, "launchers.yaml"),
		"wordcount-node": "../../examples/wordcount-node/topology.yaml", "sdk": filepath.Join(written, "sdk.yaml"),
	} {
		t.Run(name, func(t *testing.T) {
			succeed(t, "submit", path, "--nimbus", server.Addr(), "--name", name)
			dir := t.TempDir()
			file := filepath.Join(dir, "back.yaml")
			_, notes := succeed(t, "import", name, "--nimbus", server.Addr(), "-o", file, "--jar", filepath.Join(dir, "back.jar"))
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%s%s", text, notes)
			half := filepath.Join(dir, "half.jar")
			args := []string{"import", name, "--nimbus", server.Addr(), "-o", filepath.Join(dir, "nowhere", "x.yaml"), "--jar", half}
			if code := run(t.Context(), args, strings.NewReader(""), io.Discard, io.Discard); code != exitEnvironment {
				t.Errorf("a file in a missing folder: exit code %d", code)
			}
			if _, err := os.Stat(half); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("the jar is left without the file: %v", err)
			}
			if got, want := thrift(t, file), thrift(t, path); !bytes.Equal(got, want) {
				t.Errorf("the structure changed; the file is\n%s", text)
			}
			succeed(t, "fmt", "--check", file)
			before, after := filepath.Join(dir, "1.jar"), filepath.Join(dir, "2.jar")
			succeed(t, "compile", path, "-o", before)
			succeed(t, "compile", file, "-o", after)
			if got, want := jarSums(t, after), jarSums(t, before); got != want {
				t.Errorf("the jar changed: %s\nthe file is\n%s", onlyIn(got, want), text)
			}
		})
	}
}

// jarSums returns the names and check sums of the files in a jar, sorted. The tests compare the structure and the configuration
// themselves: in the jar, the structure has the lines of the file that define JVM objects.
func jarSums(t *testing.T, path string) string {
	t.Helper()
	r, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var lines []string
	for _, f := range r.File {
		if !strings.HasSuffix(f.Name, "/") && !slices.Contains([]string{"resources/.stormflux/README", "stormflux/topology.thrift", "stormflux/submission.json"}, f.Name) {
			lines = append(lines, fmt.Sprintf("%s %08x", f.Name, f.CRC32))
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// onlyIn returns the lines that only one of two texts has.
func onlyIn(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	missing := slices.DeleteFunc(slices.Clone(w), func(l string) bool { return slices.Contains(g, l) })
	added := slices.DeleteFunc(slices.Clone(g), func(l string) bool { return slices.Contains(w, l) })
	return fmt.Sprintf("missing %q, added %q", missing, added)
}
