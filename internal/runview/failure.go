package runview

import (
	"fmt"
	"slices"
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
	repeated       map[int]bool      // by task: its last death was like one before
}

// see takes an event. It returns what to show of it, or "" for all of it. A hidden event is a part of a stack trace, or of a
// death like one before: the line of that death counts it.
func (f *failures) see(e *local.Event) (text string, hidden bool) {
	switch e.Kind {
	case local.StderrEvent:
		if f.stderr == nil {
			f.stderr = map[int]*exception.Filter{}
		}
		if f.stderr[e.Task] == nil {
			f.stderr[e.Task] = new(exception.Filter)
		}
		return "", f.stderr[e.Task].Frame(e.Text) || f.diedSaying(e.Component, e.Text)
	case local.RestartEvent, local.StartEvent:
		return "", f.repeated[e.Task]
	case local.ErrorEvent:
		return f.reported(e)
	case local.DeathEvent:
		return f.died(e), false
	}
	return "", false
}

// diedSaying reports whether a component has died of an exception with this message.
func (f *failures) diedSaying(component, message string) bool {
	return slices.ContainsFunc(f.deaths.Kinds(component), func(k exception.Kind) bool { return k.Exception.Message == message })
}

// reported returns the text of an error that a component reported. It is hidden if the component died of such an error before.
func (f *failures) reported(e *local.Event) (text string, hidden bool) {
	found, trace := exception.ReadTrace(e.Text)
	found = found.In(f.sources)
	kind := f.errors.Add(e.Component, found)
	f.setLast(e.Component, found)
	hidden = f.deaths.Count(e.Component, found) > 0
	if !trace && kind.Count == 1 {
		return "", hidden // the words of a component, not a stack
	}
	return kind.String(), hidden
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
	if f.repeated == nil {
		f.repeated = map[int]bool{}
	}
	f.repeated[e.Task] = kind.Count > 1
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
