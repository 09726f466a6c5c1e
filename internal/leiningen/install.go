package leiningen

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/stormflux/stormflux/compiler/clojure"
	"github.com/stormflux/stormflux/internal/atomicfile"
	"github.com/stormflux/stormflux/internal/jar"
)

// A Topology is what goes into a project.
type Topology struct {
	Dialect   clojure.Dialect
	Name      string
	Namespace string      // of the Clojure file
	Clojure   []byte      // the Clojure file
	Resources []jar.Entry // what goes below resources/ in the jar
}

// A Plan knows which files a topology needs in a project, and which exist already. [Project.Plan] reads; only
// [Plan.Write] writes.
type Plan struct {
	project *Project
	files   []*file
	sums    sums
}

// A file is a file that a project gets.
type file struct {
	path       string // below the project, with slashes
	data       []byte
	from       string // the file to copy when data is nil
	executable bool
	generated  func(old []byte) bool // reports whether its text shows that stormflux wrote it, if no sum does; nil if text shows nothing

	sum      string // of the new content
	outdated bool   // it does not exist yet, or with another content
	foreign  bool   // somebody else wrote or changed what is there
}

// Plan compares a topology with what is in the project.
func (p *Project) Plan(t Topology) (*Plan, error) {
	sums, err := readSums(p.Dir)
	if err != nil {
		return nil, err
	}
	plan := &Plan{project: p, files: p.filesOf(t), sums: sums}
	for _, f := range plan.files {
		if err := f.compare(p.Dir, sums); err != nil {
			return nil, err
		}
	}
	return plan, nil
}

// filesOf returns the files of a topology, the Clojure file first.
func (p *Project) filesOf(t Topology) []*file {
	source := clojure.SourcePath(t.Namespace)
	if t.Dialect == clojure.Streamparse {
		source = clojure.SparsePath(t.Name)
	}
	folder := p.SourcePaths[0]
	for _, s := range p.SourcePaths {
		if _, err := os.Stat(filepath.Join(p.Dir, s, source)); err == nil {
			folder = s
			break
		}
	}
	files := []*file{{path: path.Join(folder, source), data: t.Clojure, generated: clojure.Generated}}
	for _, e := range t.Resources {
		files = append(files, &file{path: p.resource(t.Dialect, e.Name), data: e.Data, from: e.Path, executable: e.Executable})
	}
	slices.SortStableFunc(files[1:], func(a, b *file) int { return cmp.Compare(a.path, b.path) })
	return files
}

// resource returns where a file of the jar's resources/ is in the project, below the project and with slashes.
func (p *Project) resource(d clojure.Dialect, name string) string {
	folder := path.Join(p.ResourcePaths[0], jar.Root) // Leiningen puts what is in the resource paths at the jar's root
	if d == clojure.Streamparse {
		folder = "src" // Streamparse empties that folder before it builds, and copies src there
	}
	return path.Join(folder, strings.TrimPrefix(name, jar.Root))
}

// WithoutOutput returns the resources of a topology without the files in the project's own folder for launchers and
// programs. The resources of a topology are often the folder that this folder is in. What an earlier run wrote there is
// not a resource, and the next run writes it again.
func (p *Project) WithoutOutput(d clojure.Dialect, resources []jar.Entry) []jar.Entry {
	output := jar.Root + d.CompileOptions().LauncherDir + "/"
	return slices.DeleteFunc(slices.Clone(resources), func(e jar.Entry) bool {
		if e.Path == "" || !strings.HasPrefix(e.Name, output) {
			return false
		}
		from, err := os.Stat(e.Path)
		if err != nil {
			return false
		}
		to, err := os.Stat(filepath.Join(p.Dir, filepath.FromSlash(p.resource(d, e.Name))))
		return err == nil && os.SameFile(from, to)
	})
}

// compare finds out whether the file is up to date, and if not, whether stormflux wrote what is there.
func (f *file) compare(dir string, sums sums) (err error) {
	if f.sum, err = f.newSum(); err != nil {
		return err
	}
	target := filepath.Join(dir, filepath.FromSlash(f.path))
	old, err := sumFile(target)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		f.outdated = true
		return nil
	case err != nil:
		return err
	case old == f.sum:
		return nil
	}
	written, remembered := sums[f.path]
	f.outdated, f.foreign = true, written != old
	if !remembered && f.generated != nil {
		text, err := os.ReadFile(target)
		if err != nil {
			return fmt.Errorf("reading %s: %w", target, err)
		}
		f.foreign = !f.generated(text)
	}
	return nil
}

func (f *file) newSum() (string, error) {
	if f.from != "" {
		return sumFile(f.from)
	}
	sum := sha256.Sum256(f.data)
	return hex.EncodeToString(sum[:]), nil
}

// Outdated returns the files that do not exist yet, or have another content.
func (p *Plan) Outdated() []string { return p.paths(func(f *file) bool { return f.outdated }) }

// Foreign returns the outdated files that stormflux did not write, or that somebody has changed since.
func (p *Plan) Foreign() []string { return p.paths(func(f *file) bool { return f.foreign }) }

func (p *Plan) paths(which func(*file) bool) (paths []string) {
	for _, f := range p.files {
		if which(f) {
			paths = append(paths, filepath.Join(p.project.Dir, f.path))
		}
	}
	return paths
}

// Hidden returns the files, below the project, whose names start with a dot: Leiningen leaves them out of a jar by
// default.
func (p *Plan) Hidden() (paths []string) {
	for _, f := range p.files {
		if strings.Contains("/"+strings.TrimPrefix(f.path, p.project.ResourcePaths[0]), "/.") {
			paths = append(paths, f.path)
		}
	}
	return paths
}

// Write writes the outdated files, foreign ones too. It calls report for every file.
func (p *Plan) Write(report func(path string, written bool)) error {
	// The sums come first: a file that is written but not remembered would be foreign the next time.
	if err := p.writeSums(); err != nil {
		return err
	}
	for _, f := range p.files {
		target := filepath.Join(p.project.Dir, filepath.FromSlash(f.path))
		if f.outdated {
			if err := f.write(target); err != nil {
				return err
			}
		}
		report(target, f.outdated)
	}
	return nil
}

func (f *file) write(target string) error {
	if err := os.MkdirAll(filepath.Dir(target), 0o777); err != nil {
		return fmt.Errorf("making the folder of %s: %w", target, err)
	}
	err := atomicfile.Write(target, func(w io.Writer) error {
		if f.from == "" {
			_, err := w.Write(f.data)
			return err
		}
		in, err := os.Open(f.from)
		if err != nil {
			return err
		}
		defer in.Close()
		_, err = io.Copy(w, in)
		return err
	})
	if err == nil && f.executable {
		err = os.Chmod(target, 0o755)
	}
	return err
}
