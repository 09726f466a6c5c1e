//go:build unix

package local

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stormflux/stormflux/internal/topology"
)

// The components of these tests are this test binary itself: it runs again with the name of a component as its only
// argument. They use encoding/json for the protocol, not package multilang.

const componentPrefix = "component:"

func TestMain(m *testing.M) {
	if len(os.Args) == 2 {
		if name, ok := strings.CutPrefix(os.Args[1], componentPrefix); ok {
			runComponent(name)
			os.Exit(0)
		}
	}
	os.Exit(m.Run())
}

// pipeEnd is the component's end of the protocol.
type pipeEnd struct {
	in    *bufio.Reader
	out   *bufio.Writer
	setup struct {
		PIDDir  string         `json:"pidDir"`
		Context map[string]any `json:"context"`
		Conf    map[string]any `json:"conf"`
	}
	queued []map[string]any // commands and tuples that came before the expected task ids
}

func (w *pipeEnd) read() json.RawMessage {
	var text []byte
	for {
		line, err := w.in.ReadBytes('\n')
		if err != nil {
			if err != io.EOF {
				fmt.Fprintln(os.Stderr, err)
			}
			w.out.Flush()
			os.Exit(0)
		}
		if string(line) == "end\n" {
			return text
		}
		text = append(text, line...)
	}
}

func (w *pipeEnd) write(v any) {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	w.out.Write(text)
	w.out.WriteString("\nend\n")
}

func (w *pipeEnd) flush() {
	w.out.Flush()
}

func newWire() *pipeEnd {
	w := &pipeEnd{in: bufio.NewReaderSize(os.Stdin, 1<<16), out: bufio.NewWriterSize(os.Stdout, 1<<16)}
	if err := json.Unmarshal(w.read(), &w.setup); err != nil {
		panic(err)
	}
	pid := os.Getpid()
	f, err := os.Create(filepath.Join(w.setup.PIDDir, strconv.Itoa(pid)))
	if err != nil {
		panic(err)
	}
	f.Close()
	w.write(map[string]any{"pid": pid})
	w.flush()
	return w
}

func (w *pipeEnd) task() int { return int(w.setup.Context["taskid"].(float64)) }

// next returns the next message that is a map.
func (w *pipeEnd) next() map[string]any {
	if len(w.queued) > 0 {
		m := w.queued[0]
		w.queued = w.queued[1:]
		return m
	}
	if w.in.Buffered() == 0 {
		w.flush()
	}
	var m map[string]any
	if err := json.Unmarshal(w.read(), &m); err != nil {
		panic(err)
	}
	return m
}

// taskIDs waits for the answer to an emit.
func (w *pipeEnd) taskIDs() []int {
	w.flush()
	for {
		text := w.read()
		if text[0] == '[' {
			var ids []int
			if err := json.Unmarshal(text, &ids); err != nil {
				panic(err)
			}
			return ids
		}
		var m map[string]any
		if err := json.Unmarshal(text, &m); err != nil {
			panic(err)
		}
		w.queued = append(w.queued, m)
	}
}

// spout runs a spout. next emits tuples; answered is called for acks and fails.
func (w *pipeEnd) spout(next func(), answered func(ok bool, id any)) {
	for {
		m := w.next()
		switch m["command"] {
		case "next":
			next()
		case "ack", "fail":
			answered(m["command"] == "ack", m["id"])
		}
		w.write(map[string]any{"command": "sync"})
		w.flush()
	}
}

// bolt runs a bolt and answers heartbeats.
func (w *pipeEnd) bolt(process func(m map[string]any)) {
	for {
		m := w.next()
		if m["stream"] == "__heartbeat" {
			w.write(map[string]any{"command": "sync"})
			continue
		}
		process(m)
	}
}

func (w *pipeEnd) ack(m map[string]any) {
	w.write(map[string]any{"command": "ack", "id": m["id"]})
}

func (w *pipeEnd) emit(m map[string]any, fields map[string]any, values ...any) {
	fields["command"], fields["tuple"], fields["need_task_ids"] = "emit", values, false
	if m != nil {
		fields["anchors"] = []any{m["id"]}
	}
	w.write(fields)
}

func (w *pipeEnd) log(format string, args ...any) {
	w.write(map[string]any{"command": "log", "msg": fmt.Sprintf(format, args...)})
}

// setting returns a setting that a test has put into the topology's configuration.
func (w *pipeEnd) setting(key string) string {
	s, _ := w.setup.Conf[key].(string)
	return s
}

func (w *pipeEnd) number(key string) int {
	n, _ := w.setup.Conf[key].(float64)
	return int(n)
}

// A fixture describes a topology.
type fixture struct {
	t        testing.TB
	topology *topology.Topology
	opts     Options
	events   *eventLog
}

func newFixture(t testing.TB) *fixture {
	f := &fixture{t: t, topology: &topology.Topology{Name: "test", Conf: map[string]any{}}, events: newEventLog()}
	f.opts = Options{
		Topology: f.topology, Resources: t.TempDir(),
		Events: f.events.add,
		For:    30 * time.Second, // no test needs that long
	}
	return f
}

func newComponent(id string, outputs map[string][]string, parallelism int, words []string) *topology.Component {
	if len(words) == 1 {
		exe, err := os.Executable()
		if err != nil {
			panic(err)
		}
		words = []string{exe, componentPrefix + words[0]}
	}
	c := &topology.Component{ID: id, Code: &topology.Process{Words: words}, Parallelism: parallelism, Conf: map[string]any{}}
	for id, fields := range outputs {
		c.Streams = append(c.Streams, &topology.Stream{ID: id, Fields: fields})
	}
	return c
}

func (f *fixture) spout(id string, outputs map[string][]string, parallelism int, words ...string) *topology.Component {
	c := newComponent(id, outputs, parallelism, words)
	f.topology.Spouts = append(f.topology.Spouts, c)
	return c
}

// input is a subscription: source, stream, grouping.
type input struct {
	source, stream string
	grouping       topology.Grouping
}

func (f *fixture) bolt(id string, outputs map[string][]string, parallelism int, words []string, inputs ...input) *topology.Component {
	c := newComponent(id, outputs, parallelism, words)
	for _, in := range inputs {
		c.Inputs = append(c.Inputs, &topology.Input{Component: in.source, Stream: in.stream, Grouping: in.grouping})
	}
	f.topology.Bolts = append(f.topology.Bolts, c)
	return c
}

func shuffled() topology.Grouping { return topology.Shuffle{} }

func byFields(fields ...string) topology.Grouping { return topology.Fields{Names: fields} }

func one(fields ...string) map[string][]string { return map[string][]string{"default": fields} }

// script writes a file into the resources folder.
func (f *fixture) script(name, text string) {
	f.t.Helper()
	if err := os.WriteFile(filepath.Join(f.opts.Resources, name), []byte(text), 0o755); err != nil {
		f.t.Fatal(err)
	}
}

// run runs the topology to its end.
func (f *fixture) run() (*Summary, error) {
	f.t.Helper()
	s, err := Run(f.t.Context(), f.opts)
	if f.t.Failed() {
		f.t.Log(f.events)
	}
	return s, err
}

// runUntil runs the topology until a condition holds, with a deadline, and stops it as Ctrl-C does.
func (f *fixture) runUntil(what string, condition func(Snapshot) bool) (*Summary, error) {
	f.t.Helper()
	e, stop := f.start()
	waitUntil(f.t, what, func() bool { return condition(e.Snapshot()) || e.ended() })
	return stop()
}

func (s Snapshot) component(id string) *ComponentStats {
	for i := range s.Components {
		if s.Components[i].ID == id {
			return &s.Components[i]
		}
	}
	return nil
}

// waitUntil waits for a condition, with a deadline.
func waitUntil(t testing.TB, what string, condition func() bool) {
	t.Helper()
	deadline := time.After(30 * time.Second)
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	for !condition() {
		select {
		case <-ticker.C:
		case <-deadline:
			t.Fatalf("timeout while waiting until %s", what)
		}
	}
}
