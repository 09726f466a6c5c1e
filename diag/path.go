package diag

import (
	"os"
	"path/filepath"
)

// ShortPath returns an absolute path as messages show it: relative to the working directory if it lies below that
// directory, and unchanged otherwise.
func ShortPath(path string) string {
	wd, err := os.Getwd()
	if err != nil {
		return path
	}
	if rel, err := filepath.Rel(wd, path); err == nil && filepath.IsLocal(rel) {
		return rel
	}
	return path
}
