package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/stormflux/stormflux/internal/console"
	"github.com/stormflux/stormflux/internal/nimbus"
)

// runningCommand makes a command about one topology on a cluster.
func (a *app) runningCommand(flags *clusterFlags, shorthand string, cmd *cobra.Command, do func(context.Context, *nimbus.Client, string) error) *cobra.Command {
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if len(args) != 1 {
			return usageError("want one topology's name, got %d. Usage: %s", len(args), cmd.UseLine())
		}
		return nil
	}
	cmd.ValidArgsFunction = func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return a.topologyNames(cmd.Context(), flags), cobra.ShellCompDirectiveNoFileComp
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		client, err := a.connectAlone(cmd.Context(), flags)
		if err != nil {
			return err
		}
		defer client.Close()
		return clusterError(do(cmd.Context(), client, args[0]))
	}
	flags.add(cmd)
	flags.addEnvironment(cmd, shorthand)
	return cmd
}

// clusterError gives what a cluster said its exit code, unless the error has one.
func clusterError(err error) error {
	var exit *exitError
	if err == nil || errors.As(err, &exit) {
		return err
	}
	return environmentError(err)
}

// topologyNames returns what runs on the cluster, for completion: quickly, or nothing.
func (a *app) topologyNames(ctx context.Context, flags *clusterFlags) []string {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	client := a.connectQuickly(ctx, flags)
	if client == nil {
		return nil
	}
	defer client.Close()
	list, err := client.List(ctx)
	if err != nil {
		return nil
	}
	var names []string
	for _, t := range list {
		names = append(names, t.Name)
	}
	return names
}

// componentNames returns the components of a topology on the cluster, for completion: quickly, or nothing.
func (a *app) componentNames(ctx context.Context, flags *clusterFlags, topology string) []string {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	client := a.connectQuickly(ctx, flags)
	if client == nil {
		return nil
	}
	defer client.Close()
	status, err := client.Status(ctx, topology)
	if err != nil {
		return nil
	}
	var names []string
	for _, c := range status.Components {
		names = append(names, c.ID)
	}
	return names
}

// connectQuickly connects for completion, without a word and without trying again; nil when it cannot.
func (a *app) connectQuickly(ctx context.Context, flags *clusterFlags) *nimbus.Client {
	env, _, err := flags.chosen()
	if err != nil {
		return nil
	}
	conf, err := a.nimbusConfig(flags, env, nil)
	if err != nil {
		return nil
	}
	conf.Notify, conf.Retry.Times = nil, -1
	client, err := nimbus.Connect(ctx, conf)
	if err != nil {
		return nil
	}
	return client
}

// outputFlag adds --output and returns a function that tells whether JSON is asked for.
func outputFlag(cmd *cobra.Command) (asJSON func() bool) {
	var output string
	addChoice(cmd, cmd.Flags(), &output, "output", "table or json", "table", "json")
	return func() bool { return output == "json" }
}

// waitFlag is how long Storm waits before it ends workers; the topology's message timeout unless it is set.
type waitFlag struct{ time.Duration }

func addWait(cmd *cobra.Command, shorthand, usage string) *waitFlag {
	wait := &waitFlag{nimbus.DefaultWait}
	cmd.Flags().VarP(wait, "wait", shorthand, usage+" (default: the topology's message timeout)")
	return wait
}

func (w *waitFlag) Set(text string) error {
	secs, err := strconv.ParseUint(text, 10, 31)
	if err != nil {
		return errors.New("want whole seconds, 0 or more")
	}
	w.Duration = time.Duration(secs) * time.Second
	return nil
}

func (w *waitFlag) String() string {
	if w.Duration < 0 {
		return ""
	}
	return strconv.Itoa(int(w.Seconds()))
}

func (w *waitFlag) Type() string { return "int" }

// after says when what waits happens.
func (w *waitFlag) after() string {
	switch {
	case w.Duration < 0:
		return "after its message timeout"
	case w.Duration == 0:
		return "now"
	}
	return "in " + console.Count(int(w.Seconds()), "second")
}

// done is what a command that changed a running topology prints as JSON.
type done struct {
	Topology string `json:"topology"`
	Done     string `json:"done"`
}

// changed prints what was done to a topology.
func (a *app) changed(json bool, name, what, text string) error {
	if json {
		return a.printJSON(done{name, what})
	}
	_, err := fmt.Fprintf(a.stdout, "%s: %s\n", name, text)
	return err
}

func (a *app) listCommand() *cobra.Command {
	var flags clusterFlags
	var asJSON func() bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the topologies of a cluster",
		Example: `  stormflux list --nimbus nimbus1
  stormflux list -e prod --output json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := a.connectAlone(cmd.Context(), &flags)
			if err != nil {
				return err
			}
			defer client.Close()
			list, err := client.List(cmd.Context())
			if err != nil {
				return environmentError(err)
			}
			type topology struct {
				Name      string `json:"name"`
				ID        string `json:"id"`
				Status    string `json:"status"`
				Uptime    int32  `json:"uptime_secs"`
				Workers   int32  `json:"workers"`
				Executors int32  `json:"executors"`
				Tasks     int32  `json:"tasks"`
				Owner     string `json:"owner,omitempty"`
			}
			all := make([]topology, 0, len(list))
			for _, t := range list {
				all = append(all, topology{t.Name, t.ID, t.Status, t.UptimeSecs, t.NumWorkers, t.NumExecutors, t.NumTasks, t.GetOwner()})
			}
			if asJSON() {
				return a.printJSON(all)
			}
			t := console.NewTable("NAME", "STATUS", "UPTIME", "WORKERS", "EXECUTORS", "TASKS", "ID")
			for _, x := range all {
				t.Row(x.Name, x.Status, (time.Duration(x.Uptime) * time.Second).String(),
					x.Workers, x.Executors, x.Tasks, x.ID)
			}
			return a.print(t.String())
		},
	}
	asJSON = outputFlag(cmd)
	flags.add(cmd)
	flags.addEnvironment(cmd, "e")
	return cmd
}

func (a *app) killCommand() *cobra.Command {
	var flags clusterFlags
	cmd := &cobra.Command{
		Use:   "kill NAME",
		Short: "Kill a topology",
		Long: `Kill a topology: its spouts stop at once, its workers when the wait is over. The name stays taken until the topology
is gone.`,
		Example: `  stormflux kill wordcount
  stormflux kill wordcount --wait 0 -e prod`,
	}
	wait := addWait(cmd, "", "let the bolts go on for `SECS` seconds")
	asJSON := outputFlag(cmd)
	return a.runningCommand(&flags, "e", cmd, func(ctx context.Context, client *nimbus.Client, name string) error {
		if err := client.Kill(ctx, name, wait.Duration); err != nil {
			return err
		}
		return a.changed(asJSON(), name, "kill", "killed; its workers end "+wait.after())
	})
}

func (a *app) activateCommand() *cobra.Command {
	return a.switchCommand("activate", "Let a topology's spouts emit again", "ACTIVE", (*nimbus.Client).Activate)
}

func (a *app) deactivateCommand() *cobra.Command {
	return a.switchCommand("deactivate", "Stop a topology's spouts from emitting; its bolts go on", "INACTIVE", (*nimbus.Client).Deactivate)
}

// switchCommand makes the command that gives a topology a status.
func (a *app) switchCommand(verb, short, status string, do func(*nimbus.Client, context.Context, string) error) *cobra.Command {
	var flags clusterFlags
	cmd := &cobra.Command{
		Use:     verb + " NAME",
		Short:   short,
		Example: "  stormflux " + verb + " wordcount",
	}
	asJSON := outputFlag(cmd)
	return a.runningCommand(&flags, "e", cmd, func(ctx context.Context, client *nimbus.Client, name string) error {
		if err := do(client, ctx, name); err != nil {
			return err
		}
		return a.changed(asJSON(), name, verb, status)
	})
}

func (a *app) rebalanceCommand() *cobra.Command {
	var flags clusterFlags
	var workers int32
	var executors []string
	options := nimbus.RebalanceOptions{Executors: map[string]int32{}}
	cmd := &cobra.Command{
		Use:   "rebalance NAME",
		Short: "Spread a topology over the cluster anew, with other numbers of workers and executors",
		Long: `Spread a topology over the cluster anew. The number of a component's tasks never changes: more executors than tasks
means as many as tasks.`,
		Example: `  stormflux rebalance wordcount -n 4 -e split=8 -e count=16`,
	}
	cmd.Flags().Int32VarP(&workers, "workers", "n", 0, "number of workers (default: as before)")
	cmd.Flags().StringArrayVarP(&executors, "executors", "e", nil, "executors of a component, `COMPONENT=N` (repeatable)")
	_ = cmd.RegisterFlagCompletionFunc("executors", func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		var names []string
		if len(args) == 1 {
			for _, name := range a.componentNames(cmd.Context(), &flags, args[0]) {
				names = append(names, name+"=")
			}
		}
		return names, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
	})
	wait := addWait(cmd, "w", "let tuples in flight finish for `SECS` seconds first")
	asJSON := outputFlag(cmd)
	cmd.PreRunE = func(cmd *cobra.Command, _ []string) error {
		if cmd.Flags().Changed("workers") && workers < 1 {
			return usageError("--workers %d: want 1 or more", workers)
		}
		options.Wait, options.Workers = wait.Duration, int(workers)
		for _, e := range executors {
			// A component's id may hold "=": the number stands behind the last one.
			i := strings.LastIndex(e, "=")
			if i <= 0 {
				return usageError("--executors %q: want COMPONENT=N", e)
			}
			n, err := strconv.ParseInt(e[i+1:], 10, 32)
			if err != nil || n < 1 {
				return usageError("--executors %q: want a number of 1 or more behind the =", e)
			}
			options.Executors[e[:i]] = int32(n)
		}
		return nil
	}
	return a.runningCommand(&flags, "", cmd, func(ctx context.Context, client *nimbus.Client, name string) error {
		if err := client.Rebalance(ctx, name, options); err != nil {
			return err
		}
		return a.changed(asJSON(), name, "rebalance", "rebalancing "+wait.after())
	})
}
