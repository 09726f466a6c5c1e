package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// docs/pictures has the picture of each example, and nothing else. docs/graph.md shows one with characters.
// STORMFLUX_UPDATE=1 rewrites them.
func TestPictures(t *testing.T) {
	t.Chdir("../..")
	examples, err := filepath.Glob("examples/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, example := range examples {
		picture := filepath.Join("docs", "pictures", strings.TrimSuffix(filepath.Base(example), ".yaml")+".svg")
		want = append(want, picture)
		compareFile(t, picture, runGraph(t, example, "--format", "svg"))
	}
	got, err := filepath.Glob("docs/pictures/*")
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got, want) {
		t.Errorf("docs/pictures has %q, want %q", got, want)
	}

	page, err := os.ReadFile("docs/graph.md")
	if err != nil {
		t.Fatal(err)
	}
	const begin = "$ stormflux graph examples/wordcount-python.yaml\n"
	before, rest, ok := strings.Cut(string(page), begin)
	_, after, closed := strings.Cut(rest, "```")
	if !ok || !closed {
		t.Fatalf("docs/graph.md has no block with %q", begin)
	}
	compareFile(t, "docs/graph.md", []byte(before+begin+string(runGraph(t, "examples/wordcount-python.yaml"))+"```"+after))
}

// runGraph returns what stormflux graph prints.
func runGraph(t *testing.T, args ...string) []byte {
	t.Helper()
	var out, messages bytes.Buffer
	if code := run(t.Context(), append([]string{"graph"}, args...), strings.NewReader(""), &out, &messages); code != exitFine || messages.Len() > 0 {
		t.Fatalf("graph %q exits with %d:\n%s", args, code, messages.String())
	}
	return out.Bytes()
}

// compareFile compares a file, or rewrites it.
func compareFile(t *testing.T, path string, want []byte) {
	t.Helper()
	if os.Getenv("STORMFLUX_UPDATE") != "" {
		if err := os.WriteFile(path, want, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is not what stormflux graph draws now (make update rewrites it)", path)
	}
}
