package gobuild

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/build"
	"go/parser"
	"go/scanner"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Problem is the reason why a folder is not a package to build. The zero value is invalid.
type Problem uint8

const (
	// NotFound: the path does not exist.
	NotFound Problem = iota + 1
	// NotFolder: the path is not a folder.
	NotFolder
	// Unreadable: the folder, or a file in it, cannot be read.
	Unreadable
	// NoGoFiles: the folder has no Go files except tests.
	NoGoFiles
	// Excluded: build constraints leave out all Go files for the platform.
	Excluded
	// BadSource: a file does not begin like a Go file.
	BadSource
	// NotMain: the package is not called main.
	NotMain
	// SeveralPackages: the files belong to different packages.
	SeveralPackages
	// NoModule: there is no go.mod in the folder or above it.
	NoModule
)

// InspectError reports why a folder is not a package to build.
type InspectError struct {
	Problem Problem
	Dir     string
	// File is the file at fault, in Dir or a name of it, and Line is its line. Both may be empty.
	File string
	Line int
	// Package is the package's name for NotMain.
	Package string
	message string
	Err     error
}

// Error returns one sentence.
func (e *InspectError) Error() string { return e.message }

// Unwrap returns Err.
func (e *InspectError) Unwrap() error { return e.Err }

// Package is a main package.
type Package struct {
	Dir    string   // absolute
	Module string   // the folder with its go.mod, absolute
	Files  []string // names of the Go files that are built for the platform, sorted
}

// Inspect checks whether dir contains a main package for a platform. It builds nothing and does not call the go
// command: it reads the beginning of each Go file. Its errors are [*InspectError], and the error of the context when it
// ends. Only [Build] finds out whether the package compiles.
//
// Build constraints apply as in go build with CGO_ENABLED=0 and no other tags.
func Inspect(ctx context.Context, dir string, p Platform) (Package, error) {
	fault := func(problem Problem, err error, format string, args ...any) (Package, error) {
		return Package{}, &InspectError{Problem: problem, Dir: dir, message: fmt.Sprintf(format, args...), Err: err}
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return fault(Unreadable, err, "%q cannot be read: %v", dir, err)
	}
	info, err := os.Stat(abs)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fault(NotFound, err, "%q does not exist", dir)
	case err != nil:
		return fault(Unreadable, err, "%q cannot be read: %v", dir, reason(err))
	case !info.IsDir():
		return fault(NotFolder, nil, "%q is not a folder", dir)
	}
	members, err := os.ReadDir(abs)
	if err != nil {
		return fault(Unreadable, err, "%q cannot be read: %v", dir, reason(err))
	}
	target := build.Default
	target.GOOS, target.GOARCH, target.CgoEnabled, target.BuildTags = p.OS, p.Arch, false, nil

	pkg := Package{Dir: abs}
	name, first, seen := "", "", 0
	for _, m := range members {
		if err := ctx.Err(); err != nil {
			return Package{}, err
		}
		file := m.Name()
		if !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") || strings.HasPrefix(file, "_") || strings.HasPrefix(file, ".") {
			continue
		}
		path := filepath.Join(abs, file)
		if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() { // a folder "x.go", a pipe
			if err == nil {
				continue
			}
			return fault(Unreadable, err, "%q cannot be read: %v", filepath.Join(dir, file), reason(err))
		}
		seen++
		match, err := target.MatchFile(abs, file)
		if _, ok := errors.AsType[*fs.PathError](err); ok {
			return fault(Unreadable, err, "%q cannot be read: %v", filepath.Join(dir, file), reason(err))
		}
		if err == nil && !match {
			continue
		}
		set := token.NewFileSet()
		var syntax *ast.File
		if err == nil {
			syntax, err = parser.ParseFile(set, path, nil, parser.PackageClauseOnly)
		}
		if err != nil {
			line, text := 1, err.Error()
			if list, ok := errors.AsType[scanner.ErrorList](err); ok && len(list) > 0 {
				line, text = list[0].Pos.Line, list[0].Msg
			}
			return Package{}, &InspectError{Problem: BadSource, Dir: dir, File: path, Line: line, Err: err,
				message: fmt.Sprintf("%q is not a Go file: line %d: %s", filepath.Join(dir, file), line, text)}
		}
		switch {
		case syntax.Name.Name == "documentation": // go/build leaves it out, see its Package.IgnoredGoFiles
			continue
		case name == "":
			name, first = syntax.Name.Name, file
		case name != syntax.Name.Name:
			return Package{}, &InspectError{Problem: SeveralPackages, Dir: dir, File: path, Line: set.Position(syntax.Name.Pos()).Line,
				message: fmt.Sprintf("%q holds several packages: %s (%s) and %s (%s)", dir, name, first, syntax.Name.Name, file)}
		}
		pkg.Files = append(pkg.Files, file)
	}
	switch {
	case seen == 0:
		return fault(NoGoFiles, nil, "%q holds no Go files", dir)
	case len(pkg.Files) == 0:
		return fault(Excluded, nil, "build constraints leave out all Go files of %q for %s", dir, p)
	case name != "main":
		return Package{}, &InspectError{Problem: NotMain, Dir: dir, File: filepath.Join(abs, first), Line: 1, Package: name,
			message: fmt.Sprintf("%q is package %s, not main: it cannot become a program", dir, name)}
	}
	root, ok := moduleRoot(abs)
	if !ok {
		return fault(NoModule, nil, "%q is in no Go module: there is no go.mod in it or above it", dir)
	}
	pkg.Module = root
	return pkg, nil
}
