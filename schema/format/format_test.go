package format

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/diff"
	"golang.org/x/tools/txtar"

	"github.com/stormflux/stormflux/diag"
)

// Every YAML file of the repository keeps its meaning and its comments.
func TestRepository(t *testing.T) {
	files := repositoryFiles(t)
	if len(files) < 500 {
		t.Fatalf("found only %d files", len(files))
	}
	for name, text := range files {
		t.Run(name, func(t *testing.T) { check(t, diag.NewFile(name, "", []byte(text))) })
	}
}

// STORMFLUX_CORPUS names a folder with more files.
func TestCorpus(t *testing.T) {
	root := os.Getenv("STORMFLUX_CORPUS")
	if root == "" {
		t.Skip("STORMFLUX_CORPUS is not set")
	}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".yaml" && filepath.Ext(path) != ".yml" && filepath.Ext(path) != ".flux" {
			return err
		}
		text, err := os.ReadFile(path)
		t.Run(path, func(t *testing.T) { check(t, diag.NewFile(path, "", text)) })
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestLayout runs the cases of testdata/format.txtar.
func TestLayout(t *testing.T) {
	const path = "testdata/format.txtar"
	archive, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(archive.Files); i += 2 {
		before, after := archive.Files[i], &archive.Files[i+1]
		name, ok := strings.CutSuffix(before.Name, "/before.yaml")
		if !ok || after.Name != name+"/after.yaml" {
			t.Fatalf("%s is followed by %s", before.Name, after.Name)
		}
		got, diags := Format(diag.NewFile(before.Name, "", before.Data))
		switch {
		case diags.HasErrors():
			t.Errorf("%s: %v", name, diags[0].Message)
		case os.Getenv("STORMFLUX_UPDATE") != "":
			after.Data = got
		case string(got) != string(after.Data):
			t.Errorf("%s:\n%s", name, diff.Diff("want", after.Data, "got", got))
		}
	}
	if os.Getenv("STORMFLUX_UPDATE") != "" {
		if err := os.WriteFile(path, txtar.Format(archive), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

func TestLines(t *testing.T) {
	for before, after := range map[string]string{
		"":                                "",
		"a:  b":                           "a: b\n",
		"a:  b\r\nc:  |\r\n   d\r\n":      "a: b\r\nc: |\r\n  d\r\n",
		"a:  b\rc: d\r\n":                 "a: b\nc: d\n",
		"\ufeffa:  b\n":                   "a: b\n",
		"a:   |\n    b":                   "a: |\n  b", // a line break would be a part of the value
		"a:  |\n    b  \n     \n    c \t": "a: |\n  b  \n   \n  c \t",
		"a:   b\u2028":                    "a:   b\u2028", // ends a line in YAML 1.1 only
		"text\n":                          "text\n",
		"- a\n-   b\n":                    "- a\n- b\n",
		"a: |+\n   b\n\n\n":               "a: |+\n  b\n\n\n",
	} {
		got, diags := Format(diag.NewFile("t.yaml", "", []byte(before)))
		if string(got) != after || diags.HasErrors() {
			t.Errorf("%q: got %q, want %q", before, got, after)
		}
	}
}

// A text that cannot be read stays as it is, and the reader's diagnostics say why.
func TestFaults(t *testing.T) {
	for text, rule := range map[string]string{
		"a: [b\n":           "yaml-syntax",
		"a: b\n---\nc: d\n": "several-documents",
		"a: \xff\n":         "yaml-encoding",
	} {
		got, diags := Format(diag.NewFile("t.yaml", "", []byte(text)))
		if got != nil || len(diags) != 1 || diags[0].Rule != rule {
			t.Errorf("%q: got %q and %v, want %s", text, got, diags, rule)
		}
	}
	// These are faults too, but the text can be read.
	for before, after := range map[string]string{
		"a:  1\na:  2\n": "a: 1\na: 2\n",
		"a:  !x b\n":     "a: !x b\n",
	} {
		if got, diags := Format(diag.NewFile("t.yaml", "", []byte(before))); string(got) != after || len(diags) > 0 {
			t.Errorf("%q: got %q and %v", before, got, diags)
		}
	}
}
