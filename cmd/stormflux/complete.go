package main

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

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
	doc, _, err := schema.Load(args[0], opts)
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
