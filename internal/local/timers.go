package local

import (
	"strconv"
	"time"

	"github.com/stormflux/stormflux/internal/local/clock"
	"github.com/stormflux/stormflux/internal/multilang"
)

// startTimers starts everything that the clock makes due again and again: heartbeats and their timeouts, message
// timeouts, and the end when idle.
func (e *Engine) startTimers() (stop func()) {
	var stops []func()
	if !e.opts.Stepped {
		stops = append(stops, clock.Every(e.clock, time.Second, e.beat))
	}
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

// jump is how late a beat must be to count as a jump of the clock.
const jump = 4 * time.Second

// beat is called every second.
func (e *Engine) beat() {
	e.lock()
	defer e.unlock()
	if late := e.now - e.lastBeat - int64(time.Second); late > int64(jump) {
		e.forgive(late)
	}
	e.lastBeat = e.now
	for _, t := range e.tasks {
		t.stats.beat(e.now, t.comp.spout)
		if t.ready != nil {
			t.ready.beat()
		}
	}
}

// forgive leaves a time out of all timeouts of components in which the engine itself did not run: somebody stopped it
// with SIGSTOP, or the machine slept.
func (e *Engine) forgive(late int64) {
	e.warn("jump", nil, "stormflux itself stood still for %s, so this time does not count as silence of a component",
		time.Duration(late).Round(time.Second))
	e.activity = min(e.now, e.activity+late)
	e.eachSession(func(s *session) { s.heard = min(e.now, s.heard+late) })
}

// beat kills a component that was silent for too long, and sends heartbeats to bolts.
func (s *session) beat() {
	t, e := s.task, s.task.engine
	s.checkPIDFile()
	s.warnOfStall()
	// Storm waits for a JVM component forever.
	silent := e.now-s.heard > int64(e.subprocessTimeout) && t.blocked == 0 && !t.comp.jvm
	if t.comp.spout {
		// Storm expects a spout to write only while a command has no sync (ShellSpout.SpoutHeartbeatTimerTask).
		switch {
		case !silent || len(t.spout.sent) == 0 || !t.spout.active:
		case s.outbox.full.Load():
			s.kill(faultSpoutUnread(e.subprocessTimeout))
		default:
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

// tick puts a tick tuple into the queue of the bolt.
func (s *session) tick() {
	t, e := s.task, s.task.engine
	e.lock()
	defer e.unlock()
	if t.ready == s && !e.stopping {
		t.giveTick()
	}
}

func (t *task) giveTick() {
	d := t.engine.newDelivery()
	d.stream, d.queued = multilang.TickStream, t.engine.now
	d.values = multilang.RawValues("[" + strconv.Itoa(t.comp.tick) + "]")
	d.shown = d.values
	t.enqueue(d)
}

// expire fails the tuple trees that have waited for at least the message timeout.
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
