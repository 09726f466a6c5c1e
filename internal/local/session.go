package local

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/stormflux/stormflux/internal/local/clock"
	"github.com/stormflux/stormflux/internal/multilang"
)

// handshakePatience is the time after which a missing answer to the handshake is reported. Storm waits forever.
const handshakePatience = 10 * time.Second

// A session is one conversation with the component of a task, from the handshake to the end of the component. It knows
// the protocol and nothing of processes: it speaks to a [Peer]. The task's goroutine owns it, and it alone reads.
type session struct {
	task       *task
	peer       Peer
	reader     *multilang.Reader
	stderrTail lineTail
	outbox     outbox
	stopTicks  func() // nil: the component gets no ticks, or none yet

	// Under Engine.mu.
	announcedPID int64 // what the component said in the handshake; 0 when its file has been looked for
	heard        int64 // when it last wrote, or was asked for something
	heartbeats   int   // not answered yet
	pipelining   bool  // a spout that takes several commands at once
	inputClosed  bool
	killed       *fault
}

func newSession(t *task) *session {
	s := &session{task: t}
	s.outbox = newOutbox(s)
	return s
}

// An ending is how a session ended.
type ending struct {
	session *session // nil when it could not be started
	fault   *fault   // what it did that it had to be killed for
	err     error    // why it could not be started, or what went wrong with reading from it
	exit    error    // how the component ended: see Peer.End
}

// runSession starts a session, serves it until it ends, and returns how it ended.
func (t *task) runSession() *ending {
	e := t.engine
	s := newSession(t)
	if err := s.start(); err != nil {
		return &ending{err: err}
	}
	s.reader = multilang.NewReader(s.peer, 0)
	var writer sync.WaitGroup
	writer.Go(s.outbox.writer)
	e.lock()
	t.current = s
	if e.stopping {
		s.closeInput()
	}
	if e.killed {
		s.peer.Kill()
	}
	e.unlock()
	end := &ending{session: s}
	end.fault, end.err = s.serve()

	// Whatever the reason: the component has to go now.
	if end.fault != nil {
		s.peer.Kill()
	}
	e.lock()
	if end.fault == nil {
		end.fault = s.killed
	}
	s.closeInput()
	t.ready = nil
	e.unlock()
	inTime, exit := s.peer.End()
	if end.fault == nil && end.err == nil && !inTime {
		end.err = errors.New("it was killed because it had closed its standard output and went on")
	}
	end.exit = exit
	close(s.outbox.gone)
	writer.Wait()
	e.lock()
	t.current = nil
	e.unlock()
	return end
}

// serve speaks with the component until its output ends or it breaks the protocol.
func (s *session) serve() (*fault, error) {
	t, e := s.task, s.task.engine
	if f, err := s.handshake(); f != nil || err != nil {
		return f, err
	}
	if s.stopTicks != nil {
		defer s.stopTicks()
	}
	var b batch
	for {
		text, err := s.reader.Read()
		if err != nil {
			return s.readFault(err)
		}
		b.add(text, t.comp, e.plan.typing)
		if len(b.messages) < batchSize && s.reader.Buffered() {
			continue
		}
		f, blocked := s.apply(&b)
		if f != nil {
			return f, nil
		}
		b.reset()
		for blocked {
			blocked = s.waitForRoom()
		}
	}
}

// waitForRoom waits until the task, whose tuples fill another one's queue, may go on. It reports whether it has to wait
// again.
func (s *session) waitForRoom() (again bool) {
	t, e := s.task, s.task.engine
	select {
	case <-t.resume:
	case <-s.peer.Exited():
	case <-e.closing:
	}
	e.lock()
	defer e.unlock()
	s.heard = e.now
	return t.blocked > 0 && !e.stopping && s.alive()
}

func (s *session) alive() bool {
	select {
	case <-s.peer.Exited():
		return false
	default:
		return true
	}
}

// readFault returns what the end of the output means: nothing, or a message that was cut short.
func (s *session) readFault(err error) (*fault, error) {
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return nil, fmt.Errorf("its output ended within a message: %s", shorten(s.reader.Partial()))
	case errors.Is(err, multilang.ErrTooLong):
		return faultTooLong(err, s.reader.Partial()), nil
	case errors.Is(err, io.EOF), errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, os.ErrClosed):
		return nil, nil
	}
	return nil, fmt.Errorf("reading its output: %w", err)
}

// apply applies a batch of messages and writes what became due.
func (s *session) apply(b *batch) (f *fault, blocked bool) {
	t, e := s.task, s.task.engine
	e.lock()
	defer e.unlock()
	if e.stopping {
		return nil, false // nobody is there any more for what it says
	}
	s.heard = e.now
	for i := range b.messages {
		m := &b.messages[i]
		switch {
		case m.err != nil:
			f = faultMessage(m)
		case t.comp.spout:
			f = t.fromSpout(s, b, m)
		default:
			f = t.fromBolt(s, b, m)
		}
		if f != nil {
			break
		}
	}
	if t.queue.count > 0 {
		e.touch(s)
	}
	return f, t.blocked > 0
}

// handshake does what ShellProcess.launch does.
func (s *session) handshake() (*fault, error) {
	t, e := s.task, s.task.engine
	hello := multilang.Handshake{PIDDir: e.pidDir, Context: e.plan.context(t.comp, t.id), Conf: t.comp.conf}
	text, err := hello.Append(nil)
	if err != nil {
		return nil, err
	}
	patience := e.clock.AfterFunc(handshakePatience, s.handshakeIsLate)
	defer patience.Stop()
	e.lock()
	s.outbox.control = append(s.outbox.control, text...)
	e.touch(s)
	e.unlock()
	answer, err := s.reader.Read()
	if err != nil {
		return s.readFault(err)
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
	s.heard, s.announcedPID = e.now, pid
	s.pipelining = multilang.AcceptsPipelining(answer)
	t.ready = s
	t.progress, t.probe = false, probeNone
	if t.comp.tick > 0 {
		s.stopTicks = clock.Every(e.clock, time.Duration(t.comp.tick)*time.Second, s.tick)
	}
	e.event(t, Event{Kind: StartEvent})
	if t.comp.spout {
		t.stepSpout()
	} else {
		e.touch(s)
	}
	return nil, nil
}

func (s *session) handshakeIsLate() {
	t, e := s.task, s.task.engine
	e.lock()
	defer e.unlock()
	if t.current == s && t.ready == nil && !e.stopping {
		e.warn("handshake "+strconv.Itoa(t.id), t,
			"the process (pid %d) has not answered the handshake for %s: Storm would wait forever", s.peer.PID(), handshakePatience)
	}
}

// checkPIDFile looks for the file that the process shall make, some time after the handshake: Storm's own Python adapter
// makes it after it has answered.
func (s *session) checkPIDFile() {
	pid := s.announcedPID
	if s.announcedPID = 0; pid == 0 || s.peer.PID() == 0 {
		return
	}
	t, e := s.task, s.task.engine
	if _, err := os.Stat(filepath.Join(e.pidDir, strconv.FormatInt(pid, 10))); err != nil {
		e.warn("pid file", t, "the process said that its id is %d but made no empty file of that name in pidDir: "+
			"Storm's supervisor kills by these files what a worker leaves behind", pid)
	}
}

// kill ends a component that has to die for a fault. The task's goroutine notices.
func (s *session) kill(f *fault) {
	if s.killed == nil {
		s.killed = f
		s.peer.Kill()
	}
}

// closeInput lets the component find the end of its input.
func (s *session) closeInput() {
	if !s.inputClosed {
		s.inputClosed = true
		s.outbox.broken = true
		s.peer.CloseWrite()
	}
}

// stderrLine reports a line of standard error.
func (s *session) stderrLine(pid int, line string) {
	t, e := s.task, s.task.engine
	s.stderrTail.add(line)
	e.lock()
	if !e.stopping { // many components complain about the end of their input
		e.event(t, Event{Kind: StderrEvent, Text: line, PID: pid})
	}
	e.unlock()
}

const (
	tailLines = 12  // of standard error, kept for when the process dies
	shownSize = 400 // of a text that is quoted in a message
)

// A lineTail keeps the last lines.
type lineTail struct {
	mu    sync.Mutex
	lines []string
}

func (t *lineTail) add(line string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.lines) == tailLines {
		t.lines = append(t.lines[:0], t.lines[1:]...)
	}
	t.lines = append(t.lines, line)
}

func (t *lineTail) last() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]string(nil), t.lines...)
}

// shorten cuts a text for a message.
func shorten(text string) string {
	if len(text) <= shownSize {
		return text
	}
	return strings.ToValidUTF8(text[:shownSize], "") + "..."
}
