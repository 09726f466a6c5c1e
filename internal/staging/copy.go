package staging

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Copy returns the same program in a new folder, for a run at the same time. Files are linked where the system can do that,
// so a component that changes a file of its own instead of replacing it changes it for all.
func (s *Staged) Copy() (made *Staged, err error) {
	dir, err := s.folders.make()
	if err != nil {
		return nil, fmt.Errorf("making a folder to run in: %w", err)
	}
	err = filepath.WalkDir(s.dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || path == s.dir {
			return err
		}
		rel, err := filepath.Rel(s.dir, path)
		if err != nil {
			return err
		}
		to := filepath.Join(dir, rel)
		if entry.IsDir() {
			return os.Mkdir(to, 0o777)
		}
		if os.Link(path, to) == nil {
			return nil
		}
		return copyFile(path, to)
	})
	if err != nil {
		s.folders.remove(dir)
		return nil, fmt.Errorf("copying what runs: %w", err)
	}
	return &Staged{Digest: s.Digest, folders: s.folders, dir: dir}, nil
}

func copyFile(from, to string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	info, err := in.Stat()
	if err != nil {
		return err
	}
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, info.Mode().Perm())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	_, err = io.Copy(out, in)
	return err
}
