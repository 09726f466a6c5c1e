//go:build unix

package atomicfile_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stormflux/stormflux/internal/atomicfile"
)

// The tests below need a process of their own (a limit on file size, another user, another stdout): the test binary
// starts itself with the name of its part.
const childEnv = "STORMFLUX_ATOMICFILE_CHILD"

func TestMain(m *testing.M) {
	switch os.Getenv(childEnv) {
	case "":
		os.Exit(m.Run())
	case "limited", "careless":
		os.Exit(limitedChild(os.Args[1], os.Getenv(childEnv) == "careless"))
	case "write":
		if err := atomicfile.Write(os.Args[1], text("streamed")); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	default:
		os.Exit(9)
	}
}

func child(t *testing.T, part string, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, args...)
	cmd.Env = append(cmd.Environ(), childEnv+"="+part)
	return cmd
}

// limitedChild writes more than the system allows. With ignore, the package must notice it itself.
func limitedChild(path string, ignore bool) int {
	signal.Ignore(syscall.SIGXFSZ) // so that the write fails with EFBIG instead of killing the process
	limit := syscall.Rlimit{Cur: 64 << 10, Max: 64 << 10}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 8
	}
	err := atomicfile.Write(path, func(w io.Writer) error {
		block := make([]byte, 10<<10)
		for range 20 {
			if _, err := w.Write(block); err != nil && !ignore {
				return err
			}
		}
		return nil
	})
	fmt.Fprintln(os.Stderr, err)
	if errors.Is(err, syscall.EFBIG) {
		return 3
	}
	return 0
}

func TestLimitReached(t *testing.T) {
	for _, part := range []string{"limited", "careless"} {
		path := filepath.Join(t.TempDir(), "out")
		mustWrite(t, path, "old", 0o644)
		out, err := child(t, part, path).CombinedOutput()
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.ExitCode() != 3 {
			t.Fatalf("child: %v, %s", err, out)
		}
		if want := "writing " + path + ": file too large\n"; string(out) != want {
			t.Errorf("%s: got %q, want %q", part, out, want)
		}
		expect(t, path, "old", "out")
	}
}

func TestReadOnlyFile(t *testing.T) {
	if os.Getuid() != 0 {
		path := filepath.Join(t.TempDir(), "out")
		mustWrite(t, path, "old", 0o444)
		if err := atomicfile.Write(path, text("new")); !errors.Is(err, os.ErrPermission) {
			t.Errorf("error is %v", err)
		}
		expect(t, path, "old", "out")
		return
	}
	// root may write everything, so the child runs as another user, who owns the folder.
	dir, err := os.MkdirTemp("", "atomicfile")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	const nobody = 65534
	path := filepath.Join(dir, "out")
	mustWrite(t, path, "old", 0o444)
	for _, p := range []string{dir, path} {
		if err := os.Chown(p, nobody, nobody); err != nil {
			t.Fatal(err)
		}
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	// The test binary is in a folder that only root may enter.
	binary, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	mustWrite(t, filepath.Join(dir, "child"), string(binary), 0o755)
	cmd := exec.CommandContext(t.Context(), filepath.Join(dir, "child"), path)
	cmd.Dir = dir
	cmd.Env = append(cmd.Environ(), childEnv+"=write")
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || !strings.Contains(string(out), "permission denied") {
		t.Errorf("child: %v, %s", err, out)
	}
	expect(t, path, "old", "child", "out")
}

func TestNamedPipe(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "pipe")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	got := make(chan string)
	go func() {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Error(err)
		}
		got <- string(b)
	}()
	if err := atomicfile.Write(path, text("streamed")); err != nil {
		t.Fatal(err)
	}
	if s := <-got; s != "streamed" {
		t.Errorf("the pipe gave %q", s)
	}
	expectFolder(t, dir, "pipe")
}

func TestStandardOutput(t *testing.T) {
	for _, path := range []string{"-", "/dev/stdout"} {
		out, err := child(t, "write", path).Output() // stdout is a pipe
		if err != nil || string(out) != "streamed" {
			t.Errorf("%s: %q, %v", path, out, err)
		}
	}
}
