package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/autofix"
	"github.com/stormflux/stormflux/internal/console"
	"github.com/stormflux/stormflux/internal/project"
	"github.com/stormflux/stormflux/schema"
	"github.com/stormflux/stormflux/schema/format"
)

func (a *app) fmtCommand() *cobra.Command {
	var flags fmtFlags
	cmd := &cobra.Command{
		Use:   "fmt FILE|FOLDER... | -",
		Short: "Rewrite topology files in the canonical layout",
		Long: `Rewrite topology files, and files with environments, in the canonical layout, and print the name of each file that
changes.

fmt changes indentation, spaces and empty lines, and where comments stand on their lines. It keeps every comment, the order of
everything, and every value as it is written, with its quotes. So the file means the same as before.

A folder stands for every topology below it and every stormflux.yaml. "-" reads standard input and writes the result to
standard output. A file that is not YAML stays as it is; fmt reports why and exits with 1.

--short also rewrites topologies from Flux's form into the short form: maps of components, "inputs" in place of "streams",
and "command" in place of Flux's shell wrappers. What has no short form stays. fmt compiles the topology before and after, and
writes the file only if both have the same bytes. If the topology has variables, give them values with --set or --filter.`,
		Example: `  stormflux fmt topology.yaml
  stormflux fmt --check .
  stormflux fmt --diff topologies/
  stormflux fmt --short --filter dev.properties topology.yaml`,
		Args:              atLeastOneFile,
		ValidArgsFunction: completeTopologyFiles,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.fmt(cmd.Context(), &flags, args)
		},
	}
	cmd.Flags().BoolVar(&flags.check, "check", false, "write nothing, print the names of the files that would change, and exit with 1 if there are any")
	cmd.Flags().BoolVar(&flags.diff, "diff", false, "write nothing, and print the changes as a unified diff")
	cmd.Flags().BoolVar(&flags.short, "short", false, "rewrite topologies from Flux's form into the short form")
	flags.topology.addReading(cmd)
	return cmd
}

// fmtFlags are the flags of fmt.
type fmtFlags struct {
	check, diff, short bool
	topology           topologyFlags // how to read a topology that --short rewrites
}

func (a *app) fmt(ctx context.Context, flags *fmtFlags, args []string) error {
	stdin := slices.Contains(args, "-")
	if stdin && len(args) > 1 {
		return usageError(`"-" stands for standard input and output, so it must be the only argument`)
	}
	if err := flags.readingNeedsShort(); err != nil {
		return err
	}
	files, errs := []project.File{{Path: "-"}}, []error(nil)
	if !stdin {
		files, errs = project.FindWithEnvironments(args)
	}
	included, err := a.includedFiles(ctx, flags, files)
	if err != nil {
		return err
	}
	var changed autofix.Result
	var diags diag.List
	for _, file := range files {
		text, err := a.readForFmt(ctx, file.Path)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		source := diag.NewFile(file.Path, filepath.Dir(file.Path), text)
		after, faults := []byte(nil), diag.List(nil)
		if flags.short && schema.LooksLikeTopology(text) && !(file.Found && included[filepath.Clean(file.Path)]) {
			after, faults, err = a.shorten(ctx, flags, source)
		} else {
			after, faults = format.Format(source)
		}
		if err != nil {
			errs = append(errs, err)
		}
		diags = append(diags, faults...)
		if after != nil && !bytes.Equal(after, text) {
			changed.Files = append(changed.Files, &autofix.File{Name: file.Path, Before: text, After: after})
		}
		if stdin && !flags.check && !flags.diff {
			if _, err := a.stdout.Write(after); err != nil {
				return environmentError(fmt.Errorf("writing standard output: %w", err))
			}
		}
	}
	if err := a.finishFmt(flags, &changed, stdin); err != nil {
		return err
	}
	if err := diag.Write(a.stderr, diags, diag.Options{Format: diag.Text, Color: a.color.On(a.stderr)}); err != nil {
		return environmentError(fmt.Errorf("writing diagnostics: %w", err))
	}
	switch {
	case len(errs) > 0:
		return together(errs)
	case diags.HasErrors(), flags.check && len(changed.Files) > 0:
		return findings
	}
	return nil
}

// readingNeedsShort refuses the flags about reading topologies if none is read.
func (f *fmtFlags) readingNeedsShort() error {
	var err error
	f.topology.flags.Visit(func(flag *pflag.Flag) {
		if !f.short && slices.Contains([]string{"set", "filter", "env-filter", "resources", "jar", "allow-outside"}, flag.Name) {
			err = usageError("--%s has an effect only together with --short", flag.Name)
		}
	})
	return err
}

// includedFiles returns the files that topologies found in a folder include. These are no topologies of their own.
func (a *app) includedFiles(ctx context.Context, flags *fmtFlags, files []project.File) (map[string]bool, error) {
	included := map[string]bool{}
	for _, file := range files {
		if !flags.short || !file.Found {
			continue
		}
		opts, err := flags.topology.options()
		if err != nil {
			return nil, err
		}
		doc, _, err := schema.Load(ctx, file.Path, opts)
		if err != nil || doc == nil {
			continue // it is reported when the file is rewritten
		}
		for _, f := range doc.Files[1:] {
			included[filepath.Clean(f.Name)] = true
		}
	}
	return included, nil
}

// readForFmt reads a file, which must be a regular one: fmt replaces it.
func (a *app) readForFmt(ctx context.Context, path string) ([]byte, error) {
	if path == "-" {
		text, err := readAll(ctx, a.stdin)
		if err != nil {
			return nil, environmentError(fmt.Errorf("reading standard input: %w", err))
		}
		return text, nil
	}
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return nil, environmentError(fmt.Errorf("reading %s: it is not a regular file", path))
	}
	text, err := os.ReadFile(path)
	if file := (*fs.PathError)(nil); errors.As(err, &file) {
		err = environmentError(fmt.Errorf("reading %s: %w", path, file.Err))
	}
	return text, err
}

// finishFmt writes the changed files, or shows what would change.
func (a *app) finishFmt(flags *fmtFlags, changed *autofix.Result, stdin bool) error {
	if !flags.check && !flags.diff && !stdin {
		if err := changed.Write(); err != nil {
			return environmentError(err)
		}
	}
	switch {
	case flags.diff:
		return a.writeDiff(changed)
	case stdin && !flags.check:
		return nil
	}
	for _, f := range changed.Files {
		if err := a.print(f.Name + "\n"); err != nil {
			return err
		}
	}
	return nil
}

// writeDiff writes changes of files as a unified diff.
func (a *app) writeDiff(result *autofix.Result) error {
	var b bytes.Buffer
	if err := result.Diff(&b); err != nil {
		return err
	}
	text := b.Bytes()
	if a.color.On(a.stdout) {
		text = console.ColorDiff(text)
	}
	if _, err := a.stdout.Write(text); err != nil {
		return environmentError(fmt.Errorf("writing the diff: %w", err))
	}
	return nil
}
