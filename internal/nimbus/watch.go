package nimbus

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/stormflux/stormflux/internal/exception"
	"github.com/stormflux/stormflux/internal/storm"
)

// Status is what Nimbus knows about a running topology. Nimbus hears of executors only through their heartbeats with
// statistics, every executor.metrics.frequency.secs (60). Until the first one, a healthy executor looks the same as one
// whose worker never started. Reported errors come sooner, about 20 s after the start.
type Status struct {
	ID, Name        string
	Status          string // ACTIVE, INACTIVE, KILLED, REBALANCING
	SchedulerStatus string // the scheduler's words, or ""
	Owner           string
	Uptime          time.Duration // since the submission
	Components      []ComponentStatus
	Workers         []WorkerStatus
	Errors          []ReportedError // the latest first
}

// ComponentStatus counts the executors of one component. System components are included.
type ComponentStatus struct {
	ID        string
	Executors int // that have a place in a worker
	Reporting int // that Nimbus has heard from
	Tasks     int // of the executors that have a place
}

// WorkerStatus is one worker of the topology, by its slot.
type WorkerStatus struct {
	Host      string
	Port      int
	Executors int
	Reporting int
	Uptime    time.Duration // of its longest running executor, at its last heartbeat
}

// ReportedError is an exception that a component reported, or died of.
type ReportedError struct {
	Component string
	Time      time.Time // by the worker's clock
	Host      string    // of the worker, if known
	Port      int
	Text      string // the exception with its stack
}

// Summary returns the exception without its stack, on one line.
func (e ReportedError) Summary() string { return exception.Read(e.Text).String() }

// Scheduled is the number of executors that have a place. Reporting is the number of those that Nimbus has heard from.
func (s *Status) Scheduled() (executors, reporting int) {
	for _, c := range s.Components {
		executors += c.Executors
		reporting += c.Reporting
	}
	return executors, reporting
}

// Status asks once. [Client.Watch] describes when and what one can conclude from it.
func (c *Client) Status(ctx context.Context, name string) (*Status, error) {
	info, err := c.TopologyInfo(ctx, name)
	if err != nil {
		return nil, err
	}
	return statusOf(info), nil
}

// StatusOf asks once for the status of the topology with an id.
func (c *Client) StatusOf(ctx context.Context, id string) (*Status, error) {
	info, err := c.topologyInfoByID(ctx, id)
	if err != nil {
		return nil, err
	}
	return statusOf(info), nil
}

func statusOf(info *storm.TopologyInfo) *Status {
	s := &Status{
		ID: info.ID, Name: info.Name, Status: info.Status, SchedulerStatus: info.GetSchedStatus(), Owner: info.GetOwner(),
		Uptime: time.Duration(info.UptimeSecs) * time.Second,
	}
	components := map[string]*ComponentStatus{}
	workers := map[Address]*WorkerStatus{}
	for _, e := range info.Executors {
		component := entry(components, e.ComponentID)
		component.ID = e.ComponentID
		component.Executors++
		component.Tasks += int(e.ExecutorInfo.GetTaskEnd()-e.ExecutorInfo.GetTaskStart()) + 1
		worker := entry(workers, Address{Host: e.Host, Port: int(e.Port)})
		worker.Host, worker.Port = e.Host, int(e.Port)
		worker.Executors++
		if e.UptimeSecs > 0 {
			component.Reporting++
			worker.Reporting++
			worker.Uptime = max(worker.Uptime, time.Duration(e.UptimeSecs)*time.Second)
		}
	}
	for _, c := range components {
		s.Components = append(s.Components, *c)
	}
	for _, w := range workers {
		s.Workers = append(s.Workers, *w)
	}
	for component, errors := range info.Errors {
		s.Errors = append(s.Errors, reportedErrors(component, errors)...)
	}
	slices.SortFunc(s.Components, func(a, b ComponentStatus) int { return strings.Compare(a.ID, b.ID) })
	slices.SortFunc(s.Workers, func(a, b WorkerStatus) int {
		return cmp.Or(strings.Compare(a.Host, b.Host), cmp.Compare(a.Port, b.Port))
	})
	sortErrors(s.Errors)
	return s
}

func reportedErrors(component string, errors []*storm.ErrorInfo) (all []ReportedError) {
	for _, e := range errors {
		all = append(all, ReportedError{
			Component: component, Time: time.Unix(int64(e.ErrorTimeSecs), 0), Host: e.GetHost(), Port: int(e.GetPort()), Text: e.Error,
		})
	}
	return all
}

// sortErrors puts the latest first.
func sortErrors(errors []ReportedError) {
	slices.SortFunc(errors, func(a, b ReportedError) int {
		return cmp.Or(b.Time.Compare(a.Time), strings.Compare(a.Component, b.Component), strings.Compare(a.Text, b.Text))
	})
}

func entry[K comparable, V any](m map[K]*V, key K) *V {
	v := m[key]
	if v == nil {
		v = new(V)
		m[key] = v
	}
	return v
}

// Verdict is the conclusion of a watch.
type Verdict int

const (
	_           Verdict = iota
	Waiting             // nothing yet
	Up                  // every executor runs and stays, and no error was reported
	Failing             // errors were reported, or workers keep restarting
	Unscheduled         // the time is over, and executors have no place in a worker
	Silent              // executors have a place but never reported in time, or a bolt executes nothing of what it is sent
	Gone                // the topology was killed
)

func (v Verdict) String() string {
	switch v {
	case Waiting:
		return "waiting"
	case Up:
		return "up"
	case Failing:
		return "failing"
	case Unscheduled:
		return "unscheduled"
	case Silent:
		return "silent"
	case Gone:
		return "gone"
	}
	return fmt.Sprintf("Verdict(%d)", int(v))
}

// WatchState is one look at a topology, with the conclusion from it and the looks before.
type WatchState struct {
	Status
	Verdict  Verdict
	Why      string          // one line: what was seen, or what the watch waits for
	Advice   []string        // what to look at next, one line each; only with the last state
	Next     Next            // what the caller has a command for
	News     []ReportedError // errors that count for the verdict, the latest first
	Restarts int             // executors seen starting again, or moving, since the watch began
	Elapsed  time.Duration   // since the watch began
}

// WatchOptions set how long a watch waits.
type WatchOptions struct {
	// Fresh means that the topology was just submitted, so all its reported errors count. Otherwise only errors during
	// the watch count.
	Fresh bool

	// Timeout limits the wait for heartbeats. 0: a minute more than the cluster's executor.metrics.frequency.secs, so 2
	// minutes by default. In less than a minute, nobody can know that a topology is healthy.
	Timeout time.Duration

	// Interval is the time between two looks. 0: 2 seconds.
	Interval time.Duration

	// Settle is how long an executor must have run to count as up. A worker whose component dies takes about ten seconds
	// from start to start. 0: 20 seconds.
	Settle time.Duration

	// Stay is how long the watch goes on after every executor has settled, to see whether they stay. 0: 10 seconds.
	Stay time.Duration
}

// Watch looks at a topology again and again and yields each state. It ends when it has a verdict: the last state has
// another verdict than Waiting. Watch waits until trouble with the connection is over. It yields an error, as the last
// element, if the trouble lasts until the end, if Nimbus refuses, or if ctx ends.
func (c *Client) Watch(ctx context.Context, name string, o WatchOptions) iter.Seq2[WatchState, error] {
	if o.Interval == 0 {
		o.Interval = 2 * time.Second
	}
	if o.Settle == 0 {
		o.Settle = 20 * time.Second
	}
	if o.Stay == 0 {
		o.Stay = 10 * time.Second
	}
	return func(yield func(WatchState, error) bool) {
		if o.Timeout == 0 {
			o.Timeout = time.Minute + cmp.Or(c.metricsFrequency(ctx), time.Minute)
		}
		w := &watch{options: o, began: time.Now(), executors: map[string]executorSeen{}}
		for {
			state, err := w.look(ctx, c, name)
			if state.Verdict != Waiting || err != nil {
				yield(state, err)
				return
			}
			if !yield(state, nil) {
				return
			}
			if err := sleep(ctx, o.Interval); err != nil {
				yield(state, &Error{Kind: Canceled, Err: err, Reason: fmt.Sprintf("stopped watching topology %q: %v; it runs on", name, err)})
				return
			}
		}
	}
}

// Wait runs [Client.Watch] and returns only its last state.
func (c *Client) Wait(ctx context.Context, name string, o WatchOptions) (WatchState, error) {
	var last WatchState
	for state, err := range c.Watch(ctx, name, o) {
		if err != nil {
			return state, err
		}
		last = state
	}
	return last, nil
}

// metricsFrequency returns the time between two reports of an executor, or 0 if the cluster does not say it.
func (c *Client) metricsFrequency(ctx context.Context) time.Duration {
	var conf struct {
		Seconds json.Number `json:"executor.metrics.frequency.secs"`
	}
	if text, err := c.NimbusConf(ctx); err == nil && json.Unmarshal([]byte(text), &conf) == nil {
		if n, err := conf.Seconds.Int64(); err == nil && n > 0 {
			return time.Duration(n) * time.Second
		}
	}
	return 0
}

type watch struct {
	options   WatchOptions
	frequency time.Duration // between two reports of an executor, or 0
	began     time.Time
	id        string
	looks     int
	old       map[ReportedError]bool // reported before the watch began
	executors map[string]executorSeen
	restarts  int
	rounds    int           // looks that saw restarts
	longest   time.Duration // the longest uptime before a restart
	settled   time.Time     // since when every executor has settled
	last      WatchState
}

// manyRounds is how often workers may start again before the watch gives up on them.
const manyRounds = 4

type executorSeen struct {
	host   string
	port   int32
	uptime int32
}

// look asks once and returns the verdict.
func (w *watch) look(ctx context.Context, c *Client, name string) (WatchState, error) {
	var info *storm.TopologyInfo
	var err error
	if w.id == "" {
		info, err = c.TopologyInfo(ctx, name)
	} else {
		info, err = c.topologyInfoByID(ctx, w.id)
	}
	elapsed := time.Since(w.began)
	late := elapsed >= w.options.Timeout
	if err != nil {
		state := w.last
		state.Elapsed = elapsed
		switch kind := KindOf(err); {
		case kind == NotAlive && w.id != "":
			state.Verdict, state.Why = Gone, fmt.Sprintf("topology %q is not on the cluster any more", name)
			return state, nil
		case kind == Canceled || kind.Refusal() || late:
			state.Verdict = Waiting
			return state, err
		}
		reason, _, _ := strings.Cut(err.Error(), "\n")
		state.Verdict, state.Why = Waiting, reason
		return state, nil
	}
	w.id = info.ID
	if w.looks++; w.looks == 1 {
		w.frequency = c.metricsFrequency(ctx)
	}
	state := WatchState{Status: *statusOf(info), Elapsed: elapsed}
	if w.looks == 1 && !w.options.Fresh {
		w.old = map[ReportedError]bool{}
		for _, e := range state.Errors {
			w.old[e] = true
		}
	}
	for _, e := range state.Errors {
		if !w.old[e] {
			state.News = append(state.News, e)
		}
	}
	settled := w.follow(info.Executors)
	state.Restarts = w.restarts
	w.judge(&state, settled, late)
	if state.Verdict == Up {
		w.checkWork(ctx, c, &state, info.Executors)
	}
	w.last = state
	return state, nil
}

// follow records restarts, and counts the executors that have run long enough.
func (w *watch) follow(executors []*storm.ExecutorSummary) (settled int) {
	before := w.restarts
	defer func() {
		if w.restarts > before {
			w.rounds++
		}
		switch {
		case settled < len(executors) || len(executors) == 0:
			w.settled = time.Time{}
		case w.settled.IsZero():
			w.settled = time.Now()
		}
	}()
	for _, e := range executors {
		now := executorSeen{e.Host, e.Port, e.UptimeSecs}
		key := fmt.Sprint(e.ComponentID, e.ExecutorInfo.TaskStart)
		if before, ok := w.executors[key]; ok && (now.host != before.host || now.port != before.port || now.uptime < before.uptime) {
			w.restarts++
			w.longest = max(w.longest, time.Duration(before.uptime)*time.Second)
		}
		w.executors[key] = now
		if time.Duration(e.UptimeSecs)*time.Second >= w.options.Settle {
			settled++
		}
	}
	return settled
}

func (w *watch) judge(s *WatchState, settled int, late bool) {
	executors, reporting := s.Scheduled()
	where := workerList(s.Workers)
	switch {
	case s.Status.Status == "KILLED":
		s.Verdict, s.Why = Gone, fmt.Sprintf("topology %q is being killed", s.Name)
	case len(s.News) > 0:
		e := s.News[0]
		s.Verdict = Failing
		s.Why = fmt.Sprintf("component %q reports: %s", e.Component, e.Summary())
		s.Next = Next{Step: ReadErrors, Topology: s.Name}
		s.Advice = []string{"the worker's log on " + where + " may have more"}
	case executors > 0 && settled == executors && !late && time.Since(w.settled) < w.options.Stay:
		s.Verdict, s.Why = Waiting, fmt.Sprintf("all %d executors run; watching whether they stay", executors)
	case executors > 0 && settled == executors && s.Status.Status == "INACTIVE":
		// Its workers run and report; open, prepare and multilang processes wait for the first activation.
		s.Verdict, s.Why = Up, fmt.Sprintf("all %d executors run and wait: the topology is inactive, so its components may never have been started", executors)
	case executors > 0 && settled == executors:
		s.Verdict, s.Why = Up, fmt.Sprintf("all %d executors run, and no error was reported", executors)
	case late && executors == 0:
		s.Verdict, s.Why = Unscheduled, fmt.Sprintf("no executor has got a place in a worker within %s", s.Elapsed.Round(time.Second))
		if s.SchedulerStatus != "" {
			s.Why += "; the scheduler says: " + s.SchedulerStatus
		}
		s.Advice = []string{"other topologies may have all slots, or no supervisor is up"}
		s.Next = Next{Step: LookAtTopologies}
	case late && w.restarts > 1, w.rounds >= manyRounds:
		s.Verdict, s.Why = Failing, fmt.Sprintf("executors were started again %d times, after %s at most, and no error was reported", w.restarts, w.longest)
		s.Advice = []string{"see the worker's log on " + where}
	case late:
		s.Verdict = Silent
		s.Why = fmt.Sprintf("nothing was heard from %d of %d executors within %s, and no error was reported", executors-settled, executors, s.Elapsed.Round(time.Second))
		s.Advice = []string{"workers that die before their components start report nothing: see the worker's log on " + where}
	case executors == 0:
		s.Verdict, s.Why = Waiting, "waiting for the scheduler"
	case w.restarts > 0:
		s.Verdict, s.Why = Waiting, fmt.Sprintf("executors were started again %d times; waiting for them to stay", w.restarts)
	default:
		s.Verdict, s.Why = Waiting, fmt.Sprintf("heard from %d of %d executors", reporting, executors)
		if w.frequency > 0 {
			s.Why += fmt.Sprintf("; they report every %.0f s", w.frequency.Seconds())
		}
	}
}

// workerList names workers, for people who look for their logs.
func workerList(workers []WorkerStatus) string {
	const most = 3
	var names []string
	for _, w := range workers[:min(len(workers), most)] {
		names = append(names, Address{Host: w.Host, Port: w.Port}.String())
	}
	if n := len(workers) - most; n > 0 {
		names = append(names, fmt.Sprintf("%d more", n))
	}
	if len(names) == 0 {
		return "the supervisors"
	}
	return strings.Join(names, ", ")
}
