package runview

import (
	"fmt"
	"strings"

	"github.com/stormflux/stormflux/internal/console"
	"github.com/stormflux/stormflux/internal/exception"
	"github.com/stormflux/stormflux/internal/local"
)

// failures follows the errors and deaths of a run, so that each is shown in short, with its place, and counted.
type failures struct {
	declared, sources map[string]string // as in [Run]

	stderr         map[int]*exception.Filter // by task, of its current process
	errors, deaths exception.Tally
	last           map[string]string // the last error of each component
}

// see takes an event. It returns what to show of it, or "" for all of it; a hidden event is a part of a stack trace.
func (f *failures) see(e *local.Event) (text string, hidden bool) {
	switch e.Kind {
	case local.StderrEvent:
		if f.stderr == nil {
			f.stderr = map[int]*exception.Filter{}
		}
		if f.stderr[e.Task] == nil {
			f.stderr[e.Task] = new(exception.Filter)
		}
		return "", f.stderr[e.Task].Frame(e.Text)
	case local.ErrorEvent:
		return f.reported(e), false
	case local.DeathEvent:
		return f.died(e), false
	}
	return "", false
}

// reported returns the text of an error that a component reported.
func (f *failures) reported(e *local.Event) string {
	found, trace := exception.ReadTrace(e.Text)
	found = found.In(f.sources)
	kind := f.errors.Add(e.Component, found)
	f.setLast(e.Component, found)
	if !trace && kind.Count == 1 {
		return "" // the words of a component, not a stack
	}
	return kind.String()
}

// died returns the text of a death: all of it the first time, and then one line.
func (f *failures) died(e *local.Event) string {
	death := *e.Death
	found, understood := exception.Exception{Message: death.Reason}, false
	filter := f.stderr[e.Task]
	delete(f.stderr, e.Task)
	if filter != nil && !death.WorkerDies { // a process that broke the protocol was killed: it died of that
		if cause, ok := filter.Cause(); ok {
			found, understood = cause.In(f.sources), true
		}
	}
	kind := f.deaths.Add(e.Component, found)
	f.setLast(e.Component, found)
	if kind.Count > 1 {
		return fmt.Sprintf("task %d, pid %d, died of the same: %s", death.Task, death.PID, kind)
	}
	if understood {
		death.Reason += ": " + found.String()
		death.Stderr = nil
	}
	text := death.String()
	if place := f.declared[e.Component]; place != "" {
		text += fmt.Sprintf("\n  %q is declared at %s", e.Component, place)
	}
	return text
}

func (f *failures) setLast(component string, e exception.Exception) {
	if f.last == nil {
		f.last = map[string]string{}
	}
	f.last[component] = e.String()
}

func (f *failures) lastOf(c *local.ComponentStats) string {
	if last, ok := f.last[c.ID]; ok {
		return last
	}
	return exception.Read(c.LastError).String()
}

// remarks returns what a summary says about the deaths and errors of a component.
func (f *failures) remarks(c *local.ComponentStats) (remarks []string) {
	name := fmt.Sprintf("%q", c.ID)
	if place := f.declared[c.ID]; place != "" {
		name += " (" + place + ")"
	}
	if c.Restarts > 0 {
		remarks = append(remarks, fmt.Sprintf("%s died %s%s", name, times(c.Restarts), f.list(f.deaths.Kinds(c.ID))))
	}
	if c.Errors > 0 {
		remarks = append(remarks, fmt.Sprintf("%s reported %s%s", name, console.Count(int(c.Errors), "error"), f.list(f.errors.Kinds(c.ID))))
	}
	return remarks
}

// list returns the text for kinds of errors: one behind a colon, several on lines of their own.
func (f *failures) list(kinds []exception.Kind) string {
	const most = 5
	switch len(kinds) {
	case 0:
		return ""
	case 1:
		return ": " + indented(kinds[0].Exception.String())
	}
	var b strings.Builder
	b.WriteString(":")
	for _, k := range kinds[:min(len(kinds), most)] {
		b.WriteString("\n    " + indented(k.String()))
	}
	if n := len(kinds) - most; n > 0 {
		fmt.Fprintf(&b, "\n    and %s more", console.Count(n, "kind"))
	}
	return b.String()
}
