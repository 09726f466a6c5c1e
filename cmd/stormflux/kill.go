package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/stormflux/stormflux/internal/hooks"
	"github.com/stormflux/stormflux/internal/nimbus"
)

func (a *app) killCommand() *cobra.Command {
	flags := clusterFlags{hooks: hookNames(hooks.PreKill, hooks.PostKill)}
	cmd := &cobra.Command{
		Use:   "kill NAME",
		Short: "Kill a topology",
		Long: `Kill a topology. Its spouts stop at once, and its workers stop when the grace is over. Its name stays in use until the
topology is gone. A second kill can only make the grace shorter.`,
		Example: `  stormflux kill wordcount
  stormflux kill wordcount --grace 0 -e prod`,
	}
	grace := addGrace(cmd, "give the bolts this `DURATION` to finish")
	asJSON := formatFlag(cmd)
	return a.runningCommand(&flags, cmd, func(ctx context.Context, client *nimbus.Client, name string) error {
		around, err := a.surround(flags.loaded, client, hooks.PreKill, hooks.PostKill, "kill", name, "")
		if err != nil {
			return err
		}
		a.mentionReplacement(ctx, client, name)
		if err := around.before(ctx, ""); err != nil {
			return err
		}
		t, _ := client.Find(ctx, name) // only for the text
		if err := client.Kill(ctx, name, grace.Duration); err != nil {
			return err
		}
		done := "killed; its workers end " + grace.after()
		if t != nil && t.Status == "KILLED" { // the kill that ends first counts (TOPO_STATE_TRANSITIONS in Nimbus.java of 2.8.3)
			done = "is being killed already; its workers end " + grace.after()
			if grace.Duration != 0 {
				done += " at the latest"
			}
		}
		if err := a.printDone(asJSON(), name, "kill", done); err != nil {
			return err
		}
		return around.after(ctx, "")
	})
}
