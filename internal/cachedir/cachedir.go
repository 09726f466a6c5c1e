// Package cachedir knows the folder that keeps what is slow to get again: answers of Maven and Java, and the jars of
// Storm. Everything below it may be deleted while nothing runs.
package cachedir

import (
	"fmt"
	"os"
	"path/filepath"
)

// Path returns the folder as an absolute path: $STORMFLUX_CACHE, or else the folder "stormflux" in the user's cache folder.
// It need not exist.
func Path() (string, error) {
	if dir := os.Getenv("STORMFLUX_CACHE"); dir != "" {
		return filepath.Abs(dir)
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("finding the cache folder (set STORMFLUX_CACHE): %w", err)
	}
	return filepath.Join(dir, "stormflux"), nil
}
