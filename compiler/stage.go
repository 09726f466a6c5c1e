package compiler

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/stormflux/stormflux/internal/jar"
)

// Stage writes into a folder what a worker finds in its working directory: the content of resources/ in the jar, and in
// the user's jar. No file is executable, as on a worker (Storm's ServerUtils.extractZipFile drops modes), so what
// starts here also starts there. The folder must exist and be empty. After an error it contains only some of the files.
func (a *Assembly) Stage(ctx context.Context, dir string) error {
	if a.Archive.Base != "" {
		if err := stageBase(ctx, a.Archive.Base, dir); err != nil {
			return err
		}
	}
	staged := map[string]bool{}
	for _, e := range a.Archive.Entries {
		if staged[e.Name] {
			continue // the same file: Assemble has checked that
		}
		staged[e.Name] = true
		if err := stageEntry(ctx, e, dir); err != nil {
			return err
		}
	}
	return nil
}

func stageEntry(ctx context.Context, e jar.Entry, dir string) error {
	if e.Path == "" {
		return stageFile(ctx, dir, e.Name, bytes.NewReader(e.Data))
	}
	file, err := e.Open()
	if err != nil {
		return fmt.Errorf("reading a resource: %w", err)
	}
	defer file.Close()
	return stageFile(ctx, dir, e.Name, file)
}

// stageBase writes the resources of the user's jar.
func stageBase(ctx context.Context, base, dir string) error {
	archive, err := zip.OpenReader(base)
	if err != nil {
		return fmt.Errorf("reading %s: %w", base, err)
	}
	defer archive.Close()
	for _, f := range archive.File {
		if f.FileInfo().IsDir() || !strings.HasPrefix(f.Name, jar.Root) {
			continue
		}
		content, err := f.Open()
		if err != nil {
			return fmt.Errorf("reading %q of %s: %w", f.Name, base, err)
		}
		err = stageFile(ctx, dir, f.Name, content)
		content.Close()
		if err != nil {
			return err
		}
	}
	return nil
}

// stageFile writes one file of the jar if it is a resource.
func stageFile(ctx context.Context, dir, name string, content io.Reader) (err error) {
	if err := context.Cause(ctx); err != nil {
		return err
	}
	rest, ok := strings.CutPrefix(name, jar.Root)
	if !ok {
		return nil
	}
	local, err := filepath.Localize(rest)
	if err != nil {
		return fmt.Errorf("%q cannot be a file here: %w", name, err)
	}
	path := filepath.Join(dir, local)
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return fmt.Errorf("writing the resources: %w", err)
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return fmt.Errorf("writing the resources: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if _, err := io.Copy(file, content); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return nil
}
