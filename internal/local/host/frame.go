package host

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// The kinds of frames; see docs/host.md.
const (
	start    = 'S'
	ready    = 'R'
	messages = 'M'
	credit   = 'C'
	end      = 'E'
	died     = 'D'
	log      = 'L'
	question = 'Q'
	answer   = 'A'
)

// headSize is the size of a frame without its content: length, task and kind.
const headSize = 9

// A frame is what both ends send. The length counts the bytes after itself.
type frame struct {
	task    int
	kind    byte
	content []byte
}

func appendFrame(dst []byte, f frame) []byte {
	dst = binary.BigEndian.AppendUint32(dst, uint32(headSize-4+len(f.content)))
	dst = binary.BigEndian.AppendUint32(dst, uint32(f.task))
	return append(append(dst, f.kind), f.content...)
}

// maxFrame limits a frame of the host: its messages wait for credit, so a longer one is no frame.
const maxFrame = 1 << 28

// errFrame is the error of output that no host writes.
var errFrame = errors.New("the standard output of the JVM carries something else than frames")

// readFrame reads the next frame. Its content is valid until the next call.
func readFrame(r *bufio.Reader, buf []byte) (frame, []byte, error) {
	var head [headSize]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return frame{}, buf, err
	}
	size := int(binary.BigEndian.Uint32(head[:])) - headSize + 4
	if size < 0 || size > maxFrame {
		return frame{}, buf, fmt.Errorf("%w: a frame of %d bytes", errFrame, size)
	}
	if cap(buf) < size {
		buf = make([]byte, size)
	}
	f := frame{task: int(int32(binary.BigEndian.Uint32(head[4:]))), kind: head[8], content: buf[:size]}
	_, err := io.ReadFull(r, f.content)
	return f, buf, err
}
