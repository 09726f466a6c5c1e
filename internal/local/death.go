package local

import (
	"errors"
	"fmt"
	"os/exec"
	"time"
)

// An ending is how a process ended.
type ending struct {
	process *process // nil when it could not be started
	fault   *fault   // what it did that it had to be killed for
	err     error    // what went wrong with reading from it
	exit    error    // of exec.Cmd.Wait
}

const (
	deathWindow = 2 * time.Minute
	firstDelay  = 100 * time.Millisecond
	keptFaults  = 100
)

// died does what has to be done after the end of a process, and says whether and when to start another one.
func (t *task) died(end *ending) (again bool, delay time.Duration) {
	e := t.engine
	d := &Death{Spout: t.comp.spout, Component: t.comp.id, Task: t.id}
	if t.hand != nil {
		d.Tuple = t.hand.String()
	}
	if t.comp.spout {
		d.Lost = t.spoutDied()
	} else {
		d.Failed, d.Lost = t.boltDied()
	}
	ended := e.ended()
	if p := end.process; p != nil {
		d.PID = p.pid
		d.Stderr = p.tail.last()
	} else if !ended {
		d.Reason = fmt.Sprintf("%q cannot be started: %v", t.comp.words[0], end.err)
		d.Storm = "the worker dies of it (Cannot run program) and is started again, for ever"
		e.event(t, Event{Kind: DeathEvent, Death: d})
		e.fail(errors.New(d.String())) // another attempt would not help
		return false, 0
	}
	if end.fault != nil {
		d.Reason, d.Storm, d.Line, d.WorkerDies = end.fault.reason, end.fault.storm, end.fault.line, true
		if e.faultsN++; len(e.faults) < keptFaults {
			e.faults = append(e.faults, d)
		}
	} else if ended {
		return false, 0 // it was asked to end
	} else {
		d.Reason = end.describe()
		d.Storm = "its worker dies with it (exit 11) and is started again; tuples at hand time out"
	}
	t.stats.restarts++
	t.stats.lastError = d.Reason
	e.event(t, Event{Kind: DeathEvent, PID: d.PID, Death: d})
	if ended {
		return false, 0
	}

	for len(t.deaths) > 0 && e.now-t.deaths[0] > int64(deathWindow) {
		t.deaths = t.deaths[1:]
	}
	t.deaths = append(t.deaths, e.now)
	if t.barren++; t.progress {
		t.barren = 0
	}
	t.progress = false
	if len(t.deaths) >= e.opts.MaxDeaths || t.barren >= (e.opts.MaxDeaths+1)/2 {
		e.fail(fmt.Errorf("a process keeps dying: %d times within %s; the last time: %s",
			len(t.deaths), time.Duration(e.now-t.deaths[0]).Round(time.Second), d))
		return false, 0
	}
	delay = min(firstDelay<<min(len(t.deaths)-1, 20), e.opts.LongestDelay)
	e.event(t, Event{Kind: RestartEvent, Text: fmt.Sprintf("starting it again in %s", delay)})
	return true, delay
}

// describe tells the end of a process that did nothing wrong that we saw.
func (end *ending) describe() string {
	text := "its process ended"
	var exit *exec.ExitError
	switch {
	case errors.As(end.exit, &exit):
		text = "its process ended with " + exit.ProcessState.String()
	case end.exit != nil:
		text = "its process ended: " + end.exit.Error()
	default:
		text += " by itself (exit status 0), which no component may"
	}
	if end.err != nil {
		text += "; " + end.err.Error()
	}
	return text
}

// String tells a tuple for people.
func (d *delivery) String() string {
	return fmt.Sprintf("%s from %q task %d, stream %q, id %d", shorten(string(d.values)), d.sourceName(), d.sourceTask(), d.stream, d.id)
}
