package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/stormflux/stormflux/internal/nimbus"
)

func (a *app) killCommand() *cobra.Command {
	var flags clusterFlags
	cmd := &cobra.Command{
		Use:   "kill NAME",
		Short: "Kill a topology",
		Long: `Kill a topology. Its spouts stop at once, and its workers stop when the wait is over. Its name stays in use until the
topology is gone.`,
		Example: `  stormflux kill wordcount
  stormflux kill wordcount --wait 0 -e prod`,
	}
	wait := addWait(cmd, "", "give the bolts `SECS` seconds to finish")
	asJSON := outputFlag(cmd)
	return a.runningCommand(&flags, "e", cmd, func(ctx context.Context, client *nimbus.Client, name string) error {
		if err := client.Kill(ctx, name, wait.Duration); err != nil {
			return err
		}
		return a.printDone(asJSON(), name, "kill", "killed; its workers end "+wait.after())
	})
}
