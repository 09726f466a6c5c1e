package clock

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

func TestAdvance(t *testing.T) {
	start := time.Unix(1000, 0)
	c := NewVirtual(start)
	var got []string
	note := func(name string) func() {
		return func() { got = append(got, fmt.Sprintf("%s at %s", name, c.Now().Sub(start))) }
	}
	c.AfterFunc(3*time.Second, note("c"))
	c.AfterFunc(time.Second, func() {
		note("a")()
		c.AfterFunc(time.Second, note("b"))
		c.AfterFunc(-time.Hour, note("at once"))
	})
	stopped := c.AfterFunc(time.Second, note("stopped"))
	if !stopped.Stop() || stopped.Stop() {
		t.Error("Stop does not report whether it stopped the timer")
	}
	c.AfterFunc(3*time.Second, note("d"))
	later := c.AfterFunc(time.Second, note("later"))
	if !later.Reset(time.Hour) {
		t.Error("Reset does not report that the timer was set")
	}
	settled := 0
	c.Advance(10*time.Second, func() { settled++ })
	want := []string{"a at 1s", "at once at 1s", "b at 2s", "c at 3s", "d at 3s"}
	if !slices.Equal(got, want) || settled != 3 || c.Now().Sub(start) != 10*time.Second {
		t.Errorf("%q, settled %d times, now %s", got, settled, c.Now())
	}
	c.Advance(2*time.Hour, nil)
	if last := got[len(got)-1]; last != "later at 1h0m0s" || later.Reset(0) {
		t.Errorf("%s", last)
	}
}

func TestEvery(t *testing.T) {
	start := time.Unix(1000, 0)
	c := NewVirtual(start)
	var got []time.Duration
	stop := Every(c, 2*time.Second, func() {
		got = append(got, c.Now().Sub(start)/time.Second)
		if len(got) == 2 {
			c.mu.Lock() // f takes five seconds
			c.now = c.now.Add(5 * time.Second)
			c.mu.Unlock()
		}
	})
	c.Advance(15*time.Second, nil)
	stop()
	c.Advance(time.Hour, nil)
	// The calls at 6 and 8 are missed: f runs from 4 to 9.
	if want := []time.Duration{2, 4, 10, 12, 14}; !slices.Equal(got, want) {
		t.Errorf("called at %d, want %d", got, want)
	}
}

func TestEveryIsStopped(t *testing.T) {
	calls := make(chan struct{}, 1000)
	stop := Every(Real{}, time.Millisecond, func() { calls <- struct{}{} })
	<-calls
	<-calls
	stop()
	n := len(calls)
	time.Sleep(5 * time.Millisecond) // nothing must happen: there is no condition to wait for
	if len(calls) != n {
		t.Error("a call after stop")
	}
}
