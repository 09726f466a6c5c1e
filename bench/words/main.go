// Command words has the components of the topologies that bench runs under stormflux and under Storm. Its argument
// chooses the component.
//
//	words sentences   a spout of sentences of ten words, as fast as it is asked
//	words in-turns    the same, but it does not announce that it accepts several commands at once
//	words split       a bolt that emits their words
//	words count       a bolt that counts them
//	words hold        a bolt that keeps the last 100,000 tuples and acks those before
//
// The last two count the tuples that they receive. From time to time, they write a line to the file that bench.counter
// of the configuration names: the time in nanoseconds since 1970, and the number.
package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/stormflux/stormflux/component"
)

// texts are the sentences, ten words each.
var texts = []string{
	"the quick brown fox jumps over the lazy dog today",
	"storm processes unbounded streams of data one tuple a time",
	"a spout is a source of streams in a topology",
	"bolts do filtering and joins and functions and much more",
}

func main() {
	switch name := strings.Join(os.Args[1:], " "); name {
	case "sentences":
		component.RunSpout(&sentences{})
	case "in-turns":
		// RunSpout would announce it in its answer to the handshake, and Storm would ignore it.
		if err := component.ServeSpout(context.Background(), &sentences{}, os.Stdin, &inTurns{}); err != nil {
			fmt.Fprintln(os.Stderr, "words:", err)
			os.Exit(1)
		}
	case "split":
		component.RunBasicBolt(component.BasicBoltFunc(split))
	case "count":
		component.RunBasicBolt(&count{words: map[string]int{}})
	case "hold":
		component.RunBolt(&hold{})
	default:
		fmt.Fprintf(os.Stderr, "words: there is no component %q\n", name)
		os.Exit(2)
	}
}

// inTurns removes from the first message the part that asks for more than Storm does.
type inTurns struct{ answered bool }

func (w *inTurns) Write(p []byte) (int, error) {
	if w.answered {
		return os.Stdout.Write(p)
	}
	w.answered = true
	_, err := os.Stdout.Write(bytes.Replace(p, []byte(`,"pipelining":true`), nil, 1))
	return len(p), err
}

type sentences struct{ n int }

func (s *sentences) NextTuple(out *component.SpoutCollector) error {
	out.EmitID(strconv.Itoa(s.n), texts[s.n%len(texts)])
	s.n++
	return nil
}

func split(t *component.Tuple, out *component.BasicCollector) error {
	for _, word := range strings.Fields(t.String(0)) {
		out.Emit(word)
	}
	return nil
}

type count struct {
	words map[string]int
	counter
}

func (c *count) Prepare(ctx *component.Context) error { return c.open(ctx) }

func (c *count) Execute(t *component.Tuple, _ *component.BasicCollector) error {
	c.words[t.String(0)]++
	c.n.Add(1)
	return nil
}

// pendingHeld is how many tuples hold keeps.
const pendingHeld = 100_000

type hold struct {
	held [pendingHeld]*component.Tuple // a ring
	next int
	counter
}

func (h *hold) Prepare(ctx *component.Context, _ *component.Collector) error { return h.open(ctx) }

func (h *hold) Execute(t *component.Tuple, out *component.Collector) error {
	if oldest := h.held[h.next]; oldest != nil {
		out.Ack(oldest)
	}
	h.held[h.next] = t
	h.next = (h.next + 1) % len(h.held)
	h.n.Add(1)
	return nil
}

var (
	_ component.BasicPreparer = (*count)(nil)
	_ component.Preparer      = (*hold)(nil)
)

// A counter reports how many tuples there were.
type counter struct{ n atomic.Int64 }

const every = 50 * time.Millisecond

func (c *counter) open(ctx *component.Context) error {
	path, err := component.Setting(ctx, "bench.counter", "")
	if err != nil || path == "" {
		return err
	}
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	go func() {
		for range time.Tick(every) {
			if _, err := fmt.Fprintf(file, "%d %d\n", time.Now().UnixNano(), c.n.Load()); err != nil {
				ctx.ReportError(fmt.Errorf("counting: %w", err))
				return
			}
		}
	}()
	return nil
}
