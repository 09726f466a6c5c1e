package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/console"
	"github.com/stormflux/stormflux/internal/nimbus"
	"github.com/stormflux/stormflux/internal/settings"
)

// lookAtComponent looks at one component of a topology.
func (f *statusFlags) lookAtComponent(ctx context.Context, client *nimbus.Client, name, component string) (statusView, error) {
	ask := client.Statistics
	if settings.IsReserved(component) {
		ask = client.AllStatistics
	}
	status, numbers, err := f.look(ctx, client, ask, name)
	if err != nil {
		return statusView{}, err
	}
	look, known := componentLook{status: status, window: f.window}, []string{}
	if numbers == nil { // of a new topology
		numbers = &nimbus.Statistics{}
	}
	for i, all := range [][]nimbus.ComponentStatistics{numbers.Spouts, numbers.Bolts} {
		for _, c := range all {
			if known = append(known, c.ID); c.ID == component {
				look.component, look.spout = &c, i == 0
			}
		}
	}
	if look.component == nil && len(known) == 0 {
		return statusView{}, fmt.Errorf("topology %q has no numbers yet: Nimbus has none until the workers start", name)
	}
	if look.component == nil && slices.ContainsFunc(status.Components, func(c nimbus.ComponentStatus) bool { return c.ID == component }) {
		return statusView{}, fmt.Errorf("component %q of topology %q has no numbers yet: none of its executors has reported", component, name)
	}
	if look.component == nil {
		return statusView{}, fmt.Errorf("topology %q has no component %q; %s", name, component, nearOrKnown(component, known))
	}
	if look.details, err = client.ComponentDetails(ctx, status.ID, component, nimbus.WindowOf(f.window)); err != nil {
		return statusView{}, err
	}
	return statusView{look.text(f.errors), look.json()}, nil
}

// nearOrKnown suggests a name, or lists all.
func nearOrKnown(name string, known []string) string {
	if near, ok := diag.Suggest(name, known); ok {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return "known components: " + strings.Join(known, ", ")
}

// A componentLook is what Nimbus knows about a component.
type componentLook struct {
	status    *nimbus.Status
	component *nimbus.ComponentStatistics
	spout     bool
	details   *nimbus.ComponentDetails
	window    string
}

func (l *componentLook) kind() string {
	if l.spout {
		return "spout"
	}
	return "bolt"
}

func (l *componentLook) text(whole bool) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s): %s for %s\n", l.status.Name, l.status.ID, l.status.Status, l.status.Uptime)
	c := l.component
	fmt.Fprintf(&b, "%s %s: %s, %s; tuples %s\n", l.kind(), c.ID, console.Count(c.Executors, "executor"), console.Count(c.Tasks, "task"), since(l.window))
	headings, cells := boltHeadings, boltCells
	if l.spout {
		headings, cells = spoutHeadings, spoutCells
	}
	executors := console.NewTable(slices.Concat([]string{"TASKS", "WORKER", "UPTIME"}, headings())...)
	for _, e := range l.details.Executors {
		executors.Row(slices.Concat([]any{taskRange(e), fmt.Sprintf("%s:%d", e.Host, e.Port), e.Uptime.String()}, cells(e.Numbers))...)
	}
	executors.Row(slices.Concat([]any{"all", "", ""}, cells(c.Numbers))...)
	fmt.Fprintf(&b, "\n%s", executors)
	if len(l.details.Inputs) > 0 {
		inputs := console.NewTable("INPUT", "STREAM", "EXECUTED", "ACKED", "FAILED", "EXECUTE", "PROCESS")
		for _, s := range l.details.Inputs {
			inputs.Row(s.Component, s.Stream, s.Executed, s.Acked, s.Failed, latency(s.ExecuteLatency), latency(s.ProcessLatency))
		}
		fmt.Fprintf(&b, "\n%s", inputs)
	}
	if len(l.details.Outputs) > 0 {
		outputs := console.NewTable("OUTPUT", "EMITTED", "TRANSFERRED")
		if l.spout {
			outputs = console.NewTable(slices.Concat([]string{"OUTPUT"}, spoutHeadings())...)
		}
		for _, s := range l.details.Outputs {
			if l.spout {
				outputs.Row(slices.Concat([]any{s.Stream}, spoutCells(s.Numbers))...)
			} else {
				outputs.Row(s.Stream, s.Emitted, s.Transferred)
			}
		}
		fmt.Fprintf(&b, "\n%s", outputs)
	}
	b.WriteString(errorsText(l.details.Errors, whole))
	return b.String()
}

// taskRange returns the tasks of an executor: "3", or "3-4".
func taskRange(e nimbus.ExecutorStatistics) string {
	if e.First == e.Last {
		return fmt.Sprint(e.First)
	}
	return fmt.Sprintf("%d-%d", e.First, e.Last)
}

// The JSON of one component: the numbers are those of a spout or of a bolt.
type (
	componentDocument struct {
		Name      string             `json:"name"`
		ID        string             `json:"id"`
		Status    string             `json:"status"`
		Uptime    float64            `json:"uptime_secs"`
		Component string             `json:"component"`
		Kind      string             `json:"kind"`
		Tasks     int                `json:"tasks"`
		Window    string             `json:"window"`
		Numbers   any                `json:"numbers"`
		Executors []executorDocument `json:"executors"`
		Inputs    []inputDocument    `json:"inputs,omitempty"`
		Outputs   []outputDocument   `json:"outputs"`
		Errors    []statusError      `json:"errors"`
	}
	executorDocument struct {
		Tasks   [2]int  `json:"tasks"` // the first and the last
		Host    string  `json:"host"`
		Port    int     `json:"port"`
		Uptime  float64 `json:"uptime_secs"`
		Numbers any     `json:"numbers"`
	}
	inputDocument struct {
		Component      string  `json:"component"`
		Stream         string  `json:"stream"`
		Executed       int64   `json:"executed"`
		Acked          int64   `json:"acked"`
		Failed         int64   `json:"failed"`
		ExecuteLatency float64 `json:"execute_latency_ms"`
		ProcessLatency float64 `json:"process_latency_ms"`
	}
	outputDocument struct {
		Stream  string `json:"stream"`
		Numbers any    `json:"numbers"`
	}
)

func (l *componentLook) json() componentDocument {
	numbers := func(n nimbus.Numbers) any { return boltJSON(n) }
	if l.spout {
		numbers = func(n nimbus.Numbers) any { return spoutJSON(n) }
	}
	doc := componentDocument{
		Name: l.status.Name, ID: l.status.ID, Status: l.status.Status, Uptime: l.status.Uptime.Seconds(),
		Component: l.component.ID, Kind: l.kind(), Tasks: l.component.Tasks, Window: l.window, Numbers: numbers(l.component.Numbers),
		Executors: []executorDocument{}, Outputs: []outputDocument{}, Errors: errorsJSON(l.details.Errors),
	}
	for _, e := range l.details.Executors {
		doc.Executors = append(doc.Executors, executorDocument{[2]int{e.First, e.Last}, e.Host, e.Port, e.Uptime.Seconds(), numbers(e.Numbers)})
	}
	for _, s := range l.details.Inputs {
		doc.Inputs = append(doc.Inputs, inputDocument{
			s.Component, s.Stream, s.Executed, s.Acked, s.Failed, milliseconds(s.ExecuteLatency), milliseconds(s.ProcessLatency),
		})
	}
	for _, s := range l.details.Outputs {
		doc.Outputs = append(doc.Outputs, outputDocument{s.Stream, numbers(s.Numbers)})
	}
	return doc
}
