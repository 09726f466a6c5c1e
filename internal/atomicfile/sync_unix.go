//go:build unix

package atomicfile

import "os"

// syncFolder makes the rename itself survive a power failure. The file is complete in any case, and some file systems
// refuse to sync a folder, so an error here is not a failure of the write.
func syncFolder(dir string) {
	folder, err := os.Open(dir)
	if err != nil {
		return
	}
	_ = folder.Sync()
	_ = folder.Close()
}
