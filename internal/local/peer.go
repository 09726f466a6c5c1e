package local

import (
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/stormflux/stormflux/internal/local/process"
)

// A Peer is the other end of a task's conversation: a process, a component inside this program ([InProcess]), or
// anything else that carries the bytes of the multilang protocol. Read is called by one goroutine, and so are Write and
// WriteSome; the other methods may be called by any goroutine at any time until End returns.
type Peer interface {
	// Read reads what the component writes.
	Read(b []byte) (int, error)
	// Write writes to the component and waits until the component has room for all of it.
	Write(b []byte) (int, error)
	// WriteSome writes as much as the component has room for at once.
	WriteSome(b []byte) (int, error)
	// CloseWrite lets the component find the end of its input.
	CloseWrite() error
	// PID is the id of the process, or 0 where there is none.
	PID() int
	// Terminate asks the component to end, Kill ends it.
	Terminate()
	Kill()
	// Exited is closed when the component has ended.
	Exited() <-chan struct{}
	// End is called once, after CloseWrite. It waits a moment for the component to end, kills it if it does not, and
	// releases everything. It reports whether the component ended in time, and returns the error that it ended with.
	End() (inTime bool, exit error)
}

// start starts what the session talks to.
func (s *session) start() error {
	t, e := s.task, s.task.engine
	var err error
	if e.opts.Start != nil {
		if s.peer, err = e.opts.Start(t.comp.id, t.id); s.peer != nil || err != nil {
			return err
		}
	}
	s.peer, err = s.startProcess()
	return err
}

// startProcess starts the component's two words in the resources folder, as Storm's ShellProcess does: no shell, no
// splitting of words.
func (s *session) startProcess() (Peer, error) {
	t, e := s.task, s.task.engine
	program, err := process.LookPath(t.comp.words[0], e.path, e.opts.Resources)
	if err != nil {
		return nil, err
	}
	p, err := e.starter.Start(process.Command{
		Path: program, Args: t.comp.words, Dir: e.opts.Resources, Env: e.env, Stderr: s.stderrLine,
	})
	if err != nil {
		return nil, err // not p: a nil *process.Process would be a Peer
	}
	return p, nil
}

// InProcess returns a peer that runs a component inside this program. The function serve, which runs in a goroutine of
// its own, reads from in and writes to out as a process would. It must return when its input ends or its output fails.
// [github.com/stormflux/stormflux/component.ServeBolt] is such a function but for its first two arguments.
func InProcess(serve func(in io.Reader, out io.Writer) error) Peer {
	p := &memoryPeer{toComponent: newPipe(), fromComponent: newPipe(), exited: make(chan struct{})}
	go func() {
		defer close(p.exited)
		p.exit = serve(p.toComponent, p.fromComponent)
		p.toComponent.closeRead()
		p.fromComponent.closeWrite()
	}()
	return p
}

// A memoryPeer is a component in a goroutine, between two pipes in memory.
type memoryPeer struct {
	toComponent, fromComponent *pipe
	exited                     chan struct{}
	exit                       error // what serve returned; set before exited is closed
}

func (p *memoryPeer) Read(b []byte) (int, error)      { return p.fromComponent.Read(b) }
func (p *memoryPeer) Write(b []byte) (int, error)     { return p.toComponent.Write(b) }
func (p *memoryPeer) WriteSome(b []byte) (int, error) { return p.toComponent.writeSome(b) }
func (p *memoryPeer) CloseWrite() error               { p.toComponent.closeWrite(); return nil }
func (p *memoryPeer) PID() int                        { return 0 }
func (p *memoryPeer) Exited() <-chan struct{}         { return p.exited }

func (p *memoryPeer) Terminate() { p.Kill() }

// Kill takes both pipes away. A goroutine cannot be killed.
func (p *memoryPeer) Kill() {
	p.toComponent.closeWrite()
	p.toComponent.closeRead()
	p.fromComponent.closeRead()
}

func (p *memoryPeer) End() (inTime bool, exit error) {
	p.Kill()
	<-p.exited
	return true, p.exit
}

// pipeSize is how many bytes a pipe holds, as many as one of Linux.
const pipeSize = 64 << 10

// errPipe is what writing to a pipe returns that nobody reads any more.
var errPipe = errors.New("the other end of the pipe is closed")

// A pipe is a pipe in memory that holds up to pipeSize bytes.
type pipe struct {
	mu          sync.Mutex
	changed     sync.Cond
	data        []byte
	writeClosed bool
	readClosed  bool
}

func newPipe() *pipe {
	p := &pipe{}
	p.changed.L = &p.mu
	return p
}

// Read waits for data. What was written before the pipe was closed for writing can still be read.
func (p *pipe) Read(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for len(p.data) == 0 && !p.writeClosed && !p.readClosed {
		p.changed.Wait()
	}
	if p.readClosed || len(p.data) == 0 {
		return 0, io.EOF
	}
	n := copy(b, p.data)
	p.data = append(p.data[:0], p.data[n:]...)
	p.changed.Broadcast()
	return n, nil
}

// Write waits until all of b is in the pipe.
func (p *pipe) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for n := 0; ; p.changed.Wait() {
		m, err := p.put(b[n:])
		if n += m; err != nil || n == len(b) {
			return n, err
		}
	}
}

// writeSome writes what the pipe has room for.
func (p *pipe) writeSome(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.put(b)
}

func (p *pipe) put(b []byte) (int, error) {
	if p.writeClosed || p.readClosed {
		return 0, fmt.Errorf("writing to a component: %w", errPipe)
	}
	n := min(len(b), pipeSize-len(p.data))
	if n > 0 {
		p.data = append(p.data, b[:n]...)
		p.changed.Broadcast()
	}
	return n, nil
}

func (p *pipe) closeWrite() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.writeClosed = true
	p.changed.Broadcast()
}

func (p *pipe) closeRead() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.readClosed = true
	p.changed.Broadcast()
}
