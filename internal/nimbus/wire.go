package nimbus

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
	"time"
)

// Transport opens connections to a Nimbus. Its interface is small, because a handshake (TLS, SASL) ends in a net.Conn
// too. After it, the only difference is whether a length precedes each message.
type Transport interface {
	// Open connects to addr and completes the handshake, if there is one; ctx limits both. The caller closes the
	// connection.
	Open(ctx context.Context, addr Address) (net.Conn, error)

	// Framed reports whether a 4-byte big-endian length precedes each message. It does with SimpleTransportPlugin and
	// the SASL plugins, whose servers also limit it. It does not with TLS.
	Framed() bool

	// Limited reports whether the server's nimbus.thrift.max_buffer_size limits a message. It does with
	// SimpleTransportPlugin.
	Limited() bool
}

// Plain is SimpleTransportPlugin's transport: TCP without authentication.
type Plain struct{}

// Open connects.
func (Plain) Open(ctx context.Context, addr Address) (net.Conn, error) {
	return new(net.Dialer).DialContext(ctx, "tcp", addr.String())
}

// Framed returns true.
func (Plain) Framed() bool { return true }

// Limited returns true.
func (Plain) Limited() bool { return true }

// maxAnswer limits the frame of an answer. It is lower than the number in the first four bytes of a SASL negotiation
// message (status 3 or more, then the three zeros of the length), so the client can recognise such a message.
const maxAnswer = 0x02ffffff

// maxServerFrame is libthrift's TConfiguration.DEFAULT_MAX_FRAME_SIZE. A server closes the connection on larger frames,
// whatever nimbus.thrift.max_buffer_size says.
const maxServerFrame = 16384000

// wire is thrift's TTransport over one connection. Unlike thrift's own framed transport, it refuses to send a frame
// above the server's limit, limits calls by deadlines, and copies a chunk only once. It also remembers the error of the
// connection as fault, because the layers above wrap it beyond recognition.
type wire struct {
	conn   net.Conn
	framed bool
	limit  int // bytes of a frame with its length; 0: none
	fault  error

	in   *bufio.Reader
	left int // unread bytes of the current frame

	out []byte // the length's 4 bytes, then the message so far
}

func newWire(conn net.Conn, framed bool, limit int) *wire {
	return &wire{conn: conn, framed: framed, limit: limit, in: bufio.NewReaderSize(conn, 16<<10), out: make([]byte, 4, 4096)}
}

// within runs a call that must end after timeout, or at once with ctx.
func (w *wire) within(ctx context.Context, timeout time.Duration, call func() error) error {
	w.conn.SetDeadline(time.Now().Add(timeout))
	stop := context.AfterFunc(ctx, func() { w.conn.SetDeadline(time.Unix(1, 0)) })
	err := call()
	if !stop() && w.fault == nil {
		w.fault = context.Cause(ctx) // its deadline stays in the past
	}
	if err != nil {
		w.out = w.out[:4]
	}
	return err
}

func (w *wire) fail(err error) error {
	if w.fault == nil {
		w.fault = err
	}
	return err
}

func (w *wire) Open() error  { return nil }
func (w *wire) IsOpen() bool { return w.fault == nil }
func (w *wire) Close() error { return w.conn.Close() }

func (w *wire) RemainingBytes() uint64 {
	if w.framed {
		return uint64(w.left)
	}
	return maxAnswer
}

func (w *wire) Write(p []byte) (int, error) {
	w.out = append(w.out, p...)
	return len(p), nil
}

func (w *wire) WriteByte(b byte) error {
	w.out = append(w.out, b)
	return nil
}

func (w *wire) WriteString(s string) (int, error) {
	w.out = append(w.out, s...)
	return len(s), nil
}

// Flush sends the message. If the message is too large, Flush sends nothing.
func (w *wire) Flush(context.Context) error {
	out := w.out
	w.out = w.out[:4]
	if !w.framed {
		out = out[4:]
	} else {
		if w.limit > 0 && len(out) > w.limit {
			return w.fail(&frameTooLargeError{size: len(out), limit: w.limit})
		}
		binary.BigEndian.PutUint32(out, uint32(len(out)-4))
	}
	w.left = 0
	if _, err := w.conn.Write(out); err != nil {
		return w.fail(err)
	}
	return nil
}

func (w *wire) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if !w.framed {
		n, err := w.in.Read(p)
		if err != nil {
			w.fail(err)
		}
		return n, err
	}
	if err := w.frame(); err != nil {
		return 0, err
	}
	n, err := w.in.Read(p[:min(len(p), w.left)])
	w.left -= n
	if err != nil {
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		w.fail(err)
	}
	return n, err
}

func (w *wire) ReadByte() (byte, error) {
	var b [1]byte
	_, err := w.Read(b[:])
	return b[0], err
}

// frame reads the length of a frame when a new one begins.
func (w *wire) frame() error {
	for w.left == 0 {
		var head [4]byte
		if _, err := io.ReadFull(w.in, head[:]); err != nil {
			return w.fail(err)
		}
		size := binary.BigEndian.Uint32(head[:])
		if size > maxAnswer {
			more, _ := w.in.Peek(min(w.in.Buffered(), 60))
			return w.fail(foreign(head, more))
		}
		w.left = int(size)
	}
	return nil
}

// frameTooLargeError reports a message that was too large to send.
type frameTooLargeError struct{ size, limit int }

func (e *frameTooLargeError) Error() string {
	return fmt.Sprintf("a message of %d bytes exceeds the server's limit of %d", e.size, e.limit)
}

// garbageError reports an answer that does not begin like a Thrift frame.
type garbageError struct{ what, advice string }

func (e *garbageError) Error() string { return e.what }

// plainCause returns a network error without Go's "read tcp 1.2.3.4:5->6.7.8.9:0".
func plainCause(err error) string {
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "it was closed"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return "it was reset"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused"
	}
	var op *net.OpError
	if errors.As(err, &op) && op.Err != nil {
		err = op.Err
	}
	var sys *os.SyscallError
	if errors.As(err, &sys) {
		err = sys.Err
	}
	return err.Error()
}
