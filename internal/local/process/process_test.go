//go:build unix

package process

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
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
	s := NewStarter(t.TempDir())
	t.Cleanup(s.Close)
	var stderr []string
	p, err := s.Start(Command{
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

// A run whose components are all in memory needs no watchdog.
func TestWatchdogStartsWithTheFirstProcess(t *testing.T) {
	s := NewStarter(t.TempDir())
	s.Close()
	if s.watchdog != nil {
		t.Error("there is a watchdog, but no process")
	}
	p, _ := start(t, "cat >/dev/null")
	if p.starter.watchdog == nil {
		t.Error("there is no watchdog, but a process")
	}
	if _, err := end(t, p); err != nil {
		t.Error(err)
	}
}

// folderOfKilled names the folder of TestKilled's engine. It is set in the process that is killed.
const folderOfKilled = "STORMFLUX_TEST_FOLDER"

// TestKilled kills a program with SIGKILL that has started a process. The watchdog then kills the descendants of this
// process that have outlived it, and removes the program's folder. On Linux, that includes a descendant that has left the
// group.
func TestKilled(t *testing.T) {
	if folder := os.Getenv(folderOfKilled); folder != "" {
		startAndWait(folder)
	}
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "run")
	if err := os.Mkdir(folder, 0o777); err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, "-test.run", "^TestKilled$")
	cmd.Env = append(os.Environ(), folderOfKilled+"="+folder)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Process.Kill()
	var descendants [2]int
	if _, err := fmt.Fscan(out, &descendants[0], &descendants[1]); err != nil {
		t.Fatal(err)
	}
	for _, pid := range descendants {
		if ended(pid) {
			t.Fatalf("process %d has ended before", pid)
		}
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	cmd.Wait()
	gone := func() bool {
		_, err := os.Stat(folder)
		return ended(descendants[0]) && ended(descendants[1]) && errors.Is(err, fs.ErrNotExist)
	}
	for deadline := time.Now().Add(20 * time.Second); !gone(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Errorf("descendants %d ended: %t %t, or the folder is left", descendants, ended(descendants[0]), ended(descendants[1]))
			for _, pid := range descendants {
				syscall.Kill(pid, syscall.SIGKILL)
			}
			return
		}
	}
}

// startAndWait starts a process whose two children outlive it, prints their ids, and waits to be killed.
func startAndWait(folder string) {
	s := NewStarter(folder)
	setsid := ""
	if runtime.GOOS == "linux" {
		setsid = "setsid "
	}
	script := setsid + "sh -c 'echo $$; exec sleep 1000' & sh -c 'echo $$; exec sleep 1000' & cat >/dev/null"
	p, err := s.Start(Command{Path: "/bin/sh", Args: []string{"sh", "-c", script}, Dir: "/", Env: os.Environ(), Stderr: func(int, string) {}})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	io.Copy(os.Stdout, p) // does not end: the process waits for the end of its input
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
