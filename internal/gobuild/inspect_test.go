package gobuild_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stormflux/stormflux/internal/gobuild"
)

func TestInspect(t *testing.T) {
	dir := t.TempDir()
	unpack(t, dir, `
-- m/go.mod --
module example.com/m
-- m/file.txt --
-- m/good/main.go --
// A comment first.

package main

func main() { this does not parse, and need not }
-- m/good/help.go --
package main
-- m/good/good_test.go --
package main_test
-- m/good/gen.go --
//go:build ignore

package gen
-- m/good/on_windows.go --
package main
-- m/good/_draft.go --
not Go
-- m/good/doc.go --
package documentation
-- m/lib/lib.go --
package lib
-- m/tests/x_test.go --
package main
-- m/empty/x.txt --
-- m/windows/main_windows.go --
package main
-- m/cgo/main.go --
//go:build cgo

package main
-- m/several/a.go --
package main
-- m/several/b.go --

package lib
-- m/bad/main.go --
// comment
pakage main
-- m/blank/main.go --
-- m/tags/main.go --
//go:build linux &&

package main
-- loose/main.go --
package main
`)
	linux := gobuild.Platform{OS: "linux", Arch: "amd64"}
	for _, c := range []struct {
		path    string
		problem gobuild.Problem
		words   string
		line    int
	}{
		{"m/none", gobuild.NotFound, "does not exist", 0},
		{"m/file.txt", gobuild.NotFolder, "is not a folder", 0},
		{"m/empty", gobuild.NoGoFiles, "holds no Go files", 0},
		{"m/tests", gobuild.NoGoFiles, "holds no Go files", 0},
		{"m/windows", gobuild.Excluded, "for linux/amd64", 0},
		{"m/cgo", gobuild.Excluded, "build constraints", 0},
		{"m/lib", gobuild.NotMain, "is package lib, not main", 1},
		{"m/several", gobuild.SeveralPackages, "main (a.go) and lib (b.go)", 2},
		{"m/bad", gobuild.BadSource, "expected 'package'", 2},
		{"m/blank", gobuild.BadSource, "expected 'package'", 1},
		{"m/tags", gobuild.BadSource, "main.go", 1},
		{"loose", gobuild.NoModule, "no go.mod", 0},
	} {
		_, err := gobuild.Inspect(t.Context(), filepath.Join(dir, c.path), linux)
		fault, ok := errors.AsType[*gobuild.InspectError](err)
		if !ok || fault.Problem != c.problem || !strings.Contains(err.Error(), c.words) || fault.Line != c.line {
			t.Errorf("%s: %+v (%v), want problem %d with %q at line %d", c.path, fault, err, c.problem, c.words, c.line)
		}
	}
	for platform, files := range map[gobuild.Platform][]string{
		linux:                          {"help.go", "main.go"},
		{OS: "windows", Arch: "amd64"}: {"help.go", "main.go", "on_windows.go"},
	} {
		p, err := gobuild.Inspect(t.Context(), filepath.Join(dir, "m/good"), platform)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(p.Files, files) || p.Module != filepath.Join(dir, "m") || p.Dir != filepath.Join(dir, "m", "good") {
			t.Errorf("%s: %+v, want the files %q", platform, p, files)
		}
	}
}

func TestReadExecutable(t *testing.T) {
	dir := t.TempDir()
	unpack(t, dir, workspace)
	// The judge is the Go linker: programs for every platform that stormflux itself is built for, and some more.
	for _, p := range []gobuild.Platform{{OS: "windows", Arch: "arm64"}, {OS: "darwin", Arch: "amd64"}, {OS: "linux", Arch: "arm64"}, {OS: "freebsd", Arch: "amd64"}} {
		out := filepath.Join(dir, p.OS+p.Arch)
		if err := gobuild.Build(t.Context(), gobuild.Options{Dir: filepath.Join(dir, "m/bolts/split"), Output: out, OS: p.OS, Arch: p.Arch}); err != nil {
			t.Fatal(err)
		}
		e, err := gobuild.ReadExecutable(out)
		if err != nil || !slices.Equal(e.Platforms, []gobuild.Platform{p}) {
			t.Errorf("%s: %+v, %v", p, e, err)
		}
		// The same, from the headers alone: we overwrite Go's mark, for which debug/buildinfo looks.
		content := read(t, out)
		mark := []byte("\xff Go buildinf:")
		for i := 0; i+len(mark) <= len(content); i++ {
			if string(content[i:i+len(mark)]) == string(mark) {
				content[i] = 0
			}
		}
		bare := out + ".bare"
		if err := os.WriteFile(bare, content, 0o644); err != nil {
			t.Fatal(err)
		}
		e, err = gobuild.ReadExecutable(bare)
		if err != nil || !slices.Equal(e.Platforms, []gobuild.Platform{p}) {
			t.Errorf("%s by its header: %+v, %v", p, e, err)
		}
		// Half a program, and only a header, give an error and do no harm.
		for _, n := range []int{4, 20, 70, 200} {
			cut := out + ".cut"
			if err := os.WriteFile(cut, content[:n], 0o644); err != nil {
				t.Fatal(err)
			}
			if e, err := gobuild.ReadExecutable(cut); !errors.Is(err, gobuild.ErrNotExecutable) {
				t.Errorf("%s, %d bytes: %+v, %v", p, n, e, err)
			}
		}
	}
	for name, content := range map[string]string{
		"text": "hello", "empty": "", "archive": "!<arch>\n", "class": "\xca\xfe\xba\xbe\x00\x00\x00\x3d\x00\x00", "mz": "MZ, but a text",
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o755); err != nil {
			t.Fatal(err)
		}
		if e, err := gobuild.ReadExecutable(path); !errors.Is(err, gobuild.ErrNotExecutable) {
			t.Errorf("%s: %+v, %v", name, e, err)
		}
	}
	script := filepath.Join(dir, "script")
	if err := os.WriteFile(script, []byte("#! /usr/bin/env python3\nprint()\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	e, err := gobuild.ReadExecutable(script)
	if err != nil || e.Format != gobuild.Script || e.Interpreter != "/usr/bin/env python3" || !e.RunsOn(gobuild.Platform{OS: "linux", Arch: "amd64"}) {
		t.Errorf("script: %+v, %v", e, err)
	}
	if _, err := gobuild.ReadExecutable(dir); !errors.Is(err, gobuild.ErrNotExecutable) {
		t.Errorf("folder: %v", err)
	}
	if _, err := gobuild.ReadExecutable(filepath.Join(dir, "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("missing: %v", err)
	}
}

func TestInspectEndsWithItsContext(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "main.go"), []byte("package main\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := gobuild.Inspect(ctx, dir, gobuild.Platform{OS: "linux", Arch: "amd64"}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
