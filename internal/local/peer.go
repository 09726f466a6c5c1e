package local

import (
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/stormflux/stormflux/internal/local/process"
)

// A Peer is what a task talks to: a process, a component inside this program ([InProcess]), or anything else that
// carries the bytes of the multilang protocol. One goroutine calls Read and End. One goroutine at a time calls Write
// and WriteSome. Any goroutine may call the other methods until End returns.
type Peer interface {
	// Read reads what the component writes.
	Read(b []byte) (int, error)
	// Write writes to the component. It waits until everything is taken.
	Write(b []byte) (int, error)
	// WriteSome writes as much as can be written at once, and returns how much that is.
	WriteSome(b []byte) (int, error)
	// CloseWrite ends the input of the component. It may be called while another goroutine writes.
	CloseWrite() error
	// PID is the process id, or 0 if there is no process.
	PID() int
	// Terminate asks the component to end. Kill ends it.
	Terminate()
	Kill()
	// Exited is closed when the component has ended.
	Exited() <-chan struct{}
	// End is called once, after CloseWrite. It waits a moment until the component ends, or kills it, and releases
	// everything. It reports whether the component ended in time, and returns the error that it ended with.
	End() (inTime bool, exit error)
}

// start starts the peer of the session.
func (s *session) start() error {
	t, e := s.task, s.task.engine
	var err error
	if t.comp.jvm {
		s.peer, err = e.jvm.open(t)
		return err
	}
	if e.opts.Start != nil {
		if s.peer, err = e.opts.Start(t.comp.id, t.id); s.peer != nil || err != nil {
			return err
		}
	}
	s.peer, err = s.startProcess()
	return err
}

// startProcess starts the words of the component in the resources folder. Like Storm's ShellProcess it uses no shell
// and does not split words.
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
		return nil, err // not p: a nil *process.Process is not a nil Peer
	}
	return p, nil
}

// InProcess returns a peer that runs a component inside this program. The function serve runs in a goroutine of its
// own. It reads from in and writes to out, as a process would, and must return when its input ends or its output fails.
// ServeSpout and ServeBolt of package component do this for components of the SDK.
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

// A memoryPeer is a component in a goroutine, with two pipes in memory.
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

// Kill closes both pipes. Nothing can kill a goroutine.
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

// pipeSize is how many bytes a pipe holds. A pipe of Linux holds as many.
const pipeSize = 64 << 10

// errPipe is the error of writing to a closed pipe.
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

// Read waits for data. After closeWrite it still returns what was written before.
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
