package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/stormflux/stormflux/internal/console"
	"github.com/stormflux/stormflux/internal/exception"
	"github.com/stormflux/stormflux/internal/nimbus"
)

func (a *app) statusCommand() *cobra.Command {
	var flags clusterFlags
	cmd := &cobra.Command{
		Use:   "status [NAME]",
		Short: "Show a topology's numbers, workers and errors, or the cluster",
		Long: `Show what Nimbus knows about a topology: the numbers of its components, its workers, and its errors. An error that
happened several times is shown once, with its last time and the number of times. Without NAME, show the daemons of the
cluster.

By default, an executor reports to Nimbus once a minute (executor.metrics.frequency.secs). In its first minute, even a
healthy topology has executors that do not report yet. Storm counts a sample of the tuples (topology.stats.sample.rate), so
the numbers grow in steps.`,
		Example: `  stormflux status -e prod
  stormflux status wordcount -e prod --window 10m`,
	}
	var whole bool
	var window string
	cmd.Flags().BoolVar(&whole, "errors", false, "also print the whole text of every error, with its stack")
	addChoice(cmd, cmd.Flags(), &window, "window", "count tuples of the last `TIME`: "+orList(nimbus.Windows()), nimbus.Windows()...)
	asJSON := formatFlag(cmd)
	cmd = a.runningCommand(&flags, cmd, func(ctx context.Context, client *nimbus.Client, name string) error {
		status, err := client.Status(ctx, name)
		if err != nil {
			return err
		}
		numbers, err := client.Statistics(ctx, status.ID, nimbus.WindowOf(window))
		switch nimbus.KindOf(err) {
		case nimbus.Unsupported, nimbus.Internal: // Storm before 1.0, and a topology that has just been submitted
			numbers = nil
		default:
			if err != nil {
				return err
			}
		}
		if asJSON() {
			return a.printJSON(statusJSON(status, numbers, window))
		}
		return a.print(statusText(status, numbers, window, whole))
	})
	ofTopology := cmd.RunE
	cmd.Args = atMostOne
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if whole && asJSON() {
			return usageError("--errors does nothing with --format json, which always has whole texts")
		}
		if len(args) == 1 {
			return ofTopology(cmd, args)
		}
		if whole || cmd.Flags().Changed("window") {
			return usageError("--errors and --window are for a topology: name one")
		}
		client, err := a.connectAlone(cmd.Context(), &flags)
		if err != nil {
			return err
		}
		defer client.Close()
		status, err := client.ClusterStatus(cmd.Context())
		if err != nil {
			return environmentError(err)
		}
		if asJSON() {
			return a.printJSON(clusterJSON(status))
		}
		return a.print(clusterText(status))
	}
	return cmd
}

// statusText returns a status for people: with whole, also the whole texts of the errors.
func statusText(s *nimbus.Status, numbers *nimbus.Statistics, window string, whole bool) string {
	var b strings.Builder
	executors, reporting := s.Scheduled()
	fmt.Fprintf(&b, "%s (%s): %s for %s, %d of %s reporting\n",
		s.Name, s.ID, s.Status, s.Uptime, reporting, console.Count(executors, "executor"))
	if s.SchedulerStatus != "" {
		fmt.Fprintf(&b, "scheduler: %s\n", s.SchedulerStatus)
	}
	components := console.NewTable("COMPONENT", "EXECUTORS", "REPORTING")
	for _, c := range s.Components {
		components.Row(c.ID, c.Executors, c.Reporting)
	}
	fmt.Fprintf(&b, "\n%s", components)
	if numbers != nil && reporting > 0 {
		b.WriteString(numbersText(numbers, window))
	}
	if len(s.Workers) > 0 {
		workers := console.NewTable("WORKER", "EXECUTORS", "REPORTING", "UPTIME")
		for _, w := range s.Workers {
			workers.Row(fmt.Sprintf("%s:%d", w.Host, w.Port), w.Executors, w.Reporting, w.Uptime.String())
		}
		fmt.Fprintf(&b, "\n%s", workers)
	}
	if len(s.Errors) > 0 {
		problems := console.NewTable("TIME", "COMPONENT", "WORKER", "ERROR")
		for _, e := range differentErrors(s.Errors, nil) {
			problems.Row(e.Time.Format(time.DateTime), e.Component, fmt.Sprintf("%s:%d", e.Host, e.Port), e.text)
		}
		fmt.Fprintf(&b, "\n%s", problems)
	}
	if whole {
		for _, e := range s.Errors {
			fmt.Fprintf(&b, "\n%s  %s  %s:%d\n%s\n", e.Time.Format(time.DateTime), e.Component, e.Host, e.Port, strings.TrimSpace(e.Text))
		}
	}
	return b.String()
}

// A differentError is an error of a component that happened once or more.
type differentError struct {
	nimbus.ReportedError        // the first of them
	text                 string // the exception, with the number of times
}

// differentErrors returns errors without repetitions: of several that look the same, the first in the list. sources has the
// files that resources come from.
func differentErrors(errors []nimbus.ReportedError, sources map[string]string) (different []differentError) {
	var tally exception.Tally
	var found []exception.Exception
	for _, e := range errors {
		read := exception.Read(e.Text).In(sources)
		if tally.Add(e.Component, read).Count == 1 {
			different, found = append(different, differentError{ReportedError: e}), append(found, read)
		}
	}
	for i, e := range found {
		kind := exception.Kind{Exception: e, Count: tally.Count(different[i].Component, e)}
		different[i].text = kind.String()
	}
	return different
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
		Window     string            `json:"window,omitempty"` // of the numbers
		Spouts     []spoutNumbers    `json:"spouts,omitempty"`
		Bolts      []boltNumbers     `json:"bolts,omitempty"`
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

func statusJSON(s *nimbus.Status, numbers *nimbus.Statistics, window string) statusDocument {
	doc := statusDocument{
		Name: s.Name, ID: s.ID, Status: s.Status, Scheduler: s.SchedulerStatus, Owner: s.Owner, Uptime: s.Uptime.Seconds(),
		Components: []statusComponent{}, Workers: []statusWorker{}, Errors: []statusError{},
	}
	for _, c := range s.Components {
		doc.Components = append(doc.Components, statusComponent(c))
	}
	if numbers != nil {
		doc.Window, doc.Spouts, doc.Bolts = window, spoutsJSON(numbers.Spouts), boltsJSON(numbers.Bolts)
	}
	for _, w := range s.Workers {
		doc.Workers = append(doc.Workers, statusWorker{w.Host, w.Port, w.Executors, w.Reporting, w.Uptime.Seconds()})
	}
	for _, e := range s.Errors {
		doc.Errors = append(doc.Errors, statusError(e))
	}
	return doc
}
