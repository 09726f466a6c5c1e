package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/stormflux/stormflux/compiler"
	"github.com/stormflux/stormflux/internal/local"
)

// statsEvery is the time between two events with numbers.
const statsEvery = time.Second

// A jsonView writes events, one JSON object a line. docs/run.md describes them.
type jsonView struct {
	screen *screen
	stderr io.Writer

	mu   sync.Mutex
	name string
	stop func() // ends the stats
}

// A jsonEvent is one line. Of its fields those are there that the event has.
type jsonEvent struct {
	Event     string `json:"event"`
	Time      string `json:"time"`
	Topology  string `json:"topology,omitempty"`
	Component string `json:"component,omitempty"`
	Task      int    `json:"task,omitempty"`
	PID       int    `json:"pid,omitempty"`
	Level     string `json:"level,omitempty"`
	Text      string `json:"text,omitempty"`

	Death *jsonDeath `json:"death,omitempty"`

	Stream     string          `json:"stream,omitempty"`
	Tuple      json.RawMessage `json:"tuple,omitempty"`
	ID         json.RawMessage `json:"id,omitempty"`
	Source     string          `json:"source,omitempty"`
	SourceTask int             `json:"sourceTask,omitempty"`
	Anchors    []string        `json:"anchors,omitempty"`
	Tasks      []int           `json:"tasks,omitempty"`

	End        string           `json:"end,omitempty"`
	Seconds    float64          `json:"seconds,omitempty"`
	Faults     int              `json:"faults,omitempty"`
	Components []*jsonComponent `json:"components,omitempty"`
}

type jsonDeath struct {
	Reason     string   `json:"reason"`
	WorkerDies bool     `json:"workerDies"`
	Storm      string   `json:"storm,omitempty"`
	Output     string   `json:"output,omitempty"`
	Stderr     []string `json:"stderr,omitempty"`
	Tuple      string   `json:"tuple,omitempty"`
	Failed     int      `json:"failed"`
	Lost       int      `json:"lost"`
}

type jsonComponent struct {
	ID        string `json:"id"`
	Kind      string `json:"kind"`
	Executors int    `json:"executors"`
	jsonStats
	Tasks []jsonTask `json:"tasks"`
}

type jsonTask struct {
	ID  int `json:"id"`
	PID int `json:"pid,omitempty"`
	jsonStats
}

// jsonStats are a component's or a task's numbers; latencies are milliseconds.
type jsonStats struct {
	Emitted     int64   `json:"emitted"`
	Transferred int64   `json:"transferred"`
	Executed    int64   `json:"executed"`
	Acked       int64   `json:"acked"`
	Failed      int64   `json:"failed"`
	TimedOut    int64   `json:"timedOut"`
	Errors      int64   `json:"errors"`
	Restarts    int64   `json:"restarts"`
	Queue       int     `json:"queue"`
	Pending     int     `json:"pending"`
	Wait        float64 `json:"wait"`
	Process     float64 `json:"process"`
	Ack         float64 `json:"ack"`
	Complete    float64 `json:"complete"`
	Capacity    float64 `json:"capacity"`
	LastError   string  `json:"lastError,omitempty"`
}

func statsForJSON(s local.Stats) jsonStats {
	ms := func(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
	return jsonStats{
		Emitted: s.Emitted, Transferred: s.Transferred, Executed: s.Executed, Acked: s.Acked, Failed: s.Failed,
		TimedOut: s.TimedOut, Errors: s.Errors, Restarts: s.Restarts, Queue: s.Queue, Pending: s.Pending,
		Wait: ms(s.Wait), Process: ms(s.Process), Ack: ms(s.Ack), Complete: ms(s.Complete),
		Capacity: s.Capacity, LastError: s.LastError,
	}
}

// numbers adds the numbers of a moment.
func (e *jsonEvent) numbers(s local.Snapshot) {
	e.Seconds = s.Running.Seconds()
	for _, c := range s.Components {
		one := &jsonComponent{ID: c.ID, Kind: "bolt", Executors: c.Executors, jsonStats: statsForJSON(c.Stats)}
		if c.Spout {
			one.Kind = "spout"
		}
		for _, t := range c.Tasks {
			one.Tasks = append(one.Tasks, jsonTask{t.ID, t.PID, statsForJSON(t.Stats)})
		}
		e.Components = append(e.Components, one)
	}
}

// write prints an event.
func (v *jsonView) write(at time.Time, e *jsonEvent) {
	e.Time = at.UTC().Format("2006-01-02T15:04:05.000000Z")
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(e); err != nil {
		panic(fmt.Sprintf("an event that is no JSON: %v", err))
	}
	v.screen.print(b.String())
}

func (v *jsonView) begin(p *compiler.Program, numbers func() local.Snapshot) {
	begin := &jsonEvent{Event: "run", Topology: p.Name}
	begin.numbers(numbers())
	v.write(time.Now(), begin)
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		ticker := time.NewTicker(statsEvery)
		defer ticker.Stop()
		for {
			select {
			case now := <-ticker.C:
				e := &jsonEvent{Event: "stats"}
				e.numbers(numbers())
				v.write(now, e)
			case <-stop:
				return
			}
		}
	}()
	v.mu.Lock()
	v.name = p.Name
	v.stop = func() { close(stop); <-done }
	v.mu.Unlock()
}

func (v *jsonView) event(e local.Event) {
	out := &jsonEvent{Event: e.Kind.String(), Component: e.Component, Task: e.Task, PID: e.PID, Text: e.Text}
	if e.Kind == local.LogEvent {
		out.Level = levelName(e.Level)
	}
	if d := e.Death; d != nil {
		out.Death = &jsonDeath{
			Reason: d.Reason, WorkerDies: d.WorkerDies, Storm: d.Storm, Output: d.Line, Stderr: d.Stderr, Tuple: d.Tuple, Failed: d.Failed, Lost: d.Lost,
		}
	}
	if t := e.Tuple; t != nil {
		out.Stream, out.Source, out.SourceTask, out.Anchors, out.Tasks = t.Stream, t.Source, t.SourceTask, t.Anchors, t.Tasks
		out.Tuple, out.ID = rawJSON(t.Values), rawJSON(t.ID)
	}
	v.write(e.Time, out)
}

// rawJSON takes JSON text over as it is. Storm's parsers take what is no JSON (json-smart is permissive): that becomes a
// string.
func rawJSON(text string) json.RawMessage {
	switch {
	case text == "":
		return nil
	case json.Valid([]byte(text)):
		return json.RawMessage(text)
	}
	quoted, err := json.Marshal(text)
	if err != nil {
		panic(fmt.Sprintf("a string that is no JSON: %v", err))
	}
	return quoted
}

func (v *jsonView) note(text string) { v.write(time.Now(), &jsonEvent{Event: "note", Text: text}) }

func (v *jsonView) end(s *local.Summary, err error) {
	v.mu.Lock()
	stop, name := v.stop, v.name
	v.mu.Unlock()
	stop()
	e := &jsonEvent{Event: "summary", Topology: name}
	if s != nil {
		e.End, e.Faults = s.End.String(), len(s.Faults)
		e.numbers(s.Snapshot)
	}
	if err != nil {
		e.Text = err.Error()
	}
	v.write(time.Now(), e)
}

func (v *jsonView) diagnostics() io.Writer { return v.stderr }

func (v *jsonView) close() { v.screen.close() }
