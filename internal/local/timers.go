package local

import (
	"strconv"
	"time"

	"github.com/stormflux/stormflux/internal/local/clock"
	"github.com/stormflux/stormflux/internal/multilang"
)

// startTimers starts what is due again and again by the clock, until stop is called: heartbeats and their timeouts, message
// timeouts, the end when idle.
func (e *Engine) startTimers() (stop func()) {
	stops := []func(){clock.Every(e.clock, time.Second, e.beat)}
	if e.messageTimeout > 0 && e.plan.ackers > 0 {
		stops = append(stops, clock.Every(e.clock, e.messageTimeout, e.expire))
	}
	if e.opts.UntilIdle {
		stops = append(stops, clock.Every(e.clock, min(time.Second, e.opts.IdleAfter/4+time.Millisecond), e.endWhenIdle))
	}
	return func() {
		for _, stop := range stops {
			stop()
		}
	}
}

// beat is called every second.
func (e *Engine) beat() {
	e.lock()
	defer e.unlock()
	for _, t := range e.tasks {
		t.stats.beat(e.now)
		if t.ready != nil {
			t.ready.beat()
		}
	}
}

// beat looks for a component that is silent for too long, and sends a bolt its heartbeat.
func (s *session) beat() {
	t, e := s.task, s.task.engine
	s.checkPIDFile()
	silent := e.now-s.heard > int64(e.subprocessTimeout) && t.blocked == 0
	if t.comp.spout {
		// A spout is waited for only while a command is out (ShellSpout.SpoutHeartbeatTimerTask).
		if silent && len(t.spout.sent) > 0 && t.spout.active {
			s.kill(faultSpoutSilent(e.subprocessTimeout))
		}
		return
	}
	if silent {
		s.kill(faultBoltSilent(e.subprocessTimeout))
		return
	}
	s.sendHeartbeat()
}

func (s *session) sendHeartbeat() {
	t, e := s.task, s.task.engine
	e.lastID++
	heartbeat := multilang.BoltMsg{
		ID: strconv.FormatInt(tupleID(e.lastID), 10), Stream: multilang.HeartbeatStream, Task: -1, Tuple: "[]",
	}
	s.outbox.control = heartbeat.Append(s.outbox.control)
	s.heartbeats++
	if t.probe == probeNone && t.queue.count == 0 {
		t.probe = probeSent
	}
	e.touch(s)
}

// tick puts a tick tuple into the queue of a bolt with ticks.
func (s *session) tick() {
	t, e := s.task, s.task.engine
	e.lock()
	defer e.unlock()
	if t.ready == s && !e.stopping {
		d := e.newDelivery()
		d.stream, d.queued = multilang.TickStream, e.now
		d.values = multilang.RawValues("[" + strconv.Itoa(t.comp.tick) + "]")
		t.enqueue(d)
	}
}

// expire fails the tuple trees that have waited for the message timeout.
func (e *Engine) expire() {
	e.lock()
	defer e.unlock()
	for _, t := range e.tasks {
		if t.comp.spout {
			t.pending.rotate(func(tr *tree) {
				t.stats.timedOut++
				e.complete(tr, false)
			})
		}
	}
}

func (e *Engine) endWhenIdle() {
	e.lock()
	idle := e.idle()
	e.unlock()
	if idle {
		e.finish(Idle)
	}
}

// idle reports whether nothing is going on and nothing has for a while.
func (e *Engine) idle() bool {
	limit := int64(e.opts.IdleAfter)
	if !e.active || e.now-e.activity < limit {
		return false
	}
	for _, t := range e.tasks {
		switch {
		case t.ready == nil, t.queue.count > 0, t.pending.count > 0, len(t.spout.due) > 0:
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
