// Package process starts operating system processes and ends them with all their descendants. It owns the pipes, the
// process groups, the exit status and what is left when the engine itself is killed. It does not know what the bytes in the
// pipes mean.
//
// It waits for the operating system, and so always in real time.
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

// lingering is the time that a process has to end by itself after [Process.End] was called. For the same time the output of
// a process that has ended is still read: a descendant that has left the process group may hold the pipe open.
const lingering = time.Second

// A Process is a running child process with pipes to its standard input, output and error. Read and End are for one
// goroutine, Write and WriteSome for one goroutine at a time; the other methods are for all.
type Process struct {
	starter *Starter
	cmd     *exec.Cmd
	stdin   *os.File
	stdout  *os.File
	stderr  *os.File
	exited  chan struct{}  // closed when the process has ended, before anything of it is cleaned up
	readers sync.WaitGroup // of standard error and of the exit status
	reaped  bool           // set before exited is closed: exit is known
	exit    error

	mu        sync.Mutex
	forgotten bool // its id may be another's
}

// PID returns the process id.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Read reads standard output.
func (p *Process) Read(b []byte) (int, error) { return p.stdout.Read(b) }

// Write writes to standard input and waits until the process has room for all of it.
func (p *Process) Write(b []byte) (int, error) { return p.stdin.Write(b) }

// WriteSome writes to standard input as much as the pipe takes at once.
func (p *Process) WriteSome(b []byte) (int, error) { return writeSome(p.stdin, b) }

// CloseWrite closes standard input: the process finds its end.
func (p *Process) CloseWrite() error { return p.stdin.Close() }

// Exited returns a channel that is closed when the process has ended.
func (p *Process) Exited() <-chan struct{} { return p.exited }

// Kill kills the process and its descendants, as far as they are in its group.
func (p *Process) Kill() { p.signal(killGroup) }

// Terminate asks the process and its group to end.
func (p *Process) Terminate() { p.signal(terminateGroup) }

func (p *Process) signal(send func(*os.Process) error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.forgotten {
		send(p.cmd.Process) // it may have ended already: an error means nothing
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

// End waits a moment for the process to end, kills it if it does not, discards the rest of its output, and releases
// everything. Standard input must be closed. It reports whether the process ended in time, and returns the error of
// [exec.Cmd.Wait], which holds the exit status.
func (p *Process) End() (inTime bool, exit error) {
	timer := time.NewTimer(lingering)
	defer timer.Stop()
	select {
	case <-p.exited:
		inTime = true
	case <-timer.C:
	}
	p.Kill()
	io.Copy(io.Discard, p.stdout)
	p.readers.Wait()
	p.mu.Lock()
	p.forgotten = true
	p.mu.Unlock()
	// It must not be waited for before: until then its id, and so its group's, is not given to another process.
	p.starter.watchdog.unwatch(p.PID())
	if !p.reaped {
		p.exit = p.cmd.Wait()
	}
	closeAll(p.stdout, p.stderr)
	return inTime, p.exit
}

// LookPath finds a program as execvp does, in the folders of path, the PATH that the process will have. A relative folder is
// relative to dir, where the process will run.
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
