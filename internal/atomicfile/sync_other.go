//go:build !unix

package atomicfile

// syncFolder does nothing: Windows cannot flush a folder.
func syncFolder(string) {}
