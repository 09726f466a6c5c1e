// Package wheels gets the Python packages that a topology requires. It lets pip choose and download wheels for the workers,
// unpacks them, and keeps the result in a cache. It builds nothing, and never runs code of a package.
package wheels

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/stormflux/stormflux/internal/cachedir"
)

// Options say which packages, for which Python, and from where.
type Options struct {
	Requirements string // path of the requirements file
	Interpreter  string // of the workers, such as python3.11

	// Native takes wheels for the Interpreter on this machine. Then the next two do not matter.
	Native    bool
	Platforms []string // pip's tags of the workers' platform
	System    string   // the workers' platform, for messages

	IndexURL       string
	ExtraIndexURLs []string
	FindLinks      []string // folders and addresses
	NoIndex        bool

	// Starting is called before pip is asked, which takes seconds. It may be nil.
	Starting func()
}

// File is a file of a package.
type File struct {
	Name string // below the folder of packages, with slashes
	Path string
}

// Get returns the files of all required packages, unpacked, sorted by name. The error is an [*Error] if the requirements or
// the options are at fault. The same requirements and options have the same answer as long as it is in the cache.
func Get(ctx context.Context, opts Options) ([]File, error) {
	files, err := listings(opts.Requirements)
	if err != nil {
		return nil, fmt.Errorf("reading requirements: %w", err)
	}
	python, err := findPython(ctx, opts)
	if err != nil {
		return nil, err
	}
	root, err := cachedir.Path()
	if err != nil {
		return nil, err
	}
	root = filepath.Join(root, "python")
	dir := filepath.Join(root, opts.key(python, files))
	if _, err := os.Stat(dir); err != nil {
		if opts.Starting != nil {
			opts.Starting()
		}
		if err := fill(ctx, python, opts, files, root, dir); err != nil {
			return nil, err
		}
	}
	return list(dir)
}

// fill downloads and unpacks the packages into a folder, which appears only when it is complete.
func fill(ctx context.Context, python *interpreter, opts Options, files []listing, root, dir string) (err error) {
	if err := os.MkdirAll(root, 0o777); err != nil {
		return fmt.Errorf("making the cache: %w", err)
	}
	temporary, err := os.MkdirTemp(root, "new-")
	if err != nil {
		return fmt.Errorf("making the cache: %w", err)
	}
	defer os.RemoveAll(temporary)
	wheels, packages := filepath.Join(temporary, "wheels"), filepath.Join(temporary, "packages")
	for _, dir := range []string{wheels, packages} {
		if err := os.Mkdir(dir, 0o777); err != nil {
			return fmt.Errorf("making the cache: %w", err)
		}
	}
	if err := download(ctx, python, opts, files, wheels); err != nil {
		return err
	}
	found, err := filepath.Glob(filepath.Join(wheels, "*.whl"))
	if err != nil {
		return err
	}
	for _, wheel := range found {
		if err := unpack(wheel, packages); err != nil {
			return fmt.Errorf("unpacking %s: %w", filepath.Base(wheel), err)
		}
	}
	err = os.Rename(packages, dir)
	if _, exists := os.Stat(dir); exists == nil {
		return nil // another process may have been faster
	}
	if err != nil {
		return fmt.Errorf("writing the cache: %w", err)
	}
	return nil
}

// key identifies everything that decides which wheels pip takes, except what the index has.
func (o Options) key(python *interpreter, files []listing) string {
	sum := sha256.New()
	fmt.Fprintf(sum, "1\n%q\n%t\n", o.indexArgs(), o.Native)
	if o.Native {
		fmt.Fprintf(sum, "%q %q\n", python.Tag, python.System)
	} else {
		fmt.Fprintf(sum, "%q\n", o.targetArgs(python))
	}
	for _, f := range files {
		fmt.Fprintf(sum, "%q\n", f.text)
	}
	for _, place := range o.FindLinks {
		entries, _ := os.ReadDir(place) // an address is no folder
		for _, e := range entries {
			if info, err := e.Info(); err == nil {
				fmt.Fprintf(sum, "%q %d %d\n", e.Name(), info.Size(), info.ModTime().UnixNano())
			}
		}
	}
	return fmt.Sprintf("%x", sum.Sum(nil))
}

func list(dir string) ([]File, error) {
	var files []File
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		files = append(files, File{Name: filepath.ToSlash(name), Path: path})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("reading the cache: %w", err)
	}
	slices.SortFunc(files, func(a, b File) int { return strings.Compare(a.Name, b.Name) })
	return files, nil
}

// Platforms returns pip's tags for the wheels that run on a platform, in Go's words; none if they are not known. The first
// is preferred. On Linux, they are for systems with glibc 2.28 or later, of 2018: RHEL 8, Debian 10, Ubuntu 20.04.
func Platforms(system, arch string) []string {
	machine, ok := machines[arch]
	if !ok {
		return nil
	}
	switch system {
	case "linux":
		var tags []string
		for _, old := range []string{"manylinux1", "manylinux2010"} {
			if arch == "amd64" || arch == "386" {
				tags = append(tags, old+"_"+machine.linux)
			}
		}
		tags = append(tags, "manylinux2014_"+machine.linux)
		const oldest, newest = 5, 28
		for minor := oldest; minor <= newest; minor++ {
			tags = append(tags, fmt.Sprintf("manylinux_2_%d_%s", minor, machine.linux))
		}
		return append(tags, "linux_"+machine.linux)
	case "darwin":
		if machine.darwin != "" {
			return []string{"macosx_12_0_" + machine.darwin}
		}
	case "windows":
		if machine.windows != "" {
			return []string{machine.windows}
		}
	}
	return nil
}

// machines has, by Go's name of a processor, those of pip's tags.
var machines = map[string]struct{ linux, darwin, windows string }{
	"amd64":   {"x86_64", "x86_64", "win_amd64"},
	"386":     {"i686", "", "win32"},
	"arm64":   {"aarch64", "arm64", "win_arm64"},
	"arm":     {"armv7l", "", ""},
	"ppc64le": {"ppc64le", "", ""},
	"s390x":   {"s390x", "", ""},
	"riscv64": {"riscv64", "", ""},
}
