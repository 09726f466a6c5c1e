package main

import (
	"bytes"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/jedib0t/go-pretty/v6/text"
	"golang.org/x/term"
)

const (
	// frame is how often a screen is brought up to date.
	frame = 100 * time.Millisecond
	// printable is how much may wait for the next frame.
	printable = 128 << 10
)

// A terminal can be asked for its size in columns and rows.
type terminal struct{ size func() (cols, rows int) }

// newTerminal returns nil for what is no terminal, or one that cannot move its cursor.
func newTerminal(w io.Writer) *terminal {
	f, ok := w.(*os.File)
	if !ok || os.Getenv("TERM") == "dumb" || !term.IsTerminal(int(f.Fd())) {
		return nil
	}
	return &terminal{size: func() (int, int) {
		cols, rows, err := term.GetSize(int(f.Fd()))
		if err != nil || cols <= 0 || rows <= 0 {
			return 80, 24
		}
		return cols, rows
	}}
}

// A screen prints text, and on a terminal shows some lines below it that are drawn again and again in the same place.
type screen struct {
	out      io.Writer
	failed   func(error) // is called when something could not be written
	terminal *terminal   // or nil

	mu      sync.Mutex
	pending []byte // text for the next frame
	region  func() []string
	shown   int // how often the region has been set

	drawing sync.Mutex // held while writing
	drawn   []int      // widths of the lines that are there

	stop, done chan struct{}
}

func newScreen(out io.Writer, t *terminal, failed func(error)) *screen {
	s := &screen{out: out, failed: failed, terminal: t, stop: make(chan struct{}), done: make(chan struct{})}
	go func() {
		defer close(s.done)
		ticker := time.NewTicker(frame)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				s.draw()
			case <-s.stop:
				return
			}
		}
	}()
	return s
}

// print prints text, which ends with a line end, at the latest with the next frame.
func (s *screen) print(text string) {
	s.mu.Lock()
	s.pending = append(s.pending, text...)
	full := len(s.pending) > printable
	s.mu.Unlock()
	if full {
		s.drawing.Lock()
		s.write(nil, false)
		s.drawing.Unlock()
	}
}

// Write makes a screen an [io.Writer] of whole lines.
func (s *screen) Write(p []byte) (int, error) {
	s.print(string(p))
	return len(p), nil
}

// show sets what gives the lines below; nil takes them away.
func (s *screen) show(region func() []string) {
	s.mu.Lock()
	s.region = region
	s.shown++
	s.mu.Unlock()
	s.draw()
}

// draw brings the screen up to date.
func (s *screen) draw() {
	s.mu.Lock()
	region, shown := s.region, s.shown
	s.mu.Unlock()
	// Not under a lock: the region asks the engine, which may have something to print.
	var lines []string
	if region != nil && s.terminal != nil {
		lines = region()
	}
	s.drawing.Lock()
	defer s.drawing.Unlock()
	s.mu.Lock()
	late := s.shown != shown
	s.mu.Unlock()
	if !late {
		s.write(lines, true)
	}
}

// write writes the pending text and, if it may, the lines below it.
func (s *screen) write(lines []string, redraw bool) {
	s.mu.Lock()
	pending := s.pending
	s.pending = nil
	s.mu.Unlock()
	if s.terminal == nil {
		s.emit(pending)
		return
	}
	cols, rows := s.terminal.size()
	var b bytes.Buffer
	if up := s.height(cols); up > 0 {
		b.WriteString(text.CursorUp.Sprintn(up))
	}
	b.WriteString("\r\x1b[J") // erase to the end of the screen
	b.Write(pending)
	s.drawn = s.drawn[:0]
	if redraw {
		if len(lines) > rows-1 {
			lines = append(lines[:max(0, rows-2)], "...")
		}
		for _, line := range lines {
			line = text.Snip(line, cols-1, "~")
			s.drawn = append(s.drawn, text.StringWidthWithoutEscSequences(line))
			b.WriteString(line + "\n")
		}
	}
	if len(pending) > 0 || redraw {
		s.emit(b.Bytes())
	}
}

func (s *screen) emit(data []byte) {
	if len(data) == 0 {
		return
	}
	if _, err := s.out.Write(data); err != nil {
		s.failed(err)
	}
}

// height is how many rows the lines take up that are there. A terminal that has become narrower has broken them.
func (s *screen) height(cols int) int {
	n := 0
	for _, width := range s.drawn {
		n += max(1, (width+cols-1)/cols)
	}
	return n
}

// close prints what is left and takes the lines below away.
func (s *screen) close() {
	close(s.stop)
	<-s.done
	s.show(nil)
}

// linesOf splits a text into its lines.
func linesOf(s string) []string { return strings.Split(strings.TrimRight(s, "\n"), "\n") }
