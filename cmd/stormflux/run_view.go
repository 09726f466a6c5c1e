package main

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/stormflux/stormflux/compiler"
	"github.com/stormflux/stormflux/internal/local"
	"github.com/stormflux/stormflux/internal/multilang"
)

// A runView shows runs, one after the other. Its methods may be called by any goroutine, but begin and end in turns.
type runView interface {
	// begin shows that a program runs. The function gives its numbers, until end.
	begin(p *compiler.Program, numbers func() local.Snapshot)
	event(local.Event)
	// note shows what stormflux itself has to say.
	note(text string)
	// end shows how it ended; the summary may be nil.
	end(s *local.Summary, err error)
	// diagnostics is where diagnostics go.
	diagnostics() io.Writer
	close()
}

// newRunView returns a view that writes to standard output. It calls failed with the error of
// writing there.
func (a *app) newRunView(format string, failed func(error)) runView {
	if format == "json" {
		return &jsonView{screen: newScreen(a.stdout, nil, failed), stderr: a.stderr}
	}
	return &textView{screen: newScreen(a.stdout, newTerminal(a.stdout), failed), stderr: a.stderr, colored: a.colored(a.stdout)}
}

// A textView shows a run to people: what components say as lines, and on a terminal the numbers in a table below.
type textView struct {
	screen  *screen
	stderr  io.Writer
	colored bool

	mu      sync.Mutex
	name    string
	ids     []string       // of the components, in file order
	width   int            // of what stands before a line's text
	colors  map[string]int // by component
	started map[int]bool   // tasks whose process has been running before
}

func (v *textView) begin(p *compiler.Program, numbers func() local.Snapshot) {
	s := numbers()
	v.mu.Lock()
	v.name, v.ids, v.width = p.Name, nil, 0
	v.colors, v.started = map[string]int{}, map[int]bool{}
	for _, c := range p.Source.Components() {
		v.ids = append(v.ids, c.ID)
	}
	ids, tasks := v.ids, 0
	for i, c := range s.Components {
		// Six colours that can be told apart on light and dark grounds, and none that means trouble.
		v.colors[c.ID] = []int{36, 33, 35, 32, 34, 96}[i%6]
		for _, t := range c.Tasks {
			v.width = max(v.width, len(prefix(c.ID, t.ID)))
			tasks++
		}
	}
	v.mu.Unlock()
	v.note(fmt.Sprintf("%s runs: %s, %s; Ctrl-C ends it", p.Name, count(len(s.Components), "component"), count(tasks, "task")))
	if v.screen.terminal != nil {
		v.screen.show(func() []string { return liveTable(p.Name, ids, numbers(), v.colored) })
	}
}

func (v *textView) note(text string) { v.screen.print("stormflux: " + text + "\n") }

func (v *textView) end(s *local.Summary, err error) {
	v.screen.show(nil)
	if s != nil {
		v.mu.Lock()
		text := summaryText(v.name, v.ids, s)
		v.mu.Unlock()
		v.screen.print(text)
	}
}

func (v *textView) diagnostics() io.Writer {
	if v.screen.terminal != nil {
		return v.screen
	}
	return v.stderr
}

func (v *textView) close() { v.screen.close() }

func prefix(component string, task int) string { return fmt.Sprintf("%s:%d", component, task) }

// event prints one event on a line of its own, or more where its text has more.
func (v *textView) event(e local.Event) {
	v.mu.Lock()
	defer v.mu.Unlock()
	label, text := e.Kind.String(), e.Text
	color := 0
	switch e.Kind {
	case local.StartEvent:
		if !v.started[e.Task] {
			v.started[e.Task] = true
			return
		}
		text = fmt.Sprintf("runs again, pid %d", e.PID)
	case local.LogEvent:
		label = levelName(e.Level)
		switch {
		case e.Level >= multilang.LevelError:
			color = 31
		case e.Level == multilang.LevelWarn:
			color = 33
		}
	case local.WarningEvent:
		label, color = "warn", 33
	case local.ErrorEvent:
		color = 31
	case local.DeathEvent:
		label, text, color = "died", e.Death.String(), 31
	case local.EmitEvent, local.ReceiveEvent, local.AckEvent, local.FailEvent:
		text = e.Tuple.String()
	}
	who := v.name
	if e.Component != "" {
		who = prefix(e.Component, e.Task)
	}
	v.screen.print(fmt.Sprintf("%s %s %s %s\n", e.Time.Format("15:04:05.000"),
		v.paint(v.colors[e.Component], fmt.Sprintf("%-*s", v.width, who)), v.paint(color, fmt.Sprintf("%-7s", label)), printableLines(text)))
}

func (v *textView) paint(color int, text string) string {
	if !v.colored || color == 0 {
		return text
	}
	return fmt.Sprintf("\x1b[%dm%s\x1b[0m", color, text)
}

// printableLines indents the lines after the first, and replaces what would move the cursor.
func printableLines(text string) string {
	text = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' && r != '\x1b' || r == 0x7f {
			return '\uFFFD'
		}
		return r
	}, strings.TrimRight(strings.ReplaceAll(text, "\r\n", "\n"), "\n"))
	return strings.ReplaceAll(text, "\n", "\n    ")
}

// levelName is a log level in words.
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

// milliseconds shows a latency.
func milliseconds(d time.Duration) string {
	switch {
	case d == 0:
		return "-"
	case d < 10*time.Millisecond:
		return fmt.Sprintf("%.3f ms", d.Seconds()*1e3)
	}
	return fmt.Sprintf("%.1f ms", d.Seconds()*1e3)
}
