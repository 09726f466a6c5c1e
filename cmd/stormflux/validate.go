package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/schema"
)

func (a *app) validateCommand() *cobra.Command {
	var flags topologyFlags
	var format string
	cmd := &cobra.Command{
		Use:   "validate FILE|FOLDER|- ...",
		Short: "Check topology files and report every fault",
		Long: `Check topology files and report every fault of all of them, with its place, in one run.

A folder stands for every topology below it: the YAML files with spouts, bolts or a topologySource, but for those that
another one includes. "-" reads standard input.

A comment "# stormflux:ignore RULE" on a line silences a warning or note of that line.`,
		Example: `  stormflux validate topology.yaml
  stormflux validate --strict -e prod topologies/
  stormflux validate --format sarif . > stormflux.sarif`,
		Args:              atLeastOneFile,
		ValidArgsFunction: completeTopologyFiles,
		RunE: func(_ *cobra.Command, args []string) error {
			f, err := diag.ParseFormat(format)
			if err != nil {
				return usageError("--format: %w", err)
			}
			return a.validate(&flags, f, args)
		},
	}
	flags.add(cmd)
	cmd.Flags().StringVar(&format, "format", "text", "output: "+strings.Join(diag.Formats(), ", "))
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(diag.Formats(), cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func atLeastOneFile(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return usageError("which file? Usage: %s", cmd.UseLine())
	}
	return nil
}

func oneFile(cmd *cobra.Command, args []string) error {
	if len(args) != 1 {
		return usageError("want one file, got %d. Usage: %s", len(args), cmd.UseLine())
	}
	return nil
}

func (a *app) validate(flags *topologyFlags, format diag.Format, args []string) error {
	paths, err := topologyFiles(args)
	if err != nil {
		return err
	}
	var all diag.List
	var names []string
	included := map[string]bool{}
	results := make([]*checked, 0, len(paths))
	for _, p := range paths {
		c, err := a.load(flags, p.path)
		if err != nil {
			return err
		}
		results = append(results, c)
		if c.document != nil {
			for _, f := range c.document.Files[1:] {
				included[filepath.Clean(f.Name)] = true
			}
		}
	}
	for i, c := range results {
		if paths[i].found && included[filepath.Clean(c.path)] {
			continue
		}
		names = append(names, c.path)
		all = append(all, c.diags...)
	}
	all.Sort()
	root, err := os.Getwd()
	if err != nil {
		return environmentError(err)
	}
	if err := diag.Write(a.stdout, all, diag.Options{
		Format: format, Color: a.colored(a.stdout), Files: names, Strict: flags.strict, Root: root, Version: version(),
	}); err != nil {
		return environmentError(fmt.Errorf("writing diagnostics: %w", err))
	}
	fmt.Fprintln(a.stderr, summary(len(names), all))
	if all.HasErrors() || flags.strict && all.Count(diag.Warning) > 0 {
		return findings
	}
	return nil
}

// bare is a file system's error without the name of the system call.
func bare(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return fmt.Errorf("%s: %w", path.Path, path.Err)
	}
	return err
}

func summary(files int, l diag.List) string {
	var parts []string
	for _, s := range []diag.Severity{diag.Error, diag.Warning, diag.Note} {
		if n := l.Count(s); n > 0 {
			parts = append(parts, count(n, s.String()))
		}
	}
	if len(parts) == 0 {
		return count(files, "file") + " checked, no problems"
	}
	return count(files, "file") + " checked: " + strings.Join(parts, ", ")
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// topologyFile is a file to check. found tells that it was found in a folder rather than named.
type topologyFile struct {
	path  string
	found bool
}

// topologyFiles returns the files that the arguments stand for, each once, in order.
func topologyFiles(args []string) ([]topologyFile, error) {
	var files []topologyFile
	for _, arg := range args {
		if arg == "-" {
			files = append(files, topologyFile{path: arg})
			continue
		}
		info, err := os.Stat(arg)
		if err != nil {
			return nil, environmentError(fmt.Errorf("reading %w", bare(err)))
		}
		if !info.IsDir() {
			files = append(files, topologyFile{path: arg})
			continue
		}
		n := len(files)
		err = filepath.WalkDir(arg, func(path string, entry fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if path != arg && strings.HasPrefix(entry.Name(), ".") {
				if entry.IsDir() {
					return filepath.SkipDir
				}
				return nil
			}
			ext := filepath.Ext(path)
			if entry.IsDir() || ext != ".yaml" && ext != ".yml" || entry.Name() == schema.EnvironmentFile {
				return nil
			}
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			if schema.LooksLikeTopology(text) {
				files = append(files, topologyFile{path: path, found: true})
			}
			return nil
		})
		if err != nil {
			return nil, environmentError(fmt.Errorf("looking for topologies: %w", err))
		}
		if len(files) == n {
			return nil, usageError("no topology below the folder %s", arg)
		}
	}
	seen := map[string]bool{}
	return slices.DeleteFunc(files, func(f topologyFile) bool {
		clean := filepath.Clean(f.path)
		again := seen[clean]
		seen[clean] = true
		return again
	}), nil
}
