//go:build unix

package compiler

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// setupFolder returns a resources folder with a topology whose setup runs a script, and with a launcher of a component that
// prints "up" and its standard input.
func setupFolder(t *testing.T, script string) string {
	t.Helper()
	dir := t.TempDir()
	writeSetup(t, dir, script)
	component := launcher{component: "c", words: []string{"sh", "-c", "echo up; cat"}, setup: "added/setup.sh"}
	for name, text := range map[string]string{
		"added/setup.sh": setupScript([]string{"sh", "setup.sh", "it's"}, false, "added/setup"), "c.sh": component.script(),
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func writeSetup(t *testing.T, dir, script string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, "setup.sh"), []byte(script), 0o666); err != nil {
		t.Fatal(err)
	}
}

// started is a launcher that runs, as a child of a worker.
type started struct {
	cmd            *exec.Cmd
	stdout, stderr bytes.Buffer
}

func start(t *testing.T, dir string) *started {
	t.Helper()
	s := &started{cmd: exec.CommandContext(t.Context(), "/bin/sh", "c.sh")}
	s.cmd.Dir, s.cmd.Stdin, s.cmd.Stdout, s.cmd.Stderr = dir, strings.NewReader("in"), &s.stdout, &s.stderr
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return s
}

// startAll starts launchers at the same time, and waits until they have ended.
func startAll(t *testing.T, dir string, n int) []*started {
	t.Helper()
	all := make([]*started, n)
	var done sync.WaitGroup
	for i := range all {
		all[i] = start(t, dir)
		done.Go(func() { _ = all[i].cmd.Wait() })
	}
	done.Wait()
	return all
}

// workerScript runs launchers as a worker of its own: each argument is the name of a file for the output of one.
const workerScript = `for out in "$@"; do sh c.sh </dev/null >"$out" 2>&1 & done; wait; :`

// asWorker starts a process that starts two launchers, and returns what they print.
func asWorker(t *testing.T, dir string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "/bin/sh", "-c", workerScript, "worker", "out.1", "out.2")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return fileText(t, dir, "out.1") + fileText(t, dir, "out.2")
}

func fileText(t *testing.T, dir, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

const countRuns = "echo run >>runs\n"

// Of eight components that start at once, one runs the setup, and all start after it. Nothing of the setup gets into the
// conversation with Storm, and the setup does not read from it.
func TestSetupRunsOnce(t *testing.T) {
	dir := setupFolder(t, countRuns+`cat; echo noise; echo "noise of $1" >&2; sleep 1; touch ready`)
	for _, s := range startAll(t, dir, 8) {
		if !s.cmd.ProcessState.Success() || s.stdout.String() != "up\nin" || s.stderr.Len() > 0 {
			t.Errorf("%v: stdout %q, stderr %q", s.cmd.ProcessState, &s.stdout, &s.stderr)
		}
	}
	asWorker(t, dir)
	if got := fileText(t, dir, "runs"); got != "run\n" {
		t.Errorf("the setup ran %d times", strings.Count(got, "\n"))
	}
	if got := fileText(t, dir, "added/setup/log.1"); got != "noise\nnoise of it's\n" {
		t.Errorf("log %q", got)
	}
}

// After a setup that failed, no component of the worker starts, and each says why. The next worker tries again.
func TestSetupFails(t *testing.T) {
	dir := setupFolder(t, countRuns+"seq 30; echo 'no such package' >&2; exit 3")
	for _, s := range startAll(t, dir, 8) {
		want := "stormflux: the setup of the topology failed with exit status 3: sh setup.sh 'it'\"'\"'s'\n12\n"
		if s.cmd.ProcessState.ExitCode() != 1 || s.stdout.Len() > 0 || !strings.HasPrefix(s.stderr.String(), want) ||
			!strings.HasSuffix(s.stderr.String(), "\n30\nno such package\n") {
			t.Errorf("%v: stdout %q, stderr %q", s.cmd.ProcessState, &s.stdout, &s.stderr)
		}
	}
	late := start(t, dir)
	_ = late.cmd.Wait()
	if late.cmd.ProcessState.ExitCode() != 1 {
		t.Errorf("a late component of the worker: %v", late.cmd.ProcessState)
	}
	if got := fileText(t, dir, "runs"); got != "run\n" {
		t.Errorf("the setup ran %d times", strings.Count(got, "\n"))
	}
	if got := asWorker(t, dir); strings.Count(got, "exit status 3") != 2 {
		t.Errorf("the second worker: %q", got)
	}
	writeSetup(t, dir, countRuns)
	if got := asWorker(t, dir); got != "up\nup\n" {
		t.Errorf("the third worker: %q", got)
	}
	if got := fileText(t, dir, "runs"); got != "run\nrun\nrun\n" {
		t.Errorf("the setup ran %d times", strings.Count(got, "\n"))
	}
}

// If the launcher that runs the setup is killed, a waiting one runs the setup.
func TestSetupIsKilled(t *testing.T) {
	dir := setupFolder(t, "echo $PPID >>runs; [ -f second ] || sleep 60")
	first := start(t, dir)
	defer first.cmd.Wait()
	waitFor(t, filepath.Join(dir, "runs"))
	second := start(t, dir)
	waitFor(t, filepath.Join(dir, "added/setup/launcher."+strconv.Itoa(second.cmd.Process.Pid)))
	if err := os.WriteFile(filepath.Join(dir, "second"), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(-first.cmd.Process.Pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	_ = first.cmd.Wait()
	if err := second.cmd.Wait(); err != nil || second.stdout.String() != "up\nin" {
		t.Errorf("%v: stdout %q, stderr %q", err, &second.stdout, &second.stderr)
	}
	if got := fileText(t, dir, "runs"); strings.Count(got, "\n") != 2 {
		t.Errorf("the setup ran %d times", strings.Count(got, "\n"))
	}
}

// A lock from before a restart of the machine names a process that is another one now.
func TestSetupOfAnotherProcess(t *testing.T) {
	dir := setupFolder(t, countRuns)
	if err := os.MkdirAll(filepath.Join(dir, "added/setup"), 0o777); err != nil {
		t.Fatal(err)
	}
	stale := fmt.Sprintf("%d started-long-ago %d started-long-ago\n", os.Getpid(), os.Getppid())
	if err := os.WriteFile(filepath.Join(dir, "added/setup/lock.1"), []byte(stale), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, s := range startAll(t, dir, 2) {
		if s.stdout.String() != "up\nin" {
			t.Errorf("%v: stdout %q, stderr %q", s.cmd.ProcessState, &s.stdout, &s.stderr)
		}
	}
	if got := fileText(t, dir, "runs"); got != "run\n" {
		t.Errorf("the setup ran %d times", strings.Count(got, "\n"))
	}
}

// A setup can be a program of the jar, which has lost its executable bit, and may not exist at all.
func TestSetupProgram(t *testing.T) {
	dir := setupFolder(t, "#!/bin/sh\n"+countRuns)
	for name, program := range map[string]bool{"setup.sh": true, "/no/such/program": false} {
		text := setupScript([]string{name}, program, "added/"+filepath.Base(name))
		if err := os.WriteFile(filepath.Join(dir, "added/setup.sh"), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		s := startAll(t, dir, 1)[0]
		if s.cmd.ProcessState.Success() != program {
			t.Errorf("%s: %v: %s", name, s.cmd.ProcessState, &s.stderr)
		}
		if !program && (!strings.Contains(s.stderr.String(), "exit status 127") || !strings.Contains(s.stderr.String(), "not found")) {
			t.Errorf("stderr %q", &s.stderr)
		}
	}
	if got := fileText(t, dir, "runs"); got != "run\n" {
		t.Errorf("runs %q", got)
	}
}

func waitFor(t *testing.T, path string) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if info, err := os.Stat(path); err == nil && info.Size() > 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s does not appear", path)
		}
	}
}
