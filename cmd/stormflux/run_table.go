package main

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	pretty "github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"github.com/stormflux/stormflux/internal/local"
)

// newRunTable returns a table whose first column is text, whose numbers are on the right, and whose last column may be
// text.
func newRunTable(lastText bool, headings ...string) pretty.Writer {
	t := pretty.NewWriter()
	style := pretty.StyleDefault
	style.Options = pretty.OptionsNoBordersAndSeparators
	style.Box.PaddingLeft, style.Box.PaddingRight = "", "  "
	style.Format.Header = text.FormatDefault
	t.SetStyle(style)
	t.SuppressTrailingSpaces()
	row := pretty.Row{}
	var columns []pretty.ColumnConfig
	for i, h := range headings {
		row = append(row, h)
		if i > 0 && !(lastText && i == len(headings)-1) {
			columns = append(columns, pretty.ColumnConfig{Number: i + 1, Align: text.AlignRight, AlignHeader: text.AlignRight})
		}
	}
	t.AppendHeader(row)
	t.SetColumnConfigs(columns)
	return t
}

// liveTable is what a terminal shows of a running topology, its components in the order of ids.
func liveTable(name string, ids []string, s local.Snapshot, colored bool) []string {
	t := newRunTable(true, "COMPONENT", "TASKS", "EMITTED", "ACKED", "FAILED", "LATENCY", "QUEUE", "PENDING", "LAST ERROR")
	for _, c := range inOrder(s.Components, ids) {
		latency := c.Ack
		if c.Spout {
			latency = c.Complete
		}
		problem, _, _ := strings.Cut(c.LastError, "\n")
		t.AppendRow(pretty.Row{c.ID, len(c.Tasks), c.Emitted, c.Acked, c.Failed, milliseconds(latency), c.Queue, c.Pending, printableLines(problem)})
	}
	state := "running"
	if !s.Active {
		state = "ending"
	}
	lines := append([]string{"", fmt.Sprintf("%s  %s %s", name, state, s.Running.Round(time.Second))}, linesOf(t.Render())...)
	if colored {
		lines[2] = "\x1b[1m" + lines[2] + "\x1b[0m"
	}
	return lines
}

// inOrder returns the components in the order of ids.
func inOrder(all []local.ComponentStats, ids []string) []local.ComponentStats {
	return slices.SortedFunc(slices.Values(all), func(a, b local.ComponentStats) int {
		return cmp.Compare(slices.Index(ids, a.ID), slices.Index(ids, b.ID))
	})
}

// endText says why a run ended.
func endText(end local.End) string {
	switch end {
	case local.Interrupted:
		return "ended by you"
	case local.Elapsed:
		return "ended when its time was over"
	case local.Idle:
		return "ended when nothing happened any more"
	}
	return "failed"
}

// summaryText is what is left to say after a run.
func summaryText(name string, ids []string, s *local.Summary) string {
	spouts := newRunTable(false, "SPOUT", "TASKS", "EMITTED", "ACKED", "FAILED", "PENDING", "COMPLETE LATENCY")
	bolts := newRunTable(false, "BOLT", "TASKS", "EMITTED", "ACKED", "FAILED", "WAIT", "PROCESS", "ACK", "BUSY")
	var notes []string
	busiest := 0.0
	advice := ""
	for _, c := range inOrder(s.Components, ids) {
		if c.Spout {
			spouts.AppendRow(pretty.Row{c.ID, len(c.Tasks), c.Emitted, c.Acked, c.Failed, c.Pending, milliseconds(c.Complete)})
		} else {
			share := busy(&c, s.Running)
			bolts.AppendRow(pretty.Row{c.ID, len(c.Tasks), c.Emitted, c.Acked, c.Failed,
				milliseconds(c.Wait), milliseconds(c.Process), milliseconds(c.Ack), strconv.Itoa(int(100*share+0.5)) + "%"})
			if share > busiest && share >= 0.8 {
				busiest = share
				advice = fmt.Sprintf("%q was busy nearly all the time: more parallelism there lets more tuples through", c.ID)
			}
		}
		if c.Restarts > 0 {
			notes = append(notes, fmt.Sprintf("%q: its processes died %s", c.ID, times(c.Restarts)))
		}
		if c.Errors > 0 {
			notes = append(notes, fmt.Sprintf("%q reported %s; the last one: %s", c.ID, count(int(c.Errors), "error"), printableLines(c.LastError)))
		}
	}
	if advice != "" {
		notes = append(notes, advice)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "\n%s %s, after %s\n\n%s\n", name, endText(s.End), s.Running.Round(time.Millisecond), spouts.Render())
	if bolts.Length() > 0 {
		fmt.Fprintf(&b, "\n%s\n", bolts.Render())
	}
	if len(notes) > 0 {
		fmt.Fprintf(&b, "\n%s\n", strings.Join(notes, "\n"))
	}
	return b.String()
}

// busy is the share of the run's time in which the bolt's processes had something to answer, averaged over its tasks.
func busy(c *local.ComponentStats, running time.Duration) float64 {
	if running <= 0 || len(c.Tasks) == 0 {
		return 0
	}
	return float64(c.Process) * float64(c.Executed) / float64(running) / float64(len(c.Tasks))
}

func times(n int64) string {
	if n == 1 {
		return "once"
	}
	return strconv.FormatInt(n, 10) + " times"
}
