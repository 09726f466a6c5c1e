package console

import (
	"bytes"
	"io"
	"sync"
	"time"

	"github.com/jedib0t/go-pretty/v6/text"
)

const (
	// frame is the time between two updates of a screen.
	frame = 100 * time.Millisecond
	// maxPending is how much text may wait for the next update.
	maxPending = 128 << 10
)

// A Screen prints text. On a terminal it also shows some lines below the text, which it draws again and again in the same
// place. Its methods may be called by any goroutine.
type Screen struct {
	out    io.Writer
	failed func(error)
	size   func() (columns, rows int) // nil where nothing can be drawn in place

	mu      sync.Mutex
	pending []byte // text for the next update
	region  func() []string
	version int // how often the region has been set

	drawing sync.Mutex // held while writing
	drawn   []int      // the widths of the region's lines on the terminal

	stop, done chan struct{}
}

// NewScreen returns a screen on an output. It calls failed with the error of a write.
func NewScreen(out io.Writer, failed func(error)) *Screen { return newScreen(out, sizeOf(out), failed) }

// NewPlainScreen returns a screen that only prints, even on a terminal.
func NewPlainScreen(out io.Writer, failed func(error)) *Screen { return newScreen(out, nil, failed) }

func newScreen(out io.Writer, size func() (columns, rows int), failed func(error)) *Screen {
	s := &Screen{out: out, failed: failed, size: size, stop: make(chan struct{}), done: make(chan struct{})}
	go s.update()
	return s
}

func (s *Screen) update() {
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
}

// Live reports whether the screen can show lines below the text.
func (s *Screen) Live() bool { return s.size != nil }

// Width returns how many columns the terminal has, or 0 where there is none.
func (s *Screen) Width() int {
	if s.size == nil {
		return 0
	}
	columns, _ := s.size()
	return columns
}

// Print prints text, at the latest with the next update. The text ends with a line end.
func (s *Screen) Print(text string) {
	s.mu.Lock()
	s.pending = append(s.pending, text...)
	full := len(s.pending) > maxPending
	s.mu.Unlock()
	if full {
		s.drawing.Lock()
		s.write(nil, false)
		s.drawing.Unlock()
	}
}

// Write prints whole lines.
func (s *Screen) Write(p []byte) (int, error) {
	s.Print(string(p))
	return len(p), nil
}

// Show sets the function that returns the lines below the text. nil takes the lines away.
func (s *Screen) Show(region func() []string) {
	s.mu.Lock()
	s.region = region
	s.version++
	s.mu.Unlock()
	s.draw()
}

// Close prints what is left and takes the lines below away.
func (s *Screen) Close() {
	close(s.stop)
	<-s.done
	s.Show(nil)
}

// draw brings the screen up to date.
func (s *Screen) draw() {
	s.mu.Lock()
	region, version := s.region, s.version
	s.mu.Unlock()
	// No lock is held here: the region may wait for somebody who is about to print.
	var lines []string
	if region != nil && s.Live() {
		lines = region()
	}
	s.drawing.Lock()
	defer s.drawing.Unlock()
	s.mu.Lock()
	outdated := s.version != version
	s.mu.Unlock()
	if !outdated {
		s.write(lines, true)
	}
}

// write writes the pending text and, with redraw, the lines below it.
func (s *Screen) write(lines []string, redraw bool) {
	s.mu.Lock()
	pending := s.pending
	s.pending = nil
	s.mu.Unlock()
	if !s.Live() {
		s.emit(pending)
		return
	}
	if len(pending)+len(lines)+len(s.drawn) == 0 {
		return // nothing is there to erase, and other text may stand where the cursor is
	}
	columns, rows := s.size()
	var b bytes.Buffer
	if up := s.height(columns); up > 0 {
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
			line = text.Snip(line, columns-1, "~")
			s.drawn = append(s.drawn, text.StringWidthWithoutEscSequences(line))
			b.WriteString(line + "\n")
		}
	}
	if len(pending) > 0 || redraw {
		s.emit(b.Bytes())
	}
}

func (s *Screen) emit(data []byte) {
	if len(data) == 0 {
		return
	}
	if _, err := s.out.Write(data); err != nil {
		s.failed(err)
	}
}

// height returns the number of rows that the drawn lines take up. A terminal that has become narrower has wrapped them.
func (s *Screen) height(columns int) int {
	n := 0
	for _, width := range s.drawn {
		n += max(1, (width+columns-1)/columns)
	}
	return n
}
