package runview

import (
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/console"
	"github.com/stormflux/stormflux/internal/local"
	"github.com/stormflux/stormflux/internal/multilang"
)

// NewText returns a view for people: a line for each event, and on a terminal the numbers in a table below the lines.
func NewText(o Options) View {
	return &textView{screen: console.NewScreen(o.Out, o.Failed), stderr: o.Stderr, colored: o.Colored, verbose: o.Verbose}
}

type textView struct {
	screen  *console.Screen
	stderr  io.Writer
	colored bool
	verbose bool

	mu         sync.Mutex
	run        Run
	labelWidth int            // of the widest task label
	colors     map[string]int // by component
	started    map[int]bool   // tasks that have had a process before
	failures   failures
}

// ANSI colours of text.
const (
	noColor = 0
	red     = 31
	yellow  = 33
)

// componentColors returns colours that differ clearly on light and dark backgrounds.
func componentColors() []int { return []int{36, 33, 35, 32, 34, 96} }

func (v *textView) Begin(r Run) {
	s := r.Numbers()
	v.mu.Lock()
	v.run, v.labelWidth = r, 0
	v.colors, v.started = map[string]int{}, map[int]bool{}
	v.failures = failures{declared: r.Declared, sources: r.Sources}
	palette := componentColors()
	tasks := 0
	for i, c := range s.Components {
		v.colors[c.ID] = palette[i%len(palette)]
		for _, t := range c.Tasks {
			v.labelWidth = max(v.labelWidth, len(taskLabel(c.ID, t.ID)))
			tasks++
		}
	}
	v.mu.Unlock()
	v.Note(fmt.Sprintf("running %s: %s, %s; press Ctrl-C to end it",
		r.Name, console.Count(len(s.Components), "component"), console.Count(tasks, "task")))
	if v.screen.Live() {
		v.screen.Show(liveView(&r, v.lastError, v.colored))
	}
}

func (v *textView) Note(text string) {
	v.screen.Print("stormflux: " + diag.PrintableLines(text) + "\n")
}

func (v *textView) End(s *local.Summary, _ error) {
	v.screen.Show(nil)
	if s != nil {
		v.mu.Lock()
		text := summaryText(&v.run, s, &v.failures, v.screen.Width())
		v.mu.Unlock()
		v.screen.Print(text)
	}
}

// Diagnostics go through the screen where it draws: a line from elsewhere would land in its table.
func (v *textView) Diagnostics() io.Writer {
	if v.screen.Live() {
		return v.screen
	}
	return v.stderr
}

func (v *textView) Close() { v.screen.Close() }

func taskLabel(component string, task int) string { return fmt.Sprintf("%s:%d", component, task) }

// lastError returns the text for the last error of a component.
func (v *textView) lastError(c *local.ComponentStats) string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.failures.lastOf(c)
}

// Event prints the event on one line, or on more when its text has more.
func (v *textView) Event(e local.Event) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if e.Kind == local.StartEvent && !v.started[e.Task] {
		v.started[e.Task] = true // only a restart is news
		return
	}
	text, hidden := v.failures.see(&e)
	if hidden && !v.verbose {
		return
	}
	kind, whole, color := describe(&e)
	if text == "" || v.verbose {
		text = whole
	}
	label := v.run.Name
	if e.Component != "" {
		label = taskLabel(e.Component, e.Task)
	}
	v.screen.Print(fmt.Sprintf("%s %s %s %s\n", e.Time.Format("15:04:05.000"),
		v.paint(v.colors[e.Component], fmt.Sprintf("%-*s", v.labelWidth, label)), v.paint(color, fmt.Sprintf("%-7s", kind)), indented(text)))
}

// describe returns the word for an event, its text, and the colour of the word.
func describe(e *local.Event) (kind, text string, color int) {
	switch e.Kind {
	case local.StartEvent:
		return e.Kind.String(), fmt.Sprintf("running again, pid %d", e.PID), noColor
	case local.LogEvent:
		switch {
		case e.Level >= multilang.LevelError:
			color = red
		case e.Level == multilang.LevelWarn:
			color = yellow
		}
		return levelName(e.Level), e.Text, color
	case local.WarningEvent:
		return "warn", e.Text, yellow
	case local.ErrorEvent:
		return e.Kind.String(), e.Text, red
	case local.DeathEvent:
		return "died", e.Death.String(), red
	case local.EmitEvent, local.ReceiveEvent, local.AckEvent, local.FailEvent:
		return e.Kind.String(), e.Tuple.String(), noColor
	}
	return e.Kind.String(), e.Text, noColor
}

func (v *textView) paint(color int, text string) string { return paint(v.colored, color, text) }

func paint(colored bool, color int, text string) string {
	if !colored || color == noColor {
		return text
	}
	return fmt.Sprintf("\x1b[%dm%s\x1b[0m", color, text)
}

// indented returns text of a component for the terminal, with the lines after the first indented.
func indented(text string) string {
	text = strings.TrimRight(text, "\r\n")
	return strings.ReplaceAll(diag.PrintableLines(text), "\n", "\n    ")
}
