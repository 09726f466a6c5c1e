// Package host starts the JVM that runs all JVM components of a topology (stormflux.runtime.Host), and divides its pair
// of pipes among the tasks. To the engine, each task looks like a process of its own that speaks the multilang protocol.
//
// It owns the frames in the pipes (docs/host.md) and the life of the JVM. It does not know what the messages mean.
package host

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/stormflux/stormflux/internal/local/process"
)

// Setup is what the host must know about the topology.
type Setup struct {
	Topology []byte                     `json:"topology"` // Thrift, in the binary protocol
	Conf     map[string]json.RawMessage `json:"conf"`
	ID       string                     `json:"id"` // of the topology
	CodeDir  string                     `json:"codeDir"`
	PIDDir   string                     `json:"pidDir"`
	Ackers   bool                       `json:"ackers"`    // tuples are tracked
	Tasks    map[int]string             `json:"tasks"`     // the components of all tasks, Storm's own too
	Threads  [][]int                    `json:"executors"` // the tasks that run in the host, by executor
	Askers   []int                      `json:"processes"` // tasks of processes whose tuples pass a custom grouping
	Traced   []int                      `json:"traced"`    // tasks that need their tuples as text
}

// Reports are called by one goroutine.
type Reports struct {
	// Log is called for what a component logs or prints. Task is 0 if the host does not know whose thread it was. Level is
	// the name of Log4j's level, or "" for what was printed.
	Log func(task int, level, text string)
	// Stderr is called for each line that the JVM itself prints.
	Stderr func(line string)
}

// A Failure is an exception of which a worker of Storm would die.
type Failure struct {
	Tuple string // the tuple that the bolt worked on, or ""
	Trace string // the stack trace
}

func (f *Failure) Error() string { return f.Trace }

// First returns the first line of the stack trace.
func (f *Failure) First() string {
	first, _, _ := strings.Cut(f.Trace, "\n")
	return strings.TrimSpace(first)
}

// A Host is a running JVM.
type Host struct {
	process *process.Process
	reports Reports

	writing sync.Mutex
	out     []byte

	mu      sync.Mutex
	tasks   map[int]*Task
	failure *Failure // the first one
	failed  int      // its task, or 0
	gone    chan struct{}
	exit    error // set before gone is closed
	started chan struct{}
}

// Start starts a JVM and waits until it is ready. The error is a [*Failure] if the topology cannot be started. The caller
// must call [Host.Close]. Start kills the JVM when the channel stop is closed.
func Start(starter *process.Starter, command process.Command, setup Setup, reports Reports, stop <-chan struct{}) (*Host, error) {
	h := &Host{reports: reports, tasks: map[int]*Task{}, gone: make(chan struct{}), started: make(chan struct{})}
	command.Stderr = func(_ int, line string) { reports.Stderr(line) }
	var err error
	if h.process, err = starter.Start(command); err != nil {
		return nil, err
	}
	go h.read()
	text, err := json.Marshal(&setup)
	if err != nil {
		panic(err) // strings, numbers and JSON
	}
	if err := h.write(frame{kind: start, content: text}); err != nil {
		h.process.Kill()
	}
	select {
	case <-h.started:
		return h, nil
	case <-stop:
		h.process.Kill()
		<-h.gone
	case <-h.gone:
	}
	if h.failure != nil {
		return nil, h.failure
	}
	return nil, fmt.Errorf("the JVM ended before it was ready: %w", h.exit)
}

// PID returns the process id of the JVM.
func (h *Host) PID() int { return h.process.PID() }

// Kill kills the JVM.
func (h *Host) Kill() { h.process.Kill() }

// Gone returns a channel that is closed when the JVM has ended.
func (h *Host) Gone() <-chan struct{} { return h.gone }

// Failure returns why the JVM had to end, with its task, or nil. It is called after the JVM has ended.
func (h *Host) Failure() (*Failure, int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.failure, h.failed
}

// Exit returns how the JVM ended. It is called after the JVM has ended.
func (h *Host) Exit() error { return h.exit }

// Close ends the JVM, which first runs what its worker hooks do at the end. It waits at most for the given time, then it
// kills the JVM.
func (h *Host) Close(patience time.Duration) {
	h.process.CloseWrite()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-h.gone:
	case <-timer.C:
		h.process.Kill()
		<-h.gone
	}
}

func (h *Host) write(f frame) error {
	h.writing.Lock()
	defer h.writing.Unlock()
	h.out = appendFrame(h.out[:0], f)
	_, err := h.process.Write(h.out)
	return err
}

// Open returns the peer of a task. A task may be opened once.
func (h *Host) Open(task int) *Task {
	h.mu.Lock()
	defer h.mu.Unlock()
	t := &Task{host: h, id: task, exited: make(chan struct{})}
	t.changed.L = &t.mu
	h.tasks[task] = t
	select {
	case <-h.gone:
		t.finish()
	default:
	}
	return t
}

func (h *Host) task(id int) *Task {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.tasks[id]
}

// read reads frames until the JVM has ended.
func (h *Host) read() {
	r := bufio.NewReaderSize(h.process, 1<<16)
	var buf []byte
	var err error
	for {
		var f frame
		if f, buf, err = readFrame(r, buf); err != nil {
			break
		}
		if err = h.handle(f); err != nil {
			break
		}
	}
	h.process.CloseWrite()
	if errors.Is(err, errFrame) {
		h.process.Kill()
	}
	if _, exit := h.process.End(); exit != nil {
		h.exit = exit
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.failure == nil && errors.Is(err, errFrame) {
		h.failure = &Failure{Trace: err.Error() + "; System.out goes elsewhere, but flags of the JVM and native code must not print there"}
	}
	close(h.gone)
	for _, t := range h.tasks {
		t.finish()
	}
}

func (h *Host) handle(f frame) error {
	switch f.kind {
	case ready:
		close(h.started)
	case log:
		level, text, _ := strings.Cut(string(f.content), "\n")
		h.reports.Log(f.task, level, strings.ToValidUTF8(text, "\uFFFD"))
	case died:
		tuple, trace, _ := strings.Cut(string(f.content), "\n")
		h.mu.Lock()
		if h.failure == nil {
			h.failure, h.failed = &Failure{Tuple: tuple, Trace: strings.TrimRight(trace, "\n")}, f.task
		}
		h.mu.Unlock()
		h.process.Kill()
	case messages, credit, end, answer:
		t := h.task(f.task)
		if t == nil {
			return fmt.Errorf("%w: one for task %d, which is not open", errFrame, f.task)
		}
		t.receive(f)
	default:
		return fmt.Errorf("%w: one of the unknown kind %q", errFrame, f.kind)
	}
	return nil
}

// A Question asks which tasks of a component get a tuple, which is JSON.
type Question struct {
	Stream, Target string
	Values         json.RawMessage
}

// MarshalJSON writes a question as the host reads it.
func (q Question) MarshalJSON() ([]byte, error) {
	return json.Marshal([]any{q.Stream, q.Target, q.Values})
}

// errGone says that there is no answer because the JVM has ended.
var errGone = errors.New("the JVM that runs the custom grouping has ended")

// Choose asks the custom groupings of a task that is a process. The error is a [*Failure] if a grouping failed. One
// goroutine asks at a time for each task.
func (h *Host) Choose(task int, questions []Question) ([][]int, error) {
	text, err := json.Marshal(questions)
	if err != nil {
		return nil, fmt.Errorf("asking a custom grouping: %w", err)
	}
	t := h.task(task)
	if t == nil {
		t = h.Open(task)
		t.answers = make(chan []byte, 1)
	}
	if err := h.write(frame{task, question, text}); err != nil {
		return nil, errGone
	}
	select {
	case text = <-t.answers:
	case <-h.gone:
		return nil, errGone
	}
	var reply struct {
		Tasks [][]int `json:"tasks"`
		Error string  `json:"error"`
	}
	if err := json.Unmarshal(text, &reply); err != nil {
		return nil, fmt.Errorf("reading what the custom groupings chose: %w", err)
	}
	if reply.Error != "" {
		return nil, &Failure{Trace: strings.TrimRight(reply.Error, "\n")}
	}
	if len(reply.Tasks) != len(questions) {
		return nil, fmt.Errorf("%d questions to custom groupings have %d answers", len(questions), len(reply.Tasks))
	}
	return reply.Tasks, nil
}

func number(n int) []byte { return binary.BigEndian.AppendUint32(nil, uint32(n)) }
