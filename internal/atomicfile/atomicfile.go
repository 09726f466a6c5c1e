// Package atomicfile writes an output file whole or not at all.
//
// It owns the temporary file beside the target, the flush to disk and the rename over the old file. It does not know
// what the content is, and it makes no folders.
//
// Two libraries do not fit: google/renameio exports nothing on Windows, and natefinch/atomic takes an io.Reader, but
// our writers need an io.Writer. Neither of them writes directly to a pipe or a device. The rest of them is os.Rename.
package atomicfile

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Stdout is the path for standard output.
const Stdout = "-"

// Write writes the file at path. content writes its content.
//
// A regular or absent file is replaced at once and completely. content writes to a temporary file in the same folder;
// Write flushes it to disk and renames it over path. If anything fails, even content itself, the old file is unchanged
// (an absent file stays absent) and the temporary file is gone. A new file gets mode 0666 less the umask; a replaced
// file keeps its permissions. A symbolic link stays a link, and the file that it leads to is replaced. If the user may
// not write the file, it is not replaced, although its folder would allow it.
//
// [Stdout], and anything that is neither a regular file nor a folder (a named pipe, a terminal, /dev/stdout), is
// written directly. Bytes that were written before a failure cannot be taken back.
//
// Write returns content's error unchanged, so errors.Is and errors.As find it. Every other error names path, also that of
// content's writer: "writing PATH: reason". content must not keep its writer.
func Write(path string, content func(io.Writer) error) error {
	if path == Stdout {
		return content(os.Stdout)
	}
	target, err := follow(path)
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	info, err := os.Stat(target)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return replace(path, target, nil, content)
	case err != nil:
		return fmt.Errorf("writing %s: %w", path, reason(err))
	case info.IsDir():
		return fmt.Errorf("writing %s: it is a folder", path)
	case !info.Mode().IsRegular():
		return through(path, target, content)
	}
	// A rename needs only the right to write the folder, but a read-only file is read-only on purpose.
	old, err := os.OpenFile(target, os.O_WRONLY, 0)
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, reason(err))
	}
	if err := old.Close(); err != nil {
		return fmt.Errorf("writing %s: %w", path, reason(err))
	}
	return replace(path, target, info, content)
}

// replace writes a temporary file beside target and renames it over target. old describes the file that it replaces, or
// is nil.
func replace(path, target string, old fs.FileInfo, content func(io.Writer) error) (err error) {
	temp, err := create(filepath.Dir(target))
	if err != nil {
		return fmt.Errorf("writing %s: making a temporary file in %s: %w", path, filepath.Dir(target), reason(err))
	}
	renamed := false
	defer func() {
		// Also on a panic in content. Windows cannot remove an open file, so close it first; a second Close does no
		// harm.
		if !renamed {
			_ = temp.Close()
			_ = os.Remove(temp.Name())
		}
	}()

	out := &writer{file: temp, path: path}
	if err := content(out); err != nil {
		return err
	}
	if out.err != nil { // content ignored a failed write, so the file is not complete
		return out.err
	}
	if old != nil {
		if err := temp.Chmod(old.Mode().Perm()); err != nil {
			return fmt.Errorf("writing %s: keeping its mode %v: %w", path, old.Mode().Perm(), reason(err))
		}
	}
	// Without the flush, a power failure after the rename may leave an empty file in place of the old one.
	if err := temp.Sync(); err != nil {
		return fmt.Errorf("writing %s: %w", path, reason(err))
	}
	if err := temp.Close(); err != nil {
		return fmt.Errorf("writing %s: %w", path, reason(err))
	}
	// os.Rename replaces an existing file on Windows too (MoveFileEx with MOVEFILE_REPLACE_EXISTING).
	if err := os.Rename(temp.Name(), target); err != nil {
		return fmt.Errorf("writing %s: %w", path, reason(err))
	}
	renamed = true
	syncFolder(filepath.Dir(target))
	return nil
}

// through writes to something that cannot be replaced.
func through(path, target string, content func(io.Writer) error) error {
	file, err := os.OpenFile(target, os.O_WRONLY, 0)
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, reason(err))
	}
	out := &writer{file: file, path: path}
	err = content(out)
	if err == nil && out.err != nil {
		err = out.err
	}
	if closeErr := file.Close(); err == nil && closeErr != nil {
		err = fmt.Errorf("writing %s: %w", path, reason(closeErr))
	}
	return err
}

// writer remembers a failed write, so a content function that ignores one cannot publish half a file. Its errors name path: the
// user does not know the temporary file.
type writer struct {
	file *os.File
	path string
	err  error
}

func (w *writer) Write(p []byte) (int, error) {
	n, err := w.file.Write(p)
	if err == nil {
		return n, nil
	}
	err = fmt.Errorf("writing %s: %w", w.path, reason(err))
	if w.err == nil {
		w.err = err
	}
	return n, err
}

// create makes a new file in dir. Unlike os.CreateTemp it asks for mode 0666, so the umask applies as for any other new
// file.
func create(dir string) (*os.File, error) {
	for try := 0; ; try++ {
		name := filepath.Join(dir, ".stormflux-"+rand.Text()+".tmp")
		file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if errors.Is(err, fs.ErrExist) && try < 100 {
			continue
		}
		return file, err
	}
}

// follow follows path while its last element is a symbolic link, and returns the path at the end. That path need not
// exist.
func follow(path string) (string, error) {
	for range 40 { // Linux's own limit (path_resolution(7))
		info, err := os.Lstat(path)
		if errors.Is(err, fs.ErrNotExist) {
			return path, nil
		}
		if err != nil {
			return "", reason(err)
		}
		if info.Mode()&fs.ModeSymlink == 0 {
			return path, nil
		}
		// /dev/stdout is a link to something like "pipe:[123]", which is not a path: the file that the system opens
		// counts.
		if to, err := os.Stat(path); err == nil && !to.Mode().IsRegular() && !to.IsDir() {
			return path, nil
		}
		link, err := os.Readlink(path)
		if err != nil {
			return "", reason(err)
		}
		if !filepath.IsAbs(link) {
			link = filepath.Join(filepath.Dir(path), link)
		}
		path = link
	}
	return "", errors.New("too many symbolic links")
}

// reason drops the operation and path that the os package puts before an error. The caller's message has the path that
// the user knows; the name of the temporary file would only confuse.
func reason(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	var link *os.LinkError
	if errors.As(err, &link) {
		return link.Err
	}
	return err
}
