package main

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/stormflux/stormflux/compiler"
	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/schema"
	"github.com/stormflux/stormflux/schema/shortform"
	"github.com/stormflux/stormflux/schema/yaml"
	"github.com/stormflux/stormflux/validate"
)

// shorten returns a topology in the short form. It compiles the file before and after, and returns an error if the two
// differ. The text is nil if the file has errors, which are the diagnostics.
func (a *app) shorten(ctx context.Context, flags *fmtFlags, file *diag.File) ([]byte, diag.List, error) {
	before, err := a.checkText(ctx, flags, file.Name, file.Text)
	if err != nil || before.topology == nil {
		return nil, errorsOf(before), err
	}
	result, diags := shortform.Rewrite(file, shortform.Options{})
	if result == nil {
		return nil, diags, nil
	}
	if result.Commands {
		if resources := scriptFolder(before.document); resources != nil {
			result, _ = shortform.Rewrite(file, shortform.Options{Resources: resources})
		}
	}
	after, err := a.checkText(ctx, flags, file.Name, result.Text)
	if err != nil {
		return nil, nil, err
	}
	if faults := errorsOf(after); after.topology == nil && len(faults) > 0 {
		return nil, nil, stays(file, "in the short form, "+faults[0].Message)
	}
	same, err := compiler.Same(ctx, compiler.Compile(before.topology, compiler.Options{}), compiler.Compile(after.topology, compiler.Options{}))
	switch {
	case err != nil:
		return nil, nil, environmentError(err)
	case !same:
		return nil, nil, stays(file, "the short form would be another topology")
	}
	for _, k := range result.Kept {
		printTo(a.stderr, "%s: %s\n", file.Name, k)
	}
	for _, c := range result.Loose {
		printTo(a.stderr, "%s: what the comment %q stood at is gone; the comment is kept\n", file.Name, c)
	}
	return result.Text, nil, nil
}

// stays says that a file has no short form.
func stays(file *diag.File, why string) error {
	return &exitError{exitFindings, fmt.Errorf("%s stays as it is: %s", file.Name, why)}
}

// checkText checks a text in the place of a file. It does not look at the files that the topology names.
func (a *app) checkText(ctx context.Context, flags *fmtFlags, path string, text []byte) (*checked, error) {
	opts, err := flags.topology.options()
	if err != nil {
		return nil, err
	}
	opts.Text = text
	return a.loadFor(ctx, &flags.topology, path, opts, validate.Options{SkipFiles: true})
}

func errorsOf(c *checked) diag.List {
	if c == nil {
		return nil
	}
	return c.diags.Filter(func(d *diag.Diagnostic) bool { return d.Severity == diag.Error })
}

// scriptFolder returns the folder where Flux's shell wrappers find their scripts, for the key `resources`. It returns nil if
// commands find them too.
func scriptFolder(doc *schema.Document) []string {
	dir := doc.File.Dir
	if info, err := os.Stat(filepath.Join(dir, "resources")); doc.ResourcesGiven || err == nil && info.IsDir() {
		return nil
	}
	root, ok := validate.FluxResources(dir, func(path string) (fs.FileInfo, error) { return os.Stat(path) })
	if !ok {
		return nil
	}
	path, err := filepath.Rel(filepath.Join(".", dir), filepath.Join(root, "resources"))
	if err != nil {
		path = filepath.Join(root, "resources")
	}
	return []string{yaml.FormatScalar(&yaml.Value{Kind: yaml.String, Text: strings.ReplaceAll(path, `\`, "/")})}
}
