package local

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/stormflux/stormflux/internal/local/clock"
	"github.com/stormflux/stormflux/internal/local/process"
	"github.com/stormflux/stormflux/internal/multilang"
	"github.com/stormflux/stormflux/internal/settings"
)

// An Engine is one run of a topology. Its methods may be called by any goroutine at any time.
type Engine struct {
	opts   Options
	plan   *plan
	env    []string
	path   string // where programs without a slash are looked up
	pidDir string
	logs   *logFiles
	start  time.Time

	messageTimeout    time.Duration // 0: tuples do not time out
	subprocessTimeout time.Duration
	maxPending        int // topology.shellbolt.max.pending
	queueLimit        int // topology.executor.receive.buffer.size
	idleWait          time.Duration
	loadAware         bool
	kryo              *kryoCheck
	starter           *process.Starter
	clock             clock.Clock

	mu         sync.Mutex
	now        int64 // nanoseconds since start, as of the last time somebody looked
	tasks      []*task
	byID       map[int]*task
	targets    [][]*task // by component index
	free       *delivery // unused ones, linked by next
	lastID     uint64    // see tupleID
	random     *rand.Rand
	active     bool
	stopping   bool
	failure    error
	faults     []*Death
	faultCount int
	warned     map[string]bool
	touched    []*session // have something to be written when the lock is given up
	events     []Event    // are reported when the lock is given up
	chosen     []*task    // by the emit at hand
	trees      []*tree    // of the emit at hand
	activity   int64      // when something happened that UntilIdle waits for

	gathering   []*task // have tuples that wait for others: see task.enqueue
	gatherTimer clock.Timer
	conditions  []*condition  // that somebody waits for
	reported    chan struct{} // closed when the last report is over: see nextReport
	killed      bool          // by Kill

	stop     chan struct{} // closed when the run shall end
	stopOnce sync.Once
	end      End
	final    Snapshot      // before the processes were ended
	begin    chan struct{} // closed when the topology becomes active for the first time
	closing  chan struct{} // closed when processes are ended
}

// A task is one task of a component.
type task struct {
	engine *Engine
	comp   *component
	id     int
	exec   *executor
	traced bool

	// Under Engine.mu.
	current      *session // the running one, or nil
	ready        *session // the same once it has answered the handshake
	queue        deliveryQueue
	given        deliveryList
	inputs       map[int64]*delivery // the given ones by id
	workingOn    *delivery           // the first one given after the one that was answered last: what the process works on, if it takes one after the other
	waiters      []*task             // wait for the queue to become shorter
	gathering    bool
	blocked      int          // queues that this task waits for
	choosers     []chooser    // by subscription.slot
	pending      pendingTrees // of a spout
	spout        spoutState
	stats        taskStats
	probe        probe
	deaths       []int64 // times of the last ones
	vainSessions int     // deaths in a row without progress
	resting      bool    // waits before it starts again
	progress     bool    // the process has done something

	resume chan struct{} // gets a value when blocked becomes 0
	rested chan struct{} // gets a value when resting becomes false
}

// An executor counts the pending trees that topology.max.spout.pending limits.
type executor struct {
	tasks   []*task
	pending int
	limit   int // 0: none
}

// New prepares a run. The error says why the topology cannot be run here; no process has been started.
func New(opts Options) (*Engine, error) {
	if opts.Storm.IsZero() {
		opts.Storm = settings.DefaultVersion()
	}
	if opts.IdleAfter <= 0 {
		opts.IdleAfter = 2 * time.Second
	}
	if opts.Drain == 0 {
		opts.Drain = time.Second
	}
	if opts.LongestDelay <= 0 {
		opts.LongestDelay = 10 * time.Second
	}
	if opts.MaxDeaths <= 0 {
		opts.MaxDeaths = 10
	}
	resources, err := filepath.Abs(opts.Resources)
	if err != nil {
		return nil, fmt.Errorf("finding the resources folder: %w", err)
	}
	opts.Resources = resources
	if opts.Clock == nil {
		opts.Clock = clock.Real{}
	}
	for opts.Seed == 0 {
		opts.Seed = rand.Uint64()
	}
	start := opts.Clock.Now()
	id := fmt.Sprintf("%s-1-%d", opts.Topology.Name, start.Unix())
	plan, err := newPlan(id, opts.Topology, opts.Storm)
	if err != nil {
		return nil, err
	}
	e := &Engine{
		opts: opts, plan: plan, start: start, clock: opts.Clock,
		byID:     map[int]*task{},
		random:   rand.New(rand.NewPCG(opts.Seed, opts.Seed)),
		warned:   map[string]bool{},
		stop:     make(chan struct{}),
		begin:    make(chan struct{}),
		closing:  make(chan struct{}),
		reported: make(chan struct{}),
	}
	close(e.reported)
	e.gatherTimer = e.clock.AfterFunc(time.Hour, e.gathered)
	e.gatherTimer.Stop()
	if err := e.configure(); err != nil {
		return nil, err
	}
	if err := e.addTasks(); err != nil {
		return nil, err
	}
	return e, nil
}

// configure reads the settings of the topology that the engine obeys.
func (e *Engine) configure() error {
	c := e.plan.conf
	var errs []error
	integer := func(key string, otherwise int) int {
		n, err := c.integer(key, otherwise)
		errs = append(errs, err)
		return n
	}
	boolean := func(key string, otherwise bool) bool {
		b, err := c.boolean(key, otherwise)
		errs = append(errs, err)
		return b
	}
	if boolean("topology.enable.message.timeouts", true) {
		e.messageTimeout = time.Duration(integer("topology.message.timeout.secs", 30)) * time.Second
	}
	e.subprocessTimeout = time.Duration(integer("topology.subprocess.timeout.secs", integer("supervisor.worker.timeout.secs", 30))) * time.Second
	e.maxPending = max(1, integer("topology.shellbolt.max.pending", 100))
	e.queueLimit = max(1, integer("topology.executor.receive.buffer.size", 32768))
	e.idleWait = time.Duration(max(1, integer("topology.spout.wait.progressive.level3.sleep.millis", 1))) * time.Millisecond
	e.loadAware = !boolean("topology.disable.loadaware.messaging", false)
	e.kryo = newKryoCheck(c, e.opts.Storm, integer("topology.workers", 1), boolean("topology.fall.back.on.java.serialization", false))
	env, err := c.environment()
	errs = append(errs, err)
	e.env = os.Environ()
	e.path = os.Getenv("PATH")
	for _, name := range slices.Sorted(maps.Keys(env)) {
		e.env = append(e.env, name+"="+env[name])
	}
	if path, ok := env["PATH"]; ok {
		e.path = path
	}
	return errors.Join(errs...)
}

func (e *Engine) addTasks() error {
	e.targets = make([][]*task, len(e.plan.components))
	executors := map[[2]int]*executor{}
	for _, tp := range e.plan.tasks {
		c := tp.component
		key := [2]int{c.index, tp.executor}
		exec := executors[key]
		if exec == nil {
			exec = &executor{}
			executors[key] = exec
		}
		t := &task{
			engine: e, comp: c, id: tp.id, exec: exec,
			traced: e.opts.Trace != nil && e.opts.Trace(c.id),
			inputs: map[int64]*delivery{},
			resume: make(chan struct{}, 1),
			rested: make(chan struct{}, 1),
		}
		exec.tasks = append(exec.tasks, t)
		e.tasks = append(e.tasks, t)
		e.byID[t.id] = t
		e.targets[c.index] = append(e.targets[c.index], t)
	}
	for _, exec := range executors {
		first := exec.tasks[0].comp
		limit, err := first.conf.integer("topology.max.spout.pending", 0)
		if err != nil {
			return fmt.Errorf("%q: %w", first.id, err)
		}
		exec.limit = limit * len(exec.tasks)
	}
	for _, t := range e.tasks {
		t.choosers = make([]chooser, t.comp.slots)
		// In the order of their slots: each may draw from e.random.
		subs := make([]*subscription, t.comp.slots)
		for _, s := range t.comp.streams {
			for _, sub := range s.subs {
				subs[sub.slot] = sub
			}
		}
		for slot, sub := range subs {
			t.choosers[slot] = newChooser(e, sub)
		}
	}
	return nil
}

// lock takes the lock and reads the clock.
func (e *Engine) lock() {
	e.mu.Lock()
	e.readClock()
}

func (e *Engine) readClock() { e.now = int64(e.clock.Now().Sub(e.start)) }

// unlock gives up the lock, reports the events, and writes what became due.
func (e *Engine) unlock() {
	if len(e.conditions) > 0 {
		e.checkConditions()
	}
	events, touched := e.events, e.touched
	e.events, e.touched = nil, nil
	for _, s := range touched {
		s.outbox.touched = false
	}
	var report func([]Event)
	if len(events) > 0 {
		report = e.nextReport()
	}
	e.mu.Unlock()
	if report != nil {
		report(events)
	}
	for _, s := range touched {
		s.outbox.flush()
	}
}

// event has an event reported when the lock is given up. The task may be nil.
func (e *Engine) event(t *task, event Event) {
	event.Time = e.start.Add(time.Duration(e.now))
	if t != nil {
		event.Component, event.Task = t.comp.id, t.id
		if t.ready != nil && event.PID == 0 {
			event.PID = t.ready.peer.PID()
		}
	}
	e.events = append(e.events, event)
}

// warn tells a warning once for each key.
func (e *Engine) warn(key string, t *task, format string, args ...any) {
	if t != nil {
		key = t.comp.id + "\x00" + key
	}
	if !e.warned[key] {
		e.warned[key] = true
		e.event(t, Event{Kind: WarningEvent, Text: fmt.Sprintf(format, args...)})
	}
}

// newDelivery returns an empty delivery.
func (e *Engine) newDelivery() *delivery {
	d := e.free
	if d == nil {
		return &delivery{}
	}
	e.free = d.next
	more := d.more[:0]
	*d = delivery{more: more}
	return d
}

func (e *Engine) release(d *delivery) {
	d.values, d.tree, d.source = "", nil, nil
	clear(d.more)
	d.prev, d.next = nil, e.free
	e.free = d
}

func (e *Engine) trace(t *task, kind EventKind, tuple TupleEvent) {
	e.event(t, Event{Kind: kind, Tuple: &tuple})
}

// logMessage tells what a component logged or reported.
func (t *task) logMessage(m *message) {
	if t.engine.stopping {
		return // Storm's own Python adapter reports the end of its input as an error
	}
	if m.command == multilang.Error {
		t.stats.errors++
		t.stats.lastError = m.text
		t.engine.event(t, Event{Kind: ErrorEvent, Text: m.text})
		return
	}
	t.engine.event(t, Event{Kind: LogEvent, Level: m.level, Text: m.text})
}
