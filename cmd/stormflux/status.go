package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/stormflux/stormflux/internal/nimbus"
)

func (a *app) statusCommand() *cobra.Command {
	var flags clusterFlags
	cmd := &cobra.Command{
		Use:   "status NAME",
		Short: "Show a topology's components, workers and errors",
		Long: `Show what Nimbus knows of a topology: its components' executors, its workers, and the errors that were reported.

Nimbus hears from an executor once a minute by default (executor.metrics.frequency.secs), so a healthy topology too
shows executors that do not report in its first minute.`,
		Example: "  stormflux status wordcount -e prod",
	}
	asJSON := outputFlag(cmd)
	return a.runningCommand(&flags, "e", cmd, func(ctx context.Context, client *nimbus.Client, name string) error {
		status, err := client.Status(ctx, name)
		if err != nil {
			return err
		}
		if asJSON() {
			return writeJSON(a.stdout, statusJSON(status))
		}
		return a.printStatus(status)
	})
}

func (a *app) printStatus(s *nimbus.Status) error {
	executors, reporting := s.Scheduled()
	fmt.Fprintf(a.stdout, "%s (%s): %s for %s, %d of %s reporting\n", s.Name, s.ID, s.Status, s.Uptime, reporting, count(executors, "executor"))
	if s.SchedulerStatus != "" {
		fmt.Fprintf(a.stdout, "scheduler: %s\n", s.SchedulerStatus)
	}
	fmt.Fprintln(a.stdout)
	t := a.newTable("COMPONENT", "EXECUTORS", "REPORTING")
	for _, c := range s.Components {
		t.row(c.ID, number(int32(c.Executors)), number(int32(c.Reporting)))
	}
	if err := t.flush(); err != nil {
		return err
	}
	if len(s.Workers) > 0 {
		fmt.Fprintln(a.stdout)
		t = a.newTable("WORKER", "EXECUTORS", "REPORTING", "UPTIME")
		for _, w := range s.Workers {
			t.row(fmt.Sprintf("%s:%d", w.Host, w.Port), number(int32(w.Executors)), number(int32(w.Reporting)), w.Uptime.String())
		}
		if err := t.flush(); err != nil {
			return err
		}
	}
	if len(s.Errors) > 0 {
		fmt.Fprintln(a.stdout)
		t = a.newTable("TIME", "COMPONENT", "WORKER", "ERROR")
		for _, e := range s.Errors {
			t.row(e.Time.Format(time.DateTime), e.Component, fmt.Sprintf("%s:%d", e.Host, e.Port), e.Summary())
		}
		return t.flush()
	}
	return nil
}

// The JSON of `status`: lower-case keys, durations in seconds, times in RFC 3339.
type (
	statusDocument struct {
		Name       string            `json:"name"`
		ID         string            `json:"id"`
		Status     string            `json:"status"`
		Scheduler  string            `json:"scheduler_status,omitempty"`
		Owner      string            `json:"owner,omitempty"`
		Uptime     float64           `json:"uptime_secs"`
		Components []statusComponent `json:"components"`
		Workers    []statusWorker    `json:"workers"`
		Errors     []statusError     `json:"errors"`
	}
	statusComponent struct {
		ID        string `json:"id"`
		Executors int    `json:"executors"`
		Reporting int    `json:"reporting"`
	}
	statusWorker struct {
		Host      string  `json:"host"`
		Port      int     `json:"port"`
		Executors int     `json:"executors"`
		Reporting int     `json:"reporting"`
		Uptime    float64 `json:"uptime_secs"`
	}
	statusError struct {
		Component string    `json:"component"`
		Time      time.Time `json:"time"`
		Host      string    `json:"host,omitempty"`
		Port      int       `json:"port,omitempty"`
		Text      string    `json:"text"`
	}
)

func statusJSON(s *nimbus.Status) statusDocument {
	doc := statusDocument{
		Name: s.Name, ID: s.ID, Status: s.Status, Scheduler: s.SchedulerStatus, Owner: s.Owner, Uptime: s.Uptime.Seconds(),
		Components: []statusComponent{}, Workers: []statusWorker{}, Errors: []statusError{},
	}
	for _, c := range s.Components {
		doc.Components = append(doc.Components, statusComponent(c))
	}
	for _, w := range s.Workers {
		doc.Workers = append(doc.Workers, statusWorker{w.Host, w.Port, w.Executors, w.Reporting, w.Uptime.Seconds()})
	}
	for _, e := range s.Errors {
		doc.Errors = append(doc.Errors, statusError(e))
	}
	return doc
}
