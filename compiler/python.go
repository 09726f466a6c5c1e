package compiler

import (
	"context"
	"fmt"
	"io/fs"

	"github.com/stormflux/stormflux/internal/jar"
	"github.com/stormflux/stormflux/internal/wheels"
	"github.com/stormflux/stormflux/sdk/python"
	"github.com/stormflux/stormflux/validate"
)

// The folders of Go programs, of the Python SDK, and of the required Python packages, below [Options.LauncherDir].
const (
	programFolder  = "bin"
	pythonFolder   = "python"
	packagesFolder = "python-packages"
)

// pythonClass makes a launcher start a Python class, with the runner of the Python SDK.
func (l *lowering) pythonClass(start *launcher, runs *validate.PythonClass) {
	program := l.src.Python.Program()
	start.words = []string{program, "-u", "-m", "stormflux", runs.Name()}
	start.program = l.isResource(program)
	start.env = runs.Env
	start.pythonPath = append([]string{l.opts.LauncherDir + "/" + pythonFolder}, l.packagesPath()...)
	l.prog.PythonSDK = true
}

// packagesPath returns the folder of the required Python packages, if there are any.
func (l *lowering) packagesPath() []string {
	if l.src.Packages == nil {
		return nil
	}
	return []string{l.opts.LauncherDir + "/" + packagesFolder}
}

// streamparseWords returns the words that start a class with streamparse's runner; nil if that cannot start it, or the
// target has no such runner.
func (l *lowering) streamparseWords(runs *validate.PythonClass) []string {
	if !l.opts.StreamparseClasses || runs.Module == "" || len(runs.Env) > 0 || l.setup != "" || l.src.Packages != nil {
		return nil
	}
	program := "python" // streamparse's default
	if p := l.src.Python; !p.Span.IsZero() {
		program = p.Program()
	}
	return []string{program, "-m", "streamparse.run", runs.Name()}
}

// pythonSDK returns the files of the Python SDK, if a component needs them.
func (p *Program) pythonSDK() ([]jar.Entry, error) {
	if !p.PythonSDK {
		return nil, nil
	}
	var entries []jar.Entry
	files := python.Files()
	err := fs.WalkDir(files, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(files, path)
		if err != nil {
			return err
		}
		entries = append(entries, jar.Entry{
			Name: jar.Root + p.launcherDir + "/" + pythonFolder + "/" + path, Data: text, Origin: "stormflux's Python SDK",
		})
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("reading the Python SDK: %w", err)
	}
	return entries, nil
}

// pythonPackages returns the files of the required Python packages: for the workers, or for this machine.
func (p *Program) pythonPackages(ctx context.Context, here bool) ([]jar.Entry, error) {
	required := p.Packages
	if required == nil {
		return nil, nil
	}
	starting := func() {
		if p.askingPip != nil {
			p.askingPip(required.Requirements)
		}
	}
	files, err := wheels.Get(ctx, wheels.Options{
		Requirements: required.Requirements, Interpreter: p.interpreter,
		Native: here, Platforms: required.Platforms, System: p.Platform.String(),
		IndexURL: required.IndexURL, ExtraIndexURLs: required.ExtraIndexURLs, FindLinks: required.FindLinks, NoIndex: required.NoIndex,
		Starting: starting,
	})
	if err != nil {
		return nil, err
	}
	entries := make([]jar.Entry, len(files))
	for i, f := range files {
		entries[i] = jar.Entry{
			Name: jar.Root + p.launcherDir + "/" + packagesFolder + "/" + f.Name, Path: f.Path, Origin: "a required Python package",
		}
	}
	return entries, nil
}
