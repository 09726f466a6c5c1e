// Package importer finds out which system a file or folder belongs to, and reads the topology in it as a document of package
// asyaml.
package importer

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/stormflux/stormflux/internal/asyaml"
	"github.com/stormflux/stormflux/internal/foreign"
	"github.com/stormflux/stormflux/internal/foreign/yamldsl"
	"github.com/stormflux/stormflux/internal/leiningen"
)

// Options say how to import.
type Options struct {
	// Folder is where the document will stand: its paths start there.
	Folder string
	// Class is one of several Topology classes in a file of streamparse, or "".
	Class string
}

// Import reads the topology in a file or project. A file that is wrong gives a [*foreign.Fault].
func Import(ctx context.Context, path string, opts Options) (*asyaml.Document, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", path, err)
	}
	if info.IsDir() {
		if path, err = inProject(path); err != nil {
			return nil, err
		}
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", path, err)
	}
	i := &importing{Options: opts, path: path, text: text}
	switch filepath.Ext(path) {
	case ".clj":
		return i.clojure()
	case ".py":
		return i.python(ctx)
	case ".yaml", ".yml":
		d, err := yamldsl.Read(path, text)
		if d == nil && err == nil {
			err = &foreign.Fault{File: path, Message: "the file is neither one of Heron ECO nor of pyleus; a file of Flux needs no import"}
		}
		return d, err
	}
	return nil, &foreign.Fault{File: path, Message: "import reads files that end with .clj, .py, .yaml or .yml"}
}

// importing is one file on its way.
type importing struct {
	Options
	path string
	text []byte
}

// header returns the comment at the start of the document.
func (i *importing) header(system string) []string {
	return []string{fmt.Sprintf("Written by stormflux import from %s (%s).", filepath.Base(i.path), system)}
}

// relative returns a path as the document names it.
func (i *importing) relative(path string) string { return Relative(i.Folder, path) }

// Relative returns a path as a file in a folder names it.
func Relative(folder, path string) string {
	from, err := filepath.Abs(folder)
	if err != nil {
		return filepath.ToSlash(path)
	}
	to, err := filepath.Abs(path)
	if err != nil {
		return filepath.ToSlash(path)
	}
	relative, err := filepath.Rel(from, to)
	if err != nil { // on another drive
		return filepath.ToSlash(to)
	}
	return filepath.ToSlash(relative)
}

// inProject returns the file of a project that has its topology.
func inProject(dir string) (string, error) {
	found, err := topologyFiles(dir)
	switch {
	case err != nil:
		return "", err
	case len(found) == 0:
		return "", &foreign.Fault{File: dir, Message: "the folder has no topology that import knows: create.py, pyleus_topology.yaml, topologies/*.py, or a topology in Clojure of project.clj"}
	case len(found) > 1:
		return "", &foreign.Fault{File: dir, Message: "the folder has several topologies; import one of " + strings.Join(found, ", ")}
	}
	return found[0], nil
}

func topologyFiles(dir string) ([]string, error) {
	for _, name := range []string{"create.py", "pyleus_topology.yaml"} {
		if path := filepath.Join(dir, name); isFile(path) {
			return []string{path}, nil
		}
	}
	found, _ := filepath.Glob(filepath.Join(dir, "topologies", "*.py")) // the pattern is right
	if isFile(filepath.Join(dir, "project.clj")) {
		project, err := leiningen.Read(dir)
		if err != nil {
			return nil, &foreign.Fault{File: filepath.Join(dir, "project.clj"), Message: err.Error()}
		}
		for _, source := range project.SourcePaths {
			found = append(found, clojureTopologies(filepath.Join(dir, filepath.FromSlash(source)))...)
		}
	}
	slices.Sort(found)
	return found, nil
}

// clojureTopologies returns the files below a folder that make a topology in Clojure.
func clojureTopologies(dir string) []string {
	var found []string
	// What cannot be read is not the topology.
	_ = filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() || filepath.Ext(path) != ".clj" {
			return nil
		}
		if text, err := os.ReadFile(path); err == nil && strings.Contains(string(text), "-spec") {
			found = append(found, path)
		}
		return nil
	})
	return found
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
