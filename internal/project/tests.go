package project

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/schema"
)

// Tested is a topology with the files that hold its tests.
type Tested struct {
	Topology  string
	Own       bool     // the tests in the topology's own file count
	TestFiles []string // other files with tests
}

// A NoTestedTopologyError reports a test file without a topology.
type NoTestedTopologyError struct{ File, Topology string }

func (e *NoTestedTopologyError) Error() string {
	if e.Topology == "" {
		return fmt.Sprintf("%s does not say which topology it tests: add `topology: FILE`, or name it NAME_test.yaml", e.File)
	}
	return fmt.Sprintf("%s tests the topology %s, which does not exist; name another one with `topology: FILE`", e.File, e.Topology)
}

// FindTests returns the topologies whose tests some paths stand for, each once and in order, and an error for every file or
// folder that cannot be read. A topology brings the test file beside it, and a test file its topology. A folder stands for
// the topologies with tests and the test files below it.
func FindTests(paths []string) (tested []*Tested, errs []error) {
	f := &testFinder{}
	for _, path := range paths {
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			f.folder(path)
			continue
		}
		files, errs := Find([]string{path})
		f.errs = append(f.errs, errs...)
		for _, file := range files {
			f.file(file.Path, true)
		}
	}
	return f.tested, f.errs
}

type testFinder struct {
	tested []*Tested
	errs   []error
}

// of returns the entry of a topology.
func (f *testFinder) of(topology string) *Tested {
	clean := filepath.Clean(topology)
	i := slices.IndexFunc(f.tested, func(t *Tested) bool { return filepath.Clean(t.Topology) == clean })
	if i < 0 {
		i = len(f.tested)
		f.tested = append(f.tested, &Tested{Topology: topology})
	}
	return f.tested[i]
}

func (f *testFinder) folder(folder string) {
	files, errs := findBelow(folder, false)
	f.errs = append(f.errs, errs...)
	for _, file := range files {
		f.file(file.Path, false)
	}
	if err := testNamesBelow(folder, f.testFile); err != nil {
		f.errs = append(f.errs, fmt.Errorf("looking for tests: %w", withoutCall(err)))
	}
}

// testNamesBelow calls f for the files below a folder that have the name of a test file. It passes over what it cannot read:
// findBelow reports that.
func testNamesBelow(folder string, f func(path string)) error {
	return filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		hidden := path != folder && strings.HasPrefix(entry.Name(), ".")
		switch {
		case err != nil:
		case entry.IsDir() && hidden:
			return filepath.SkipDir
		case !entry.IsDir() && !hidden && isTestName(path):
			f(path)
		}
		return nil
	})
}

// TestsWithoutTopology reports the test files below folders whose topologies do not exist. Other paths do not count: their
// tests are an error of [FindTests].
func TestsWithoutTopology(paths []string) (list diag.List) {
	seen := map[string]bool{}
	for _, folder := range paths {
		if info, err := os.Stat(folder); err != nil || !info.IsDir() {
			continue
		}
		_ = testNamesBelow(folder, func(path string) { // Find has reported what cannot be read
			text, err := os.ReadFile(path)
			if err == nil && !seen[filepath.Clean(path)] {
				list = append(list, schema.TestsWithoutTopology(path, text, exists)...)
			}
			seen[filepath.Clean(path)] = true
		})
	}
	return list
}

func isTestName(path string) bool {
	return strings.HasSuffix(path, "_test.yaml") || strings.HasSuffix(path, "_test.yml")
}

// file adds a topology, or a test file. A topology that nobody named counts only if it has tests.
func (f *testFinder) file(path string, named bool) {
	if path == "-" {
		f.of(path).Own = true
		return
	}
	text, err := os.ReadFile(path)
	if err != nil {
		f.errs = append(f.errs, fmt.Errorf("reading %w", withoutCall(err)))
		return
	}
	if schema.IsTestFile(path, text) {
		f.testFile(path)
		return
	}
	beside := schema.TestFileBeside(path, exists)
	if named || schema.HasTests(text) || beside != "" {
		f.of(path).Own = true
	}
	if beside != "" {
		f.testFile(beside)
	}
}

func (f *testFinder) testFile(path string) {
	text, err := os.ReadFile(path)
	if err != nil {
		f.errs = append(f.errs, fmt.Errorf("reading %w", withoutCall(err)))
		return
	}
	if !schema.IsTestFile(path, text) {
		return
	}
	topology, ok := schema.TestedTopology(path, text, exists)
	if !ok {
		missing := &NoTestedTopologyError{path, topology}
		if !slices.ContainsFunc(f.errs, func(err error) bool { return err.Error() == missing.Error() }) {
			f.errs = append(f.errs, missing)
		}
		return
	}
	t := f.of(topology)
	if !slices.ContainsFunc(t.TestFiles, func(other string) bool { return filepath.Clean(other) == filepath.Clean(path) }) {
		t.TestFiles = append(t.TestFiles, path)
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return !errors.Is(err, fs.ErrNotExist)
}
