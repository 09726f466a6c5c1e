package multilang

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// DefaultLimit is the size in bytes of the largest message that a [Reader] without its own limit accepts. Storm has no
// limit. The limit tells a peer that never ends its message from a peer with a large message.
const DefaultLimit = 64 << 20

// ErrTooLong is wrapped in the error for a message above the limit of the reader.
var ErrTooLong = errors.New("message is longer than the limit")

const readSize = 64 << 10

// A Reader cuts a stream into messages: UTF-8 text, a newline, the line "end". The text may have several lines. Like
// Java's readLine, a Reader drops a carriage return before a newline. It reads ahead, and is for one goroutine.
type Reader struct {
	src   io.Reader
	limit int
	buf   []byte // buf[start:end] is read but not returned
	start int
	end   int
	line  int // where the first unchecked line begins
	seen  int // buf[line:seen] has no newline
	err   error
}

// NewReader returns a Reader of src that accepts messages of up to limit bytes; 0 means [DefaultLimit].
func NewReader(src io.Reader, limit int) *Reader {
	if limit <= 0 {
		limit = DefaultLimit
	}
	return &Reader{src: src, limit: limit, buf: make([]byte, readSize)}
}

// Read returns the text of the next message without its framing. The text is valid UTF-8: like Java, Read replaces
// malformed bytes by U+FFFD. The error is io.EOF if the stream ends between two messages, io.ErrUnexpectedEOF if it
// ends inside a message (see [Reader.Partial]), [ErrTooLong], or the error of the source. After an error every call
// returns the same error.
func (r *Reader) Read() (string, error) {
	for {
		if text, ok := r.next(); ok {
			if !utf8.ValidString(text) {
				text = strings.ToValidUTF8(text, "\uFFFD")
			}
			return text, nil
		}
		if r.err != nil {
			return "", r.err
		}
		r.fill()
	}
}

// Buffered reports whether Read would return without reading from the source. It consumes nothing.
func (r *Reader) Buffered() bool {
	line, seen := r.line, r.seen
	for {
		end := bytes.IndexByte(r.buf[seen:r.end], '\n')
		if end < 0 {
			return r.err != nil
		}
		if isEnd(r.buf[line : seen+end]) {
			return true
		}
		line = seen + end + 1
		seen = line
	}
}

// Partial returns the part of an incomplete message that was read, to report a broken stream.
func (r *Reader) Partial() string {
	return strings.ToValidUTF8(string(r.buf[r.start:r.end]), "\uFFFD")
}

// Unread returns how many bytes were read from the source that Read has not returned.
func (r *Reader) Unread() int { return r.end - r.start }

func isEnd(line []byte) bool {
	return len(line) == 3 && string(line) == "end" || len(line) == 4 && string(line) == "end\r"
}

func (r *Reader) next() (string, bool) {
	for {
		i := bytes.IndexByte(r.buf[r.seen:r.end], '\n')
		if i < 0 {
			r.seen = r.end
			return "", false
		}
		lineEnd := r.seen + i
		if !isEnd(r.buf[r.line:lineEnd]) {
			r.line = lineEnd + 1
			r.seen = r.line
			continue
		}
		text := r.buf[r.start:r.line]
		text = bytes.TrimSuffix(text, []byte("\n"))
		text = bytes.TrimSuffix(text, []byte("\r"))
		out := string(text)
		if strings.Contains(out, "\r\n") {
			out = strings.ReplaceAll(out, "\r\n", "\n")
		}
		r.start = lineEnd + 1
		r.line, r.seen = r.start, r.start
		return out, true
	}
}

func (r *Reader) fill() {
	if r.start > 0 {
		// Moving is cheap: less than one message is left.
		n := copy(r.buf, r.buf[r.start:r.end])
		r.line -= r.start
		r.seen -= r.start
		r.start, r.end = 0, n
	}
	if r.end > r.limit+len("\r\nend\r\n") {
		r.err = fmt.Errorf("%w of %d bytes", ErrTooLong, r.limit)
		return
	}
	if r.end == len(r.buf) {
		grown := make([]byte, 2*len(r.buf))
		copy(grown, r.buf[:r.end])
		r.buf = grown
	} else if len(r.buf) > 16*readSize && r.end < readSize {
		// The memory of one huge message must not stay in use forever.
		shrunk := make([]byte, readSize)
		copy(shrunk, r.buf[:r.end])
		r.buf = shrunk
	}
	for range 100 {
		n, err := r.src.Read(r.buf[r.end:])
		r.end += n
		if err != nil {
			if err == io.EOF && r.end > r.start {
				err = io.ErrUnexpectedEOF
			}
			r.fail(err)
			return
		}
		if n > 0 {
			return
		}
	}
	r.fail(io.ErrNoProgress)
}

// fail keeps err until Read has returned the messages that arrived before it.
func (r *Reader) fail(err error) {
	if err == io.ErrUnexpectedEOF {
		// The last bytes may complete a message.
		rest := r.buf[r.start:r.end]
		if bytes.HasSuffix(rest, []byte("\nend\n")) || bytes.HasSuffix(rest, []byte("\nend\r\n")) || string(rest) == "end\n" {
			err = io.EOF
		}
	}
	r.err = err
}

// end follows the text of a message.
const end = "\nend\n"
