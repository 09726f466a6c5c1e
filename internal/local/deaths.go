package local

import (
	"fmt"
	"slices"
)

// A DeathsError says that a component kept dying until the run ended.
type DeathsError struct {
	Component string
	Count     int // how often its processes died during the run
	Last      *Death
}

func (e *DeathsError) Error() string {
	return fmt.Sprintf("%s died %d times: %s\nthe last time: %s", e.Component, e.Count, e.Last.cause(), e.Last)
}

// deathsError returns an error for the component that died most often, or nil. A component that works again after its
// deaths is no error.
func (e *Engine) deathsError() error {
	var worst *DeathsError
	for _, c := range e.plan.components {
		tasks := e.targets[c.index]
		down := slices.IndexFunc(tasks, (*task).keepsDying)
		if down < 0 {
			continue
		}
		count := 0
		for _, t := range tasks {
			count += int(t.stats.restarts)
		}
		if worst == nil || count > worst.Count {
			worst = &DeathsError{c.id, count, tasks[down].lastDeath}
		}
	}
	if worst == nil {
		return nil // not worst: a nil *DeathsError is not a nil error
	}
	return worst
}

// keepsDying reports whether the component died before it did anything, and has done nothing since.
func (t *task) keepsDying() bool { return t.vainSessions > 0 && !t.progress }

// cause says in a few words why the component died: the exception on standard error with its place, otherwise the last
// line there.
func (d *Death) cause() string {
	if d.Exception.Message != "" {
		return shorten(d.Exception.String())
	}
	for _, line := range slices.Backward(d.Stderr) {
		if line != "" {
			return shorten(line)
		}
	}
	return d.Reason
}
