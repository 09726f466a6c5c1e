package local

import (
	"sync/atomic"

	"github.com/stormflux/stormflux/internal/multilang"
)

// writeSize is about how much is written to a component at once.
const writeSize = 64 << 10

// An outbox holds what is due to a component, and writes it. The goroutine that made something due writes as much as
// the peer takes at once. The writer goroutine writes the rest.
type outbox struct {
	session *session
	gone    chan struct{} // closed when the session is over
	rest    chan []byte   // what the peer did not take, for the writer goroutine
	full    atomic.Bool   // the writer goroutine waits until the component reads

	// Under Engine.mu.
	control []byte     // due commands, task ids and heartbeats; they overtake tuples
	answers int        // how many bytes of control are task ids
	tuples  []outTuple // due tuples
	touched bool       // the session is in Engine.touched
	writing bool       // some goroutine writes; no other one may
	broken  bool       // nothing can be written anymore

	// For the goroutine that set writing: memory of the last write, to use again.
	buf         []byte
	usedControl []byte
	usedTuples  []outTuple
}

// An outTuple is a tuple as it is written.
type outTuple struct {
	component string
	stream    string
	task      int
	values    multilang.RawValues
	id        int64
}

const (
	// maxAnswers limits the bytes of task ids that wait for a bolt. Storm keeps such answers in a list without a limit
	// (ShellBoltMessageQueue): when they are this many, a worker with its usual heap of 768 MB has no memory left.
	maxAnswers = 64 << 20
	// manyAnswers is when the engine warns.
	manyAnswers = 1 << 20
)

// answer makes the task ids of the current emit due.
func (o *outbox) answer() {
	e := o.session.task.engine
	before := len(o.control)
	o.control = e.appendTaskIDs(o.control)
	o.answers += len(o.control) - before
	e.touch(o.session)
}

// mustWait reports whether the engine may read nothing more from a spout. Storm writes the task ids of an emit before it
// reads the next message (ShellSpout.querySubprocess), so it stops when the pipe to the spout is full. A spout that takes
// several commands at once may have unread commands there, which Storm would not have sent.
func (o *outbox) mustWait() bool {
	if !o.full.Load() {
		return false
	}
	if !o.session.pipelining {
		return true
	}
	e := o.session.task.engine
	e.lock()
	defer e.unlock()
	return o.answers > pipeSize
}

func newOutbox(s *session) outbox {
	return outbox{session: s, gone: make(chan struct{}), rest: make(chan []byte, 1)}
}

// flush writes what is due, as far as the peer takes it at once. The writer goroutine writes the rest.
func (o *outbox) flush() { o.write(false) }

// write writes until nothing is due. If it may not wait, it leaves to the writer goroutine what the peer does not take.
func (o *outbox) write(wait bool) {
	s := o.session
	e := s.task.engine
	for {
		e.lock()
		if o.writing && !wait || o.broken {
			e.unlock()
			return
		}
		if s.task.ready == s { // the handshake has been answered
			s.task.take(s)
		}
		if len(o.control) == 0 && len(o.tuples) == 0 {
			o.writing = false
			o.full.Store(false)
			e.unlock()
			return
		}
		o.writing = true
		control, tuples := o.control, o.tuples
		o.control, o.tuples = o.usedControl[:0], o.usedTuples[:0]
		o.answers = 0
		o.usedControl, o.usedTuples = control, tuples
		e.unlock()

		o.encode(control, tuples)
		var n int
		var err error
		if wait {
			n, err = s.peer.Write(o.buf)
		} else {
			n, err = s.peer.WriteSome(o.buf)
		}
		switch {
		case err != nil:
			o.fail()
			return
		case n < len(o.buf):
			o.full.Store(true)
			o.rest <- o.buf[n:] // has room: one goroutine writes at a time
			return
		}
		if !wait {
			e.lock()
			o.writing = false
			e.unlock()
		}
	}
}

// encode puts the messages into o.buf.
func (o *outbox) encode(control []byte, tuples []outTuple) {
	o.buf = append(o.buf[:0], control...)
	for i := range tuples {
		t := &tuples[i]
		o.buf = multilang.AppendTuple(o.buf, t.component, t.stream, t.task, t.values, t.id)
	}
	clear(tuples) // release the texts
}

func (o *outbox) fail() {
	e := o.session.task.engine
	e.lock()
	o.broken = true
	o.full.Store(false)
	e.unlock()
}

// writer is the goroutine that may wait until the component reads.
func (o *outbox) writer() {
	for {
		select {
		case rest := <-o.rest:
			if _, err := o.session.peer.Write(rest); err != nil {
				o.fail()
				return
			}
			o.write(true)
		case <-o.gone:
			return
		}
	}
}

// empty reports whether everything is written.
func (o *outbox) empty() bool {
	return !o.touched && !o.writing && len(o.control) == 0 && len(o.tuples) == 0
}
