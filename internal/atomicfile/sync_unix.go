//go:build unix

package atomicfile

import "os"

// syncFolder makes the rename itself outlast a power cut. The file is whole either way, and some file systems refuse to
// sync a folder, so a failure is no failure of the write.
func syncFolder(dir string) {
	folder, err := os.Open(dir)
	if err != nil {
		return
	}
	_ = folder.Sync()
	_ = folder.Close()
}
