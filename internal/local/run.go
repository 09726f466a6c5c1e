package local

import (
	"context"
	"fmt"
	"os"
	"sync"
	"time"
)

// Run runs the topology; see [Run]. It may be called once.
func (e *Engine) Run(ctx context.Context) (*Summary, error) {
	pidDir, err := os.MkdirTemp("", "stormflux-pids-")
	if err != nil {
		return nil, fmt.Errorf("making a folder for process ids: %w", err)
	}
	defer os.RemoveAll(pidDir)
	e.pidDir = pidDir
	if e.logs, err = openLogs(e.opts.LogDir, e.opts.Topology.Name, e.tasks); err != nil {
		return nil, err
	}
	defer e.logs.close()
	if e.spawn, err = newSpawner(pidDir); err != nil {
		return nil, err
	}
	defer e.spawn.close()
	if e.spawn.warning != "" {
		e.lock()
		e.warn("spawner", nil, "%s", e.spawn.warning)
		e.unlock()
	}
	if !e.opts.Inactive {
		e.SetActive(true)
	}
	if e.opts.For > 0 {
		timer := time.AfterFunc(e.opts.For, func() { e.finish(Elapsed) })
		defer timer.Stop()
	}
	defer context.AfterFunc(ctx, func() { e.finish(Interrupted) })()

	select {
	case <-e.begin:
	case <-e.stop:
	}
	e.lock()
	e.activity = e.now
	e.unlock()
	var tasks, keepers sync.WaitGroup
	for _, t := range e.tasks {
		tasks.Go(t.run)
	}
	keepers.Go(e.keepTime)
	<-e.stop
	e.stopTasks(&tasks)
	keepers.Wait()
	return e.summary()
}

func (e *Engine) summary() (*Summary, error) {
	s := &Summary{End: e.end, Snapshot: e.final}
	e.mu.Lock()
	defer e.mu.Unlock()
	s.Faults = e.faults
	if e.failure != nil {
		return s, e.failure
	}
	if e.faultsN > 0 {
		return s, &FaultsError{e.faults, e.faultsN}
	}
	return s, nil
}

// SetActive activates or deactivates the topology, as Storm's commands of these names do: spouts are told, and asked for
// no more tuples while it is inactive. Bolts go on.
func (e *Engine) SetActive(active bool) {
	e.lock()
	defer e.unlock()
	e.active = active
	select {
	case <-e.begin:
	default:
		if active {
			close(e.begin)
		}
	}
	for _, t := range e.tasks {
		if t.comp.spout {
			t.stepSpout()
		}
	}
}

func (e *Engine) finish(end End) {
	e.stopOnce.Do(func() {
		e.end = end
		close(e.stop)
	})
}

// fail ends the run with an error.
func (e *Engine) fail(err error) {
	if e.failure == nil {
		e.failure = err
	}
	e.finish(Failed)
}

func (e *Engine) ended() bool {
	select {
	case <-e.stop:
		return true
	default:
		return false
	}
}

// keepTime does what is due by the clock: heartbeats and their timeouts, ticks, message timeouts, the end when idle.
func (e *Engine) keepTime() {
	period := time.Second
	if e.opts.UntilIdle {
		period = min(period, e.opts.IdleAfter/4+time.Millisecond)
	}
	ticker := time.NewTicker(period)
	defer ticker.Stop()
	rotation := make(<-chan time.Time)
	if e.messageTimeout > 0 && e.plan.ackers > 0 {
		t := time.NewTicker(e.messageTimeout)
		defer t.Stop()
		rotation = t.C
	}
	var beat time.Duration
	for {
		select {
		case <-e.stop:
			return
		case <-rotation:
			e.expire()
		case <-ticker.C:
			idle := false
			e.lock()
			if now := time.Duration(e.now); now-beat >= time.Second-period/2 {
				beat = now
				for _, t := range e.tasks {
					t.beat()
				}
			}
			idle = e.opts.UntilIdle && e.idle()
			e.unlock()
			if idle {
				e.finish(Idle)
			}
		}
	}
}

// expire fails the tuple trees that have waited for the message timeout.
func (e *Engine) expire() {
	e.lock()
	for _, t := range e.tasks {
		if t.comp.spout {
			t.pending.rotate(func(tr *tree) {
				t.stats.timedOut++
				e.complete(tr, false)
			})
		}
	}
	e.unlock()
}

// idle tells whether nothing is going on and nothing has for a while.
func (e *Engine) idle() bool {
	limit := int64(e.opts.IdleAfter)
	if !e.active || e.now-e.activity < limit {
		return false
	}
	for _, t := range e.tasks {
		switch {
		case t.proc == nil, t.queue.count > 0, t.pending.count > 0, len(t.spout.due) > 0:
			return false
		case t.comp.spout && !t.spout.nextSent:
			return false
		case t.given.first != nil && t.probe != probeAnswered:
			// It has tuples that it has not answered, and may be at work: a bolt that has answered a heartbeat
			// after them is not, it just does not ack them.
			return false
		}
	}
	return true
}

const stopGrace = 2 * time.Second

// stopTasks ends all processes: spouts are deactivated, tuples at hand may be finished, then the processes find their
// input ended, and are killed where that is not enough.
func (e *Engine) stopTasks(tasks *sync.WaitGroup) {
	e.SetActive(false)
	ended := make(chan struct{})
	go func() { tasks.Wait(); close(ended) }()
	if e.end != Failed && e.opts.Drain > 0 {
		e.drain(ended)
	}
	e.final = e.Snapshot()
	e.lock()
	e.stopping = true
	close(e.closing)
	for _, t := range e.tasks {
		if t.current != nil {
			t.current.closeInput()
		}
	}
	e.unlock()
	for _, kill := range []func(*os.Process) error{terminateGroup, killGroup} {
		select {
		case <-ended:
			return
		case <-time.After(stopGrace / 2):
			e.spawn.each(kill)
		}
	}
	<-ended
}

// drain waits until no tuple is on its way, but not for long.
func (e *Engine) drain(ended <-chan struct{}) {
	limit := time.NewTimer(e.opts.Drain)
	defer limit.Stop()
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	for {
		e.lock()
		quiet := true
		for _, t := range e.tasks {
			if t.queue.count > 0 || t.pending.count > 0 || t.proc != nil && (len(t.spout.sent) > 0 || t.spout.active || len(t.spout.due) > 0) {
				quiet = false
			}
		}
		e.unlock()
		if quiet {
			return
		}
		select {
		case <-limit.C:
			return
		case <-ended:
			return
		case <-ticker.C:
		}
	}
}
