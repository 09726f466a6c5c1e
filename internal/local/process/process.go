// Package process starts operating system processes and ends them with all their descendants. It owns pipes, process
// groups and exit statuses, and it cleans up if the engine itself is killed. It does not know what the bytes in the
// pipes mean.
//
// It waits for the operating system, so it always uses real time.
package process

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// lingering is the time that a process has to end by itself after a call of [Process.End]. The output of an ended
// process is read for the same time: a descendant that has left the process group may hold the pipe open.
const lingering = time.Second

// A Process is a child process with pipes to its standard input, output and error. One goroutine calls Read and End,
// one at a time calls Write and WriteSome. Any goroutine may call the other methods.
type Process struct {
	starter *Starter
	cmd     *exec.Cmd
	mark    string // in the environment of the process and its descendants
	stdin   *os.File
	stdout  *os.File
	stderr  *os.File
	exited  chan struct{}  // closed when the process has ended, before any cleanup
	readers sync.WaitGroup // of standard error and of the exit status
	reaped  bool           // exit is known; set before exited is closed
	exit    error

	mu        sync.Mutex
	forgotten bool // the id may belong to another process
}

// PID returns the process id.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Read reads standard output.
func (p *Process) Read(b []byte) (int, error) { return p.stdout.Read(b) }

// Write writes to standard input. It waits until the pipe has taken everything.
func (p *Process) Write(b []byte) (int, error) { return p.stdin.Write(b) }

// WriteSome writes to standard input as much as the pipe takes at once.
func (p *Process) WriteSome(b []byte) (int, error) { return writeSome(p.stdin, b) }

// CloseWrite closes standard input.
func (p *Process) CloseWrite() error { return p.stdin.Close() }

// Exited returns a channel that is closed when the process has ended.
func (p *Process) Exited() <-chan struct{} { return p.exited }

// Kill kills the process and its descendants, except those that have left its group. On Linux, End kills these too,
// unless they have changed their environment.
func (p *Process) Kill() { p.signal(killGroup) }

// Terminate asks the process and its group to end.
func (p *Process) Terminate() { p.signal(terminateGroup) }

func (p *Process) signal(send func(*os.Process) error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.forgotten {
		send(p.cmd.Process) // ignore the error: it may have ended
	}
}

// await waits for the process.
func (p *Process) await() {
	p.reaped, p.exit = awaitExit(p.cmd)
	close(p.exited)
	// Descendants that outlive the process must end too.
	p.Kill()
	deadline := time.Now().Add(lingering)
	p.stdout.SetReadDeadline(deadline)
	p.stderr.SetReadDeadline(deadline)
}

func (p *Process) readStderr(report func(pid int, line string)) {
	lines := newLineReader(p.stderr)
	for {
		line, err := lines.next()
		if err != nil {
			return
		}
		report(p.PID(), line)
	}
}

// End waits a moment until the process ends, or kills it. Then it discards the rest of the output and releases
// everything. Standard input must be closed before. End reports whether the process ended in time, and returns the
// error of [exec.Cmd.Wait], which holds the exit status.
func (p *Process) End() (inTime bool, exit error) {
	timer := time.NewTimer(lingering)
	defer timer.Stop()
	select {
	case <-p.exited:
		inTime = true
	case <-timer.C:
	}
	p.Kill()
	killMarked(p.mark)
	io.Copy(io.Discard, p.stdout)
	p.readers.Wait()
	p.mu.Lock()
	p.forgotten = true
	p.mu.Unlock()
	// Nothing may wait for the process before: afterwards its id may belong to another one.
	p.starter.watchdog.unwatch(p.PID())
	if !p.reaped {
		p.exit = p.cmd.Wait()
	}
	closeAll(p.stdout, p.stderr)
	return inTime, p.exit
}

// LookPath finds a program as execvp does. It looks in the folders of path, the PATH of the new process. A relative
// folder is relative to dir, the working directory of the new process.
func LookPath(program, path, dir string) (string, error) {
	if strings.ContainsRune(program, '/') || filepath.IsAbs(program) || os.PathSeparator != '/' {
		return program, nil
	}
	for _, folder := range filepath.SplitList(path) {
		if folder == "" {
			folder = "."
		}
		file := filepath.Join(folder, program)
		if !filepath.IsAbs(file) {
			file = filepath.Join(dir, file)
		}
		if info, err := os.Stat(file); err == nil && !info.IsDir() && info.Mode()&0o111 != 0 {
			return file, nil
		}
	}
	return "", &exec.Error{Name: program, Err: exec.ErrNotFound}
}
