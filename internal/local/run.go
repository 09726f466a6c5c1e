package local

import (
	"context"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/stormflux/stormflux/internal/local/clock"
	"github.com/stormflux/stormflux/internal/local/process"
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
	if e.starter, err = process.NewStarter(pidDir); err != nil {
		return nil, err
	}
	defer e.starter.Close()
	if warning := e.starter.Warning(); warning != "" {
		e.lock()
		e.warn("starter", nil, "%s", warning)
		e.unlock()
	}
	if !e.opts.Inactive {
		e.SetActive(true)
	}
	if e.opts.For > 0 {
		timer := e.clock.AfterFunc(e.opts.For, func() { e.finish(Elapsed) })
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
	var tasks sync.WaitGroup
	for _, t := range e.tasks {
		tasks.Go(t.run)
	}
	stopTimers := e.startTimers()
	<-e.stop
	stopTimers()
	e.stopTasks(&tasks)
	e.awaitReports()
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
	if e.faultCount > 0 {
		return s, &FaultsError{e.faults, e.faultCount}
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

// stopGrace is the time that components have to end after the end of their input; the second half of it follows a SIGTERM.
const stopGrace = 2 * time.Second

// stopTasks ends all components: spouts are deactivated, tuples at hand may be finished, then the components find the end
// of their input. Those that go on all the same are killed.
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
	e.eachSession((*session).closeInput)
	e.unlock()
	// Always in real time: a virtual clock has no power over the operating system.
	for _, end := range []func(Peer){Peer.Terminate, Peer.Kill} {
		impatient := make(chan struct{})
		timer := clock.Real{}.AfterFunc(stopGrace/2, func() { close(impatient) })
		select {
		case <-ended:
			timer.Stop()
			return
		case <-impatient:
			e.lock()
			e.eachSession(func(s *session) { end(s.peer) })
			e.unlock()
		}
	}
	<-ended
}

func (e *Engine) eachSession(f func(*session)) {
	for _, t := range e.tasks {
		if t.current != nil {
			f(t.current)
		}
	}
}

// Kill ends the run at once: it waits for no tuple and kills all components, processes with their groups. [Engine.Run] still
// has to return, which it does as soon as they are gone.
func (e *Engine) Kill() {
	e.finish(Interrupted)
	e.lock()
	defer e.unlock()
	e.killed = true
	e.eachSession(func(s *session) { s.peer.Kill() })
}
