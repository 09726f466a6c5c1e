package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/stormflux/stormflux/internal/console"
	"github.com/stormflux/stormflux/internal/nimbus"
)

// numbersText returns the numbers of a topology's components as tables.
func numbersText(s *nimbus.Statistics, window string) string {
	since := "since the submission"
	if window != "all" {
		since = "in the last " + map[string]string{"10m": "10 minutes", "3h": "3 hours", "1d": "day"}[window]
	}
	var b strings.Builder
	if len(s.Spouts) > 0 {
		t := console.NewTable("SPOUT", "TASKS", "EMITTED", "TRANSFERRED", "ACKED", "FAILED", "COMPLETE LATENCY")
		for _, c := range s.Spouts {
			t.Row(c.ID, c.Tasks, c.Emitted, c.Transferred, c.Acked, c.Failed, latency(c.CompleteLatency))
		}
		fmt.Fprintf(&b, "\n%s", t)
	}
	if len(s.Bolts) > 0 {
		t := console.NewTable("BOLT", "TASKS", "EXECUTED", "EMITTED", "TRANSFERRED", "ACKED", "FAILED", "EXECUTE", "PROCESS", "CAPACITY")
		for _, c := range s.Bolts {
			t.Row(c.ID, c.Tasks, c.Executed, c.Emitted, c.Transferred, c.Acked, c.Failed, latency(c.ExecuteLatency), latency(c.ProcessLatency),
				console.Quantity(fmt.Sprintf("%.0f%%", 100*c.Capacity)))
		}
		fmt.Fprintf(&b, "\n%s", t)
	}
	if b.Len() > 0 {
		fmt.Fprintf(&b, "tuples %s\n", since)
	}
	return b.String()
}

func latency(d time.Duration) console.Quantity {
	if d == 0 {
		return "-"
	}
	return console.Quantity(fmt.Sprintf("%.1f ms", d.Seconds()*1e3))
}

// The JSON of the numbers: latencies in milliseconds.
type (
	componentNumbers struct {
		ID          string `json:"id"`
		Executors   int    `json:"executors"`
		Tasks       int    `json:"tasks"`
		Emitted     int64  `json:"emitted"`
		Transferred int64  `json:"transferred"`
		Acked       int64  `json:"acked"`
		Failed      int64  `json:"failed"`
	}
	spoutNumbers struct {
		componentNumbers
		CompleteLatency float64 `json:"complete_latency_ms"`
	}
	boltNumbers struct {
		componentNumbers
		Executed       int64   `json:"executed"`
		ExecuteLatency float64 `json:"execute_latency_ms"`
		ProcessLatency float64 `json:"process_latency_ms"`
		Capacity       float64 `json:"capacity"`
	}
)

func commonJSON(c *nimbus.ComponentStatistics) componentNumbers {
	return componentNumbers{c.ID, c.Executors, c.Tasks, c.Emitted, c.Transferred, c.Acked, c.Failed}
}

func spoutsJSON(spouts []nimbus.ComponentStatistics) []spoutNumbers {
	all := make([]spoutNumbers, 0, len(spouts))
	for _, c := range spouts {
		all = append(all, spoutNumbers{commonJSON(&c), c.CompleteLatency.Seconds() * 1e3})
	}
	return all
}

func boltsJSON(bolts []nimbus.ComponentStatistics) []boltNumbers {
	all := make([]boltNumbers, 0, len(bolts))
	for _, c := range bolts {
		all = append(all, boltNumbers{commonJSON(&c), c.Executed, c.ExecuteLatency.Seconds() * 1e3, c.ProcessLatency.Seconds() * 1e3, c.Capacity})
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
