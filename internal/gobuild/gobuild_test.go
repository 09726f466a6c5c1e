package gobuild_test

import (
	"bytes"
	"context"
	"debug/buildinfo"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/stormflux/stormflux/internal/gobuild"
)

func unpack(t testing.TB, dir, archive string) {
	t.Helper()
	for _, f := range txtar.Parse([]byte(archive)).Files {
		path := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// The programs import only what every program has, so a test compiles little.
const workspace = `
-- m/go.mod --
module example.com/m

go 1.24
-- m/go.sum --
-- m/spouts/count/main.go --
package main

import "example.com/m/words"

func main() { println("spout", words.One) }
-- m/bolts/count/main.go --
package main

func main() { println("bolt") }
-- m/bolts/split/main.go --
package main

func main() { println("split") }
-- m/words/words.go --
package words

const One = 1
-- m/v2/main.go --
package main

func main() { println("v2") }
-- m/main.go --
package main

func main() { println("root") }
-- other/go.mod --
module example.com/other

go 1.24
-- other/count/main.go --
package main

func main() { println("other") }
-- broken/go.mod --
module example.com/broken

go 1.24
-- broken/good/main.go --
package main

func main() { println("good") }
-- broken/types/main.go --
package main

func main() {
	var x int
	undefined()
}
-- broken/syntax/main.go --
package main

func main() {
-- broken/needs/main.go --
package main

import "example.com/broken/lib"

func main() { lib.Do() }
-- broken/lib/lib.go --
package lib

func Do() int { return "text" }
-- broken/missing/main.go --
package main

import "nowhere.invalid/x"

func main() { x.Do() }
`

func read(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func run(t testing.TB, path string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), path).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", path, err, out)
	}
	return strings.TrimSpace(string(out))
}

func TestBuildAll(t *testing.T) {
	dir := t.TempDir()
	unpack(t, dir, workspace)
	out := t.TempDir()
	names := []string{"m/spouts/count", "m/bolts/count", "other/count", "m/bolts/split", "m/v2", "m"}
	says := []string{"spout 1", "bolt", "other", "split", "v2", "root"}
	var builds []gobuild.Options
	for i, name := range names {
		builds = append(builds, gobuild.Options{Dir: filepath.Join(dir, name), Output: filepath.Join(out, string(rune('a'+i)))})
	}
	for i, err := range gobuild.BuildAll(t.Context(), builds) {
		if err != nil {
			t.Fatalf("%s: %v", names[i], err)
		}
		if got := run(t, builds[i].Output); got != says[i] {
			t.Errorf("%s says %q, want %q", names[i], got, says[i])
		}
	}
	entries, err := os.ReadDir(out)
	if err != nil || len(entries) != len(names) {
		t.Errorf("the output folder holds %v, %v", entries, err)
	}
}

// The same sources in another folder, with other times, give the same program. This is also true for another platform.
func TestSameSourcesSameProgram(t *testing.T) {
	for _, platform := range []gobuild.Platform{{OS: "linux", Arch: "amd64"}, {OS: "darwin", Arch: "arm64"}} {
		var programs [][]byte
		for i, when := range []time.Time{time.Now(), time.Date(2001, 2, 3, 4, 5, 6, 0, time.UTC)} {
			dir := filepath.Join(t.TempDir(), strings.Repeat("longer", i), "src")
			unpack(t, dir, workspace)
			err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
				return errors.Join(err, os.Chtimes(path, when, when))
			})
			if err != nil {
				t.Fatal(err)
			}
			o := gobuild.Options{Dir: filepath.Join(dir, "m/spouts/count"), Output: filepath.Join(t.TempDir(), "out"), OS: platform.OS, Arch: platform.Arch}
			if err := gobuild.Build(t.Context(), o); err != nil {
				t.Fatal(err)
			}
			programs = append(programs, read(t, o.Output))
			if bytes.Contains(programs[i], []byte(filepath.Dir(dir))) {
				t.Error("the program holds the path of its sources")
			}
			e, err := gobuild.ReadExecutable(o.Output)
			if err != nil || !e.RunsOn(platform) || e.RunsOn(gobuild.Platform{OS: "windows", Arch: "amd64"}) {
				t.Errorf("%v, %v; built for %s", e, err, platform)
			}
		}
		if !bytes.Equal(programs[0], programs[1]) {
			t.Errorf("the programs for %s differ", platform)
		}
	}
}

func TestFaultyPackages(t *testing.T) {
	dir := t.TempDir()
	unpack(t, dir, workspace)
	out := t.TempDir()
	names := []string{"good", "types", "syntax", "needs", "missing", "lib"}
	var builds []gobuild.Options
	for _, name := range names {
		builds = append(builds, gobuild.Options{Dir: filepath.Join(dir, "broken", name), Output: filepath.Join(out, name), OS: "linux", Arch: "amd64"})
	}
	old := filepath.Join(out, "types")
	if err := os.WriteFile(old, []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	errs := gobuild.BuildAll(t.Context(), builds)
	if errs[0] != nil {
		t.Errorf("the good package was not built: %v", errs[0])
	}
	if _, err := gobuild.ReadExecutable(builds[0].Output); err != nil {
		t.Error(err)
	}
	if string(read(t, old)) != "old" {
		t.Error("an old output was replaced although the build failed")
	}
	for i, want := range []struct {
		file string
		line int
		text string
	}{
		1: {"types/main.go", 4, "declared and not used: x"},
		2: {"syntax/main.go", 3, "syntax error"},
		3: {"lib/lib.go", 3, "cannot use"},
		4: {"missing/main.go", 3, "no required module provides package nowhere.invalid/x"},
	} {
		if i == 0 {
			continue
		}
		fault, ok := errors.AsType[*gobuild.Error](errs[i])
		if !ok {
			t.Errorf("%s: error is %v", names[i], errs[i])
			continue
		}
		file, err := filepath.EvalSymlinks(filepath.Join(dir, "broken", want.file))
		if err != nil {
			t.Fatal(err)
		}
		if len(fault.Messages) == 0 {
			t.Errorf("%s: no messages in %q", names[i], fault.Output)
			continue
		}
		m := fault.Messages[0]
		at, err := filepath.EvalSymlinks(m.File)
		if err != nil {
			t.Errorf("%s: %v", names[i], err)
		}
		if at != file || m.Line < want.line || m.Line > want.line+1 || m.Column == 0 || !strings.Contains(m.Text, want.text) {
			t.Errorf("%s: %+v, want %+v", names[i], m, want)
		}
		if !strings.Contains(fault.Error(), "linux/amd64") || !strings.Contains(fault.Error(), want.text) {
			t.Errorf("%s: %v", names[i], fault)
		}
	}
	if fault, ok := errors.AsType[*gobuild.Error](errs[1]); ok && len(fault.Messages) != 2 {
		t.Errorf("types: %d messages, want both: %+v", len(fault.Messages), fault.Messages)
	}

	// A library that compiles is not a program.
	unpack(t, dir, "-- lib/go.mod --\nmodule example.com/lib\n-- lib/lib.go --\npackage lib\n")
	err := gobuild.Build(t.Context(), gobuild.Options{Dir: filepath.Join(dir, "lib"), Output: filepath.Join(out, "x")})
	if err == nil || !strings.Contains(err.Error(), "not a main package") {
		t.Errorf("error is %v", err)
	}
	err = gobuild.Build(t.Context(), gobuild.Options{Dir: filepath.Join(dir, "none"), Output: filepath.Join(out, "x")})
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error is %v", err)
	}
	err = gobuild.Build(t.Context(), gobuild.Options{Dir: filepath.Join(dir, "broken/good"), Output: filepath.Join(out, "no/x")})
	if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), filepath.Join("no", "x")) {
		t.Errorf("error is %v", err)
	}
	err = gobuild.Build(t.Context(), gobuild.Options{Dir: filepath.Join(dir, "broken/good"), Output: filepath.Join(out, "x"), OS: "linux", Arch: "nosuch"})
	if err == nil || !strings.Contains(err.Error(), "linux/nosuch") {
		t.Errorf("error is %v", err)
	}
	if matches, err := filepath.Glob(filepath.Join(out, ".*")); err != nil || len(matches) != 0 {
		t.Errorf("left behind: %v, %v", matches, err)
	}
}

func TestNoGoCommand(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	err := gobuild.Build(t.Context(), gobuild.Options{Dir: ".", Output: filepath.Join(t.TempDir(), "x")})
	if !errors.Is(err, gobuild.ErrNoGo) {
		t.Errorf("error is %v", err)
	}
}

// The context ends a go command that never ends, together with its child.
func TestCancelled(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the go command of this test is a shell script")
	}
	dir := t.TempDir()
	unpack(t, dir, workspace)
	pipe := filepath.Join(dir, "alive")
	if out, err := exec.CommandContext(t.Context(), "mkfifo", pipe).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	bin := filepath.Join(dir, "bin")
	if err := os.Mkdir(bin, 0o755); err != nil {
		t.Fatal(err)
	}
	// Both the script and its child keep the pipe open: the test reads its end when both are gone. A process that a
	// shell starts in the background ignores interrupts.
	script := "#!/bin/sh\nexec 9>" + pipe + "\nmkdir $GOTMPDIR/go-build1\nsleep 1000 &\necho started >&9\nwait\n"
	temporary := t.TempDir()
	t.Setenv("TMPDIR", temporary)
	if err := os.WriteFile(filepath.Join(bin, "go"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() {
		ended <- gobuild.Build(ctx, gobuild.Options{Dir: filepath.Join(dir, "m/bolts/split"), Output: filepath.Join(dir, "x")})
	}()
	alive, err := os.Open(pipe) // waits for the script to open its end
	if err != nil {
		t.Fatal(err)
	}
	defer alive.Close()
	if _, err := alive.Read(make([]byte, len("started\n"))); err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v", err)
	}
	if err := alive.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if n, err := alive.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("something is still alive: %d, %v", n, err)
	}
	if left, err := os.ReadDir(temporary); err != nil || len(left) > 0 {
		t.Errorf("the build left temporary files: %v, %v", left, err)
	}
}

func TestBuildInformation(t *testing.T) {
	dir := t.TempDir()
	unpack(t, dir, workspace)
	out := filepath.Join(dir, "split")
	if err := gobuild.Build(t.Context(), gobuild.Options{Dir: filepath.Join(dir, "m/bolts/split"), Output: out, OS: "linux", Arch: "arm64"}); err != nil {
		t.Fatal(err)
	}
	info, err := buildinfo.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	settings := map[string]string{}
	for _, s := range info.Settings {
		settings[s.Key] = s.Value
	}
	if info.Path != "example.com/m/bolts/split" || settings["CGO_ENABLED"] != "0" || settings["-trimpath"] != "true" || settings["GOARCH"] != "arm64" {
		t.Errorf("build information is %v", info)
	}
}
