// Package stormjar reads what stormflux has put into a submitted jar: launchers and Go programs. From such a jar it makes one
// without them, to compile the topology again.
package stormjar

import (
	"archive/zip"
	"bytes"
	"debug/buildinfo"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

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

// WriteWithout writes a jar without some of what stormflux has put into it. drop decides about the files in the folder of
// stormflux, by their path below resources/. The adapter's classes are left out: compiling adds them again.
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
	out := zip.NewWriter(w)
	for _, f := range in.File {
		below, inResources := strings.CutPrefix(f.Name, jar.Root)
		ours := strings.HasPrefix(f.Name, folder) || strings.HasPrefix(f.Name, leiningenFolder)
		if strings.HasPrefix(f.Name, adapter) || inResources && ours && drop(below) {
			continue
		}
		if err := out.Copy(f); err != nil {
			return fmt.Errorf("copying %s of the jar %s: %w", f.Name, path, err)
		}
	}
	return out.Close()
}
