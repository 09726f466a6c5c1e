package host

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"sync"
)

// window is how many bytes of messages of one task may be on their way in one direction. It is what a pipe is for a
// process: without it, all tuples would wait in the JVM.
const window = 1 << 18

// A Task is the part of the JVM that runs one task. It has the methods of a peer of the engine.
type Task struct {
	host    *Host
	id      int
	exited  chan struct{}
	answers chan []byte // to questions about custom groupings

	mu       sync.Mutex
	changed  sync.Cond
	in       bytes.Buffer // messages of the task that nobody has read yet
	unread   int          // bytes that were read, but not reported yet
	underway int          // bytes that were written, and that the task has not handled yet
	closed   bool         // CloseWrite was called
	ended    bool         // the task or the JVM has ended
}

// errEnded is the error of writing to a task that has ended.
var errEnded = errors.New("the task has ended")

func (t *Task) receive(f frame) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch f.kind {
	case messages:
		t.in.Write(f.content)
	case credit:
		if len(f.content) == 4 {
			t.underway -= int(binary.BigEndian.Uint32(f.content))
		}
	case answer:
		t.answers <- bytes.Clone(f.content) // has room: there is one question at a time
	case end:
		t.finishLocked()
	}
	t.changed.Broadcast()
}

// finish ends the output of the task.
func (t *Task) finish() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.finishLocked()
	t.changed.Broadcast()
}

func (t *Task) finishLocked() {
	if !t.ended {
		t.ended = true
		close(t.exited)
	}
}

// Read reads what the task writes.
func (t *Task) Read(b []byte) (int, error) {
	t.mu.Lock()
	for t.in.Len() == 0 && !t.ended {
		t.changed.Wait()
	}
	if t.in.Len() == 0 {
		t.mu.Unlock()
		return 0, io.EOF
	}
	n, _ := t.in.Read(b)
	t.unread += n
	report := 0
	if t.unread >= window/4 || t.in.Len() == 0 {
		report, t.unread = t.unread, 0
	}
	t.mu.Unlock()
	if report > 0 {
		t.host.write(frame{t.id, credit, number(report)}) // an error means that the JVM has ended: Read finds that
	}
	return n, nil
}

// Write writes messages, always whole ones. It waits until there is room.
func (t *Task) Write(b []byte) (int, error) {
	t.mu.Lock()
	for !t.room(len(b)) && !t.ended && !t.closed {
		t.changed.Wait()
	}
	return t.writeLocked(b)
}

// WriteSome writes all messages or none.
func (t *Task) WriteSome(b []byte) (int, error) {
	t.mu.Lock()
	if !t.ended && !t.closed && !t.room(len(b)) {
		t.mu.Unlock()
		return 0, nil
	}
	return t.writeLocked(b)
}

func (t *Task) room(size int) bool { return t.underway == 0 || t.underway+size <= window }

// writeLocked releases the lock.
func (t *Task) writeLocked(b []byte) (int, error) {
	if t.ended || t.closed {
		t.mu.Unlock()
		return 0, errEnded
	}
	t.underway += len(b)
	t.mu.Unlock()
	if err := t.host.write(frame{t.id, messages, b}); err != nil {
		return 0, err
	}
	return len(b), nil
}

// CloseWrite asks the task to end after what was written before.
func (t *Task) CloseWrite() error {
	t.mu.Lock()
	if t.closed || t.ended {
		t.mu.Unlock()
		return nil
	}
	t.closed = true
	t.changed.Broadcast()
	t.mu.Unlock()
	return t.host.write(frame{task: t.id, kind: end})
}

// PID returns the process id of the JVM.
func (t *Task) PID() int { return t.host.PID() }

// Terminate does nothing: the task was asked to end when its input was closed, and the others are not to end with it.
func (t *Task) Terminate() {}

// Kill kills the JVM with all its tasks: nothing can kill one task of a JVM.
func (t *Task) Kill() { t.host.Kill() }

// Exited is closed when the task has ended.
func (t *Task) Exited() <-chan struct{} { return t.exited }

// End waits until the task has ended. The error is that of the JVM if it ended too.
func (t *Task) End() (inTime bool, exit error) {
	<-t.exited
	select {
	case <-t.host.gone:
		return true, t.host.exit
	default:
		return true, nil
	}
}
