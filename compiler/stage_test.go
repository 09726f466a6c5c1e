package compiler

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stormflux/stormflux/internal/jar"
)

// Stage writes exactly the bytes that the jar has below resources/, and makes no file executable.
func TestStageIsTheJar(t *testing.T) {
	a := &Assembly{}
	a.Archive.Jars = []string{baseJar(t, map[string]string{
		"resources/base.txt": "of the base", "com/example/Bolt.class": "class", "META-INF/MANIFEST.MF": "Manifest-Version: 1.0\r\n\r\n",
	})}
	script := filepath.Join(t.TempDir(), "split.py")
	if err := os.WriteFile(script, []byte("print()\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	a.Archive.Entries = []jar.Entry{
		{Name: "resources/.stormflux/split.sh", Data: []byte("#!/bin/sh\n"), Executable: true},
		{Name: "resources/lib/split.py", Path: script, Executable: true},
		{Name: "resources/lib/split.py", Path: script, Executable: true}, // named twice in `resources`
		{Name: "elsewhere.txt", Data: []byte("not a resource")},
	}
	dir := t.TempDir()
	if err := a.Stage(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	staged := map[string]string{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if info.Mode()&0o111 != 0 {
			t.Errorf("%s is executable: %s", path, info.Mode())
		}
		text, err := fs.ReadFile(os.DirFS(dir), path)
		staged[path] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if want := resourcesOf(t, a); !maps.Equal(staged, want) {
		t.Errorf("staged %q\nthe jar holds %q", staged, want)
	}
}

func TestStageEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	a := &Assembly{Archive: jar.Archive{Entries: []jar.Entry{{Name: "resources/a", Data: []byte("a")}}}}
	if err := a.Stage(ctx, t.TempDir()); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

// Stage refuses a name that leads out of the folder.
func TestStageStaysInItsFolder(t *testing.T) {
	dir := t.TempDir()
	a := &Assembly{Archive: jar.Archive{Jars: []string{baseJar(t, map[string]string{"resources/../../out": "x"})}}}
	if err := a.Stage(t.Context(), dir); err == nil || !strings.Contains(err.Error(), "resources/../../out") {
		t.Errorf("error %v", err)
	}
}

func baseJar(t *testing.T, files map[string]string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "base.jar")
	var text bytes.Buffer
	z := zip.NewWriter(&text)
	for name, content := range files {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, content); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, text.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

// resourcesOf returns the resources in the jar.
func resourcesOf(t *testing.T, a *Assembly) map[string]string {
	t.Helper()
	var text bytes.Buffer
	if err := a.Archive.Write(t.Context(), &text); err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(text.Bytes()), int64(text.Len()))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, f := range z.File {
		name, ok := strings.CutPrefix(f.Name, jar.Root)
		if !ok {
			continue
		}
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		r.Close()
		if err != nil {
			t.Fatal(err)
		}
		files[name] = string(content)
	}
	return files
}
