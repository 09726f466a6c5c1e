package local

import (
	"errors"
	"fmt"
	"os/exec"
	"time"
)

const (
	deathWindow = 2 * time.Minute
	firstDelay  = 100 * time.Millisecond
	keptFaults  = 100
)

// run is the task's goroutine. It runs one session after the other.
func (t *task) run() {
	e := t.engine
	for !e.ended() {
		end := t.runSession()
		e.lock()
		again := t.died(end)
		e.unlock()
		if !again {
			return
		}
		select {
		case <-t.rested:
		case <-e.stop:
		}
	}
}

// died cleans up after a session. It reports whether the task starts another one after a rest.
func (t *task) died(end *ending) (again bool) {
	e := t.engine
	d := &Death{Spout: t.comp.spout, Component: t.comp.id, Task: t.id}
	if t.workingOn != nil {
		d.Tuple = t.workingOn.String()
	}
	if t.comp.spout {
		d.Lost = t.spoutDied()
	} else {
		d.Failed, d.Lost = t.boltDied()
	}
	ended := e.ended()
	if s := end.session; s != nil {
		d.PID = s.peer.PID()
		d.Stderr = s.stderrTail.last()
		if cause, ok := s.stderrTail.cause(); ok {
			d.Exception = cause.In(e.opts.Sources)
		}
	} else if !ended && t.comp.jvm {
		e.fail(end.err)
		return false
	} else if !ended {
		d.Reason = fmt.Sprintf("%q cannot be started: %v", t.comp.words[0], end.err)
		d.Storm = "the worker dies (Cannot run program), and Storm starts it again, forever"
		e.event(t, Event{Kind: DeathEvent, Death: d})
		e.fail(&StartError{d}) // a second attempt would not help
		return false
	}
	if t.comp.jvm && end.session != nil && !ended {
		if t.blame(end, d); end.fault == nil {
			// Another task of the host is the reason.
			t.stats.restarts++
			t.rest(firstDelay)
			return true
		}
	}
	if end.fault != nil {
		d.Reason, d.Storm, d.Fix, d.Line, d.WorkerDies = end.fault.reason, end.fault.storm, end.fault.fix, end.fault.line, true
		if e.faultCount++; len(e.faults) < keptFaults {
			e.faults = append(e.faults, d)
		}
	} else if ended {
		return false // the engine asked it to end
	} else {
		d.Reason = end.describe()
		d.Storm = "the worker dies too (exit 11), and Storm starts it again; its tuples time out"
	}
	t.stats.restarts++
	t.stats.lastError = d.Reason
	t.lastDeath = d
	e.event(t, Event{Kind: DeathEvent, PID: d.PID, Death: d})
	if ended {
		return false
	}
	return t.mayRestart(d)
}

// mayRestart counts a death. It fails the run if there were too many. Otherwise it starts the rest before the next
// session.
func (t *task) mayRestart(d *Death) bool {
	e := t.engine
	for len(t.deaths) > 0 && e.now-t.deaths[0] > int64(deathWindow) {
		t.deaths = t.deaths[1:]
	}
	t.deaths = append(t.deaths, e.now)
	if t.vainSessions++; t.progress {
		t.vainSessions = 0
	}
	t.progress = false
	if len(t.deaths) >= e.opts.MaxDeaths || t.vainSessions >= (e.opts.MaxDeaths+1)/2 {
		within := time.Duration(e.now - t.deaths[0]).Round(time.Second)
		e.fail(fmt.Errorf("%s died %d times within %s: %s\nthe last time: %s", d.who(), len(t.deaths), within, d.cause(), d))
		return false
	}
	delay := min(firstDelay<<min(len(t.deaths)-1, 20), e.opts.LongestDelay)
	e.event(t, Event{Kind: RestartEvent, Text: fmt.Sprintf("starting it again in %s", delay)})
	t.rest(delay)
	return true
}

// rest wakes run after the delay. It sets the timer under the lock: nobody can move a virtual clock before.
func (t *task) rest(delay time.Duration) {
	e := t.engine
	t.resting = true
	e.clock.AfterFunc(delay, func() {
		e.lock()
		t.resting = false
		e.unlock()
		t.rested <- struct{}{} // has room: a task rests once at a time
	})
}

// describe says how a component ended that broke no rule.
func (end *ending) describe() string {
	text := "components must keep running, but this one exited with status 0"
	if end.exit != nil {
		text = "its process ended" + describeExit(end.exit)
	}
	if end.err != nil {
		text += "; " + end.err.Error()
	}
	return text
}

// describeExit continues a sentence about the end of a process.
func describeExit(err error) string {
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		return " with " + exit.ProcessState.String()
	case err != nil:
		return ": " + err.Error()
	}
	return " with exit status 0"
}

// String describes a tuple for people.
func (d *delivery) String() string {
	return fmt.Sprintf("%s from %q task %d, stream %q, id %d", shorten(string(d.shown)), d.sourceName(), d.sourceTask(), d.stream, d.id)
}
