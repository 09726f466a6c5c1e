package compiler

import (
	"fmt"
	"io/fs"

	"github.com/stormflux/stormflux/internal/jar"
	"github.com/stormflux/stormflux/sdk/python"
	"github.com/stormflux/stormflux/validate"
)

// pythonFolder is the folder of the Python SDK, below [Options.LauncherDir].
const pythonFolder = "python"

// pythonClass makes a launcher start a Python class, with the runner of the Python SDK.
func (l *lowering) pythonClass(start *launcher, runs *validate.PythonClass) {
	program := l.src.Python.Program()
	start.words = []string{program, "-u", "-m", "stormflux", runs.Name()}
	start.program = l.isResource(program)
	start.env = runs.Env
	start.pythonPath = []string{l.opts.LauncherDir + "/" + pythonFolder}
	l.prog.PythonSDK = true
}

// streamparseWords returns the words that start a class with streamparse's runner; nil if that cannot start it, or the
// target has no such runner.
func (l *lowering) streamparseWords(runs *validate.PythonClass) []string {
	if !l.opts.StreamparseClasses || runs.Module == "" || len(runs.Env) > 0 || l.setup != "" {
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
