package clock

import (
	"container/heap"
	"sync"
	"time"
)

// Virtual is a clock that stands still until [Virtual.Advance] moves it. The zero value is at the zero time.
type Virtual struct {
	mu     sync.Mutex
	now    time.Time
	timers timerHeap
	made   uint64
}

// NewVirtual returns a clock that stands at a time.
func NewVirtual(now time.Time) *Virtual { return &Virtual{now: now} }

// Now returns the time of the clock.
func (v *Virtual) Now() time.Time {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.now
}

// AfterFunc sets a timer. [Virtual.Advance] calls f.
func (v *Virtual) AfterFunc(d time.Duration, f func()) Timer {
	t := &virtualTimer{clock: v, f: f, index: -1}
	t.Reset(d)
	return t
}

// Advance moves the clock forward by d. It stops at each time at which timers are due, and calls them in the order in
// which they were set, in the goroutine of the caller. Then it calls settle, unless settle is nil. settle must return
// when everything that follows from the timers has happened. One goroutine at a time may call Advance.
func (v *Virtual) Advance(d time.Duration, settle func()) {
	v.mu.Lock()
	defer v.mu.Unlock()
	end := v.now.Add(d)
	for len(v.timers) > 0 && !v.timers[0].due.After(end) {
		if due := v.timers[0].due; due.After(v.now) {
			v.now = due
		}
		for len(v.timers) > 0 && !v.timers[0].due.After(v.now) {
			v.callNext()
		}
		if settle != nil {
			v.mu.Unlock()
			settle()
			v.mu.Lock()
		}
	}
	v.now = end
}

// callNext calls the timer that is due next, without the lock.
func (v *Virtual) callNext() {
	t := heap.Pop(&v.timers).(*virtualTimer)
	v.mu.Unlock()
	defer v.mu.Lock()
	t.f()
}

type virtualTimer struct {
	clock *Virtual
	f     func()

	// Under Virtual.mu.
	due   time.Time
	made  uint64 // timers that were set before have lower numbers
	index int    // in Virtual.timers; -1: not set
}

func (t *virtualTimer) Stop() bool {
	v := t.clock
	v.mu.Lock()
	defer v.mu.Unlock()
	return t.remove()
}

func (t *virtualTimer) Reset(d time.Duration) bool {
	v := t.clock
	v.mu.Lock()
	defer v.mu.Unlock()
	was := t.remove()
	v.made++
	t.due, t.made = v.now.Add(max(0, d)), v.made
	heap.Push(&v.timers, t)
	return was
}

func (t *virtualTimer) remove() bool {
	if t.index < 0 {
		return false
	}
	heap.Remove(&t.clock.timers, t.index)
	return true
}

// A timerHeap has the next timer at index 0.
type timerHeap []*virtualTimer

func (h timerHeap) Len() int { return len(h) }

func (h timerHeap) Less(i, j int) bool {
	if h[i].due.Equal(h[j].due) {
		return h[i].made < h[j].made
	}
	return h[i].due.Before(h[j].due)
}

func (h timerHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].index, h[j].index = i, j
}

func (h *timerHeap) Push(x any) {
	t := x.(*virtualTimer)
	t.index = len(*h)
	*h = append(*h, t)
}

func (h *timerHeap) Pop() any {
	last := len(*h) - 1
	t := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	t.index = -1
	return t
}
