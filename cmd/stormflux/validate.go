package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/console"
	"github.com/stormflux/stormflux/schema"
)

func (a *app) validateCommand() *cobra.Command {
	var flags validateFlags
	cmd := &cobra.Command{
		Use:   "validate FILE|FOLDER|- ...",
		Short: "Check topology files and report every fault",
		Long: `Check topology files and report every fault of all of them, with its place, in one run.

A folder stands for every topology below it: the YAML files with spouts, bolts or a topologySource, but for those that
another one includes. "-" reads standard input.

A comment "# stormflux:ignore RULE" on a line silences a warning or note of that line.

--fix corrects what has one certain correction, in place: misspelt keys, ids, streams, fields, settings and rule names,
and quotes that are missing or too many. The rest of each file stays as it is, byte for byte. It changes the files that are
named, and those that they include from the same folder, from the working directory or from below either. Then it reports
what is left. --diff shows the changes and writes nothing.`,
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
	addChoice(cmd, cmd.Flags(), &flags.format, "format", "output: "+orList(diag.Formats()), diag.Formats()...)
	cmd.Flags().BoolVar(&flags.fix, "fix", false, "correct what is surely misspelt, then report the rest")
	cmd.Flags().BoolVar(&flags.diff, "diff", false, "print what --fix would change as a unified diff, and change nothing")
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

// validateFlags are the flags of validate beside those of every topology.
type validateFlags struct {
	topologyFlags
	format    diag.Format
	fix, diff bool
}

func (a *app) validate(ctx context.Context, flags *validateFlags, args []string) error {
	if flags.fix || flags.diff {
		return a.fix(ctx, flags, args)
	}
	paths, troubles := topologyFiles(args)
	found, err := a.check(ctx, &flags.topologyFlags, paths, nil)
	if err != nil {
		return err
	}
	if err := a.writeDiagnostics(a.stdout, flags, found); err != nil {
		return err
	}
	fmt.Fprintln(a.stderr, summary(len(found.names), found.diags)+fixable(found.diags))
	return found.verdict(flags.strict, troubles)
}

// checkedFiles is what the check of several files found.
type checkedFiles struct {
	topologies []*checked // those that stand for themselves: not found in a folder and included by another
	names      []string   // of their files
	diags      diag.List
	troubles   []error // what kept files from being checked
}

// check reads and checks files; read reads them, nil from the disk.
func (a *app) check(ctx context.Context, flags *topologyFlags, paths []topologyFile, read func(string) ([]byte, error)) (*checkedFiles, error) {
	found := &checkedFiles{}
	included := map[string]bool{}
	results := make([]*checked, 0, len(paths))
	for _, p := range paths {
		c, err := a.loadWith(ctx, flags, p.path, read)
		if exit := (*exitError)(nil); errors.As(err, &exit) && exit.code == exitUsage {
			return nil, err // it holds for every file
		}
		if err != nil {
			found.troubles = append(found.troubles, err)
			c = &checked{path: p.path, failed: true}
		}
		results = append(results, c)
		if c.document != nil {
			for _, f := range c.document.Files[1:] {
				included[filepath.Clean(f.Name)] = true
			}
		}
	}
	for i, c := range results {
		if paths[i].found && included[filepath.Clean(c.path)] || c.failed {
			continue
		}
		found.topologies = append(found.topologies, c)
		found.names = append(found.names, c.path)
		found.diags = append(found.diags, c.diags...)
	}
	found.diags = usedSomewhere(found.diags, len(found.names))
	found.diags.Sort()
	return found, nil
}

func (a *app) writeDiagnostics(w io.Writer, flags *validateFlags, found *checkedFiles) error {
	root, err := os.Getwd()
	if err != nil {
		return environmentError(err)
	}
	if err := diag.Write(w, found.diags, diag.Options{
		Format: flags.format, Color: a.color.On(w), Files: found.names, Strict: flags.strict, Root: root, Version: version(),
	}); err != nil {
		return environmentError(fmt.Errorf("writing diagnostics: %w", err))
	}
	return nil
}

// verdict is the error that ends the command; troubles are those from before the check.
func (f *checkedFiles) verdict(strict bool, troubles []error) error {
	if troubles = append(troubles, f.troubles...); len(troubles) > 0 {
		return together(troubles)
	}
	if f.diags.HasErrors() || strict && f.diags.Count(diag.Warning) > 0 {
		return findings
	}
	return nil
}

// usedSomewhere drops the warnings of a variable that nothing refers to when it is used in one of the files.
func usedSomewhere(all diag.List, files int) diag.List {
	const rule = "unused-variable"
	times := map[string]int{}
	for _, d := range all {
		if d.Rule == rule {
			times[d.Message]++
		}
	}
	return all.Filter(func(d *diag.Diagnostic) bool { return d.Rule != rule || times[d.Message] == files })
}

// together makes one error of what kept files from being checked, each told once. The first one's exit code counts.
func together(errs []error) error {
	code := exitEnvironment
	if exit := (*exitError)(nil); errors.As(errs[0], &exit) {
		code = exit.code
	}
	var told []string
	for _, err := range errs {
		if !slices.Contains(told, err.Error()) {
			told = append(told, err.Error())
		}
	}
	return &exitError{code: code, err: errors.New(strings.Join(told, "\nstormflux: "))}
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
			parts = append(parts, console.Count(n, s.String()))
		}
	}
	if len(parts) == 0 {
		return console.Count(files, "file") + " checked, no problems"
	}
	return console.Count(files, "file") + " checked: " + strings.Join(parts, ", ")
}

// topologyFile is a file to check. found tells that it was found in a folder rather than named.
type topologyFile struct {
	path  string
	found bool
}

// topologyFiles returns the files that the arguments stand for, each once, in order, and what could not be read of them.
func topologyFiles(args []string) (files []topologyFile, troubles []error) {
	for _, arg := range args {
		if arg == "-" {
			files = append(files, topologyFile{path: arg})
			continue
		}
		info, err := os.Stat(arg)
		switch {
		case err != nil:
			troubles = append(troubles, environmentError(fmt.Errorf("reading %w", bare(err))))
		case info.IsDir():
			found, errs := folderTopologies(arg)
			if len(found)+len(errs) == 0 {
				errs = append(errs, usageError("no topology below the folder %s", arg))
			}
			files, troubles = append(files, found...), append(troubles, errs...)
		default:
			files = append(files, topologyFile{path: arg})
		}
	}
	seen := map[string]bool{}
	return slices.DeleteFunc(files, func(f topologyFile) bool {
		clean := filepath.Clean(f.path)
		again := seen[clean]
		seen[clean] = true
		return again
	}), troubles
}

// folderTopologies finds the topologies below a folder, hidden files and folders left out.
func folderTopologies(folder string) (files []topologyFile, troubles []error) {
	trouble := func(err error) {
		troubles = append(troubles, environmentError(fmt.Errorf("looking for topologies: %w", bare(err))))
	}
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			trouble(err)
			return nil // a folder that cannot be read has been passed over already
		}
		if path != folder && strings.HasPrefix(entry.Name(), ".") {
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
			trouble(err)
		} else if schema.LooksLikeTopology(text) {
			files = append(files, topologyFile{path: path, found: true})
		}
		return nil
	})
	if err != nil {
		trouble(err)
	}
	return files, troubles
}
