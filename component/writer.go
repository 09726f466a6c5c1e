package component

import (
	"io"
	"sync"
	"time"

	"github.com/stormflux/stormflux/internal/multilang"
)

const (
	// flushDelay bounds how long a message waits when the component neither reads nor fills the buffer.
	flushDelay  = 5 * time.Millisecond
	flushSize   = 64 << 10
	largestKept = 1 << 20 // a buffer that grew beyond this size is released
)

// A writer sends everything that goes from the component to Storm. It buffers whole messages. It sends them before the
// component reads (source), when the buffer is full, and after flushDelay.
type writer struct {
	mu    sync.Mutex
	dst   io.Writer
	buf   []byte
	timer *time.Timer
	err   error
}

func newWriter(dst io.Writer) *writer {
	w := &writer{dst: dst}
	w.timer = time.AfterFunc(time.Hour, func() { w.flush() })
	w.timer.Stop()
	return w
}

// scratch holds buffers for encoding messages. This happens outside the writer's lock, because values may run code of
// their own.
var scratch = sync.Pool{New: func() any { return new([]byte) }}

func (w *writer) send(m *multilang.ShellMsg) {
	b := scratch.Get().(*[]byte)
	*b = m.Append((*b)[:0])
	w.write(*b)
	scratch.Put(b)
}

// emit sends an emit of values. If waiter is not nil, it is called in the order in which emits are sent.
func (w *writer) emit(m *multilang.ShellMsg, values []any, waiter func()) {
	b := scratch.Get().(*[]byte)
	text, err := multilang.AppendEmit((*b)[:0], m, values)
	if err != nil {
		scratch.Put(b)
		valueError("emitting to stream %q: %v", m.Stream, err)
	}
	w.mu.Lock()
	if waiter != nil {
		waiter()
	}
	w.writeLocked(text)
	w.mu.Unlock()
	if cap(text) <= largestKept {
		*b = text
		scratch.Put(b)
	}
}

func (w *writer) write(message []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.writeLocked(message)
}

func (w *writer) writeLocked(message []byte) {
	if len(w.buf) == 0 {
		w.timer.Reset(flushDelay)
	}
	w.buf = append(w.buf, message...)
	if len(w.buf) >= flushSize {
		w.flushLocked()
	}
}

// flush writes the buffered messages. It returns the first error of the writer. After an error messages are dropped,
// because nobody reads them.
func (w *writer) flush() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.flushLocked()
}

func (w *writer) flushLocked() error {
	if len(w.buf) > 0 {
		if w.err == nil {
			_, w.err = w.dst.Write(w.buf)
		}
		w.buf = w.buf[:0]
		if cap(w.buf) > largestKept {
			w.buf = nil
		}
	}
	return w.err
}

// A source is the component's input. Before it waits for input, it flushes the output.
type source struct {
	io.Reader
	out *writer
}

func (s source) Read(p []byte) (int, error) {
	if err := s.out.flush(); err != nil {
		return 0, err
	}
	return s.Reader.Read(p)
}
