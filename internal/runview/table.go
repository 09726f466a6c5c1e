package runview

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/stormflux/stormflux/internal/console"
	"github.com/stormflux/stormflux/internal/local"
)

// liveView returns what draws a run on a terminal. Until the topology is active for the first time, the run starts.
func liveView(r *Run, lastError func(*local.ComponentStats) string, colored bool) func() []string {
	inactive := "starting"
	return func() []string {
		s := r.Numbers()
		if s.Active {
			inactive = "ending"
			return liveTable(r, &s, "running", lastError, colored)
		}
		return liveTable(r, &s, inactive, lastError, colored)
	}
}

// liveTable returns what a terminal shows of a run while it goes on.
func liveTable(r *Run, s *local.Snapshot, state string, lastError func(*local.ComponentStats) string, colored bool) []string {
	t := console.NewTable("COMPONENT", "TASKS", "EMITTED", "ACKED", "FAILED", "RATE", "LATENCY", "QUEUE", "PENDING", "LAST ERROR")
	for _, c := range inOrder(s.Components, r.Components) {
		latency := c.Ack
		if c.Spout {
			latency = c.Complete
		}
		t.Row(c.ID, len(c.Tasks), c.Emitted, c.Acked, c.Failed, console.Quantity(fmt.Sprintf("%.0f/s", c.Rate)), milliseconds(latency), c.Queue, c.Pending, lastError(&c))
	}
	lines := []string{"", fmt.Sprintf("%s  %s %s", r.Name, state, s.Running.Round(time.Second))}
	lines = append(lines, strings.Split(strings.TrimSuffix(t.String(), "\n"), "\n")...)
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
		return "was interrupted"
	case local.Elapsed:
		return "ended when its time was over"
	case local.Idle:
		return "ended when it became idle"
	}
	return "failed"
}

// summaryText returns what is left to say after a run, on an output of some columns (0: without a limit).
func summaryText(r *Run, s *local.Summary, f *failures, width int) string {
	spouts := console.NewTable("SPOUT", "TASKS", "EMITTED", "ACKED", "FAILED", "PENDING", "COMPLETE LATENCY")
	bolts := console.NewTable("BOLT", "TASKS", "EMITTED", "ACKED", "FAILED", "WAIT", "PROCESS", "ACK", "BUSY")
	components := inOrder(s.Components, r.Components)
	for _, c := range components {
		if c.Spout {
			spouts.Row(c.ID, len(c.Tasks), c.Emitted, c.Acked, c.Failed, c.Pending, milliseconds(c.Complete))
			continue
		}
		bolts.Row(c.ID, len(c.Tasks), c.Emitted, c.Acked, c.Failed, milliseconds(c.Wait), milliseconds(c.Process), milliseconds(c.Ack),
			console.Quantity(fmt.Sprintf("%.0f%%", 100*busy(&c, s.Running))))
	}
	var b strings.Builder
	fmt.Fprintf(&b, "\n%s %s, after %s\n\n%s", r.Name, endText(s.End), s.Running.Round(time.Millisecond), spouts.Fit(width))
	if bolts.Len() > 0 {
		fmt.Fprintf(&b, "\n%s", bolts.Fit(width))
	}
	if remarks := summaryRemarks(components, s.Running, f); len(remarks) > 0 {
		fmt.Fprintf(&b, "\n%s\n", strings.Join(remarks, "\n"))
	}
	if s.Idle != "" {
		fmt.Fprintf(&b, "\nidle: %s\n", s.Idle)
	}
	return b.String()
}

// summaryRemarks returns what a reader of the numbers has to know: deaths, errors, and the bolt that everybody waits for.
func summaryRemarks(components []local.ComponentStats, running time.Duration, f *failures) (remarks []string) {
	const nearlyAlways = 0.8
	busiest, share := "", 0.0
	for _, c := range components {
		if of := busy(&c, running); !c.Spout && of >= nearlyAlways && of > share {
			busiest, share = c.ID, of
		}
		remarks = append(remarks, f.remarks(&c)...)
	}
	if busiest != "" {
		remarks = append(remarks, fmt.Sprintf("%q was busy nearly all the time; give it more parallelism to let more tuples through", busiest))
	}
	return remarks
}

// busy returns the share of the run's time in which the bolt's processes had something to answer, averaged over its tasks.
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
	return fmt.Sprintf("%d times", n)
}

// milliseconds returns the text of a latency.
func milliseconds(d time.Duration) console.Quantity {
	ms := d.Seconds() * 1e3
	switch {
	case d == 0:
		return "-"
	case d < 10*time.Millisecond:
		return console.Quantity(fmt.Sprintf("%.3f ms", ms))
	}
	return console.Quantity(fmt.Sprintf("%.1f ms", ms))
}
