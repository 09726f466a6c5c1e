package jvm

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	jvmruntime "github.com/stormflux/stormflux/runtime"
)

// digest returns a sum of the adapter and of everything on a class path.
func digest(adapter []jvmruntime.Class, classpath []string) (string, error) {
	sum := sha256.New()
	for _, class := range adapter {
		part(sum, class.Name)
		part(sum, string(class.Data))
	}
	for _, path := range classpath {
		info, err := os.Stat(path)
		if err == nil && info.IsDir() {
			err = addFolder(sum, path)
		} else if err == nil {
			err = addFile(sum, path)
		}
		if err != nil {
			return "", fmt.Errorf("reading the class path: %w", err)
		}
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// part adds a text and its length, so that no other parts give the same sum.
func part(sum hash.Hash, text string) { fmt.Fprintf(sum, "%d:%s", len(text), text) }

func addFolder(sum hash.Hash, folder string) error {
	return filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		name, err := filepath.Rel(folder, path)
		if err != nil {
			return err
		}
		part(sum, name)
		return addFile(sum, path)
	})
}

// addFile adds a file: its directory if it is a zip file, because that has the check sums of all entries, and to read a
// jar of 100 MB takes too long. Any other file is added whole.
func addFile(sum hash.Hash, path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	start, err := zipDirectory(file, info.Size())
	if err != nil {
		return err
	}
	fmt.Fprintf(sum, "%d-%d:", start, info.Size())
	_, err = io.Copy(sum, io.NewSectionReader(file, start, info.Size()-start))
	return err
}

// zipDirectory returns where the central directory of a zip file begins, or 0 for a file without one (APPNOTE 4.3.16).
func zipDirectory(r io.ReaderAt, size int64) (int64, error) {
	const endSize, maxComment = 22, 1<<16 - 1
	window := make([]byte, min(size, endSize+maxComment))
	if _, err := r.ReadAt(window, size-int64(len(window))); err != nil && err != io.EOF {
		return 0, err
	}
	at := bytes.LastIndex(window, []byte("PK\x05\x06"))
	if at < 0 || len(window)-at < endSize {
		return 0, nil
	}
	directory := int64(binary.LittleEndian.Uint32(window[at+12:]))
	start := size - int64(len(window)-at) - directory
	// A zip64 file has its directory before other records, and a false size tells nothing.
	const inZip64 = 1<<32 - 1
	magic := make([]byte, 4)
	if directory == inZip64 || start < 0 {
		return 0, nil
	}
	if _, err := r.ReadAt(magic, start); err != nil || !bytes.Equal(magic, []byte("PK\x01\x02")) {
		return 0, nil
	}
	return start, nil
}
