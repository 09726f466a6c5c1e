// Package clock is where the engine reads the time and sets its alarms: the clock of this machine, or a virtual one that
// moves only when somebody advances it.
package clock

import (
	"sync"
	"time"
)

// A Clock knows the time. All goroutines may use it.
type Clock interface {
	Now() time.Time
	// AfterFunc calls f once, after d has passed.
	AfterFunc(d time.Duration, f func()) Timer
}

// A Timer is an alarm of a [Clock]. *[time.Timer] is one, as [time.AfterFunc] returns it.
type Timer interface {
	// Stop prevents the call and reports whether it did: it returns false when the timer was called or stopped before.
	Stop() bool
	// Reset sets the timer again, whether or not it was called. It reports whether the timer was set.
	Reset(d time.Duration) bool
}

// Real is the clock of this machine.
type Real struct{}

// Now returns [time.Now].
func (Real) Now() time.Time { return time.Now() }

// AfterFunc calls [time.AfterFunc].
func (Real) AfterFunc(d time.Duration, f func()) Timer { return time.AfterFunc(d, f) }

// Every calls f after each period until stop is called. It calls f once at a time, and leaves out the calls that a slow
// clock or a slow f missed. When stop returns, f is not running and is not called again; f must not call it.
func Every(c Clock, period time.Duration, f func()) (stop func()) {
	t := &ticker{clock: c, period: period, f: f, due: c.Now().Add(period)}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.timer = c.AfterFunc(period, t.tick)
	return t.stop
}

type ticker struct {
	clock  Clock
	period time.Duration
	f      func()

	mu      sync.Mutex // held while f runs
	due     time.Time
	timer   Timer
	stopped bool
}

func (t *ticker) tick() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.stopped {
		return
	}
	t.f()
	t.due = t.due.Add(t.period)
	wait := t.due.Sub(t.clock.Now())
	if wait <= 0 {
		missed := -wait/t.period + 1
		t.due = t.due.Add(missed * t.period)
		wait += missed * t.period
	}
	t.timer.Reset(wait)
}

func (t *ticker) stop() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.stopped = true
	t.timer.Stop()
}
