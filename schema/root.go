package schema

import (
	"path/filepath"
	"slices"
	"strings"
)

// rootFiles are the names that show that a folder is the root of a project: a build file, a repository, our environments.
var rootFiles = append([]string{EnvironmentFile, "go.mod"}, projectFiles...)

// projectRoot returns the root of the project that holds a folder: the nearest folder upward with one of [rootFiles], else
// the folder itself.
func projectRoot(folder string, exists func(path string) bool) string {
	const highest = 100 // more folders than a path has
	dir := folder
	for range highest {
		if slices.ContainsFunc(rootFiles, func(name string) bool { return exists(filepath.Join(dir, name)) }) {
			return dir
		}
		up := filepath.Join(dir, "..")
		if sameFolder(up, dir) {
			break
		}
		dir = up
	}
	return folder
}

// isInside reports whether a path leads to something in a folder, symbolic links included. Both may be missing on disk.
func isInside(folder, path string) bool {
	rel, err := filepath.Rel(realPath(folder), realPath(path))
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}

// realPath returns the absolute path without symbolic links, as far as it exists.
func realPath(path string) string {
	abs, err := filepath.Abs(path)
	if err != nil {
		return path
	}
	for dir, rest := abs, ""; ; {
		if real, err := filepath.EvalSymlinks(dir); err == nil {
			return filepath.Join(real, rest)
		}
		up := filepath.Dir(dir)
		if up == dir {
			return abs
		}
		dir, rest = up, filepath.Join(filepath.Base(dir), rest)
	}
}
