package runview

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/console"
	"github.com/stormflux/stormflux/internal/logviewer"
)

// LogView shows the logs of workers as a run is shown: each line with its component and task.
type LogView struct {
	screen  *console.Screen
	colored bool
	asJSON  bool
	width   int            // of the widest label
	colors  map[string]int // by component
}

// NewLogView returns a view of logs on Out. The components get their colours in their order; others get theirs when they
// first appear.
func NewLogView(o Options, components []string, asJSON bool) *LogView {
	v := &LogView{screen: console.NewPlainScreen(o.Out, o.Failed), colored: o.Colored, asJSON: asJSON, colors: map[string]int{}}
	for _, id := range components {
		v.color(id)
	}
	return v
}

// Print shows lines. It is for one goroutine.
func (v *LogView) Print(lines []logviewer.Line) {
	for _, line := range lines {
		v.width = max(v.width, len(label(line)))
	}
	for _, line := range lines {
		if v.asJSON {
			v.screen.Print(jsonLine(line))
			continue
		}
		v.screen.Print(v.textLine(line))
	}
}

// Close prints what is left.
func (v *LogView) Close() { v.screen.Close() }

func (v *LogView) color(component string) int {
	if component == "" {
		return noColor
	}
	if _, ok := v.colors[component]; !ok {
		palette := componentColors()
		v.colors[component] = palette[len(v.colors)%len(palette)]
	}
	return v.colors[component]
}

// label says where a line comes from: component and tasks, or else the worker.
func label(l logviewer.Line) string {
	switch {
	case l.Component == "":
		return l.Worker.String()
	case l.First == 0:
		return l.Component
	case l.First == l.Last:
		return taskLabel(l.Component, l.First)
	}
	return fmt.Sprintf("%s-%d", taskLabel(l.Component, l.First), l.Last)
}

func (v *LogView) textLine(l logviewer.Line) string {
	color := noColor
	switch l.Level {
	case "error", "fatal":
		color = red
	case "warn":
		color = yellow
	}
	text := l.Text
	if l.Logger != "" && !l.Continues {
		text = l.Logger + ": " + text
	}
	if l.Message != "" {
		text = l.Message + " " + text
	}
	at, level := "                       ", l.Level
	if !l.Time.IsZero() {
		at = l.Time.Format("2006-01-02 15:04:05.000")
	}
	if l.Continues {
		level = ""
	}
	return fmt.Sprintf("%s %s %s %s\n", at, v.paint(v.color(l.Component), fmt.Sprintf("%-*s", v.width, diag.Printable(label(l)))),
		v.paint(color, fmt.Sprintf("%-6s", level)), strings.TrimRight(diag.PrintableLines(text), "\n"))
}

func (v *LogView) paint(color int, text string) string { return paint(v.colored, color, text) }

// jsonLine returns a line as one JSON object. It is documented in docs/logs.md.
func jsonLine(l logviewer.Line) string {
	doc := struct {
		Time      string `json:"time,omitempty"`
		Worker    string `json:"worker"`
		Component string `json:"component,omitempty"`
		Tasks     []int  `json:"tasks,omitempty"`
		Level     string `json:"level,omitempty"`
		Logger    string `json:"logger,omitempty"`
		Thread    string `json:"thread,omitempty"`
		Message   string `json:"message,omitempty"`
		Text      string `json:"text"`
		Continues bool   `json:"continues,omitempty"`
	}{Worker: l.Worker.String(), Component: l.Component, Level: l.Level, Logger: l.Logger, Thread: l.Thread, Message: l.Message, Text: l.Text, Continues: l.Continues}
	if !l.Time.IsZero() {
		doc.Time = l.Time.Format("2006-01-02T15:04:05.000")
	}
	for task := l.First; task > 0 && task <= l.Last; task++ {
		doc.Tasks = append(doc.Tasks, task)
	}
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(doc); err != nil {
		panic(err) // strings and numbers only
	}
	return diag.PrintableJSON(b.String())
}
