package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/console"
	"github.com/stormflux/stormflux/internal/nimbus"
	"github.com/stormflux/stormflux/internal/running"
)

func (a *app) rebalanceCommand() *cobra.Command {
	var flags clusterFlags
	var workers int32
	var executors []string
	var options nimbus.RebalanceOptions
	cmd := &cobra.Command{
		Use:   "rebalance NAME",
		Short: "Redistribute a topology over the cluster, with other numbers of workers and executors",
		Long: `Redistribute a topology over the cluster. The number of a component's tasks never changes, so a component cannot have
more executors than tasks: if you ask for more, it gets one for each task, and the command says so.`,
		Example: `  stormflux rebalance wordcount -n 4 --executors split=8 --executors count=16`,
	}
	cmd.Flags().Int32VarP(&workers, "workers", "n", 0, "give the topology `N` workers (default: as before)")
	cmd.Flags().StringArrayVar(&executors, "executors", nil, "give a component N executors, `COMPONENT=N` (repeatable)")
	_ = cmd.RegisterFlagCompletionFunc("executors", func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		var names []string
		if len(args) == 1 {
			for _, name := range a.componentNames(cmd.Context(), &flags, args[0]) {
				names = append(names, name+"=")
			}
		}
		return names, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
	})
	grace := addGrace(cmd, "first give tuples in flight this `DURATION` to finish")
	asJSON := formatFlag(cmd)
	cmd.PreRunE = func(cmd *cobra.Command, _ []string) (err error) {
		if cmd.Flags().Changed("workers") && workers < 1 {
			return usageError("--workers %d: give 1 or more", workers)
		}
		options.Wait, options.Workers = grace.Duration, int(workers)
		options.Executors, err = parseExecutors(executors)
		return err
	}
	return a.runningCommand(&flags, cmd, func(ctx context.Context, client *nimbus.Client, name string) error {
		for _, remark := range cappedExecutors(ctx, client, name, options.Executors) {
			printTo(a.stderr, "stormflux: %s\n", remark)
		}
		if err := client.Rebalance(ctx, name, options); err != nil {
			return err
		}
		return a.printDone(asJSON(), name, "rebalance", "rebalancing "+grace.after())
	})
}

// cappedExecutors names the components that get fewer executors than asked for, because they have fewer tasks. If the cluster
// does not say how many tasks there are, nothing is certain.
func cappedExecutors(ctx context.Context, client *nimbus.Client, name string, wanted map[string]int32) (remarks []string) {
	if len(wanted) == 0 {
		return nil
	}
	summary, err := client.Find(ctx, name)
	if err != nil {
		return nil
	}
	model, err := running.Structure(ctx, client, summary.ID)
	if err != nil {
		return nil
	}
	for _, c := range model.Components() {
		tasks, known := c.Conf["topology.tasks"].(int64) // Nimbus sets it in every component
		if n, asked := wanted[c.ID]; asked && known && int64(n) > tasks {
			remarks = append(remarks, fmt.Sprintf("%s has %s, so it gets %s and not %d", diag.Printable(c.ID), console.Count(int(tasks), "task"),
				console.Count(int(tasks), "executor"), n))
		}
	}
	return remarks
}

// parseExecutors reads the values COMPONENT=N of --executors.
func parseExecutors(values []string) (map[string]int32, error) {
	executors := map[string]int32{}
	for _, value := range values {
		// A component's id may contain "=": the number follows the last one.
		i := strings.LastIndex(value, "=")
		if i <= 0 {
			return nil, usageError("--executors %q: give COMPONENT=N", value)
		}
		n, err := strconv.ParseInt(value[i+1:], 10, 32)
		if err != nil || n < 1 {
			return nil, usageError("--executors %q: give a number of 1 or more after the =", value)
		}
		executors[value[:i]] = int32(n)
	}
	return executors, nil
}
