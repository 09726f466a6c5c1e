package local

import "time"

// stallPatience is the time after which the engine reports what a run waits for.
const stallPatience = 3 * time.Second

// startPatience is the time after which the engine reports a component that does not answer the handshake: many interpreters
// that start at once on a small machine take some seconds.
const startPatience = 10 * time.Second

// warnOfStall reports, once for each component, what the component does not do although others wait for it.
func (s *session) warnOfStall() {
	t, e := s.task, s.task.engine
	since := func(at int64) time.Duration { return time.Duration(e.now - at).Round(time.Second) }
	if t.comp.spout {
		switch {
		case len(t.spout.sent) == 0 || time.Duration(e.now-t.spout.sent[0].at) < stallPatience:
		case s.outbox.full.Load():
			e.warn("unread", t, "the spout does not read the answers to its emits, so Storm reads nothing more from it")
		default:
			e.warn("slow next", t, "the spout has not answered a command for %s: "+
				"acks and fails wait until it returns, so let nextTuple return when there is nothing to emit", since(t.spout.sent[0].at))
		}
		return
	}
	oldest := t.given.first
	switch {
	case oldest == nil || time.Duration(e.now-oldest.given) < stallPatience:
	case time.Duration(e.now-s.heard) >= stallPatience && t.workingOn != nil:
		e.warn("slow tuple", t, "the bolt has written nothing for %s, and has this tuple: %s", since(s.heard), t.workingOn)
	case time.Duration(e.now-oldest.given) < stallPatience+time.Duration(t.comp.tick)*time.Second: // it may wait for the tick
	case t.stats.executed == 0 && oldest.source != nil:
		e.warn("no answer", t, "the bolt has neither acked nor failed any of its %d tuples for %s; "+
			"Storm fails them after topology.message.timeout.secs", len(t.inputs), since(oldest.given))
	}
}
