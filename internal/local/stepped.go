package local

import "fmt"

// Next lets every task of a spout get one more "next". It needs [Options.Stepped].
func (e *Engine) Next(component string) {
	e.lock()
	defer e.unlock()
	for _, t := range e.tasksOf(component) {
		t.nextsLeft++
		t.stepSpout()
	}
}

// Tick gives every task of a bolt a tick tuple, whatever the clock says.
func (e *Engine) Tick(component string) {
	e.lock()
	defer e.unlock()
	for _, t := range e.tasksOf(component) {
		if t.ready != nil && !e.stopping {
			t.giveTick()
		}
	}
}

func (e *Engine) tasksOf(component string) []*task {
	if c := e.plan.component(component); c != nil {
		return e.targets[c.index]
	}
	return nil
}

// Unsettled says what [Engine.Settle] waits for, one text for each task.
func (e *Engine) Unsettled() []string {
	e.lock()
	defer e.unlock()
	var texts []string
	for _, t := range e.tasks {
		if !t.settled() {
			kind := "bolt"
			if t.comp.spout {
				kind = "spout"
			}
			texts = append(texts, fmt.Sprintf("%s %q %s", kind, t.comp.id, t.unsettled()))
		}
	}
	return texts
}

func (t *task) unsettled() string {
	switch {
	case t.ready == nil:
		return "has not answered the handshake"
	case t.comp.spout && len(t.spout.sent) > 0:
		return "has not answered a command"
	case t.workingOn != nil:
		d := t.workingOn
		return fmt.Sprintf("has not finished this tuple: %s from %q, stream %q", shorten(string(d.shown)), d.sourceName(), d.stream)
	}
	return "has not answered a heartbeat"
}
