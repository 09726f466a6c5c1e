package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/stormflux/stormflux/internal/console"
	"github.com/stormflux/stormflux/internal/nimbus"
)

// numbersText returns the numbers of a topology's components as tables.
func numbersText(s *nimbus.Statistics, window string) string {
	var b strings.Builder
	if len(s.Spouts) > 0 {
		t := console.NewTable(slices.Concat([]string{"SPOUT", "TASKS"}, spoutHeadings())...)
		for _, c := range s.Spouts {
			t.Row(slices.Concat([]any{c.ID, c.Tasks}, spoutCells(c.Numbers))...)
		}
		fmt.Fprintf(&b, "\n%s", t)
	}
	if len(s.Bolts) > 0 {
		t := console.NewTable(slices.Concat([]string{"BOLT", "TASKS"}, boltHeadings())...)
		for _, c := range s.Bolts {
			t.Row(slices.Concat([]any{c.ID, c.Tasks}, boltCells(c.Numbers))...)
		}
		fmt.Fprintf(&b, "\n%s", t)
	}
	if b.Len() > 0 {
		fmt.Fprintf(&b, "tuples %s\n", since(window))
	}
	return b.String()
}

// since says what a window of [nimbus.Windows] covers.
func since(window string) string {
	switch window {
	case "10m":
		return "in the last 10 minutes"
	case "3h":
		return "in the last 3 hours"
	case "1d":
		return "in the last day"
	}
	return "since the submission"
}

func spoutHeadings() []string {
	return []string{"EMITTED", "TRANSFERRED", "ACKED", "FAILED", "COMPLETE LATENCY"}
}

func spoutCells(n nimbus.Numbers) []any {
	return []any{n.Emitted, n.Transferred, n.Acked, n.Failed, latency(n.CompleteLatency)}
}

func boltHeadings() []string {
	return []string{"EXECUTED", "EMITTED", "TRANSFERRED", "ACKED", "FAILED", "EXECUTE", "PROCESS", "CAPACITY"}
}

func boltCells(n nimbus.Numbers) []any {
	return []any{n.Executed, n.Emitted, n.Transferred, n.Acked, n.Failed, latency(n.ExecuteLatency), latency(n.ProcessLatency),
		console.Quantity(fmt.Sprintf("%.0f%%", 100*n.Capacity))}
}

func latency(d time.Duration) console.Quantity {
	if d == 0 {
		return "-"
	}
	return console.Quantity(fmt.Sprintf("%.1f ms", milliseconds(d)))
}

func milliseconds(d time.Duration) float64 { return d.Seconds() * 1e3 }

// The JSON of the numbers: latencies in milliseconds.
type (
	spoutNumbers struct {
		Emitted         int64   `json:"emitted"`
		Transferred     int64   `json:"transferred"`
		Acked           int64   `json:"acked"`
		Failed          int64   `json:"failed"`
		CompleteLatency float64 `json:"complete_latency_ms"`
	}
	boltNumbers struct {
		Emitted        int64   `json:"emitted"`
		Transferred    int64   `json:"transferred"`
		Acked          int64   `json:"acked"`
		Failed         int64   `json:"failed"`
		Executed       int64   `json:"executed"`
		ExecuteLatency float64 `json:"execute_latency_ms"`
		ProcessLatency float64 `json:"process_latency_ms"`
		Capacity       float64 `json:"capacity"`
	}
	componentSize struct {
		ID        string `json:"id"`
		Executors int    `json:"executors"`
		Tasks     int    `json:"tasks"`
	}
	spoutDocument struct {
		componentSize
		spoutNumbers
	}
	boltDocument struct {
		componentSize
		boltNumbers
	}
)

func sizeJSON(c nimbus.ComponentStatistics) componentSize {
	return componentSize{c.ID, c.Executors, c.Tasks}
}

func spoutJSON(n nimbus.Numbers) spoutNumbers {
	return spoutNumbers{n.Emitted, n.Transferred, n.Acked, n.Failed, milliseconds(n.CompleteLatency)}
}

func boltJSON(n nimbus.Numbers) boltNumbers {
	return boltNumbers{n.Emitted, n.Transferred, n.Acked, n.Failed, n.Executed, milliseconds(n.ExecuteLatency), milliseconds(n.ProcessLatency), n.Capacity}
}

func spoutsJSON(spouts []nimbus.ComponentStatistics) []spoutDocument {
	all := make([]spoutDocument, 0, len(spouts))
	for _, c := range spouts {
		all = append(all, spoutDocument{sizeJSON(c), spoutJSON(c.Numbers)})
	}
	return all
}

func boltsJSON(bolts []nimbus.ComponentStatistics) []boltDocument {
	all := make([]boltDocument, 0, len(bolts))
	for _, c := range bolts {
		all = append(all, boltDocument{sizeJSON(c), boltJSON(c.Numbers)})
	}
	return all
}

// clusterText returns the daemons of a cluster as tables.
func clusterText(s *nimbus.ClusterStatus) string {
	var b strings.Builder
	slots, used := s.Slots()
	fmt.Fprintf(&b, "%s, %s, %d of %s in use\n", topologies(s.Topologies), console.Count(len(s.Supervisors), "supervisor"), used, console.Count(slots, "slot"))
	nimbuses := console.NewTable("NIMBUS", "ROLE", "VERSION", "UPTIME")
	for _, n := range s.Nimbuses {
		role := "follows"
		if n.Leader {
			role = "leads"
		}
		nimbuses.Row(n.String(), role, n.Version, n.Uptime.String())
	}
	fmt.Fprintf(&b, "\n%s", nimbuses)
	if len(s.Supervisors) > 0 {
		supervisors := console.NewTable("SUPERVISOR", "SLOTS", "USED", "VERSION", "UPTIME")
		for _, v := range s.Supervisors {
			supervisors.Row(v.Host, v.Slots, v.Used, v.Version, v.Uptime.String())
		}
		fmt.Fprintf(&b, "\n%s", supervisors)
	}
	return b.String()
}

func topologies(n int) string {
	if n == 1 {
		return "1 topology"
	}
	return fmt.Sprintf("%d topologies", n)
}

func clusterJSON(s *nimbus.ClusterStatus) any {
	type daemon struct {
		Host    string  `json:"host"`
		Port    int     `json:"port,omitempty"`
		Leader  bool    `json:"leader,omitempty"`
		Version string  `json:"version,omitempty"`
		Uptime  float64 `json:"uptime_secs"`
	}
	type supervisor struct {
		daemon
		Slots int `json:"slots"`
		Used  int `json:"used_slots"`
	}
	doc := struct {
		Topologies  int          `json:"topologies"`
		Nimbuses    []daemon     `json:"nimbuses"`
		Supervisors []supervisor `json:"supervisors"`
	}{s.Topologies, []daemon{}, []supervisor{}}
	for _, n := range s.Nimbuses {
		doc.Nimbuses = append(doc.Nimbuses, daemon{n.Host, n.Port, n.Leader, n.Version, n.Uptime.Seconds()})
	}
	for _, v := range s.Supervisors {
		doc.Supervisors = append(doc.Supervisors, supervisor{daemon{Host: v.Host, Version: v.Version, Uptime: v.Uptime.Seconds()}, v.Slots, v.Used})
	}
	return doc
}
