//go:build unix

package process

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// start runs a shell script. lines returns the lines of its standard error after the end.
func start(t *testing.T, script string) (p *Process, lines func() []string) {
	t.Helper()
	s, err := NewStarter(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	var stderr []string
	p, err = s.Start(Command{
		Path: "/bin/sh", Args: []string{"sh", "-c", script}, Dir: t.TempDir(), Env: os.Environ(),
		Stderr: func(_ int, line string) { stderr = append(stderr, line) },
	})
	if err != nil {
		t.Fatal(err)
	}
	return p, func() []string { return stderr }
}

func end(t *testing.T, p *Process) (inTime bool, exit error) {
	t.Helper()
	p.CloseWrite()
	return p.End()
}

func TestProcess(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", lineLimit)
	p, stderr := start(t, `read line; echo "got $line"; echo one >&2; printf 'two\r\n`+long+`y\nend' >&2; cat >/dev/null; exit 3`)
	if n, err := p.WriteSome([]byte("hello\n")); n != 6 || err != nil {
		t.Errorf("WriteSome wrote %d bytes, error %v", n, err)
	}
	answer := make([]byte, 100)
	if n, err := io.ReadAtLeast(p, answer, len("got hello\n")); string(answer[:n]) != "got hello\n" || err != nil {
		t.Errorf("read %q, error %v", answer[:n], err)
	}
	inTime, err := end(t, p)
	var exit *exec.ExitError
	if !inTime || !errors.As(err, &exit) || exit.ExitCode() != 3 {
		t.Errorf("in time: %t, error %v", inTime, err)
	}
	if want := []string{"one", "two", long, "y", "end"}; !slices.Equal(stderr(), want) {
		t.Errorf("standard error: %q", stderr())
	}
	select {
	case <-p.Exited():
	default:
		t.Error("Exited is not closed")
	}
	p.Kill() // its id may belong to another process: nothing must happen
}

// TestWriteSome fills a pipe that nobody reads.
func TestWriteSome(t *testing.T) {
	t.Parallel()
	p, _ := start(t, "exec sleep 1000")
	data := make([]byte, 1<<20)
	n, err := p.WriteSome(data)
	if n == 0 || n == len(data) || err != nil {
		t.Errorf("wrote %d bytes, error %v", n, err)
	}
	if n, err = p.WriteSome(data); n != 0 || err != nil {
		t.Errorf("wrote %d bytes to a full pipe, error %v", n, err)
	}
	p.Terminate()
	if inTime, err := end(t, p); !inTime || err == nil || !strings.Contains(err.Error(), "signal: terminated") {
		t.Errorf("in time: %t, error %v", inTime, err)
	}
}

// TestEnd has a process that ignores the end of its input, and a child of its own.
func TestEnd(t *testing.T) {
	t.Parallel()
	p, _ := start(t, `trap '' TERM; sleep 1000 & echo $!; while :; do sleep 1; done`)
	text := make([]byte, 20)
	n, err := p.Read(text)
	if err != nil {
		t.Fatal(err)
	}
	child, err := strconv.Atoi(strings.TrimSpace(string(text[:n])))
	if err != nil {
		t.Fatal(err)
	}
	p.Terminate()
	if inTime, err := end(t, p); inTime || err == nil || !strings.Contains(err.Error(), "signal: killed") {
		t.Errorf("in time: %t, error %v", inTime, err)
	}
	for deadline := time.Now().Add(10 * time.Second); !ended(child); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the child of the process still runs")
		}
	}
}

// TestEscaped has a child that leaves the process group.
func TestEscaped(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("such a process survives here: see docs/run.md")
	}
	t.Parallel()
	p, _ := start(t, `setsid sh -c 'echo $$; exec sleep 1000' & cat >/dev/null`)
	text := make([]byte, 20)
	n, err := p.Read(text)
	if err != nil {
		t.Fatal(err)
	}
	child, err := strconv.Atoi(strings.TrimSpace(string(text[:n])))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := end(t, p); err != nil {
		t.Error(err)
	}
	for deadline := time.Now().Add(10 * time.Second); !ended(child); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			syscall.Kill(child, syscall.SIGKILL)
			t.Fatal("the child that left the group still runs")
		}
	}
}

// ended reports whether a process has ended. A zombie has ended.
func ended(pid int) bool {
	if syscall.Kill(pid, 0) != nil {
		return true
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false // this system has no such file
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	return strings.HasPrefix(rest, "Z")
}

func TestLookPath(t *testing.T) {
	dir := t.TempDir()
	for name, mode := range map[string]os.FileMode{"bin/tool": 0o755, "bin/plain": 0o644, "tool": 0o755} {
		file := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, nil, mode)); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct{ program, path, want string }{
		{"tool", "/nosuch:" + dir + "/bin", dir + "/bin/tool"},
		{"tool", "bin", dir + "/bin/tool"},
		{"tool", "", ""},
		{"tool", ":/nosuch", dir + "/tool"},
		{"plain", dir + "/bin", ""},
		{"bin", dir, ""},
		{"./tool", "", "./tool"},
		{"/any/where", "", "/any/where"},
	} {
		got, err := LookPath(test.program, test.path, dir)
		if got != test.want || (test.want == "") != errors.Is(err, exec.ErrNotFound) {
			t.Errorf("%s in %q: %q, %v", test.program, test.path, got, err)
		}
	}
}
