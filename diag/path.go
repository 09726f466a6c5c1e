package diag

import (
	"os"
	"path/filepath"
)

// ShortPath is an absolute path as people are shown it: as seen from the working directory, where it lies below that, and
// otherwise as it is.
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
