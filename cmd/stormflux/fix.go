package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/autofix"
	"github.com/stormflux/stormflux/internal/console"
)

// fix is validate with --fix or --diff.
func (a *app) fix(ctx context.Context, flags *validateFlags, args []string) error {
	switch {
	case slices.Contains(args, "-"):
		return usageError("standard input cannot be fixed: name a file")
	case flags.diff && flags.flags.Changed("format"):
		return usageError("--diff prints a diff, so --format has no effect: leave one of them out")
	}
	paths, troubles := topologyFiles(args)
	var before, after *checkedFiles
	check := func(read func(string) ([]byte, error)) ([]autofix.Checked, error) {
		found, err := a.check(ctx, &flags.topologyFlags, paths, read)
		if err != nil {
			return nil, err
		}
		if after = found; before == nil {
			before = found
		}
		var list []autofix.Checked
		for _, c := range found.topologies {
			checked := autofix.Checked{Diagnostics: c.diags}
			if c.document != nil {
				checked.Files = c.document.Files
			}
			list = append(list, checked)
		}
		return list, nil
	}
	result, err := autofix.Run(check, fixableFiles(paths, flags.envFile))
	if err != nil {
		return err
	}
	verdict := after
	if flags.diff {
		verdict = before // the files are as they were
		if err := result.Diff(a.stdout); err != nil {
			return environmentError(fmt.Errorf("writing the diff: %w", err))
		}
		err = a.writeDiagnostics(a.stderr, flags, after)
	} else {
		if err := result.Write(); err != nil {
			return environmentError(err)
		}
		err = a.writeDiagnostics(a.stdout, flags, after)
	}
	if err != nil {
		return err
	}
	for _, name := range result.Outside {
		fmt.Fprintf(a.stderr, "%s is not fixed: it is no file of the folders of the topologies or below the working directory\n", name)
	}
	fmt.Fprintln(a.stderr, summary(len(after.names), after.diags)+fixed(result, flags.diff))
	return verdict.verdict(flags.strict, troubles)
}

// fixableFiles are the files that --fix may change: the named ones and those of the same folders, which they may include,
// and of the working directory.
func fixableFiles(paths []topologyFile, environments string) autofix.Options {
	opts := autofix.Options{Folders: []string{"."}}
	for _, p := range paths {
		opts.Files = append(opts.Files, p.path)
		opts.Folders = append(opts.Folders, filepath.Dir(p.path))
	}
	if environments != "" {
		opts.Files = append(opts.Files, environments)
	}
	return opts
}

// fixed says for the summary what was fixed.
func fixed(result *autofix.Result, onlyShown bool) string {
	switch n := result.Fixes(); {
	case n == 0:
		return "; nothing to fix"
	case onlyShown:
		return fmt.Sprintf("; --fix would fix %d more", n)
	default:
		return fmt.Sprintf("; fixed %d in %s", n, console.Count(len(result.Files), "file"))
	}
}

// fixable says for the summary what --fix would do.
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
