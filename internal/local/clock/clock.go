// Package clock is where the engine reads the time and sets timers. It has two clocks: the clock of this machine, and a
// virtual clock that moves only when its owner advances it.
package clock

import (
	"sync"
	"time"
)

// A Clock knows the time. Any goroutine may use it.
type Clock interface {
	Now() time.Time
	// AfterFunc calls f once, after the duration d.
	AfterFunc(d time.Duration, f func()) Timer
}

// A Timer is a timer of a [Clock]. The *[time.Timer] of [time.AfterFunc] is one.
type Timer interface {
	// Stop prevents the call. It reports whether it did: false means that the timer fired or was stopped before.
	Stop() bool
	// Reset sets the timer again, even if it has fired. It reports whether the timer was set before.
	Reset(d time.Duration) bool
}

// Real is the clock of this machine.
type Real struct{}

// Now returns [time.Now].
func (Real) Now() time.Time { return time.Now() }

// AfterFunc calls [time.AfterFunc].
func (Real) AfterFunc(d time.Duration, f func()) Timer { return time.AfterFunc(d, f) }

// Every calls f after each period, until stop is called. It makes one call at a time, and leaves out calls that come
// too late because f is slow. After stop has returned, f does not run anymore. f must not call stop.
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
