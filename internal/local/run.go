package local

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/stormflux/stormflux/internal/local/clock"
	"github.com/stormflux/stormflux/internal/local/host"
	"github.com/stormflux/stormflux/internal/local/process"
)

// Run runs the topology; see [Run]. It may be called once.
func (e *Engine) Run(ctx context.Context) (*Summary, error) {
	pidDir, err := os.MkdirTemp("", "stormflux-pids-")
	if err != nil {
		return nil, fmt.Errorf("making a folder for process ids: %w", err)
	}
	defer os.RemoveAll(pidDir)
	if pidDir, err = filepath.Abs(pidDir); err != nil { // TMPDIR may be relative, and components run elsewhere
		return nil, fmt.Errorf("finding the folder for process ids: %w", err)
	}
	e.pidDir = pidDir
	if e.logs, err = openLogs(e.opts.LogDir, e.opts.Topology.Name, e.tasks); err != nil {
		return nil, err
	}
	defer e.logs.close()
	e.starter = process.NewStarter(pidDir)
	defer e.starter.Close()
	if warning := process.Warning(); warning != "" && e.opts.Start == nil {
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
	if e.jvm != nil {
		defer e.jvm.close()
		if _, err := e.jvm.running(); err != nil && !e.ended() {
			if failure := (*host.Failure)(nil); errors.As(err, &failure) {
				return &Summary{End: Failed, Snapshot: e.Snapshot()}, err // the topology's own classes failed
			}
			return nil, err
		}
	}
	e.lock()
	e.activity, e.lastBeat = e.now, e.now // what comes before, such as the start of a JVM, is nobody's silence
	e.unlock()
	var tasks sync.WaitGroup
	for _, t := range e.tasks {
		tasks.Go(t.run)
	}
	stopTimers := e.startTimers()
	<-e.stop
	stopTimers()
	e.stopTasks(&tasks)
	if e.jvm != nil {
		e.jvm.close()
	}
	e.awaitReports()
	if lost := e.logs.lost(); lost > 0 {
		e.lock()
		e.warn("lost lines", nil, "%d lines could not be written to the log files in %s", lost, e.opts.LogDir)
		e.unlock()
	}
	return e.summary()
}

func (e *Engine) summary() (*Summary, error) {
	s := &Summary{End: e.end, Snapshot: e.final}
	e.mu.Lock()
	defer e.mu.Unlock()
	s.Faults = e.faults
	if e.end == Idle {
		s.Idle = e.idleText
	}
	if e.failure != nil {
		return s, e.failure
	}
	if e.faultCount > 0 {
		return s, &FaultsError{e.faults, e.faultCount}
	}
	return s, e.dying
}

// SetActive activates or deactivates the topology, as the commands of Storm with these names do. Spouts get the
// command. While the topology is inactive, spouts get no "next". Bolts continue.
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

// stopGrace is the time that components have to end after their input has ended. After half of it they get a SIGTERM.
const stopGrace = 2 * time.Second

// stopTasks ends all components. It deactivates spouts, gives bolts time for their tuples, and ends the input of all
// components. It kills those that keep running.
func (e *Engine) stopTasks(tasks *sync.WaitGroup) {
	e.SetActive(false)
	ended := make(chan struct{})
	go func() { tasks.Wait(); close(ended) }()
	if e.end != Failed && e.opts.Drain > 0 {
		e.drain(ended)
	}
	e.final = e.Snapshot()
	e.lock()
	e.dying = e.deathsError()
	e.stopping = true
	close(e.closing)
	e.eachSession((*session).closeInput)
	e.unlock()
	// Always in real time: a virtual clock does not drive the operating system.
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

// Kill ends the run at once. It waits for no tuple, and kills all components; processes die with their groups.
// [Engine.Run] returns as soon as they are gone.
func (e *Engine) Kill() {
	e.finish(Interrupted)
	e.lock()
	defer e.unlock()
	e.killed = true
	e.eachSession(func(s *session) { s.peer.Kill() })
}
