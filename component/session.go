package component

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/stormflux/stormflux/internal/multilang"
)

// A PanicError is the error for a panic in a component.
type PanicError struct {
	Value any
	Stack []byte
}

func (e *PanicError) Error() string { return fmt.Sprintf("panic: %v\n%s", e.Value, e.Stack) }

// guard calls f and returns its error, or its panic as an error.
func guard(f func() error) (err error) {
	defer func() {
		switch v := recover().(type) {
		case nil:
		case *ValueError:
			err = v
		default:
			err = &PanicError{Value: v, Stack: debug.Stack()}
		}
	}()
	return f()
}

// A session is one conversation with Storm.
type session struct {
	in  *multilang.Reader
	out *writer
	ctx *Context
	// cancel ends the component: see Context.Done.
	done   context.Context
	cancel context.CancelFunc

	// The goroutine that reads holds reading. It passes task ids to the goroutines that wait for them. reading guards
	// inbox, the messages that arrived while a goroutine waited for task ids.
	reading chan struct{}
	inbox   []kept
	// answered reports whether the message of the last next has had its answer.
	answered bool
	mu       sync.Mutex
	waiters  []chan []int

	// calling is held while the component's code runs. It also guards cleanup and cleaned. calls counts the beginnings
	// and ends of calls.
	calling chan struct{}
	calls   atomic.Uint64
	cleanup func() error
	cleaned bool
	// signalled is set when a signal has asked the process to end.
	signalled atomic.Bool
}

func newSession(ctx context.Context, in io.Reader, out io.Writer) *session {
	s := &session{out: newWriter(out), reading: make(chan struct{}, 1), calling: make(chan struct{}, 1)}
	s.in = multilang.NewReader(source{in, s.out}, 0)
	s.done, s.cancel = context.WithCancel(ctx)
	return s
}

// handshake reads Storm's first message and answers it.
func (s *session) handshake() error {
	text, err := s.in.Read()
	if err != nil {
		return err
	}
	h, err := multilang.DecodeHandshake(text)
	if err != nil {
		return err
	}
	s.ctx = &Context{
		TaskID: h.Context.TaskID, ComponentID: h.Context.ComponentID, Conf: h.Conf,
		topology: h.Context, done: s.done, out: s.out,
	}
	s.ctx.log = newLogger(s.out)
	pid := os.Getpid()
	if h.PIDDir != "" {
		// The supervisor kills the processes that are named here.
		if err := os.WriteFile(filepath.Join(h.PIDDir, strconv.Itoa(pid)), nil, 0o644); err != nil {
			return fmt.Errorf("leaving the process id for Storm: %w", err)
		}
	}
	s.out.write(multilang.AppendPID(nil, pid))
	return s.out.flush()
}

// call runs the component's code. t is the current tuple, or nil. For a panic, call returns an error that ends the
// session. It reports any other error and fails t.
func (s *session) call(t *Tuple, what string, f func() error) error {
	s.calling <- struct{}{}
	s.calls.Add(1)
	err := guard(f)
	s.calls.Add(1)
	<-s.calling
	if err == nil {
		return nil
	}
	about := err.Error()
	if t != nil {
		about = fmt.Sprintf("%s\nwith %s", about, t.describe())
	}
	s.ctx.ReportError(fmt.Errorf("%s: %s", what, about))
	if t != nil {
		s.finish(multilang.Fail, t)
	}
	var panicked *PanicError
	if errors.As(err, &panicked) {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// start runs Open or Prepare. All its errors end the session.
func (s *session) start(what string, f func() error) error {
	var failed error
	if err := s.call(nil, what, func() error { failed = f(); return failed }); err != nil {
		return err
	}
	if failed != nil {
		return fmt.Errorf("%s: %w", what, failed)
	}
	return nil
}

// atEnd makes cleanup run at the end. A signal may come at any time, so calling guards it.
func (s *session) atEnd(cleanup func() error) {
	s.calling <- struct{}{}
	s.cleanup = cleanup
	<-s.calling
}

// finishUp runs Close or Cleanup once, and sends the messages that are left. After it, none of the component's code
// runs.
func (s *session) finishUp(cause error) error {
	s.cancel()
	s.calling <- struct{}{} // never released
	if !s.cleaned && s.cleanup != nil {
		s.cleaned = true
		if err := guard(s.cleanup); err != nil {
			s.ctx.ReportError(fmt.Errorf("ending: %w", err))
			cause = errors.Join(cause, err)
		}
	}
	// Storm closed our input, so it may no longer read our output.
	_ = s.out.flush()
	return cause
}

// next reads the next message that is not a list of task ids.
func (s *session) next(m *multilang.StormMsg) error {
	s.reading <- struct{}{}
	defer func() { <-s.reading }()
	s.answered = false
	for len(s.inbox) == 0 {
		if err := s.read(m); err != nil || m.Kind != multilang.TaskIDsKind {
			return err
		}
	}
	*m, s.answered = s.inbox[0].StormMsg, s.inbox[0].answered
	s.inbox = s.inbox[1:]
	return nil
}

// read reads one message. Task ids go to the goroutine that has waited longest, because Storm answers emits in their
// order.
func (s *session) read(m *multilang.StormMsg) error {
	text, err := s.in.Read()
	if err != nil {
		return err
	}
	if err := multilang.DecodeStormMsg(text, m); err != nil {
		return err
	}
	if m.Kind == multilang.TaskIDsKind {
		s.mu.Lock()
		defer s.mu.Unlock()
		if len(s.waiters) > 0 {
			s.waiters[0] <- m.TaskIDs
			s.waiters = s.waiters[1:]
		}
	}
	return nil
}

func (s *session) expectTaskIDs(answer chan []int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waiters = append(s.waiters, answer)
}

// kept is a message that is handled later.
type kept struct {
	multilang.StormMsg
	answered bool
}

// awaitTaskIDs waits for an answer that another goroutine may read. It keeps tuples for later, and also the acks that
// overtake a spout's task ids if there are no ackers. Such an ack it answers at once: Storm writes it inside the emit, and
// waits for the answer before it writes the task ids (ShellSpout.querySubprocess of Storm 2.8.3).
func (s *session) awaitTaskIDs(answer chan []int) ([]int, error) {
	if err := s.out.flush(); err != nil {
		return nil, err
	}
	for {
		select {
		case ids := <-answer:
			return ids, nil
		case s.reading <- struct{}{}:
		}
		select {
		case ids := <-answer:
			<-s.reading
			return ids, nil
		default:
		}
		var m multilang.StormMsg
		err := s.read(&m)
		if err == nil && m.Kind != multilang.TaskIDsKind {
			command := m.Kind == multilang.SpoutCommandKind
			s.inbox = append(s.inbox, kept{m, command})
			if command {
				s.out.write(multilang.AppendSync(nil))
				err = s.out.flush()
			}
		}
		<-s.reading
		if err != nil {
			return nil, fmt.Errorf("waiting for task ids: %w", err)
		}
	}
}

// ended returns nil for the end of the input, because Storm ends a session by closing it.
func ended(err error) error {
	if err == io.EOF {
		return nil
	}
	return fmt.Errorf("talking to Storm: %w", err)
}

// ServeSpout runs a spout over any connection. It does the same as RunSpout, but without a process of its own. It
// returns nil when in ends, a [*PanicError] after a panic, or the error of Open or of the connection. Cancelling ctx
// asks the component to end, and the session ends with its next message. Closing in ends the session at once.
func ServeSpout(ctx context.Context, spout Spout, in io.Reader, out io.Writer) error {
	return newSession(ctx, in, out).serveSpout(spout)
}

// ServeBolt runs a bolt over a connection of any kind: see [ServeSpout].
func ServeBolt(ctx context.Context, bolt Bolt, in io.Reader, out io.Writer) error {
	return newSession(ctx, in, out).serveBolt(bolt)
}

func (s *session) serveSpout(spout Spout) error {
	defer s.cancel()
	if err := s.handshake(); err != nil {
		return ended(err)
	}
	out := &SpoutCollector{s}
	if opener, ok := spout.(Opener); ok {
		if err := s.start("Open", func() error { return opener.Open(s.ctx, out) }); err != nil {
			return s.finishUp(err)
		}
	}
	if closer, ok := spout.(Closer); ok {
		s.atEnd(closer.Close)
	}
	sync := multilang.AppendSync(nil)
	var m multilang.StormMsg
	for {
		if err := s.next(&m); err != nil {
			return s.finishUp(ended(err))
		}
		if s.done.Err() != nil {
			return s.finishUp(nil)
		}
		if m.Kind != multilang.SpoutCommandKind {
			return s.finishUp(fmt.Errorf("a spout was sent a tuple, from %q; is it declared as a bolt?", m.Tuple.Component))
		}
		what, answered := "NextTuple", s.answered
		if m.Spout.Command != multilang.Next {
			what = m.Spout.Command.String()
		}
		if err := s.call(nil, what, func() error { return command(spout, &m.Spout, out) }); err != nil {
			return s.finishUp(err)
		}
		if !answered {
			s.out.write(sync)
		}
	}
}

func command(spout Spout, m *multilang.SpoutMsg, out *SpoutCollector) error {
	switch m.Command {
	case multilang.Next:
		return spout.NextTuple(out)
	case multilang.SpoutAck:
		if acker, ok := spout.(Acker); ok {
			acker.Ack(messageID(m.ID))
		}
	case multilang.SpoutFail:
		if failer, ok := spout.(Failer); ok {
			failer.Fail(messageID(m.ID))
		}
	case multilang.Activate:
		if activator, ok := spout.(Activator); ok {
			activator.Activate()
		}
	case multilang.Deactivate:
		if activator, ok := spout.(Activator); ok {
			activator.Deactivate()
		}
	}
	// A command of a later Storm gets the same answer as any other.
	return nil
}

func messageID(id multilang.RawValue) string {
	if text, ok := id.Text(); ok {
		return text
	}
	return string(id)
}

func (s *session) serveBolt(bolt Bolt) error {
	defer s.cancel()
	if err := s.handshake(); err != nil {
		return ended(err)
	}
	out := &Collector{s}
	if preparer, ok := bolt.(Preparer); ok {
		if err := s.start("Prepare", func() error { return preparer.Prepare(s.ctx, out) }); err != nil {
			return s.finishUp(err)
		}
	}
	if cleaner, ok := bolt.(Cleaner); ok {
		s.atEnd(cleaner.Cleanup)
	}
	ticker, ticks := bolt.(Ticker)
	sync := multilang.AppendSync(nil)
	var m multilang.StormMsg
	for {
		if err := s.next(&m); err != nil {
			return s.finishUp(ended(err))
		}
		if s.done.Err() != nil {
			return s.finishUp(nil)
		}
		if m.Kind != multilang.TupleKind {
			return s.finishUp(fmt.Errorf("a bolt was sent the command %q; is it declared as a spout?", m.Spout.Command))
		}
		if m.Tuple.IsHeartbeat() {
			s.out.write(sync)
			continue
		}
		t := newTuple(s.ctx, &m.Tuple)
		switch {
		case !t.IsTick():
			if err := s.call(t, "Execute", func() error { return bolt.Execute(t, out) }); err != nil {
				return s.finishUp(err)
			}
		case ticks:
			if err := s.call(t, "Tick", func() error { return ticker.Tick(t, out) }); err != nil {
				return s.finishUp(err)
			}
			fallthrough
		default:
			// A tick that is not acked stays in Storm's table forever.
			s.finish(multilang.Ack, t)
		}
	}
}
