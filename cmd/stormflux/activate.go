package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/stormflux/stormflux/internal/nimbus"
)

func (a *app) activateCommand() *cobra.Command {
	return a.switchCommand("activate", "Let the spouts of a topology emit again", "ACTIVE", (*nimbus.Client).Activate)
}

func (a *app) deactivateCommand() *cobra.Command {
	return a.switchCommand("deactivate", "Stop the spouts of a topology; its bolts keep working", "INACTIVE", (*nimbus.Client).Deactivate)
}

// switchCommand makes a command that gives a topology a status.
func (a *app) switchCommand(verb, short, status string, do func(*nimbus.Client, context.Context, string) error) *cobra.Command {
	var flags clusterFlags
	cmd := &cobra.Command{
		Use:     verb + " NAME",
		Short:   short,
		Example: "  stormflux " + verb + " wordcount",
	}
	asJSON := formatFlag(cmd)
	return a.runningCommand(&flags, cmd, func(ctx context.Context, client *nimbus.Client, name string) error {
		if err := do(client, ctx, name); err != nil {
			return err
		}
		return a.printDone(asJSON(), name, verb, status)
	})
}
