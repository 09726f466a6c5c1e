package local

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/stormflux/stormflux/internal/multilang"
)

const (
	// writeSize is about how much is written to a process at once.
	writeSize = 64 << 10
	// lingering is how long output is still read after a process has ended. It has an effect only where a descendant
	// has left the process's group and holds its output open.
	lingering = time.Second
	// handshakePatience is when a process that does not answer the handshake is told about. Storm waits for ever.
	handshakePatience = 10 * time.Second
)

// A process is a running child process of a task. The task's goroutine owns it: it alone reads its output and waits for it.
type process struct {
	task   *task
	pid    int
	cmd    *exec.Cmd
	stdin  *os.File
	stdout *os.File
	stderr *os.File
	reader *multilang.Reader
	tail   *lineTail
	exited chan struct{} // closed when the process has ended, before anything of it is cleaned up
	gone   chan struct{} // closed when the task's goroutine gives the process up
	rest   chan []byte   // what its pipe did not take, for the writer goroutine

	// Under Engine.mu.
	control    []byte     // due: commands, task ids, heartbeats; overtakes tuples
	out        []outTuple // due: tuples
	touched    bool
	writing    bool  // some goroutine writes; nobody else may
	broken     bool  // nothing can be written any more
	closed     bool  // stdin is closed
	told       int64 // the process id that it gave in the handshake; 0 when its file has been looked for
	heard      int64 // when it last wrote, or was asked for something
	heartbeats int   // not answered yet
	pipelining bool  // a spout that takes several commands at once
	killed     *fault

	// Of whoever set writing.
	buf     []byte
	written []byte
	sent    []outTuple
}

// run is the task's goroutine.
func (t *task) run() {
	e := t.engine
	for !e.ended() {
		death := t.runProcess()
		e.lock()
		again, delay := t.died(death)
		e.unlock()
		if !again {
			return
		}
		timer := time.NewTimer(delay)
		select {
		case <-timer.C:
		case <-e.stop:
			timer.Stop()
		}
	}
}

// errNotStarted says that there never was a process.
type errNotStarted struct{ err error }

func (e errNotStarted) Error() string { return e.err.Error() }

// runProcess starts a process, serves it until it ends, and returns how it ended.
func (t *task) runProcess() *ending {
	p, err := t.startProcess()
	if err != nil {
		return &ending{err: errNotStarted{err}}
	}
	var others sync.WaitGroup
	others.Go(func() { p.readStderr() })
	others.Go(func() { p.writer() })
	var reaped bool
	var exit error
	others.Go(func() {
		reaped, exit = awaitExit(p.cmd)
		close(p.exited)
		// Descendants that outlive the process have no business here.
		killGroup(p.cmd.Process)
		deadline := time.Now().Add(lingering)
		p.stdout.SetReadDeadline(deadline)
		p.stderr.SetReadDeadline(deadline)
	})
	e := t.engine
	e.lock()
	t.current = p
	if e.stopping {
		p.closeInput()
	}
	e.unlock()
	end := &ending{process: p}
	end.fault, end.err = p.serve()

	// Whatever the reason: the process has to go now.
	if end.fault != nil {
		killGroup(p.cmd.Process)
	}
	e.lock()
	if end.fault == nil {
		end.fault = p.killed
	}
	p.closeInput()
	t.proc, t.current = nil, nil
	e.unlock()
	if end.fault == nil && !p.linger() && end.err == nil {
		end.err = errors.New("it was killed because it had closed its standard output and went on")
	}
	killGroup(p.cmd.Process)
	io.Copy(io.Discard, p.stdout)
	close(p.gone)
	others.Wait()
	e.spawn.forget(p.cmd.Process)
	if !reaped {
		exit = p.cmd.Wait()
	}
	end.exit = exit
	p.stdout.Close()
	p.stderr.Close()
	return end
}

// linger gives a process whose output has ended the time to end by itself, and tells whether it has.
func (p *process) linger() bool {
	timer := time.NewTimer(lingering)
	defer timer.Stop()
	select {
	case <-p.exited:
		return true
	case <-timer.C:
		return false
	}
}

// startProcess starts the component's two words in the resources folder, as Storm's ShellProcess does: no shell, no
// splitting of words.
func (t *task) startProcess() (*process, error) {
	e := t.engine
	program, err := e.lookPath(t.comp.words[0])
	if err != nil {
		return nil, err
	}
	p := &process{
		task: t, tail: &lineTail{},
		exited: make(chan struct{}), gone: make(chan struct{}), rest: make(chan []byte, 1),
	}
	p.cmd = &exec.Cmd{Path: program, Args: t.comp.words, Dir: e.opts.Resources, Env: e.env}
	var pipes [6]*os.File
	closeAll := func(files ...*os.File) {
		for _, f := range files {
			if f != nil {
				f.Close()
			}
		}
	}
	for i := 0; i < len(pipes); i += 2 {
		if pipes[i], pipes[i+1], err = os.Pipe(); err != nil {
			closeAll(pipes[:]...)
			return nil, fmt.Errorf("making a pipe: %w", err)
		}
	}
	p.cmd.Stdin, p.cmd.Stdout, p.cmd.Stderr = pipes[0], pipes[3], pipes[5]
	p.stdin, p.stdout, p.stderr = pipes[1], pipes[2], pipes[4]
	err = e.spawn.start(p.cmd)
	closeAll(pipes[0], pipes[3], pipes[5])
	if err != nil {
		closeAll(p.stdin, p.stdout, p.stderr)
		return nil, err
	}
	p.pid = p.cmd.Process.Pid
	p.reader = multilang.NewReader(p.stdout, 0)
	return p, nil
}

// lookPath finds a program as execvp does, in the PATH that the component will have.
func (e *Engine) lookPath(word string) (string, error) {
	if strings.ContainsRune(word, '/') || filepath.IsAbs(word) || os.PathSeparator != '/' {
		return word, nil
	}
	for _, dir := range filepath.SplitList(e.path) {
		if dir == "" {
			dir = "."
		}
		program := filepath.Join(dir, word)
		shown := program
		if !filepath.IsAbs(program) {
			shown = filepath.Join(e.opts.Resources, program)
		}
		if info, err := os.Stat(shown); err == nil && !info.IsDir() && info.Mode()&0o111 != 0 {
			return shown, nil
		}
	}
	return "", &exec.Error{Name: word, Err: exec.ErrNotFound}
}

// serve speaks with the process until its output ends or it breaks the protocol.
func (p *process) serve() (*fault, error) {
	t, e := p.task, p.task.engine
	if f, err := p.handshake(); f != nil || err != nil {
		return f, err
	}
	defer t.startTicks()()
	var b batch
	for {
		text, err := p.reader.Read()
		if err != nil {
			return p.readFault(err)
		}
		b.add(text, t.comp, e.plan.typing)
		if len(b.messages) < batchSize && p.reader.Buffered() {
			continue
		}
		f, blocked := p.apply(&b)
		if f != nil {
			return f, nil
		}
		b.reset()
		for blocked {
			select {
			case <-t.resume:
			case <-p.exited:
			case <-e.closing:
			}
			e.lock()
			blocked = t.blocked > 0 && !e.stopping && p.alive()
			p.heard = e.now
			e.unlock()
		}
	}
}

func (p *process) alive() bool {
	select {
	case <-p.exited:
		return false
	default:
		return true
	}
}

// readFault tells what the end of the output means: nothing, or a message that was cut short.
func (p *process) readFault(err error) (*fault, error) {
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return nil, fmt.Errorf("its output ended within a message: %s", shorten(p.reader.Partial()))
	case errors.Is(err, multilang.ErrTooLong):
		return faultTooLong(err, p.reader.Partial()), nil
	case errors.Is(err, io.EOF), errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, os.ErrClosed):
		return nil, nil
	}
	return nil, fmt.Errorf("reading its output: %w", err)
}

// apply applies a batch of messages and writes what became due.
func (p *process) apply(b *batch) (f *fault, blocked bool) {
	t, e := p.task, p.task.engine
	e.lock()
	if e.stopping {
		e.unlock()
		return nil, false // nobody is there any more for what it says
	}
	p.heard = e.now
	for i := range b.messages {
		m := &b.messages[i]
		switch {
		case m.err != nil:
			f = faultMessage(m)
		case t.comp.spout:
			f = t.fromSpout(p, b, m)
		default:
			f = t.fromBolt(p, b, m)
		}
		if f != nil {
			break
		}
	}
	if t.queue.count > 0 {
		e.touch(p)
	}
	blocked = t.blocked > 0
	e.unlock()
	return f, blocked
}

// handshake does what ShellProcess.launch does.
func (p *process) handshake() (*fault, error) {
	t, e := p.task, p.task.engine
	hello := multilang.Handshake{PIDDir: e.pidDir, Context: e.plan.context(t.comp, t.id), Conf: t.comp.conf}
	text, err := hello.Append(nil)
	if err != nil {
		return nil, err
	}
	patience := time.AfterFunc(handshakePatience, func() {
		e.lock()
		e.warn("handshake "+strconv.Itoa(t.id), t, "the process (pid %d) has not answered the handshake for %s: Storm would wait for ever", p.pid, handshakePatience)
		e.unlock()
	})
	defer patience.Stop()
	e.lock()
	p.control = append(p.control, text...)
	e.unlock()
	p.flush()
	answer, err := p.reader.Read()
	if err != nil {
		return p.readFault(err)
	}
	pid, err := multilang.DecodePID(answer)
	if err != nil {
		return faultHandshake(answer, err), nil
	}
	e.lock()
	defer e.unlock()
	if e.stopping {
		return nil, nil
	}
	p.heard, p.told = e.now, pid
	p.pipelining = multilang.AcceptsPipelining(answer)
	t.proc = p
	t.progress = false
	e.event(t, Event{Kind: StartEvent})
	if t.comp.spout {
		t.stepSpout()
	} else {
		e.touch(p)
	}
	return nil, nil
}

// checkPIDFile looks for the file that the process shall make, some time after the handshake: Storm's own Python adapter
// makes it after it has answered.
func (p *process) checkPIDFile() {
	if p.told == 0 {
		return
	}
	t, e := p.task, p.task.engine
	if _, err := os.Stat(filepath.Join(e.pidDir, strconv.FormatInt(p.told, 10))); err != nil {
		e.warn("pid file", t, "the process said that its id is %d but made no empty file of that name in pidDir: Storm's supervisor kills by these files what a worker leaves behind", p.told)
	}
	p.told = 0
}

// kill ends a process that has to die for a fault. The task's goroutine notices.
func (p *process) kill(f *fault) {
	if p.killed == nil {
		p.killed = f
		killGroup(p.cmd.Process)
	}
}

// closeInput lets the process find the end of its input.
func (p *process) closeInput() {
	if !p.closed {
		p.closed = true
		p.broken = true
		p.stdin.Close()
	}
}

// readStderr tells each line of standard error.
func (p *process) readStderr() {
	t, e := p.task, p.task.engine
	lines := newLineReader(p.stderr)
	for {
		line, err := lines.next()
		if err != nil {
			return
		}
		p.tail.add(line)
		e.lock()
		if !e.stopping { // many components complain about the end of their input
			e.event(t, Event{Kind: StderrEvent, Text: line, PID: p.pid})
		}
		e.unlock()
	}
}
