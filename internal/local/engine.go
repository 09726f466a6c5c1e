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
	"github.com/stormflux/stormflux/internal/settings"
)

// An Engine is one run of a topology. Any goroutine may call its methods at any time.
type Engine struct {
	opts   Options
	plan   *plan
	env    []string
	path   string // the PATH of the components
	pidDir string
	logs   *logFiles
	start  time.Time

	messageTimeout    time.Duration // 0: tuples do not time out
	subprocessTimeout time.Duration
	maxPending        int // topology.shellbolt.max.pending
	maxAnswers        int // see the constant
	queueLimit        int // topology.executor.receive.buffer.size
	idleWait          time.Duration
	loadAware         bool
	kryo              *kryoCheck
	starter           *process.Starter
	jvm               *jvm // nil: none is needed
	clock             clock.Clock

	mu         sync.Mutex
	now        int64 // nanoseconds since start, when the lock was taken
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
	touched    []*session // have something to write when the lock is released
	events     []Event    // to report when the lock is released
	chosen     []*task    // targets of the current emit
	trees      []*tree    // of the current emit
	lastBeat   int64      // when beat was last called
	idleText   string     // what was seen as idle
	activity   int64      // when something last happened that delays the end of UntilIdle

	gathering   []*task // their tuples wait for more: see task.enqueue
	gatherTimer clock.Timer
	conditions  []*condition  // that goroutines wait for
	reported    chan struct{} // closed when all events so far are reported: see nextReport
	killed      bool          // Kill was called

	stop     chan struct{} // closed when the run must end
	stopOnce sync.Once
	end      End
	final    Snapshot      // taken before the components were ended
	dying    error         // a component kept dying until then
	begin    chan struct{} // closed when the topology becomes active for the first time
	closing  chan struct{} // closed when the components must end
}

// New prepares a run and starts no process. The error says why the topology cannot run here.
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
	if err := e.checkFiles(); err != nil {
		return nil, err
	}
	if opts.Topology.NeedsJVM() {
		if opts.JVM == nil {
			return nil, errors.New("a component, grouping or worker hook is a JVM class, and there is no JVM to run it")
		}
		if e.jvm, err = newJVM(e); err != nil {
			return nil, err
		}
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

// configure reads the settings that the engine obeys.
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
	e.maxAnswers = maxAnswers
	e.queueLimit = max(1, integer("topology.executor.receive.buffer.size", 32768))
	e.idleWait = time.Duration(max(1, integer("topology.spout.wait.progressive.level3.sleep.millis", 1))) * time.Millisecond
	e.loadAware = !boolean("topology.disable.loadaware.messaging", false)
	e.kryo = newKryoCheck(c, e.opts.Storm, integer("topology.workers", 1), boolean("topology.fall.back.on.java.serialization", false))
	env, err := c.environment()
	errs = append(errs, err)
	e.env = os.Environ()
	if dir := os.Getenv("TMPDIR"); dir != "" && !filepath.IsAbs(dir) {
		// Components run in another folder.
		absolute, err := filepath.Abs(dir)
		errs = append(errs, err)
		e.env = append(e.env, "TMPDIR="+absolute)
	}
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

// unlock releases the lock, reports the events, and writes what became due.
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
