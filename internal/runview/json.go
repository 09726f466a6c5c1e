package runview

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/console"
	"github.com/stormflux/stormflux/internal/local"
)

// statsInterval is the time between two events with numbers.
const statsInterval = time.Second

// NewJSON returns a view for programs: one JSON object a line. docs/run.md describes them.
func NewJSON(o Options) View {
	return &jsonView{screen: console.NewPlainScreen(o.Out, o.Failed), stderr: o.Stderr}
}

type jsonView struct {
	screen *console.Screen
	stderr io.Writer

	mu   sync.Mutex
	name string
	stop func() // ends the events with numbers
}

// A jsonEvent is one line. A line holds only the fields that the event has.
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
	Fix        string   `json:"fix,omitempty"`
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

// jsonStats are the numbers of a component or a task; latencies are milliseconds.
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
	Rate        float64 `json:"rate"`
	LastError   string  `json:"lastError,omitempty"`
}

func statsForJSON(s local.Stats) jsonStats {
	ms := func(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
	return jsonStats{
		Emitted: s.Emitted, Transferred: s.Transferred, Executed: s.Executed, Acked: s.Acked, Failed: s.Failed,
		TimedOut: s.TimedOut, Errors: s.Errors, Restarts: s.Restarts, Queue: s.Queue, Pending: s.Pending,
		Wait: ms(s.Wait), Process: ms(s.Process), Ack: ms(s.Ack), Complete: ms(s.Complete),
		Capacity: s.Capacity, Rate: s.Rate, LastError: s.LastError,
	}
}

// add adds the numbers of a moment.
func (e *jsonEvent) add(s local.Snapshot) {
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

func (v *jsonView) write(at time.Time, e *jsonEvent) {
	e.Time = at.UTC().Format("2006-01-02T15:04:05.000000Z")
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(e); err != nil {
		panic(fmt.Sprintf("an event that is no JSON: %v", err))
	}
	v.screen.Print(diag.PrintableJSON(b.String()))
}

func (v *jsonView) Begin(r Run) {
	begin := &jsonEvent{Event: "run", Topology: r.Name}
	begin.add(r.Numbers())
	v.write(time.Now(), begin)
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		ticker := time.NewTicker(statsInterval)
		defer ticker.Stop()
		for {
			select {
			case now := <-ticker.C:
				e := &jsonEvent{Event: "stats"}
				e.add(r.Numbers())
				v.write(now, e)
			case <-stop:
				return
			}
		}
	}()
	v.mu.Lock()
	v.name = r.Name
	v.stop = func() { close(stop); <-done }
	v.mu.Unlock()
}

func (v *jsonView) Event(e local.Event) {
	out := &jsonEvent{Event: e.Kind.String(), Component: e.Component, Task: e.Task, PID: e.PID, Text: e.Text}
	if e.Kind == local.LogEvent {
		out.Level = levelName(e.Level)
	}
	if d := e.Death; d != nil {
		out.Death = &jsonDeath{
			Reason: d.Reason, WorkerDies: d.WorkerDies, Storm: d.Storm, Fix: d.Fix, Output: d.Line, Stderr: d.Stderr, Tuple: d.Tuple, Failed: d.Failed, Lost: d.Lost,
		}
	}
	if t := e.Tuple; t != nil {
		out.Stream, out.Source, out.SourceTask, out.Anchors, out.Tasks = t.Stream, t.Source, t.SourceTask, t.Anchors, t.Tasks
		out.Tuple, out.ID = rawJSON(t.Values), rawJSON(t.ID)
	}
	v.write(e.Time, out)
}

// rawJSON returns JSON text as it is. Storm's parser json-smart also takes text that is no JSON; this becomes a string.
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

func (v *jsonView) Note(text string) { v.write(time.Now(), &jsonEvent{Event: "note", Text: text}) }

func (v *jsonView) End(s *local.Summary, err error) {
	v.mu.Lock()
	stop, name := v.stop, v.name
	v.mu.Unlock()
	stop()
	e := &jsonEvent{Event: "summary", Topology: name}
	if s != nil {
		e.End, e.Text, e.Faults = s.End.String(), s.Idle, len(s.Faults)
		e.add(s.Snapshot)
	}
	if err != nil {
		e.Text = err.Error()
	}
	v.write(time.Now(), e)
}

func (v *jsonView) Diagnostics() io.Writer { return v.stderr }

func (v *jsonView) Close() { v.screen.Close() }
