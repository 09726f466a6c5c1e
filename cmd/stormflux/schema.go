package main

import (
	"github.com/spf13/cobra"

	"github.com/stormflux/stormflux/schema/grammar"
)

func (a *app) schemaCommand() *cobra.Command {
	var environments, tests bool
	cmd := &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of topology files, for editors",
		Long: `Print the JSON Schema (2020-12) of topology files. An editor with a YAML language server shows help and completes keys
if the file starts with the line

  # yaml-language-server: $schema=topology.schema.json`,
		Example: `  stormflux schema > topology.schema.json
  stormflux schema --environments > stormflux.schema.json
  stormflux schema --tests > tests.schema.json`,
		Args: noArguments,
		RunE: func(*cobra.Command, []string) error {
			text := grammar.TopologySchema()
			switch {
			case environments && tests:
				return usageError("choose one of --environments and --tests")
			case tests:
				text = grammar.TestsSchema()
			case environments:
				text = grammar.EnvironmentsSchema()
			}
			_, err := a.stdout.Write(text)
			return err
		},
	}
	cmd.Flags().BoolVar(&environments, "environments", false, "print the schema of stormflux.yaml instead")
	cmd.Flags().BoolVar(&tests, "tests", false, "print the schema of test files instead")
	return cmd
}
