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
	var flags statusFlags
	cmd := &cobra.Command{
		Use:   "status [NAME [COMPONENT]]",
		Short: "Show a topology's numbers, workers and errors, or the cluster",
		Long: `Show what Nimbus knows about a topology: the numbers of its components, its workers, and its errors. An error that
happened several times is shown once, with its last time and the number of times. With COMPONENT, show the executors and
streams of one component, which can be one of Storm's own, such as __acker. Without NAME, show the daemons of the cluster.

An executor reports to Nimbus every executor.metrics.frequency.secs, which the cluster sets (Storm's default: 60). Until its
first report, an executor counts as not reporting, also in a healthy topology. Storm counts a sample of the tuples
(topology.stats.sample.rate), so the numbers grow in steps.

With --watch, look again every two seconds (--every), until Ctrl-C or until the topology is gone. A terminal shows the last
look. Elsewhere, each look follows the one before; as JSON, each is one line.`,
		Example: `  stormflux status -e prod
  stormflux status wordcount -e prod --window 10m
  stormflux status wordcount count -e prod
  stormflux status wordcount -e prod --watch`,
	}
	cmd.Flags().BoolVar(&flags.errors, "errors", false, "also print the whole text of every error, with its stack")
	addChoice(cmd, cmd.Flags(), &flags.window, "window", "count tuples of the last `TIME`: "+orList(nimbus.Windows()), nimbus.Windows()...)
	flags.watch.add(cmd)
	flags.json = formatFlag(cmd)
	flags.add(cmd)
	flags.addEnvironment(cmd)
	cmd.Args = atMost(2)
	cmd.ValidArgsFunction = func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		switch len(args) {
		case 0:
			return a.topologyNames(cmd.Context(), &flags.clusterFlags), cobra.ShellCompDirectiveNoFileComp
		case 1:
			return a.componentNames(cmd.Context(), &flags.clusterFlags, args[0]), cobra.ShellCompDirectiveNoFileComp
		}
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := flags.check(cmd, args); err != nil {
			return err
		}
		client, err := a.connectAlone(cmd.Context(), &flags.clusterFlags)
		if err != nil {
			return err
		}
		defer client.Close()
		look := func(ctx context.Context) (view statusView, err error) {
			switch len(args) {
			case 0:
				return lookAtCluster(ctx, client)
			case 1:
				return flags.lookAtTopology(ctx, client, args[0])
			}
			return flags.lookAtComponent(ctx, client, args[0], args[1])
		}
		if flags.watch.on {
			name := strings.Join(args[:min(len(args), 1)], "")
			return clusterError(a.watchStatus(cmd.Context(), name, look, flags.watch.interval(), flags.json()))
		}
		view, err := look(cmd.Context())
		if err != nil {
			return clusterError(err)
		}
		if flags.json() {
			return a.printJSON(view.document)
		}
		return a.print(view.text)
	}
	return cmd
}

// statusFlags are the flags of status.
type statusFlags struct {
	clusterFlags
	errors bool
	window string
	watch  watchFlags
	json   func() bool
}

// check refuses flags that would do nothing.
func (f *statusFlags) check(cmd *cobra.Command, args []string) error {
	switch {
	case f.errors && f.json():
		return usageError("--errors does nothing with --format json, which always has whole texts")
	case len(args) == 0 && (f.errors || cmd.Flags().Changed("window")):
		return usageError("--errors and --window are for a topology: name one")
	}
	return f.watch.check(cmd)
}

// A statusView is one look at a cluster, for people and for programs.
type statusView struct {
	text     string
	document any
}

func lookAtCluster(ctx context.Context, client *nimbus.Client) (statusView, error) {
	status, err := client.ClusterStatus(ctx)
	if err != nil {
		return statusView{}, err
	}
	return statusView{clusterText(status), clusterJSON(status)}, nil
}

func (f *statusFlags) lookAtTopology(ctx context.Context, client *nimbus.Client, name string) (statusView, error) {
	status, numbers, err := f.look(ctx, client, client.Statistics, name)
	if err != nil {
		return statusView{}, err
	}
	return statusView{statusText(status, numbers, f.window, f.errors), statusJSON(status, numbers, f.window)}, nil
}

// askStatistics is a method of [nimbus.Client].
type askStatistics func(ctx context.Context, id string, window nimbus.Window) (*nimbus.Statistics, error)

// look returns the state of a topology and its numbers. These are nil if Nimbus has none: Storm before 1.0, and a topology that
// has just been submitted.
func (f *statusFlags) look(ctx context.Context, client *nimbus.Client, ask askStatistics, name string) (*nimbus.Status, *nimbus.Statistics, error) {
	status, err := client.Status(ctx, name)
	if err != nil {
		return nil, nil, err
	}
	numbers, err := ask(ctx, status.ID, nimbus.WindowOf(f.window))
	if kind := nimbus.KindOf(err); kind == nimbus.Unsupported || kind == nimbus.Internal {
		return status, nil, nil
	}
	if err == nil {
		numbers.Count(status)
	}
	return status, numbers, err
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
	b.WriteString(errorsText(s.Errors, whole))
	return b.String()
}

// errorsText returns a table of errors without repetitions: with whole, also the whole text of each.
func errorsText(errors []nimbus.ReportedError, whole bool) string {
	if len(errors) == 0 {
		return ""
	}
	var b strings.Builder
	problems := console.NewTable("TIME", "COMPONENT", "WORKER", "ERROR")
	for _, e := range differentErrors(errors, nil) {
		problems.Row(e.Time.Format(time.DateTime), e.Component, fmt.Sprintf("%s:%d", e.Host, e.Port), e.text)
	}
	fmt.Fprintf(&b, "\n%s", problems)
	if whole {
		for _, e := range errors {
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
		Spouts     []spoutDocument   `json:"spouts,omitempty"`
		Bolts      []boltDocument    `json:"bolts,omitempty"`
		Workers    []statusWorker    `json:"workers"`
		Errors     []statusError     `json:"errors"`
	}
	statusComponent struct {
		ID        string `json:"id"`
		Executors int    `json:"executors"`
		Reporting int    `json:"reporting"`
		Tasks     int    `json:"tasks"`
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
		Components: []statusComponent{}, Workers: []statusWorker{},
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
	doc.Errors = errorsJSON(s.Errors)
	return doc
}

func errorsJSON(errors []nimbus.ReportedError) []statusError {
	all := make([]statusError, 0, len(errors))
	for _, e := range errors {
		all = append(all, statusError(e))
	}
	return all
}
