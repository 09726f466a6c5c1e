package project

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
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
