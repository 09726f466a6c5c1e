// Package live marks the drawing of a topology with what its cluster observes: rates, capacities and errors.
package live

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/stormflux/stormflux/internal/graph"
	"github.com/stormflux/stormflux/internal/nimbus"
)

// From these parts of the time on, a bolt is coloured: near 1, it cannot take more.
const (
	warmCapacity = 0.6
	hotCapacity  = 0.9
)

// Look is what a cluster says about a running topology.
type Look struct {
	Status     *nimbus.Status
	Statistics *nimbus.Statistics
	Inputs     map[string][]nimbus.StreamStatistics // by bolt
	Covered    time.Duration                        // that the numbers cover
	Since      time.Time                            // the first error that counts
}

// Ask looks at a running topology. A window of 0 means since the submission.
func Ask(ctx context.Context, client *nimbus.Client, name string, window nimbus.Window, covers time.Duration) (*Look, error) {
	status, err := client.Status(ctx, name)
	if err != nil {
		return nil, err
	}
	look := &Look{Status: status, Inputs: map[string][]nimbus.StreamStatistics{}, Covered: status.Uptime}
	if covers > 0 {
		look.Covered = min(look.Covered, covers)
	}
	look.Since = time.Now().Add(-look.Covered)
	if look.Statistics, err = client.Statistics(ctx, status.ID, window); err != nil {
		return nil, err
	}
	for _, b := range look.Statistics.Bolts {
		details, err := client.ComponentDetails(ctx, status.ID, b.ID, window)
		if err != nil {
			return nil, err
		}
		look.Inputs[b.ID] = details.Inputs
	}
	return look, nil
}

// Mark writes the numbers at the components and subscriptions of a graph. It leaves those that the cluster does not know.
func (l *Look) Mark(g *graph.Graph) {
	nodes := map[string]*graph.Node{}
	for _, n := range g.Nodes {
		nodes[n.ID] = n
	}
	for _, s := range l.Statistics.Spouts {
		if n := nodes[s.ID]; n != nil {
			n.Parallelism = s.Executors
			n.Mark = l.mark(s, s.Emitted, fmt.Sprintf("%.1f ms", s.CompleteLatency.Seconds()*1e3), s.CompleteLatency > 0)
		}
	}
	for _, b := range l.Statistics.Bolts {
		if n := nodes[b.ID]; n != nil {
			n.Parallelism = b.Executors
			n.Mark = l.mark(b, b.Executed, fmt.Sprintf("capacity %.0f%%", 100*b.Capacity), true)
		}
	}
	for _, e := range g.Edges {
		for _, in := range l.Inputs[e.To.ID] {
			if in.Component == e.From.ID && (in.Stream == e.Stream || e.Stream == "" && in.Stream == "default") {
				e.Mark = graph.Mark{Text: l.rate(in.Executed), Level: failures(in.Numbers)}
			}
		}
	}
}

// mark returns the mark of a component that handled some tuples, with one more fact if it is known.
func (l *Look) mark(c nimbus.ComponentStatistics, tuples int64, fact string, known bool) graph.Mark {
	words, level := []string{l.rate(tuples)}, failures(c.Numbers)
	if known {
		words = append(words, fact)
	}
	switch {
	case c.Capacity >= hotCapacity:
		level = graph.Hot
	case c.Capacity >= warmCapacity:
		level = max(level, graph.Warm)
	}
	if c.Failed > 0 {
		words = append(words, fmt.Sprintf("%d failed", c.Failed))
	}
	errors := 0
	for _, e := range l.Status.Errors {
		if e.Component == c.ID && e.Time.After(l.Since) {
			errors++
		}
	}
	switch {
	case errors == 1:
		words, level = append(words, "1 error"), graph.Hot
	case errors > 1:
		words, level = append(words, fmt.Sprintf("%d errors", errors)), graph.Hot
	}
	return graph.Mark{Text: strings.Join(words, " · "), Level: level}
}

// failures returns the level of failed tuples: hot from one in a hundred on.
func failures(n nimbus.Numbers) graph.Level {
	switch {
	case n.Failed == 0:
		return graph.Calm
	case n.Failed*100 < n.Failed+n.Acked:
		return graph.Warm
	}
	return graph.Hot
}

// rate returns tuples by second: "0/s", "0.25/s", "40/s", "1.2k/s".
func (l *Look) rate(tuples int64) string {
	if l.Covered <= 0 {
		return "0/s"
	}
	switch r := float64(tuples) / l.Covered.Seconds(); {
	case r == 0:
		return "0/s"
	case r < 10:
		return strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%.2f", r), "0"), ".") + "/s"
	case r < 1e3:
		return fmt.Sprintf("%.0f/s", r)
	case r < 1e6:
		return fmt.Sprintf("%.1fk/s", r/1e3)
	default:
		return fmt.Sprintf("%.1fM/s", r/1e6)
	}
}
