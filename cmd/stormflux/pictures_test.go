package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stormflux/stormflux/internal/graph"
	"github.com/stormflux/stormflux/internal/project"
	"github.com/stormflux/stormflux/schema"
	"github.com/stormflux/stormflux/validate"
)

// docs/pictures has the picture of each example, and nothing else. docs/graph.md shows one with characters.
// STORMFLUX_UPDATE=1 rewrites them.
func TestPictures(t *testing.T) {
	t.Chdir(root)
	var want []string
	for _, example := range exampleTopologies(t) {
		picture := pictureOf(example)
		want = append(want, picture)
		compareFile(t, picture, drawAlone(t, example))
	}
	got, err := filepath.Glob("docs/pictures/*")
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(want)
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

// drawAlone returns what stormflux graph draws where the files that the topology names are missing. So a jar that somebody
// has built or fetched makes no difference.
func drawAlone(t *testing.T, path string) []byte {
	t.Helper()
	doc, loaded, err := schema.Load(t.Context(), path, schema.Options{})
	if err != nil {
		t.Fatal(err)
	}
	result, err := validate.Check(t.Context(), doc, validate.Options{Loaded: loaded, SkipFiles: true})
	if err != nil {
		t.Fatal(err)
	}
	if result.Topology == nil {
		t.Fatalf("%s has errors: stormflux validate %s shows them", path, path)
	}
	return graph.Draw(graph.Of(result.Topology), graph.SVG, 0)
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

// exampleTopologies returns the topologies in examples/ and the folders below it, as paths from the root of the repository, which
// must be the working directory.
func exampleTopologies(t *testing.T) (paths []string) {
	t.Helper()
	files, errs := project.Find([]string{"examples"})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	for _, f := range files {
		paths = append(paths, filepath.ToSlash(f.Path))
	}
	return paths
}

// pictureOf returns the path of an example's picture. It has the name of the example: of its file in examples/, or of its folder.
// In a folder with several topologies, the others have the name of the file too.
func pictureOf(example string) string {
	words := strings.Split(strings.TrimSuffix(strings.TrimPrefix(example, "examples/"), ".yaml"), "/")
	if n := len(words); n > 1 && (words[n-1] == "topology" || words[n-1] == words[n-2]) {
		words = words[:n-1]
	}
	return "docs/pictures/" + strings.Join(words, "-") + ".svg"
}
