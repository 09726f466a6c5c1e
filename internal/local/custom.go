package local

import (
	"errors"

	"github.com/stormflux/stormflux/internal/local/host"
	"github.com/stormflux/stormflux/internal/multilang"
)

// Custom groupings are JVM objects. The host asks them itself for what JVM components emit. For what a process emits, the
// goroutine of the task asks the host before it takes the lock.

// asks reports whether the component is a process with a custom grouping on one of its streams.
func (c *component) asks() bool {
	for _, s := range c.streams {
		if len(s.customs) > 0 {
			return true
		}
	}
	return false
}

// askCustom asks the custom groupings of the component, which is a process, for the tasks that get its emits.
func (s *session) askCustom(b *batch) (*fault, error) {
	t, e := s.task, s.task.engine
	if t.comp.jvm || !t.comp.asks() {
		return nil, nil
	}
	var questions []host.Question
	for i := range b.messages {
		m := &b.messages[i]
		if m.command != multilang.Emit || m.stream == nil || m.hasTask || m.tuple == "" {
			continue
		}
		for _, sub := range m.stream.customs {
			questions = append(questions, host.Question{Stream: m.stream.id, Target: sub.target.id, Values: []byte(m.tuple)})
		}
	}
	if len(questions) == 0 {
		return nil, nil
	}
	h, err := e.jvm.running()
	if err != nil {
		return nil, err
	}
	answers, err := h.Choose(t.id, questions)
	var failure *host.Failure
	if errors.As(err, &failure) {
		return faultGrouping(failure), nil
	}
	if err != nil {
		return nil, err
	}
	for i := range b.messages {
		m := &b.messages[i]
		if m.command == multilang.Emit && m.stream != nil && !m.hasTask && m.tuple != "" {
			n := len(m.stream.customs)
			m.custom, answers = answers[:n], answers[n:]
		}
	}
	return nil, nil
}

// routeChosen delivers an emit of a JVM component to the tasks that the host has chosen.
func (e *Engine) routeChosen(t *task, b *batch, m *message) {
	if m.stream == nil {
		return // a stream of Storm's own, such as that of metrics
	}
	for _, id := range b.tasks[m.tasks[0]:m.tasks[1]] {
		if target := e.byID[id]; target != nil {
			e.chosen = append(e.chosen, target)
			e.deliver(t, target, m)
		}
	}
}

func faultGrouping(f *host.Failure) *fault {
	return &fault{
		reason: "the custom grouping of its stream failed: " + f.First(),
		storm:  "the worker dies (Async loop died), and Storm starts it again",
		line:   shorten(f.Trace),
	}
}
