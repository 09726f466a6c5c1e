// Package runview shows runs of the local engine: to people as lines with a table of numbers below them, to programs as
// events in JSON. It only shows: what a run does is the business of internal/local.
package runview

import (
	"io"

	"github.com/stormflux/stormflux/internal/local"
	"github.com/stormflux/stormflux/internal/multilang"
)

// A View shows runs, one after the other. Any goroutine may call its methods, but Begin and End take turns.
type View interface {
	// Begin shows that a topology starts.
	Begin(Run)
	// Event shows an event of the engine.
	Event(local.Event)
	// Note shows a remark of stormflux itself.
	Note(text string)
	// End shows how the run ended, with its error. The summary may be nil.
	End(s *local.Summary, err error)
	// Diagnostics returns where diagnostics go.
	Diagnostics() io.Writer
	// Close writes what is left. The view shows nothing after it.
	Close()
}

// A Run is what a view has to know of a run that starts.
type Run struct {
	Name       string
	Components []string              // ids in file order
	Numbers    func() local.Snapshot // may be called until [View.End]
	Declared   map[string]string     // where the components are declared, such as "wordcount.yaml:4:3", by id
	Sources    map[string]string     // the files that resources come from, by name: resources/split.py
}

// Options say where a view writes.
type Options struct {
	Out, Stderr io.Writer
	Colored     bool            // colour the text on Out
	Verbose     bool            // show all of every stack trace, in text
	Failed      func(err error) // is called with the error of a write to Out
}

// levelName returns the name of a log level.
func levelName(level int) string {
	switch level {
	case multilang.LevelTrace:
		return "trace"
	case multilang.LevelDebug:
		return "debug"
	case multilang.LevelWarn:
		return "warn"
	case multilang.LevelError:
		return "error"
	}
	return "info"
}
