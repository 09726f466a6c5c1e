// Package project finds the topology files of a project. What is in them is the business of package schema.
package project

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/stormflux/stormflux/schema"
)

// A File is a topology file, or "-" for standard input.
type File struct {
	Path  string
	Found bool // in a folder; the user did not name it
}

// A NoTopologyError reports a folder without a topology.
type NoTopologyError struct{ Folder string }

func (e *NoTopologyError) Error() string {
	return fmt.Sprintf("found no topology below the folder %s", e.Folder)
}

// Find returns the files that some paths stand for, each once and in order, and an error for every file or folder that
// cannot be read. A folder stands for the topologies below it, except hidden ones. "-" stands for itself.
func Find(paths []string) (files []File, errs []error) { return find(paths, false) }

// FindWithEnvironments is like [Find], but a folder also stands for the files with environments below it.
func FindWithEnvironments(paths []string) (files []File, errs []error) { return find(paths, true) }

func find(paths []string, environments bool) (files []File, errs []error) {
	for _, path := range paths {
		if path == "-" {
			files = append(files, File{Path: path})
			continue
		}
		info, err := os.Stat(path)
		switch {
		case err != nil:
			errs = append(errs, fmt.Errorf("reading %w", withoutCall(err)))
		case info.IsDir():
			found, folderErrs := findBelow(path, environments)
			if len(found)+len(folderErrs) == 0 {
				folderErrs = []error{&NoTopologyError{path}}
			}
			files, errs = append(files, found...), append(errs, folderErrs...)
		default:
			files = append(files, File{Path: path})
		}
	}
	seen := map[string]bool{}
	return slices.DeleteFunc(files, func(f File) bool {
		clean := filepath.Clean(f.Path)
		again := seen[clean]
		seen[clean] = true
		return again
	}), errs
}

// extensions are those of topologies. StormCrawler's archetypes, and many who began with them, name Flux files `.flux`.
var extensions = []string{".yaml", ".yml", ".flux"}

func findBelow(folder string, environments bool) (files []File, errs []error) {
	failed := func(err error) {
		errs = append(errs, fmt.Errorf("looking for topologies: %w", withoutCall(err)))
	}
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			failed(err)
			return nil // the walk does not enter a folder that it cannot read
		}
		if path != folder && strings.HasPrefix(entry.Name(), ".") {
			if entry.IsDir() {
				return filepath.SkipDir
			}
			return nil
		}
		switch {
		case entry.IsDir(), !slices.Contains(extensions, filepath.Ext(path)):
			return nil
		case entry.Name() == schema.EnvironmentFile:
			if environments {
				files = append(files, File{Path: path, Found: true})
			}
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			failed(err)
		} else if schema.LooksLikeTopology(text) {
			files = append(files, File{Path: path, Found: true})
		}
		return nil
	})
	if err != nil {
		failed(err)
	}
	return files, errs
}

// withoutCall returns a file system's error without the name of the system call.
func withoutCall(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return fmt.Errorf("%s: %w", path.Path, path.Err)
	}
	return err
}
