package compiler

import (
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
	return a.Archive.Each(func(name string, open func() (io.ReadCloser, error)) error {
		content, err := open()
		if err != nil {
			return fmt.Errorf("reading %q: %w", name, err)
		}
		defer content.Close()
		return stageFile(ctx, dir, name, content)
	})
}

// stageFile writes one of the jar's resources.
func stageFile(ctx context.Context, dir, name string, content io.Reader) (err error) {
	if err := context.Cause(ctx); err != nil {
		return err
	}
	local, err := filepath.Localize(strings.TrimPrefix(name, jar.Root))
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
