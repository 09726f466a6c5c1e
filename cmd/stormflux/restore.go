package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/stormflux/stormflux/internal/hooks"
	"github.com/stormflux/stormflux/internal/nimbus"
	"github.com/stormflux/stormflux/internal/replace"
)

func (a *app) restoreCommand() *cobra.Command {
	flags := clusterFlags{hooks: hookNames(hooks.PreSubmit, hooks.PostSubmit)}
	var change changeFlags
	cmd := &cobra.Command{
		Use:   "restore NAME",
		Short: "Put back the topology that apply replaced",
		Long: `Put back the topology that the last 'stormflux apply' on this machine replaced, or was about to replace: with its jar, its
configuration and its structure as they were on the cluster. If the old topology is there and deactivated, the command
activates it. Otherwise it submits the saved copy, in the place of what has the name now.`,
		Example: `  stormflux restore wordcount -e prod
  stormflux restore wordcount --nimbus nimbus1 --yes`,
	}
	change.add(cmd)
	return a.runningCommand(&flags, cmd, func(ctx context.Context, client *nimbus.Client, name string) error {
		return a.restore(ctx, client, &flags, &change, name)
	})
}

func (a *app) restore(ctx context.Context, client *nimbus.Client, flags *clusterFlags, times *changeFlags, name string) error {
	ch, err := a.newChange(ctx, client, name, times)
	if err != nil {
		return err
	}
	defer ch.close()
	if ch.state.Record == nil {
		return environmentError(fmt.Errorf("%w, for this cluster", replace.ErrNothingSaved))
	}
	question := fmt.Sprintf("Submit the copy of %s?", ch.state.Record.Old)
	yes := times.yes
	if t := ch.state.Current; t != nil && t.Status == "KILLED" {
		question = fmt.Sprintf("Submit the copy of %s when %s is gone?", ch.state.Record.Old, t.ID)
	} else if t != nil && (ch.state.Situation == replace.Returned || ch.state.Situation == replace.Settled && t.ID == ch.state.Record.Back) {
		yes = true // it is back already
	} else if t != nil && t.ID != ch.state.Record.Old {
		question = fmt.Sprintf("Replace %s by the copy of %s?", t.ID, ch.state.Record.Old)
	} else if t != nil {
		question = fmt.Sprintf("Activate %s again?", t.ID)
		yes = yes || ch.state.Situation != replace.Paused // it runs
	}
	if err := a.confirm(ctx, yes, question); err != nil {
		return err
	}
	around, err := a.surround(flags.loaded, client, hooks.PreSubmit, hooks.PostSubmit, "restore", name, "")
	if err != nil {
		return err
	}
	options := ch.options()
	submitted := false
	options.Before = func(ctx context.Context) error {
		submitted = true
		return around.before(ctx, "")
	}
	if err := replace.Restore(ctx, client, ch.store, name, options); err != nil {
		return ch.failed(ctx, err)
	}
	if !submitted {
		return ch.ended("done", ch.present(ctx))
	}
	t, err := client.Find(ctx, name)
	if err != nil {
		return errors.Join(clusterError(err), around.after(ctx, ""))
	}
	return errors.Join(ch.ended("done", t.ID), around.after(ctx, t.ID))
}
