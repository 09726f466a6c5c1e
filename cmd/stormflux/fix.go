package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/autofix"
	"github.com/stormflux/stormflux/internal/console"
	"github.com/stormflux/stormflux/internal/project"
)

// fix runs validate with --fix or --diff.
func (a *app) fix(ctx context.Context, flags *validateFlags, args []string) error {
	switch {
	case slices.Contains(args, "-"):
		return usageError("--fix and --diff need files, not standard input")
	case flags.diff && flags.flags.Changed("format"):
		return usageError("--diff prints a diff, so --format has no effect; leave one of them out")
	}
	files, errs := project.Find(args)
	orphans := project.TestsWithoutTopology(args)
	var before, after *checkedFiles
	check := func(read func(string) ([]byte, error)) ([]autofix.Checked, error) {
		found, err := a.check(ctx, &flags.topologyFlags, files, read)
		if err != nil {
			return nil, err
		}
		found.add(orphans)
		if after = found; before == nil {
			before = found
		}
		var list []autofix.Checked
		for _, c := range found.topologies {
			checked := autofix.Checked{Diagnostics: c.diags}
			if c.document != nil {
				checked.Files = c.document.Files
				if env := c.document.Environment; env != nil {
					checked.Environment = env.File.Name
				}
			}
			list = append(list, checked)
		}
		return list, nil
	}
	result, err := autofix.Run(check, fixableFiles(files))
	if err != nil {
		return err
	}
	verdict := after
	if flags.diff {
		verdict = before // the files have not changed
		if err := a.writeDiff(result); err != nil {
			return err
		}
		if len(after.diags) > 0 {
			printTo(a.stderr, "with these changes, this is left:\n\n")
		}
		err = a.writeDiagnostics(a.stderr, flags, after, errs)
	} else {
		if err := result.Write(); err != nil {
			return environmentError(err)
		}
		err = a.writeDiagnostics(a.stdout, flags, after, errs)
	}
	if err != nil {
		return err
	}
	for _, name := range result.Outside {
		printTo(a.stderr, "%s is not fixed, because it is outside the folders of the topologies and the working directory\n", name)
	}
	if len(after.names) > 0 {
		printTo(a.stderr, "%s\n", summary(len(verdict.names), verdict.diags)+fixed(result, flags.diff, after.diags))
	}
	return verdict.verdict(flags.strict, errs)
}

// fixableFiles returns the files that --fix may change: the topologies, and the files that they include from their own
// folders or from the working directory. The file with their environments comes with the check.
func fixableFiles(files []project.File) autofix.Options {
	opts := autofix.Options{Folders: []string{"."}}
	for _, f := range files {
		opts.Files = append(opts.Files, f.Path)
		opts.Folders = append(opts.Folders, filepath.Dir(f.Path))
	}
	return opts
}

// fixed returns what the summary says about the fixes. left is what they leave.
func fixed(result *autofix.Result, onlyShown bool, left diag.List) string {
	switch n := result.Fixes(); {
	case n == 0:
		return "; nothing to fix"
	case onlyShown && len(left) > 0:
		return fmt.Sprintf("; --fix would fix %d and leave %s", n, counts(left))
	case onlyShown:
		return fmt.Sprintf("; --fix would fix %d", n)
	default:
		return fmt.Sprintf("; fixed %d in %s", n, console.Count(len(result.Files), "file"))
	}
}

// fixable returns what the summary says about the fixes that --fix would make.
func fixable(l diag.List) string {
	n := len(l.Filter(func(d *diag.Diagnostic) bool {
		f, ok := d.AutomaticFix()
		return ok && f.Edits[0].Span.File.Name != "-"
	}))
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("; --fix can fix %d", n)
}
