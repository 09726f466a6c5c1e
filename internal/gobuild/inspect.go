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

// Problem says why a folder is no package to build. The zero value is invalid.
type Problem uint8

const (
	// NotFound: there is nothing at that path.
	NotFound Problem = iota + 1
	// NotFolder: it is something else than a folder.
	NotFolder
	// Unreadable: it, or a file in it, cannot be read.
	Unreadable
	// NoGoFiles: no Go files but tests.
	NoGoFiles
	// Excluded: build constraints leave out all Go files for the platform.
	Excluded
	// BadSource: a file that does not begin as a Go file does.
	BadSource
	// NotMain: a package of another name than main.
	NotMain
	// SeveralPackages: files of different packages.
	SeveralPackages
	// NoModule: no go.mod in the folder or above it.
	NoModule
)

// InspectError says why a folder is no package to build.
type InspectError struct {
	Problem Problem
	Dir     string
	// File is the file at fault, in Dir or a name of it, and Line its line, where there are such.
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

// Inspect looks whether dir holds a main package for a platform, without building anything or calling the go command: it
// reads the head of each Go file. Its errors are [*InspectError], and that of the context when it ends. Whether the package compiles only [Build] can tell.
//
// Build constraints are honoured as go build does with CGO_ENABLED=0 and no further tags.
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
		case syntax.Name.Name == "documentation": // left out by go/build, see its Package.IgnoredGoFiles
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
			message: fmt.Sprintf("%q is package %s, not main: no program comes of it", dir, name)}
	}
	root, ok := moduleRoot(abs)
	if !ok {
		return fault(NoModule, nil, "%q is in no Go module: there is no go.mod in it or above it", dir)
	}
	pkg.Module = root
	return pkg, nil
}
