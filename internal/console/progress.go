package console

import (
	"io"
	"time"

	"github.com/schollz/progressbar/v3"
)

// Progress shows on a terminal how many of some bytes are done, and disappears when all are. The function that it
// returns takes the number of bytes that are done. It is nil where the output is no terminal.
func Progress(w io.Writer, title string, size int64) func(done int64) {
	if !IsTerminal(w) {
		return nil
	}
	bar := progressbar.NewOptions64(size,
		progressbar.OptionSetWriter(w), progressbar.OptionSetDescription(title),
		progressbar.OptionShowBytes(true), progressbar.OptionClearOnFinish(), progressbar.OptionThrottle(100*time.Millisecond))
	return func(done int64) { _ = bar.Set64(done) }
}
