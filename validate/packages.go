package validate

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/wheels"
	"github.com/stormflux/stormflux/schema"
)

// The rules about Python packages.
const (
	ruleMissingRequirements = "missing-requirements"
	ruleBadRequirement      = "bad-requirement"
	rulePythonPlatform      = "python-platform"
)

// PythonPackages are Python packages whose wheels go into the jar.
type PythonPackages struct {
	Requirements   string   // path of the requirements file
	Platforms      []string // pip's tags for the workers
	IndexURL       string   // "" for pip's default
	ExtraIndexURLs []string
	FindLinks      []string // addresses, and paths of folders
	NoIndex        bool

	span diag.Span // of the path
}

// pythonPackages reads the packages that the topology requires.
func (c *checker) pythonPackages(written *schema.Python) {
	file := written.Requirements
	made := &PythonPackages{Requirements: resolved(file.Span, file.Text), span: file.Span}
	if written.IndexURL != nil {
		made.IndexURL = written.IndexURL.Text
	}
	for _, v := range written.ExtraIndexURLs {
		made.ExtraIndexURLs = append(made.ExtraIndexURLs, v.Text)
	}
	for _, v := range written.FindLinks {
		place := v.Text
		if !strings.Contains(place, "://") {
			place = resolved(v.Span, place)
		}
		made.FindLinks = append(made.FindLinks, place)
	}
	if written.NoIndex != nil {
		made.NoIndex = written.NoIndex.Bool
	}
	for _, v := range written.Platforms {
		made.Platforms = append(made.Platforms, v.Text)
	}
	if p := c.topology.Platform; len(made.Platforms) == 0 && c.opts.Platform == (Platform{}) { // a run here needs no names
		if made.Platforms = wheels.Platforms(p.OS, p.Arch); made.Platforms == nil {
			c.list.Errorf(rulePythonPlatform, file.Span, "pip's names for the platform %q are not known, so no wheels can be chosen", p.String()).
				WithHint("name them: `platforms: [TAG]`; \"pip debug --verbose\" on a worker lists its tags")
		}
	}
	c.topology.Packages = made
}

// requirements checks the lines of the requirements file. Whether there are wheels, pip finds out when the jar is made.
func (c *checker) requirements() {
	packages := c.topology.Packages
	if packages == nil {
		return
	}
	c.requirementsFile(packages.Requirements, packages.span, map[string]bool{})
}

// requirementsFile checks a requirements file, and those that it names, each once.
func (c *checker) requirementsFile(path string, named diag.Span, seen map[string]bool) {
	if seen[path] {
		return
	}
	seen[path] = true
	text, err := c.files.Read(path)
	if err != nil {
		c.missingRequirements(path, named, err)
		return
	}
	file := diag.NewFile(path, filepath.Dir(path), text)
	if below, err := filepath.Rel(c.doc.File.Dir, path); err != nil || !filepath.IsLocal(below) {
		file.Private = true // it may be no requirements file at all
	}
	for _, r := range wheels.Requirements(string(text)) {
		span := diag.Span{File: file, Start: r.Start, End: r.End}
		switch {
		case r.File != "" && !strings.Contains(r.File, "://"):
			other := filepath.FromSlash(r.File)
			if !filepath.IsAbs(other) {
				other = filepath.Join(filepath.Dir(path), other)
			}
			c.requirementsFile(other, span, seen)
		case r.Fault == wheels.NotAWheel:
			c.list.Errorf(ruleBadRequirement, span, "the requirement %s, but only wheels can go into the jar", r.Fault).
				WithHint("build a wheel (pip wheel) and name its folder in `find-links`, or install it with `setup` or in a `venv`")
		case r.Fault != "":
			c.list.Errorf(ruleBadRequirement, span, "%s %s", quoted(span.Text()), r.Fault).
				WithHint("write a name and a version: redis==5.0.1")
		}
	}
}

func (c *checker) missingRequirements(path string, span diag.Span, err error) {
	if !errors.Is(err, fs.ErrNotExist) {
		c.list.Errorf(ruleMissingRequirements, span, "the requirements file %q cannot be read: %v", path, pathless(err))
		return
	}
	d := c.list.Errorf(ruleMissingRequirements, span, "the requirements file %q does not exist", path)
	if near, ok := c.nearFile(path); ok {
		d.WithHint("did you mean %q?", near)
	}
}
