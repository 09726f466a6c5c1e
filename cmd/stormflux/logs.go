package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/stormflux/stormflux/internal/logviewer"
	"github.com/stormflux/stormflux/internal/nimbus"
	"github.com/stormflux/stormflux/internal/runview"
)

// logFlags are the flags of the commands that read logs of workers.
type logFlags struct {
	cluster   clusterFlags
	viewers   []string
	dir       string
	component string

	lines  int
	follow bool
	grep   string
	file   string
	format string
}

func (a *app) logsCommand() *cobra.Command {
	var flags logFlags
	cmd := &cobra.Command{
		Use:   "logs NAME [COMPONENT]",
		Short: "Show the logs of a topology's workers",
		Long: `Show the last lines of the logs of a topology's workers, of all workers together in the order of their times. Each line
begins with the component and the task that it belongs to, or with the worker. With COMPONENT, show only its lines.

The logs come from Storm's logviewers, which must run on every host with a Supervisor ("storm logviewer"). On the machine of
the Supervisor, --log-dir reads the files, and needs neither logviewer nor Nimbus.`,
		Example: `  stormflux logs wordcount -f
  stormflux logs wordcount count --grep "(?i)timeout" -n 20 -e prod
  stormflux logs wordcount --log-dir /opt/storm/logs`,
	}
	f := cmd.Flags()
	f.IntVarP(&flags.lines, "lines", "n", 100, "show the last `N` lines")
	f.BoolVarP(&flags.follow, "follow", "f", false, "go on with new lines until Ctrl-C, also when workers move")
	f.StringVar(&flags.grep, "grep", "", "show only lines whose text matches the regular expression `REGEXP`")
	f.StringVar(&flags.file, "file", logviewer.WorkerLog, "read another `FILE` of the workers, such as worker.log.err or gc.log.0")
	addChoice(cmd, f, &flags.format, "format", "the `FORMAT` of the output: text, or json with one line of a log on each line", "text", "json")
	_ = cmd.RegisterFlagCompletionFunc("file", cobra.FixedCompletions(
		[]string{logviewer.WorkerLog, "worker.log.err", "worker.log.out", "worker.log.metrics", logviewer.EventLog}, cobra.ShellCompDirectiveNoFileComp))
	cmd.PreRunE = func(*cobra.Command, []string) error {
		if flags.lines < 0 {
			return usageError("--lines %d: give 0 or more", flags.lines)
		}
		return nil
	}
	return a.logCommand(&flags, cmd, func(ctx context.Context, logs *topologyLogs) error { return a.showLogs(ctx, logs, &flags) })
}

// topologyLogs is where the logs of a topology are.
type topologyLogs struct {
	source  logviewer.Source
	workers func(context.Context) ([]logviewer.Placed, error)
	advice  string // what to do if no logviewer answers
}

// logCommand completes a command about the workers of one topology. do gets what reads their logs.
func (a *app) logCommand(flags *logFlags, cmd *cobra.Command, do func(context.Context, *topologyLogs) error) *cobra.Command {
	cmd.Flags().StringVar(&flags.dir, "log-dir", "", "read the files in `DIR`, the folder of Storm's logs on this machine, in place of logviewers")
	_ = cmd.MarkFlagDirname("log-dir")
	cmd.Flags().StringArrayVar(&flags.viewers, "logviewer", nil, "use the logviewer at `[HOST=]ADDRESS` for the workers on HOST, or for all, if the host's own name does not resolve here (repeatable)")
	_ = cmd.RegisterFlagCompletionFunc("logviewer", cobra.NoFileCompletions)
	cmd = a.componentCommand(&flags.cluster, cmd, &flags.component, func(ctx context.Context, client *nimbus.Client, name string) error {
		logs, err := a.logsOf(ctx, client, name, flags)
		if err != nil {
			return err
		}
		return explainLogs(do(ctx, logs), logs)
	})
	connected := cmd.RunE
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := notEmpty(cmd.Flags(), "log-dir"); err != nil {
			return err
		}
		if flags.dir == "" {
			return connected(cmd, args)
		}
		if len(args) == 2 {
			flags.component = args[1]
		}
		logs, err := logsIn(flags.dir, args[0])
		if err != nil {
			return environmentError(err)
		}
		return clusterError(explainLogs(do(cmd.Context(), logs), logs))
	}
	return cmd
}

// explainLogs adds what to do to an error of a logviewer.
func explainLogs(err error, logs *topologyLogs) error {
	var silent *logviewer.Unreachable
	var refused *logviewer.Refused
	var unknown *logviewer.UnknownComponent
	switch {
	case errors.As(err, &unknown) && len(unknown.Known) > 0:
		return fmt.Errorf("%w; %s", err, nearOrKnown(unknown.Component, unknown.Known))
	case errors.As(err, &silent):
		return fmt.Errorf("%w\n  %s", err, logs.advice)
	case errors.As(err, &refused):
		return fmt.Errorf("%w\n  stormflux cannot log in to logviewers; on the Supervisor's machine, --log-dir reads the files", err)
	}
	return err
}

// logsIn returns the logs of a topology in a folder.
func logsIn(dir, topology string) (*topologyLogs, error) {
	folder, err := logviewer.FindFolder(dir, topology)
	if err != nil {
		return nil, err
	}
	return &topologyLogs{source: folder, workers: func(context.Context) ([]logviewer.Placed, error) {
		workers, err := folder.Workers("localhost")
		var placed []logviewer.Placed
		for _, w := range workers {
			placed = append(placed, logviewer.Placed{Worker: w})
		}
		return placed, err
	}}, nil
}

// logsOf returns the logs of a topology on a cluster.
func (a *app) logsOf(ctx context.Context, client *nimbus.Client, name string, flags *logFlags) (*topologyLogs, error) {
	bases, err := logviewers(flags.viewers)
	if err != nil {
		return nil, err
	}
	placement, err := client.Placement(ctx, name)
	if err != nil {
		return nil, err
	}
	if len(placement.Executors) == 0 {
		return nil, fmt.Errorf("%s has no workers: Nimbus has not scheduled it (see \"stormflux status %s\")", name, name)
	}
	if err := knownComponent(placement, flags.component); err != nil {
		return nil, err
	}
	conf, err := client.LogviewerConf(ctx)
	if err != nil {
		return nil, err
	}
	base := func(host string) string {
		for _, key := range []string{host, ""} {
			if address := bases[key]; address != "" {
				return completeBase(address, conf)
			}
		}
		return fmt.Sprintf("%s://%s", conf.Scheme, net.JoinHostPort(host, strconv.Itoa(conf.Port)))
	}
	logs := &topologyLogs{
		source: &logviewer.HTTP{Topology: placement.ID, Base: base, Client: httpClient(client.Certificates())},
		advice: fmt.Sprintf("\"storm logviewer\" starts one on the Supervisor's host; Nimbus's configuration says port %d (logviewer.port). "+
			"--logviewer gives another address, and --log-dir reads files", conf.Port),
	}
	if advice := devLogsAdvice(client); advice != "" {
		logs.advice = advice
	}
	first := placement
	logs.workers = func(ctx context.Context) ([]logviewer.Placed, error) {
		now := first
		if first = nil; now == nil {
			var err error
			now, err = client.Placement(ctx, name)
			if nimbus.KindOf(err) == nimbus.NotAlive || err == nil && now.ID != placement.ID {
				return nil, fmt.Errorf("%s: %w", name, logviewer.ErrGone)
			}
			if err != nil {
				return nil, err
			}
		}
		return placed(now), nil
	}
	return logs, nil
}

// knownComponent checks that a topology has a component. "" stands for all of them.
func knownComponent(p *nimbus.Placement, component string) error {
	ids := p.Components()
	switch {
	case component == "" || slices.Contains(ids, component):
		return nil
	case len(ids) == 0:
		return errors.New("the topology has no workers: Nimbus has not scheduled it")
	}
	return fmt.Errorf("the topology has no component %q; %s", component, nearOrKnown(component, ids))
}

// placed returns the workers of a topology with their executors.
func placed(p *nimbus.Placement) []logviewer.Placed {
	var all []logviewer.Placed
	for _, e := range p.Executors {
		w := logviewer.Worker{Host: e.Worker.Host, Port: e.Worker.Port}
		i := slices.IndexFunc(all, func(p logviewer.Placed) bool { return p.Worker == w })
		if i < 0 {
			i, all = len(all), append(all, logviewer.Placed{Worker: w})
		}
		all[i].Executors = append(all[i].Executors, logviewer.Executor{Component: e.Component, First: e.First, Last: e.Last})
	}
	return all
}

// logviewers reads the values of --logviewer. The key of the address for all hosts is "".
func logviewers(values []string) (map[string]string, error) {
	bases := map[string]string{}
	for _, value := range values {
		host, address, ok := strings.Cut(value, "=")
		if !ok {
			host, address = "", value
		}
		if address == "" || strings.ContainsAny(address, "/?#") && !strings.Contains(address, "://") {
			return nil, usageError("--logviewer %q: give [HOST=]HOST[:PORT] or [HOST=]https://HOST[:PORT]", value)
		}
		bases[host] = strings.TrimSuffix(address, "/")
	}
	return bases, nil
}

// completeBase adds to the address of a logviewer what it does not say.
func completeBase(address string, conf nimbus.LogviewerConf) string {
	if strings.Contains(address, "://") {
		return address
	}
	if _, _, err := net.SplitHostPort(address); err != nil {
		address = net.JoinHostPort(strings.Trim(address, "[]"), strconv.Itoa(conf.Port))
	}
	return conf.Scheme + "://" + address
}

// httpClient returns a client that trusts what the connection to Nimbus trusts.
func httpClient(certificates *tls.Config) *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = certificates
	return &http.Client{Transport: transport}
}

// showLogs prints the logs of a topology.
func (a *app) showLogs(ctx context.Context, logs *topologyLogs, flags *logFlags) error {
	options := logviewer.Options{
		Source: logs.source, Workers: logs.workers, File: flags.file, Component: flags.component, Lines: flags.lines, Follow: flags.follow,
		Note: func(text string) { printTo(a.stderr, "stormflux: %s\n", text) },
	}
	if flags.grep != "" {
		match, err := regexp.Compile(flags.grep)
		if err != nil {
			return usageError("--grep: %w", err)
		}
		options.Match = match
	}
	var failed error
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	view := runview.NewLogView(runview.Options{Out: a.stdout, Colored: a.color.On(a.stdout), Failed: func(err error) { failed = err; stop() }},
		nil, flags.format == "json")
	options.Print = view.Print
	err := logviewer.Read(ctx, options)
	view.Close()
	if failed != nil {
		return environmentError(failed)
	}
	if flags.follow && errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}
