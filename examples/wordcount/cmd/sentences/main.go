// Sentences is the spout of the word count. It emits the lines of a text file. The message id of a line is its line
// number. A line that failed is emitted again. Several tasks share the lines.
//
// Every line is emitted at least once. If nothing fails, it is emitted exactly once. After a failure or a timeout, the
// line is emitted again. After a restart of the worker, all lines are emitted again.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/stormflux/stormflux/component"
)

func main() {
	s := &sentences{}
	flag.StringVar(&s.file, "file", "sentences.txt", "the text, one sentence a line, relative to the resources")
	flag.Float64Var(&s.rate, "rate", 0, "lines per second; 0 means as fast as Storm asks for them")
	flag.BoolVar(&s.repeat, "repeat", false, "begin again at the end of the text")
	flag.Parse()
	component.RunSpout(s)
}

type sentences struct {
	file   string
	rate   float64
	repeat bool

	lines  []line
	next   int
	rounds int
	failed []string
	sent   map[string]string // lines that are neither acked nor failed, by message id
	due    time.Time
	done   <-chan struct{}
}

type line struct {
	number int
	text   string
}

var (
	_ component.Opener = (*sentences)(nil)
	_ component.Acker  = (*sentences)(nil)
	_ component.Failer = (*sentences)(nil)
)

func (s *sentences) Open(ctx *component.Context, _ *component.SpoutCollector) error {
	s.sent = map[string]string{}
	s.done = ctx.Done()
	index, tasks := ctx.TaskIndex()
	file, err := os.Open(s.file)
	if err != nil {
		return err
	}
	defer file.Close()
	in := bufio.NewScanner(file)
	for number := 1; in.Scan(); number++ {
		if text := strings.TrimSpace(in.Text()); text != "" && number%tasks == index {
			s.lines = append(s.lines, line{number, text})
		}
	}
	if err := in.Err(); err != nil {
		return fmt.Errorf("reading %s: %w", s.file, err)
	}
	ctx.Logger().Info("emitting a text; results come with the next ticks", "file", s.file, "lines", len(s.lines))
	return nil
}

func (s *sentences) NextTuple(out *component.SpoutCollector) error {
	id, text := s.pick()
	if id == "" {
		return nil // Storm waits a little before it asks again
	}
	s.wait()
	s.sent[id] = text
	out.EmitID(id, text)
	return nil
}

// pick returns failed lines before new lines.
func (s *sentences) pick() (id, text string) {
	for len(s.failed) > 0 {
		id, s.failed = s.failed[0], s.failed[1:]
		if text, known := s.sent[id]; known {
			return id, text
		}
	}
	if s.next == len(s.lines) && s.repeat {
		s.next = 0
		s.rounds++
	}
	if s.next == len(s.lines) {
		return "", ""
	}
	l := s.lines[s.next]
	s.next++
	id = strconv.Itoa(l.number)
	if s.rounds > 0 {
		id += "/" + strconv.Itoa(s.rounds)
	}
	return id, l.text
}

// wait sleeps to keep the rate. A spout may block in NextTuple.
func (s *sentences) wait() {
	if s.rate <= 0 {
		return
	}
	now := time.Now()
	if s.due.Before(now) {
		s.due = now
	}
	select {
	case <-time.After(s.due.Sub(now)):
	case <-s.done:
	}
	s.due = s.due.Add(time.Duration(float64(time.Second) / s.rate))
}

func (s *sentences) Ack(id string) { delete(s.sent, id) }

func (s *sentences) Fail(id string) { s.failed = append(s.failed, id) }
