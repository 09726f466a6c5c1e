package process

import (
	"bufio"
	"io"
	"strings"
)

// lineLimit is the size in bytes above which a line is cut into several.
const lineLimit = 16 << 10

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
