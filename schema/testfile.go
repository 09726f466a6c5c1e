package schema

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/schema/grammar"
	"github.com/stormflux/stormflux/schema/yaml"
)

// The rules about test files.
const ruleTestsWithoutTopology = "tests-without-topology"

// testSuffix ends the name of a test file, before its extension.
const testSuffix = "_test"

// testFiles reads the files of [Options.TestFiles] and returns their tests.
func (l *loader) testFiles() ([]*Test, error) {
	var tests []*Test
	for _, path := range l.opts.TestFiles {
		text, err := l.read(path)
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", path, pathless(err))
		}
		src := l.parse(diag.NewFile(path, folder(path), text))
		l.files = append(l.files, src.File)
		if src.Root == nil {
			continue
		}
		if src.Root.Kind != yaml.Map {
			l.diags.Errorf(ruleNotMap, src.Root.Span, "the document is %s, expected a map with the key \"tests\"", src.Root.Kind)
			continue
		}
		l.vars.substitute(src)
		if l.vars.shared && !yaml.CheckExtent(src.Root, &l.diags) {
			continue
		}
		l.conform(src, grammar.CheckTests)
		tests = append(tests, decodeTests(src.Root.Get("tests"))...)
	}
	return tests, nil
}

// IsTestFile reports whether a file holds tests and no topology: it has the name of a test file, or the key `tests` and none
// of a topology.
func IsTestFile(path string, text []byte) bool {
	root := yaml.Read(diag.NewFile("", "", text), &diag.List{}).Root
	hasKey := func(key string) bool { return root.Get(key) != nil }
	if slices.ContainsFunc(topologyKeys, hasKey) || hasKey("includes") {
		return false
	}
	return strings.HasSuffix(withoutExtension(path), testSuffix) || hasKey("tests")
}

// HasTests reports whether a topology's file may have tests. It counts a text that is not YAML.
func HasTests(text []byte) bool {
	root := yaml.Read(diag.NewFile("", "", text), &diag.List{}).Root
	return root == nil || root.Get("tests") != nil
}

// TestedTopology returns the path of the topology that a test file is for. exists reports whether there is a file.
func TestedTopology(path string, text []byte, exists func(path string) bool) (topology string, ok bool) {
	root := yaml.Read(diag.NewFile("", "", text), &diag.List{}).Root
	if name := root.Get("topology").AsScalar(); name != nil {
		topology = filepath.FromSlash(name.Text)
		if !filepath.IsAbs(topology) {
			topology = filepath.Join(filepath.Dir(path), topology)
		}
		return topology, exists(topology)
	}
	base, named := strings.CutSuffix(withoutExtension(path), testSuffix)
	if !named {
		return "", false
	}
	for _, extension := range []string{".yaml", ".yml", ".flux"} {
		if exists(base + extension) {
			return base + extension, true
		}
	}
	return base + ".yaml", false
}

// TestsWithoutTopology reports a test file whose topology does not exist. exists reports whether there is a file. Other tools
// have files of such names, so a file counts only if everything in it is a test of ours.
func TestsWithoutTopology(path string, text []byte, exists func(path string) bool) diag.List {
	var faults, list diag.List
	root := yaml.Read(diag.NewFile(path, folder(path), text), &faults).Root
	key, tests := root.Lookup("tests")
	if len(tests.Elements()) == 0 || !IsTestFile(path, text) {
		return nil
	}
	if found, _ := grammar.CheckTests(root); len(found)+len(faults) > 0 {
		return nil
	}
	topology, ok := TestedTopology(path, text, exists)
	switch name := root.Get("topology").AsScalar(); {
	case ok:
	case name != nil:
		list.Warnf(ruleTestsWithoutTopology, name.Span, "the topology of these tests, %q, does not exist", name.Text).
			WithHint("the path is relative to the folder of the test file")
	default:
		list.Warnf(ruleTestsWithoutTopology, key.Span, "the topology of these tests, %q, does not exist", filepath.Base(topology)).
			WithHint("name the file as its topology with `%s` at the end, or write `topology: FILE`", testSuffix)
	}
	return list
}

// TestFileBeside returns the test file that stands beside a topology, or "".
func TestFileBeside(topology string, exists func(path string) bool) string {
	for _, extension := range []string{".yaml", ".yml"} {
		if path := withoutExtension(topology) + testSuffix + extension; exists(path) {
			return path
		}
	}
	return ""
}

func withoutExtension(path string) string { return strings.TrimSuffix(path, filepath.Ext(path)) }
