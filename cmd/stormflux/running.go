package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/spf13/cobra"

	"github.com/stormflux/stormflux/internal/console"
	"github.com/stormflux/stormflux/internal/nimbus"
)

// runningCommand completes a command about one topology on a cluster: its arguments, completion and connection.
func (a *app) runningCommand(flags *clusterFlags, cmd *cobra.Command, do func(context.Context, *nimbus.Client, string) error) *cobra.Command {
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if len(args) != 1 {
			return usageError("name one topology%s. Usage: %s", notMany(args), cmd.UseLine())
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
	flags.addEnvironment(cmd)
	return cmd
}

// clusterError gives an error of a cluster its exit code, unless it has one.
func clusterError(err error) error {
	var exit *exitError
	if err == nil || errors.As(err, &exit) {
		return err
	}
	return environmentError(err)
}

// formatFlag adds --format. The function that it returns reports whether the user wants JSON.
func formatFlag(cmd *cobra.Command) (asJSON func() bool) {
	var format string
	addChoice(cmd, cmd.Flags(), &format, "format", "the `FORMAT` of the output: table or json", "table", "json")
	return func() bool { return format == "json" }
}

// graceFlag is how long Storm waits before it ends workers. When it is not set, it is the topology's message timeout.
type graceFlag struct{ time.Duration }

func addGrace(cmd *cobra.Command, usage string) *graceFlag {
	grace := &graceFlag{nimbus.DefaultWait}
	cmd.Flags().Var(grace, "grace", usage+", in whole seconds (default: the topology's message timeout)")
	_ = cmd.RegisterFlagCompletionFunc("grace", cobra.NoFileCompletions)
	return grace
}

func (w *graceFlag) Set(text string) error {
	d, err := parseDuration(text)
	if err != nil {
		return err
	}
	if d%time.Second != 0 || d > math.MaxInt32*time.Second { // Storm counts in seconds, in an int
		return errors.New("give whole seconds, such as 0, 30 or 1m30s")
	}
	w.Duration = d
	return nil
}

func (w *graceFlag) String() string {
	if w.Duration < 0 {
		return ""
	}
	return w.Duration.String()
}

func (w *graceFlag) Type() string { return "duration" }

// after returns when the workers end.
func (w *graceFlag) after() string {
	switch {
	case w.Duration < 0:
		return "after its message timeout"
	case w.Duration == 0:
		return "now"
	}
	return "in " + console.Count(int(w.Seconds()), "second")
}

// printDone prints what a command did to a topology: the command's name as JSON, or a text for people.
func (a *app) printDone(asJSON bool, topology, command, text string) error {
	if !asJSON {
		return a.print(fmt.Sprintf("%s: %s\n", topology, text))
	}
	return a.printJSON(struct {
		Topology string `json:"topology"`
		Done     string `json:"done"`
	}{topology, command})
}

// componentCommand is runningCommand for a command that may name a component after the topology.
func (a *app) componentCommand(flags *clusterFlags, cmd *cobra.Command, component *string, do func(context.Context, *nimbus.Client, string) error) *cobra.Command {
	cmd = a.runningCommand(flags, cmd, do)
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if len(args) != 1 && len(args) != 2 {
			return usageError("name one topology, and at most one of its components. Usage: %s", cmd.UseLine())
		}
		return nil
	}
	cmd.ValidArgsFunction = func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		switch len(args) {
		case 0:
			return a.topologyNames(cmd.Context(), flags), cobra.ShellCompDirectiveNoFileComp
		case 1:
			return a.componentNames(cmd.Context(), flags, args[0]), cobra.ShellCompDirectiveNoFileComp
		}
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	ofTopology := cmd.RunE
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) == 2 {
			*component = args[1]
		}
		return ofTopology(cmd, args[:1])
	}
	return cmd
}
