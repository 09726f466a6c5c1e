package project

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stormflux/stormflux/diag"
)

func TestFindTests(t *testing.T) {
	t.Chdir(t.TempDir())
	const topology = "name: t\nspouts: {a: {command: x, outputs: [b]}}\n"
	for name, text := range map[string]string{
		"own.yaml": topology + "tests: []\n", "both.yaml": topology + "tests: []\n", "both_test.yaml": "tests: []\n",
		"beside.flux": topology, "beside_test.yml": "tests: []\n", "none.yaml": topology, "broken.yaml": topology + "tests: [\n",
		"far.yaml": "topology: none.yaml\ntests: []\n", "sub/deep_test.yaml": "topology: ../own.yaml\n", ".hidden/a_test.yaml": "tests: []\n",
		"lost_test.yaml": "tests: []\n", "nameless.yaml": "tests: []\n", "topology_test.yaml": topology,
	} {
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct {
		paths string
		want  string
		errs  int
	}{
		{"own.yaml", "own.yaml own []", 0},
		{"none.yaml", "none.yaml own []", 0},
		{"both.yaml both_test.yaml", "both.yaml own [both_test.yaml]", 0},
		{"both_test.yaml", "both.yaml [both_test.yaml]", 0},
		{"beside.flux", "beside.flux own [beside_test.yml]", 0},
		{"far.yaml", "none.yaml [far.yaml]", 0},
		{"sub", "own.yaml [sub/deep_test.yaml]", 0},
		{"topology_test.yaml", "topology_test.yaml own []", 0},
		{"lost_test.yaml", "", 1},
		{"nameless.yaml", "", 1},
		{"missing.yaml", "", 1},
		{"-", "- own []", 0},
		{".", "beside.flux own [beside_test.yml]; both.yaml own [both_test.yaml]; broken.yaml own []; " +
			"own.yaml own [sub/deep_test.yaml]", 1},
	} {
		tested, errs := FindTests(strings.Fields(test.paths))
		var got []string
		for _, x := range tested {
			own := ""
			if x.Own {
				own = " own"
			}
			for i := range x.TestFiles {
				x.TestFiles[i] = filepath.ToSlash(x.TestFiles[i])
			}
			got = append(got, fmt.Sprintf("%s%s %s", filepath.ToSlash(x.Topology), own, x.TestFiles))
		}
		if strings.Join(got, "; ") != test.want || len(errs) != test.errs {
			t.Errorf("%s: %q, errors %v", test.paths, got, errs)
		}
	}
	var missing *NoTestedTopologyError
	if _, errs := FindTests([]string{"nameless.yaml"}); !errors.As(errs[0], &missing) || missing.Topology != "" {
		t.Error(errs)
	}
}

// A folder shows its test files without a topology, and no files of other tools that have such names.
func TestTestsWithoutTopology(t *testing.T) {
	t.Chdir(t.TempDir())
	rule, ok := diag.LookupRule("tests-without-topology")
	if !ok {
		t.Fatal("no such rule")
	}
	files := map[string]string{
		"sub/lost_test.yaml":    "tests: [{name: a, emit: {s: [1]}}]\n",
		"sub/empty_test.yaml":   "tests: []\n",
		"sub/helm_test.yaml":    "suite: deployment\ntests: [{it: works}]\n",
		"sub/.hidden_test.yaml": "tests: [{name: a, emit: {s: [1]}}]\n",
		"sub/bad_test.yaml":     rule.Bad.YAML,
		"sub/fixed_test.yaml":   rule.Fixed.YAML,
		"found.yaml":            "spouts: {}\n",
		"found_test.yaml":       "tests: [{name: a, emit: {s: [1]}}]\n",
	}
	for _, f := range rule.Files {
		files["sub/"+f.Path] = f.Text
	}
	for name, text := range files {
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	list := TestsWithoutTopology([]string{".", "sub", "found.yaml", "sub/lost_test.yaml", "absent"})
	list.Sort()
	var got []string
	for _, d := range list {
		if d.Rule != rule.Name || d.Severity != rule.Severity {
			t.Errorf("%v", d)
		}
		got = append(got, filepath.ToSlash(d.Span.File.Name)+": "+d.Message)
	}
	want := []string{
		`sub/bad_test.yaml: the topology of these tests, "word.yaml", does not exist`,
		`sub/lost_test.yaml: the topology of these tests, "lost.yaml", does not exist`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
