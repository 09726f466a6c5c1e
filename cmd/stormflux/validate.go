package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/project"
)

func (a *app) validateCommand() *cobra.Command {
	var flags validateFlags
	cmd := &cobra.Command{
		Use:   "validate FILE|FOLDER|- ...",
		Short: "Check topology files and report every problem",
		Long: `Check topology files and report every problem in all of them, with its place.

A folder stands for every topology below it: the YAML and .flux files with spouts, bolts or a topologySource, except files
that another topology includes. "-" reads standard input.

The comment "# stormflux:ignore RULE" on a line silences a warning or note of that line.

--fix corrects the files where only one correction is possible: misspelt keys, ids, streams, fields, settings and rule
names, and missing or extra quotes. Every other byte stays the same. It changes the files that you name, and the files that
these include if they are in or below the same folder or the working directory, and their stormflux.yaml. Then it reports
the other problems. --diff shows the changes and writes nothing.`,
		Example: `  stormflux validate topology.yaml
  stormflux validate --strict -e prod topologies/
  stormflux validate --diff topology.yaml
  stormflux validate --format sarif . > stormflux.sarif`,
		Args:              atLeastOneFile,
		ValidArgsFunction: completeTopologyFiles,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.validate(cmd.Context(), &flags, args)
		},
	}
	flags.add(cmd)
	addChoice(cmd, cmd.Flags(), &flags.format, "format", "the `FORMAT` of the report: "+orList(diag.Formats()), diag.Formats()...)
	cmd.Flags().BoolVar(&flags.fix, "fix", false, "correct misspelt words that have only one correction, then report the other problems")
	cmd.Flags().BoolVar(&flags.diff, "diff", false, "print the changes that --fix would make as a unified diff, and change nothing")
	return cmd
}

// validateFlags are the flags of validate.
type validateFlags struct {
	topologyFlags
	format    diag.Format
	fix, diff bool
}

func (a *app) validate(ctx context.Context, flags *validateFlags, args []string) error {
	if flags.fix || flags.diff {
		return a.fix(ctx, flags, args)
	}
	files, errs := project.Find(args)
	found, err := a.check(ctx, &flags.topologyFlags, files, nil)
	if err != nil {
		return err
	}
	found.add(project.TestsWithoutTopology(args))
	if err := a.writeDiagnostics(a.stdout, flags, found, errs); err != nil {
		return err
	}
	if len(found.names) > 0 {
		printTo(a.stderr, "%s\n", summary(len(found.names), found.diags)+fixable(found.diags))
	}
	return found.verdict(flags.strict, errs)
}

// writeDiagnostics writes what a check found. errs are those from before the check.
func (a *app) writeDiagnostics(w io.Writer, flags *validateFlags, found *checkedFiles, errs []error) error {
	root, err := os.Getwd()
	if err != nil {
		return environmentError(err)
	}
	if err := diag.Write(w, found.diags, diag.Options{
		Format: flags.format, Color: a.color.On(w), Files: found.names, Failures: messages(slices.Concat(errs, found.errs)),
		Strict: flags.strict, Root: root, Version: version(),
	}); err != nil {
		return environmentError(fmt.Errorf("writing diagnostics: %w", err))
	}
	return nil
}
