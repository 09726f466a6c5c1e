package main

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/nimbus"
	"github.com/stormflux/stormflux/internal/settings"
	"github.com/stormflux/stormflux/schema"
	"github.com/stormflux/stormflux/validate"
)

// index returns what can be understood of the topology among the arguments, for completion. The file may have errors: it
// often has while somebody works on it. The index is nil when there is no file or it cannot be read.
func (f *topologyFlags) index(ctx context.Context, args []string) *validate.Index {
	if len(args) == 0 || args[0] == "-" {
		return nil
	}
	opts, err := f.options()
	if err != nil {
		return nil
	}
	doc, _, err := schema.Load(ctx, args[0], opts)
	if err != nil {
		return nil
	}
	result, err := validate.Check(ctx, doc, validate.Options{SkipFiles: true})
	if err != nil {
		return nil
	}
	return result.Index
}

// completeComponents completes the id of a component of the topology.
func (f *topologyFlags) completeComponents(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	index := f.index(cmd.Context(), args)
	if index == nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return index.Components(), cobra.ShellCompDirectiveNoFileComp
}

// completeVariables completes the NAME= of a variable that the topology refers to.
func (f *topologyFlags) completeVariables(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	index := f.index(cmd.Context(), args)
	if index == nil || strings.Contains(typed, "=") {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	names := slices.Clone(index.Variables())
	for i := range names {
		names[i] += "="
	}
	return names, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
}

// topologyNames returns the topologies on the cluster for completion.
func (a *app) topologyNames(ctx context.Context, flags *clusterFlags) (names []string) {
	a.askQuickly(ctx, flags, func(ctx context.Context, client *nimbus.Client) error {
		list, err := client.List(ctx)
		for _, t := range list {
			if diag.Printable(t.Name) == t.Name { // the shell prints it
				names = append(names, t.Name)
			}
		}
		return err
	})
	return names
}

// componentNames returns the components of a topology on the cluster for completion.
func (a *app) componentNames(ctx context.Context, flags *clusterFlags, topology string) (names []string) {
	a.askQuickly(ctx, flags, func(ctx context.Context, client *nimbus.Client) error {
		status, err := client.Status(ctx, topology)
		if err != nil {
			return err
		}
		for _, c := range status.Components {
			if diag.Printable(c.ID) == c.ID {
				names = append(names, c.ID)
			}
		}
		return nil
	})
	return names
}

// askQuickly asks the cluster something for completion: without messages, without a second try, and not for long. When it
// fails, there is nothing to complete.
func (a *app) askQuickly(ctx context.Context, flags *clusterFlags, ask func(context.Context, *nimbus.Client) error) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	env, _, err := flags.chosen(ctx)
	if err != nil {
		return
	}
	conf, err := a.nimbusConfig(flags, env, nil)
	if err != nil {
		return
	}
	conf.Notify, conf.Retry.Times = nil, -1
	client, err := nimbus.Connect(ctx, conf)
	if err != nil {
		return
	}
	defer client.Close()
	_ = ask(ctx, client)
}

// completeEnvironments completes the name of an environment.
func (f *topologyFlags) completeEnvironments(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	path := "-"
	if len(args) > 0 {
		path = args[0]
	}
	return schema.EnvironmentNames(cmd.Context(), path, f.envFile), cobra.ShellCompDirectiveNoFileComp
}

// completeConfigKeys completes the KEY= of a setting of topologies.
func completeConfigKeys(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	var keys []string
	for _, k := range settings.Keys() {
		if strings.HasPrefix(k, "topology.") {
			keys = append(keys, k+"=")
		}
	}
	return keys, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
}

// completeTopologyFiles completes a topology file.
func completeTopologyFiles(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return []string{"yaml", "yml", "flux"}, cobra.ShellCompDirectiveFilterFileExt
}
