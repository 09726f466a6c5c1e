package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/stormflux/stormflux/internal/console"
	"github.com/stormflux/stormflux/internal/nimbus"
)

// runningCommand completes a command about one topology on a cluster: its arguments, completion and connection.
func (a *app) runningCommand(flags *clusterFlags, shorthand string, cmd *cobra.Command, do func(context.Context, *nimbus.Client, string) error) *cobra.Command {
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if len(args) != 1 {
			return usageError("name one topology, not %d. Usage: %s", len(args), cmd.UseLine())
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

// clusterError gives an error of a cluster its exit code, unless it has one.
func clusterError(err error) error {
	var exit *exitError
	if err == nil || errors.As(err, &exit) {
		return err
	}
	return environmentError(err)
}

// outputFlag adds --output. The function that it returns reports whether the user wants JSON.
func outputFlag(cmd *cobra.Command) (asJSON func() bool) {
	var output string
	addChoice(cmd, cmd.Flags(), &output, "output", "the `FORMAT` of the output: table or json", "table", "json")
	return func() bool { return output == "json" }
}

// waitFlag is how long Storm waits before it ends workers. When it is not set, it is the topology's message timeout.
type waitFlag struct{ time.Duration }

func addWait(cmd *cobra.Command, shorthand, usage string) *waitFlag {
	wait := &waitFlag{nimbus.DefaultWait}
	cmd.Flags().VarP(wait, "wait", shorthand, usage+" (default: the topology's message timeout)")
	return wait
}

func (w *waitFlag) Set(text string) error {
	secs, err := strconv.ParseUint(text, 10, 31)
	if err != nil {
		return errors.New("give whole seconds, 0 or more")
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

// after returns when the workers end.
func (w *waitFlag) after() string {
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
