package main

import (
	"bytes"

	"github.com/spf13/cobra"

	"github.com/stormflux/stormflux/schema"
)

func (a *app) configCommand() *cobra.Command {
	var flags topologyFlags
	var format string
	cmd := &cobra.Command{
		Use:   "config FILE|-",
		Short: "Print the effective topology file",
		Long: `Print the topology after includes, substitution, the environment and the options of the command line. In YAML, a
comment says where a value comes from if it is not in the file itself.`,
		Example: `  stormflux config topology.yaml -e prod
  stormflux config topology.yaml --format json`,
		Args:              oneFile,
		ValidArgsFunction: completeTopologyFiles,
		RunE: func(cmd *cobra.Command, args []string) error {
			render := schema.Render
			if format == "json" {
				render = schema.RenderJSON
			}
			opts, err := a.loadOptions(cmd.Context(), &flags, args[0])
			if err != nil {
				return err
			}
			doc, diags, err := schema.Load(cmd.Context(), args[0], opts)
			if err != nil {
				return environmentError(err)
			}
			diags.Sort()
			if err := a.report(&flags, diags); err != nil {
				return err
			}
			var buf bytes.Buffer
			if err := render(doc, &buf); err != nil {
				return environmentError(err)
			}
			_, err = a.stdout.Write(buf.Bytes())
			return err
		},
	}
	flags.add(cmd)
	addChoice(cmd, cmd.Flags(), &format, "format", "the `FORMAT` of the output: yaml or json", "yaml", "json")
	return cmd
}
