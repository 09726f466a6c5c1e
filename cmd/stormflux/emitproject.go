package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
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

	"github.com/stormflux/stormflux/compiler"
	"github.com/stormflux/stormflux/compiler/clojure"
	"github.com/stormflux/stormflux/internal/atomicfile"
	"github.com/stormflux/stormflux/internal/jar"
	"github.com/stormflux/stormflux/internal/leiningen"
	"github.com/stormflux/stormflux/validate"
)

// sumsName is the file, beside project.clj, that remembers what emit-clj wrote there, in the form of sha256sum: so a
// file that somebody changed since is told from one that may be replaced.
const sumsName = ".stormflux.sums"

// projectFile is a file to be in a project.
type projectFile struct {
	path       string // below the project, with slashes
	data       []byte
	from       string // the file to copy, when data is nil
	executable bool
	generated  func(old []byte) bool // tells from its text that stormflux wrote a file; nil where nothing tells

	sum   string // of the new content
	write bool   // it is not there yet, or is another
}

// emitProject writes the Clojure file and the resources into a project. Everything is checked before anything is written.
func (a *app) emitProject(ctx context.Context, flags *emitFlags, project *leiningen.Project, prog *compiler.Program, opts clojure.Options, text []byte) error {
	assembly, err := prog.Assemble(ctx, validate.Platform{})
	if err != nil {
		return assembleError(err)
	}
	defer assembly.Close()

	files := projectFiles(project, opts, text, assembly.Archive.Entries)
	sums, err := readSums(project.Dir)
	if err != nil {
		return environmentError(err)
	}
	var refused, outdated []string
	for _, f := range files {
		ours, err := f.compare(project.Dir, sums)
		if err != nil {
			return environmentError(err)
		}
		if f.write {
			outdated = append(outdated, filepath.Join(project.Dir, f.path))
			if !ours && !flags.force {
				refused = append(refused, filepath.Join(project.Dir, f.path))
			}
		}
	}
	switch {
	case flags.check && len(outdated) > 0:
		return a.outOfDate(outdated...)
	case flags.check:
		return nil
	case len(refused) > 0:
		return notOurs(refused...)
	}
	// What will be written is remembered first: a file that is written and not remembered would be refused the next time.
	if err := writeSums(project.Dir, sums, files); err != nil {
		return environmentError(err)
	}
	for _, f := range files {
		if err := a.writeProjectFile(project.Dir, f); err != nil {
			return environmentError(err)
		}
	}
	for _, f := range files {
		if strings.Contains("/"+strings.TrimPrefix(f.path, project.ResourcePaths[0]), "/.") {
			fmt.Fprintf(a.stderr, "note: %s is hidden, and Leiningen leaves it out of the jar unless :jar-exclusions says otherwise\n", f.path)
		}
	}
	if opts.Dialect != clojure.Streamparse {
		fmt.Fprintf(a.stdout, "build with \"lein uberjar\", submit with \"storm jar THE-STANDALONE.jar %s %s\"\n",
			strings.ReplaceAll(opts.Namespace, "-", "_"), shellArgument(prog.Topology.Name))
	}
	return nil
}

// shellArgument quotes a word for a POSIX shell where it needs it.
func shellArgument(s string) string {
	if strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// projectFiles returns the files of a topology in a project, the Clojure file first.
func projectFiles(project *leiningen.Project, opts clojure.Options, text []byte, entries []jar.Entry) []*projectFile {
	source := clojure.SourcePath(opts.Namespace)
	folder := project.SourcePaths[0]
	for _, p := range project.SourcePaths {
		if _, err := os.Stat(filepath.Join(project.Dir, p, source)); err == nil {
			folder = p
			break
		}
	}
	files := []*projectFile{{path: path.Join(folder, source), data: text, generated: clojure.Generated}}
	// Leiningen puts the content of the resource paths at the jar's root. Streamparse empties that folder and copies src
	// there before it builds.
	resources := path.Join(project.ResourcePaths[0], jar.Root)
	if opts.Dialect == clojure.Streamparse {
		resources = "src"
	}
	for _, e := range entries {
		name := strings.TrimPrefix(e.Name, jar.Root)
		f := &projectFile{
			path: path.Join(resources, name),
			data: e.Data, from: e.Path, executable: e.Executable,
		}
		files = append(files, f)
	}
	slices.SortStableFunc(files[1:], func(a, b *projectFile) int { return cmp.Compare(a.path, b.path) })
	return files
}

// compare finds out whether a file has to be written, and whether what is there is ours to replace.
func (f *projectFile) compare(dir string, sums map[string]string) (ours bool, err error) {
	target := filepath.Join(dir, filepath.FromSlash(f.path))
	if f.from != "" {
		if f.sum, err = sumFile(f.from); err != nil {
			return false, err
		}
	} else {
		sum := sha256.Sum256(f.data)
		f.sum = hex.EncodeToString(sum[:])
	}
	old, err := sumFile(target)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		f.write = true
		return true, nil
	case err != nil:
		return false, err
	case old == f.sum:
		return true, nil
	}
	f.write = true
	if sums[f.path] == old {
		return true, nil
	}
	if f.generated == nil {
		return false, nil
	}
	text, err := os.ReadFile(target)
	if err != nil {
		return false, fmt.Errorf("reading %s: %w", target, err)
	}
	return f.generated(text), nil
}

func sumFile(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, file); err != nil {
		return "", fmt.Errorf("reading %s: %w", path, err)
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}

func (a *app) writeProjectFile(dir string, f *projectFile) error {
	target := filepath.Join(dir, filepath.FromSlash(f.path))
	if !f.write {
		fmt.Fprintf(a.stdout, "unchanged %s\n", target)
		return nil
	}
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
	if err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "wrote     %s\n", target)
	return nil
}

// readSums returns what emit-clj wrote into a project, by path.
func readSums(dir string) (map[string]string, error) {
	sums := map[string]string{}
	name := filepath.Join(dir, sumsName)
	text, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return sums, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	lines := bufio.NewScanner(bytes.NewReader(text))
	for lines.Scan() {
		if sum, path, ok := strings.Cut(lines.Text(), "  "); ok {
			sums[path] = sum
		}
	}
	return sums, lines.Err()
}

// writeSums remembers what is going to be written, beside what was written for other topologies.
func writeSums(dir string, sums map[string]string, files []*projectFile) error {
	var changed bool
	for _, f := range files {
		// A file that was there already, the same, is somebody's own: his later changes are not ours to overwrite.
		if f.write && !strings.ContainsRune(f.path, '\n') {
			sums[f.path], changed = f.sum, true
		}
	}
	if !changed {
		return nil
	}
	var paths []string
	for p := range sums {
		paths = append(paths, p)
	}
	slices.Sort(paths)
	return atomicfile.Write(filepath.Join(dir, sumsName), func(w io.Writer) error {
		for _, p := range paths {
			if _, err := fmt.Fprintf(w, "%s  %s\n", sums[p], p); err != nil {
				return err
			}
		}
		return nil
	})
}
