package validate_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stormflux/stormflux/internal/classfile"
	"github.com/stormflux/stormflux/internal/gobuild"
	"github.com/stormflux/stormflux/internal/jar"
	"github.com/stormflux/stormflux/internal/settings"
	"github.com/stormflux/stormflux/validate"
)

// editor answers from files in memory, as an editor with unsaved files would, and notes what it is asked for.
type editor struct {
	files fstest.MapFS
	asked []string
	ended func() // called with each question
}

func (e *editor) ask(format string, args ...any) {
	e.asked = append(e.asked, fmt.Sprintf(format, args...))
	if e.ended != nil {
		e.ended()
	}
}

func (e *editor) Stat(path string) (fs.FileInfo, error) {
	e.ask("stat %s", path)
	return e.files.Stat(path)
}

func (e *editor) Names(folder string) []string {
	e.ask("names %s", folder)
	var names []string
	for name := range e.files {
		names = append(names, name)
	}
	return names
}

func (e *editor) Read(path string) ([]byte, error) {
	e.ask("read %s", path)
	return e.files.ReadFile(path)
}

func (e *editor) Resources(ctx context.Context, resources []jar.Resource) ([]jar.Entry, jar.Faults, error) {
	e.ask("resources %q", resources[0].From)
	return []jar.Entry{{Name: jar.Root + "split.py", Path: "resources/split.py"}}, nil, ctx.Err()
}

func (e *editor) Jars(archive jar.Archive) ([]string, jar.Faults) {
	e.ask("jars %q, %d resources", archive.Jars, len(archive.Entries))
	return []string{jar.Root + "count.py", "com/example/Count.class"}, nil
}

func (e *editor) Classes(storm settings.Version, jars []string) (*classfile.Path, error) {
	e.ask("classes for Storm %s in %q", storm, jars)
	return classfile.Open(classfile.Options{Storm: storm})
}

func (e *editor) GoPackage(_ context.Context, folder string, platform gobuild.Platform) error {
	e.ask("package %s %s", folder, platform)
	return nil
}

func (e *editor) Executable(path string) (gobuild.Executable, error) {
	e.ask("executable %s", path)
	return gobuild.Executable{Format: gobuild.Script}, nil
}

const filesDocument = `name: t
jar: [app.jar, lib/b.jar]
spouts: {s: {go: cmd/s, outputs: [a]}, built: {go: program, outputs: []}}
bolts:
  split: {command: [python3, split.py], inputs: [{from: s}]}
  count: {command: [python3, count.py], inputs: [{from: s}]}
  class: {python: "split.py:Splitt", inputs: [{from: s}]}
  wrong: {command: [python3, spilt.py], inputs: [{from: s}]}
`

// Every question about a file goes to Options.Files.
func TestFiles(t *testing.T) {
	e := &editor{files: fstest.MapFS{"resources/split.py": {Data: []byte("class Split: pass\n")}, "cmd/s/main.go": {}, "program": {}}}
	result, err := validate.Check(t.Context(), load(t, []byte(filesDocument)), validate.Options{Files: e})
	if err != nil {
		t.Fatal(err)
	}
	got := text(t, result.Diagnostics)
	if len(result.Diagnostics) != 2 || !strings.Contains(got, `did you mean "Split"?`) || !strings.Contains(got, "[missing-script]") || !strings.Contains(got, `did you mean "split.py"?`) {
		t.Errorf("got\n%s", got)
	}
	want := `stat resources
resources "resources"
jars ["app.jar" "lib/b.jar"], 1 resources
stat cmd/s
package cmd/s linux/amd64
stat program
executable program
read resources/split.py`
	if asked := strings.Join(e.asked, "\n"); asked != want {
		t.Errorf("asked for\n%s\nwant\n%s", asked, want)
	}
}

// A Check ends soon after its context, wherever it is, and its error says so.
func TestCheckEndsWithItsContext(t *testing.T) {
	doc := load(t, []byte(filesDocument))
	ctx, cancel := context.WithCancel(t.Context())
	e := &editor{files: fstest.MapFS{"resources/x": {}, "cmd/s/main.go": {}, "program": {}}}
	questions := 7
	for last := range questions + 1 {
		e.asked = nil
		ctx, cancel = context.WithCancel(t.Context())
		e.ended = func() {
			if len(e.asked) > last {
				cancel()
			}
		}
		if last == 0 {
			cancel()
		}
		result, err := validate.Check(ctx, doc, validate.Options{Files: e})
		if ended := ctx.Err() != nil; ended != (result == nil) || ended != errors.Is(err, context.Canceled) {
			t.Errorf("ended after %d questions: %v, result %v, error %v", last, ended, result != nil, err)
		}
		cancel()
	}
	start := time.Now()
	if _, err := validate.Check(ctx, load(t, ring(10000)), validate.Options{SkipFiles: true}); !errors.Is(err, context.Canceled) ||
		!strings.HasPrefix(err.Error(), "checking topology.yaml: ") {
		t.Errorf("got %v", err)
	}
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("took %v", took)
	}
}
