// Package stormjar reads what stormflux has put into a submitted jar: launchers and Go programs. From such a jar it makes one
// without them, to compile the topology again.
package stormjar

import (
	"archive/zip"
	"bytes"
	"debug/buildinfo"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/stormflux/stormflux/compiler"
	"github.com/stormflux/stormflux/internal/jar"
	"github.com/stormflux/stormflux/internal/jarfile"
)

// The folders that stormflux uses below resources/: that of a submission, and that of a Leiningen project.
const (
	folder          = jar.Root + ".stormflux/"
	leiningenFolder = jar.Root + "stormflux/"
	adapter         = "stormflux/runtime/"
)

// Content is what stormflux has put into a jar. The keys are paths below resources/.
type Content struct {
	Launchers map[string]string // the text of each script
	Packages  map[string]string // the import path of the main package that a Go program was built from
}

// Read reads a jar.
func Read(path string) (*Content, error) {
	f, err := jarfile.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	c := &Content{Launchers: map[string]string{}, Packages: map[string]string{}}
	for e := range f.Entries() {
		name := e.Name()
		if !strings.HasPrefix(name, folder) && !strings.HasPrefix(name, leiningenFolder) {
			continue
		}
		below := strings.TrimPrefix(name, jar.Root)
		program := strings.Contains(below, "/bin/")
		if !program && filepath.Ext(name) != ".sh" || strings.HasSuffix(name, "/") {
			continue
		}
		data, ok, err := f.Read(name)
		switch {
		case err != nil:
			return nil, err
		case !ok:
		case !program:
			c.Launchers[below] = string(data)
		default:
			if info, err := buildinfo.Read(bytes.NewReader(data)); err == nil {
				c.Packages[below] = info.Path
			}
		}
	}
	return c, nil
}

// WriteWithout writes a jar without some of what stormflux has put into it. drop decides about the files that compiling generates,
// by their path below resources/. The adapter's classes are left out: compiling adds them again.
func WriteWithout(path string, drop func(string) bool, w io.Writer) error {
	from, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("reading the jar: %w", err)
	}
	defer from.Close()
	info, err := from.Stat()
	if err != nil {
		return fmt.Errorf("reading the jar: %w", err)
	}
	in, err := zip.NewReader(from, info.Size())
	if err != nil {
		return fmt.Errorf("reading the jar %s: %w", path, err)
	}
	generated, err := generatedFiles(in)
	if err != nil {
		return fmt.Errorf("reading the jar %s: %w", path, err)
	}
	out := zip.NewWriter(w)
	for _, f := range in.File {
		if strings.HasPrefix(f.Name, adapter) || generated[f.Name] && drop(strings.TrimPrefix(f.Name, jar.Root)) {
			continue
		}
		if err := out.Copy(f); err != nil {
			return fmt.Errorf("copying %s of the jar %s: %w", f.Name, path, err)
		}
	}
	return out.Close()
}

// generatedFiles returns the names of the files that compiling generates. The user can have a folder with the same name, such as
// resources/stormflux with an SDK: only a folder with our README is ours.
func generatedFiles(in *zip.Reader) (map[string]bool, error) {
	generated := map[string]bool{}
	for _, dir := range []string{folder, leiningenFolder} {
		about, err := fs.ReadFile(in, dir+compiler.LauncherReadme)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		if !compiler.IsLauncherFolder(about) {
			continue
		}
		for _, f := range in.File {
			if name, ok := strings.CutPrefix(f.Name, dir); ok && compiler.IsGenerated(name) {
				generated[f.Name] = true
			}
		}
	}
	return generated, nil
}
