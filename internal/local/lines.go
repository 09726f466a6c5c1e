package local

import (
	"bufio"
	"io"
	"strings"
	"sync"
)

const (
	tailLines = 12       // of standard error, kept for when the process dies
	lineLimit = 16 << 10 // longer lines are cut into several
	shownSize = 400      // of a text that is quoted in a message
)

// A lineReader cuts a stream into lines.
type lineReader struct{ r *bufio.Reader }

func newLineReader(r io.Reader) *lineReader { return &lineReader{bufio.NewReaderSize(r, lineLimit)} }

// next returns the next line without its end. The last line need not have one.
func (l *lineReader) next() (string, error) {
	line, err := l.r.ReadSlice('\n')
	if len(line) == 0 && err != nil {
		return "", err
	}
	return strings.ToValidUTF8(strings.TrimRight(string(line), "\r\n"), "\uFFFD"), nil
}

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
