// Package staging lays out a compiled program in a temporary folder, as a worker of Storm would find it. It also makes sure
// that no such folder is left when stormflux ends in a hurry.
package staging

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/stormflux/stormflux/compiler"
	"github.com/stormflux/stormflux/validate"
)

// Folders are the temporary folders of staged programs. The zero value is ready to use, by any goroutine.
type Folders struct {
	mu     sync.Mutex
	dirs   []string // the folders that exist
	closed bool
}

// Options say how to stage a program.
type Options struct {
	Platform validate.Platform // to build Go components for
	Digest   bool              // set [Staged.Digest]
}

// A Staged program lies in a temporary folder.
type Staged struct {
	// Digest identifies everything that makes a difference to a run: programs with the same digest do the same.
	Digest string

	folders *Folders
	dir     string
}

// Resources returns the folder in which the components run.
func (s *Staged) Resources() string { return filepath.Join(s.dir, "resources") }

// Remove removes the folder.
func (s *Staged) Remove() { s.folders.remove(s.dir) }

// Stage builds a program's Go components, and writes the program into a new folder. A component that does not build is a
// [*compiler.BuildError].
func (f *Folders) Stage(ctx context.Context, p *compiler.Program, opts Options) (s *Staged, err error) {
	assembly, err := p.Assemble(ctx, opts.Platform)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, assembly.Close()) }()
	dir, err := f.make()
	if err != nil {
		return nil, fmt.Errorf("making a folder to run in: %w", err)
	}
	defer func() {
		if err != nil {
			f.remove(dir)
		}
	}()
	s = &Staged{folders: f, dir: dir}
	if err := os.Mkdir(s.Resources(), 0o777); err != nil {
		return nil, fmt.Errorf("making a folder to run in: %w", err)
	}
	if err := assembly.Stage(ctx, s.Resources()); err != nil {
		return nil, err
	}
	if opts.Digest {
		s.Digest, err = digest(ctx, p, assembly)
	}
	return s, err
}

func digest(ctx context.Context, p *compiler.Program, assembly *compiler.Assembly) (string, error) {
	files, err := assembly.Archive.Digest(ctx)
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	fmt.Fprintln(sum, files)
	if err := p.Encode(ctx, sum, compiler.JSON); err != nil {
		return "", err
	}
	return fmt.Sprintf("%x", sum.Sum(nil)), nil
}

func (f *Folders) make() (string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return "", errors.New("stormflux is ending")
	}
	dir, err := os.MkdirTemp("", "stormflux-run-")
	if err != nil {
		return "", err
	}
	if absolute, err := filepath.Abs(dir); err == nil {
		dir = absolute // TMPDIR may be relative, and components run elsewhere
	}
	f.dirs = append(f.dirs, dir)
	return dir, nil
}

func (f *Folders) remove(dir string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	os.RemoveAll(dir) // files that a component protects from removal stay in the system's temporary folder
	f.dirs = slices.DeleteFunc(f.dirs, func(d string) bool { return d == dir })
}

// Close removes all folders, even of programs that run. No new folder can appear.
func (f *Folders) Close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
	for _, dir := range f.dirs {
		os.RemoveAll(dir)
	}
	f.dirs = nil
}
