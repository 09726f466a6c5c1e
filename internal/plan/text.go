package plan

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/stormflux/stormflux/diag"
)

// Text returns a plan for people: one line a change, aligned, with the summary last. Nothing that the cluster says controls
// the terminal.
func (p *Plan) Text(color bool) string {
	var b strings.Builder
	if p.ID != "" {
		fmt.Fprintf(&b, "%s runs as %s (%s", diag.Printable(p.Name), diag.Printable(p.ID), diag.Printable(p.Status))
		if p.Owner != "" {
			fmt.Fprintf(&b, ", submitted by %s", diag.Printable(p.Owner))
		}
		b.WriteString(")\n")
	}
	if len(p.Changes) > 0 {
		b.WriteByte('\n')
		b.WriteString(changesText(p.Changes, color))
	}
	if len(p.Drift) > 0 {
		b.WriteString("\nOn the cluster now:\n\n")
		b.WriteString(driftText(p.Drift, color))
	}
	if b.Len() > 0 {
		b.WriteByte('\n')
	}
	fmt.Fprintf(&b, "%s\n", paint(color, "1", diag.Printable(p.Summary())))
	return b.String()
}

// Summary returns the plan in one sentence or two.
func (p *Plan) Summary() string {
	restarts := 0
	for _, c := range p.Changes {
		if c.Action == Restart {
			restarts++
		}
	}
	n := len(p.Changes)
	changes := fmt.Sprintf("%d changes", n)
	if n == 1 {
		changes = "1 change"
	}
	switch {
	case p.Action == New && p.ID != "":
		return fmt.Sprintf("Plan: %s is being killed. When it is gone, a submission starts the topology anew.", p.ID)
	case p.Action == New:
		return fmt.Sprintf("Plan: %s is new. No topology on the cluster has this name.", p.Name)
	case p.Action == None:
		return "No changes. The cluster runs what the file says."
	case restarts == 0:
		return fmt.Sprintf("Plan: %s in place. A rebalance is enough.", changes)
	case restarts == n:
		return fmt.Sprintf("Plan: %s. The topology restarts.", changes)
	}
	return fmt.Sprintf("Plan: %s, %d of them possible in place. The topology restarts.", changes, n-restarts)
}

// A row is a line of a plan: a sign, then columns.
type row struct {
	color   string
	sign    string
	columns [4]string // subject, what, values, how it reaches the cluster
	note    string
}

func changesText(changes []Change, color bool) string {
	rows := make([]row, len(changes))
	for i, c := range changes {
		columns := [4]string{c.subject(), c.what(), values(c.Old, c.New), how(c.Action)}
		if c.Kind == Component { // its role tells what it is
			columns[1], columns[2] = columns[2], ""
		}
		rows[i] = row{color: "33", sign: "~", columns: columns, note: c.Note}
		switch c.Op {
		case Add:
			rows[i].color, rows[i].sign = "32", "+"
		case Remove:
			rows[i].color, rows[i].sign = "31", "-"
		}
	}
	return aligned(rows, color)
}

func how(a Action) string {
	if a == InPlace {
		return "in place"
	}
	return string(a)
}

func driftText(drift []Drift, color bool) string {
	rows := make([]row, len(drift))
	for i, d := range drift {
		c := Change{Kind: d.Kind, Component: d.Component, Name: d.Name}
		rows[i] = row{color: "36", sign: "!", columns: [4]string{c.subject(), c.what(), values(d.Submitted, d.Now)}, note: d.Text}
	}
	return aligned(rows, color)
}

func (c Change) subject() string {
	if c.Component != "" {
		return c.Component
	}
	return "(topology)"
}

func (c Change) what() string {
	switch c.Kind {
	case Component:
		return ""
	case Config:
		return c.Name
	case Stream, Input, Code, LogLevel, SharedMemory:
		return strings.TrimSpace(kindName(c.Kind) + " " + c.Name)
	case Grouping:
		return "grouping of " + c.Name
	}
	return kindName(c.Kind)
}

func kindName(k Kind) string { return strings.ReplaceAll(string(k), "-", " ") }

// values returns an old and a new value.
func values(was, is any) string {
	switch {
	case was == nil && is == nil:
		return ""
	case was == nil:
		return valueText(is)
	case is == nil:
		return valueText(was)
	}
	return valueText(was) + " -> " + valueText(is)
}

// mostValue is how much of a value a line shows.
const mostValue = 48

func valueText(v any) string {
	text, ok := v.(string)
	if !ok {
		var b strings.Builder
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(false)
		if enc.Encode(v) != nil {
			return fmt.Sprint(v)
		}
		text = strings.TrimSpace(b.String())
	}
	if runes := []rune(text); len(runes) > mostValue {
		text = string(runes[:mostValue-3]) + "..."
	}
	return text
}

// aligned returns the rows, with columns of equal width.
func aligned(rows []row, color bool) string {
	var widths [4]int
	for n := range rows {
		r := &rows[n]
		for i, text := range r.columns {
			text = diag.Printable(text)
			r.columns[i] = text
			widths[i] = max(widths[i], utf8.RuneCountInString(text))
		}
	}
	var b strings.Builder
	for _, r := range rows {
		var line strings.Builder
		for i, text := range r.columns {
			if widths[i] == 0 {
				continue
			}
			fmt.Fprintf(&line, "%s%s  ", text, strings.Repeat(" ", widths[i]-utf8.RuneCountInString(text)))
		}
		text := strings.TrimRight(line.String(), " ")
		if r.note != "" {
			text = line.String() + paint(color, "2", "# "+diag.Printable(r.note))
		}
		fmt.Fprintf(&b, "  %s %s\n", paint(color, r.color, r.sign), text)
	}
	return b.String()
}

func paint(on bool, code, text string) string {
	if !on {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}
