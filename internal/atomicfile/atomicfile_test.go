package atomicfile_test

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stormflux/stormflux/internal/atomicfile"
)

func text(s string) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.WriteString(w, s)
		return err
	}
}

func mustWrite(t *testing.T, path, content string, mode fs.FileMode) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

// expect checks the content of path, and that its folder contains only names.
func expect(t *testing.T, path, content string, names ...string) {
	t.Helper()
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != content {
		t.Errorf("%s holds %.60q, want %.60q", path, got, content)
	}
	expectFolder(t, filepath.Dir(path), names...)
}

func expectFolder(t *testing.T, dir string, names ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if strings.Join(got, " ") != strings.Join(names, " ") {
		t.Errorf("%s holds %q, want %q", dir, got, names)
	}
}

func TestNewAndReplaced(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out")
	if err := atomicfile.Write(path, text("first")); err != nil {
		t.Fatal(err)
	}
	expect(t, path, "first", "out")
	if err := atomicfile.Write(path, text("2")); err != nil {
		t.Fatal(err)
	}
	expect(t, path, "2", "out")
}

func TestModeIsKept(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no permission bits to keep")
	}
	for _, mode := range []fs.FileMode{0o600, 0o755, 0o664} {
		path := filepath.Join(t.TempDir(), "out")
		mustWrite(t, path, "old", mode)
		if err := atomicfile.Write(path, text("new")); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode() != mode {
			t.Errorf("mode is %v, want %v", info.Mode(), mode)
		}
	}
}

func TestFailureLeavesTheOldFile(t *testing.T) {
	failed := errors.New("the content could not be made")
	path := filepath.Join(t.TempDir(), "out")
	mustWrite(t, path, "old", 0o644)
	err := atomicfile.Write(path, func(w io.Writer) error {
		if _, err := io.WriteString(w, "half of"); err != nil {
			return err
		}
		return failed
	})
	if !errors.Is(err, failed) {
		t.Errorf("error is %v, want %v", err, failed)
	}
	expect(t, path, "old", "out")

	absent := filepath.Join(t.TempDir(), "absent")
	if err := atomicfile.Write(absent, func(io.Writer) error { return failed }); !errors.Is(err, failed) {
		t.Errorf("error is %v, want %v", err, failed)
	}
	expectFolder(t, filepath.Dir(absent))
}

func TestPanicLeavesTheOldFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out")
	mustWrite(t, path, "old", 0o644)
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic was swallowed")
			}
		}()
		_ = atomicfile.Write(path, func(w io.Writer) error {
			_, _ = io.WriteString(w, "half")
			panic("broken invariant")
		})
	}()
	expect(t, path, "old", "out")
}

func TestFolderIsNoTarget(t *testing.T) {
	dir := t.TempDir()
	err := atomicfile.Write(dir, text("x"))
	if err == nil || !strings.Contains(err.Error(), "it is a folder") || !strings.Contains(err.Error(), dir) {
		t.Errorf("error is %v", err)
	}
	expectFolder(t, dir)
}

func TestMissingFolder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "no", "out")
	err := atomicfile.Write(path, text("x"))
	if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), path) {
		t.Errorf("error is %v", err)
	}
	if err != nil && strings.Contains(err.Error(), ".tmp") {
		t.Errorf("the error names the temporary file: %v", err)
	}
}

func TestLinkStaysALink(t *testing.T) {
	dir := t.TempDir()
	if err := os.Symlink("real", filepath.Join(dir, "link")); err != nil {
		t.Skipf("no symbolic links here: %v", err)
	}
	// The target of the link does not exist yet: Write makes it.
	for _, content := range []string{"first", "second"} {
		if err := atomicfile.Write(filepath.Join(dir, "link"), text(content)); err != nil {
			t.Fatal(err)
		}
		expect(t, filepath.Join(dir, "real"), content, "link", "real")
		info, err := os.Lstat(filepath.Join(dir, "link"))
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode()&fs.ModeSymlink == 0 {
			t.Error("the link was replaced by a file")
		}
	}
}

func TestLinkLoop(t *testing.T) {
	path := filepath.Join(t.TempDir(), "loop")
	if err := os.Symlink("loop", path); err != nil {
		t.Skipf("no symbolic links here: %v", err)
	}
	if err := atomicfile.Write(path, text("x")); err == nil {
		t.Error("wrote to a link that leads to itself")
	}
}
