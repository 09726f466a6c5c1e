package cachedir

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"

	"github.com/rogpeppe/go-internal/lockedfile"
)

// Folder returns the folder name-<hash of the parts> in a folder of the cache. If it does not exist, fill makes it. The
// folder becomes visible when it is complete, and only one process at a time makes one.
func Folder(ctx context.Context, in, name string, parts [][]byte, fill func(dir string) error) (string, error) {
	hash := sha256.New()
	for _, part := range parts {
		fmt.Fprintf(hash, "%d\n", len(part))
		hash.Write(part)
	}
	cache, err := Path()
	if err != nil {
		return "", err
	}
	root := filepath.Join(cache, in)
	dir := filepath.Join(root, name+"-"+hex.EncodeToString(hash.Sum(nil))[:16])
	if isDir(dir) {
		return dir, nil
	}
	if err := os.MkdirAll(root, 0o755); err != nil {
		return "", fmt.Errorf("making the cache folder: %w", err)
	}
	unlock, err := lockedfile.MutexAt(filepath.Join(root, "lock")).Lock()
	if err != nil {
		return "", fmt.Errorf("locking the cache folder: %w", err)
	}
	defer unlock()
	if isDir(dir) { // made by another process while this one waited
		return dir, nil
	}
	if err := ctx.Err(); err != nil {
		return "", err
	}
	temp, err := os.MkdirTemp(root, name+".tmp-")
	if err != nil {
		return "", fmt.Errorf("making a folder in the cache: %w", err)
	}
	defer os.RemoveAll(temp)
	if err := os.Chmod(temp, 0o755); err != nil {
		return "", err
	}
	if err := fill(temp); err != nil {
		return "", err
	}
	if err := os.Rename(temp, dir); err != nil {
		return "", fmt.Errorf("putting %s into the cache: %w", name, err)
	}
	return dir, nil
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
