package main

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/console"
	"github.com/stormflux/stormflux/internal/project"
)

// checkedFiles is the result of checking several files.
type checkedFiles struct {
	topologies []*checked // except those that were found in a folder and that another one includes
	names      []string   // of the topologies' files
	diags      diag.List
	errs       []error // for the files that could not be checked
}

// check reads and checks files. read reads a file; nil is [os.ReadFile].
func (a *app) check(ctx context.Context, flags *topologyFlags, files []project.File, read func(string) ([]byte, error)) (*checkedFiles, error) {
	found := &checkedFiles{}
	included := map[string]bool{}
	results := make([]*checked, 0, len(files))
	for _, file := range files {
		c, err := a.load(ctx, flags, file.Path, read)
		if exit := (*exitError)(nil); errors.As(err, &exit) && exit.code == exitUsage {
			return nil, err // the same for every file
		}
		if err != nil {
			found.errs = append(found.errs, err)
			c = &checked{path: file.Path, failed: true}
		}
		results = append(results, c)
		if c.document != nil {
			for _, f := range c.document.Files[1:] {
				included[filepath.Clean(f.Name)] = true
			}
		}
	}
	for i, c := range results {
		if files[i].Found && included[filepath.Clean(c.path)] || c.failed {
			continue
		}
		found.topologies = append(found.topologies, c)
		found.names = append(found.names, c.path)
		found.diags = append(found.diags, c.diags...)
	}
	found.diags = usedSomewhere(found.diags, found.topologies)
	found.diags.Sort()
	return found, nil
}

// add adds what was found outside the topologies.
func (f *checkedFiles) add(list diag.List) {
	f.diags = append(f.diags, list...)
	f.diags.Sort()
}

// ownsEnvironment reports whether a place is in what the environment holds for this topology alone.
func (c *checked) ownsEnvironment(s diag.Span) bool {
	if c.document == nil || c.document.Environment == nil || c.document.Environment.Topology == nil {
		return false
	}
	own := c.document.Environment.Topology.Span
	return own.File == s.File && own.Start <= s.Start && s.End <= own.End
}

// verdict returns the error that ends the command. errs are those from before the check.
func (f *checkedFiles) verdict(strict bool, errs []error) error {
	if errs = append(errs, f.errs...); len(errs) > 0 {
		return together(errs)
	}
	return verdict(f.diags, strict)
}

// usedSomewhere drops what is said about a variable, a component or a topology of the environment that a file does not use,
// if another one of the files uses it. A component or topology that several files do not use is a warning. That one file
// does not use a topology says nothing.
func usedSomewhere(all diag.List, files []*checked) diag.List {
	const variable, component, topology = "unused-variable", "environment-unknown-component", "environment-unknown-topology"
	shared := func(d *diag.Diagnostic) bool {
		return d.Rule == variable || d.Rule == topology || d.Rule == component &&
			!slices.ContainsFunc(files, func(c *checked) bool { return c.ownsEnvironment(d.Span) })
	}
	unusedIn := map[string]int{} // number of files, by message
	for _, d := range all {
		if shared(d) {
			unusedIn[d.Message]++
		}
	}
	kept := all.Filter(func(d *diag.Diagnostic) bool {
		switch {
		case d.Rule == topology && len(files) == 1:
			return d.Severity != diag.Note
		case shared(d):
			return unusedIn[d.Message] >= len(files)
		}
		return true
	})
	for i, d := range kept {
		if (d.Rule == component || d.Rule == topology) && len(files) > 1 && d.Severity == diag.Note {
			warning := *d
			warning.Severity = diag.Warning
			kept[i] = &warning
		}
	}
	return kept
}

// together makes one error of several. It reports each message once, and has the first one's exit code.
func together(errs []error) error {
	code := exitEnvironment
	var none *project.NoTopologyError
	if exit := (*exitError)(nil); errors.As(errs[0], &exit) {
		code = exit.code
	} else if errors.As(errs[0], &none) {
		code = exitUsage
	}
	return &exitError{code: code, err: errors.New(strings.Join(messages(errs), "\nstormflux: "))}
}

// messages returns what errors say, each message once.
func messages(errs []error) []string {
	var all []string
	for _, err := range errs {
		if !slices.Contains(all, err.Error()) {
			all = append(all, err.Error())
		}
	}
	return all
}

// summary counts the problems in files.
func summary(files int, l diag.List) string {
	if len(l) == 0 {
		return console.Count(files, "file") + " checked, no problems"
	}
	return console.Count(files, "file") + " checked: " + counts(l)
}

// counts returns how many errors, warnings and notes there are.
func counts(l diag.List) string {
	var parts []string
	for _, s := range []diag.Severity{diag.Error, diag.Warning, diag.Note} {
		if n := l.Count(s); n > 0 {
			parts = append(parts, console.Count(n, s.String()))
		}
	}
	return strings.Join(parts, ", ")
}
