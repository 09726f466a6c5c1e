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

	"github.com/stormflux/stormflux/internal/exception"
	"github.com/stormflux/stormflux/internal/local/clock"
	"github.com/stormflux/stormflux/internal/multilang"
)

// A session is one conversation with the component of a task, from the handshake to the end of the component. It knows
// the protocol, but no processes: it talks to a [Peer]. The task's goroutine owns it. Only that goroutine reads.
type session struct {
	task       *task
	peer       Peer
	source     partialReader
	reader     *multilang.Reader
	stderrTail lineTail
	outbox     outbox
	stopTicks  func() // nil: the component gets no ticks, or none yet

	// Under Engine.mu.
	announcedPID int64 // the process id in the answer to the handshake; 0 once its file was checked
	heard        int64 // when the component last wrote, or when a command ended a pause
	heartbeats   int   // number of heartbeats without an answer
	pipelining   bool  // the spout takes several commands at once
	inputClosed  bool
	killed       *fault // why the engine killed the component, or nil
}

func newSession(t *task) *session {
	s := &session{task: t}
	s.outbox = newOutbox(s)
	return s
}

// An ending is how a session ended.
type ending struct {
	session *session // nil if nothing could be started
	fault   *fault   // why the component had to die, or nil
	err     error    // why nothing could be started, or why reading failed
	exit    error    // how the component ended: see Peer.End
}

// runSession runs one session and returns how it ended.
func (t *task) runSession() *ending {
	e := t.engine
	s := newSession(t)
	if err := s.start(); err != nil {
		return &ending{err: err}
	}
	s.source.src = s.peer
	s.reader = multilang.NewReader(&s.source, 0)
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

	// Whatever the reason is, the component must end now.
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
		end.err = errors.New("it closed its standard output but kept running, so it was killed")
	}
	end.exit = exit
	close(s.outbox.gone)
	writer.Wait()
	e.lock()
	t.current = nil
	e.unlock()
	return end
}

// serve talks to the component until its output ends or it breaks the protocol.
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
		if f, err := s.askCustom(&b); f != nil || err != nil {
			return f, err
		}
		f, blocked := s.apply(&b)
		if f != nil {
			return f, nil
		}
		b.reset()
		s.source.partial.Store(s.reader.Unread() > 0)
		for blocked {
			blocked = s.waitForRoom()
		}
		if t.comp.spout && s.outbox.mustWait() {
			s.waitForSpout()
		}
	}
}

// waitForRoom waits until there is room in the queues that the task has filled. It reports whether it must wait again.
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

// waitForSpout waits until the spout has read what was written to it.
func (s *session) waitForSpout() {
	e := s.task.engine
	c := e.when(func() bool { return !s.outbox.full.Load() })
	defer e.forget(c)
	select {
	case <-c.reached:
	case <-s.peer.Exited():
	case <-e.closing:
	}
}

func (s *session) alive() bool {
	select {
	case <-s.peer.Exited():
		return false
	default:
		return true
	}
}

// readFault says what the end of the output means: often nothing, but a message may be incomplete.
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

// apply applies a batch of messages, and writes what became due.
func (s *session) apply(b *batch) (f *fault, blocked bool) {
	t, e := s.task, s.task.engine
	e.lock()
	defer e.unlock()
	if e.stopping {
		return nil, false // the run is over
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

// handshake does what ShellProcess.launch does in Storm.
func (s *session) handshake() (*fault, error) {
	t, e := s.task, s.task.engine
	hello := multilang.Handshake{PIDDir: e.pidDir, Context: e.plan.context(t.comp, t.id), Conf: t.comp.conf}
	text, err := hello.Append(nil)
	if err != nil {
		return nil, err
	}
	patience := e.clock.AfterFunc(startPatience, s.handshakeIsLate)
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
	t.progress, t.spout.complained, t.probe, t.awaitsTick = false, false, probeNone, t.comp.tick > 0
	s.source.partial.Store(s.reader.Unread() > 0)
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
		e.warn("handshake", t,
			"the process (pid %d) has not answered the handshake for %s: Storm would wait forever", s.peer.PID(), startPatience)
	}
}

// checkPIDFile looks for the file that the process must make. It is called some time after the handshake: Storm's own
// Python adapter makes the file after its answer.
func (s *session) checkPIDFile() {
	pid := s.announcedPID
	if s.announcedPID = 0; pid == 0 || s.peer.PID() == 0 {
		return
	}
	t, e := s.task, s.task.engine
	if _, err := os.Stat(filepath.Join(e.pidDir, strconv.FormatInt(pid, 10))); err != nil {
		e.warn("pid file", t, "the process said that its id is %d, but made no empty file with that name in pidDir: "+
			"Storm's supervisor needs these files to kill the processes that a worker leaves behind", pid)
	}
}

// kill kills the component because of a fault. The task's goroutine then finds the end of its output.
func (s *session) kill(f *fault) {
	if s.killed == nil {
		s.killed = f
		s.peer.Kill()
	}
}

// closeInput ends the input of the component.
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
	if !e.stopping { // many components complain when their input ends
		e.event(t, Event{Kind: StderrEvent, Text: line, PID: pid})
	}
	e.unlock()
}

const (
	tailLines = 12  // how many lines of standard error a Death shows
	shownSize = 400 // how many bytes of a text a message quotes
)

// A lineTail keeps the last lines of standard error, and finds the exception in all of them.
type lineTail struct {
	mu     sync.Mutex
	lines  []string
	filter exception.Filter
}

func (t *lineTail) add(line string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.lines) == tailLines {
		t.lines = append(t.lines[:0], t.lines[1:]...)
	}
	t.lines = append(t.lines, line)
	t.filter.Frame(line)
}

// cause returns the exception that the process probably died of.
func (t *lineTail) cause() (e exception.Exception, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.filter.Cause()
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
