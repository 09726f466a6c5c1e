package schema

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stormflux/stormflux/diag"
)

// TestLinkOutside includes a symbolic link in the project to a file outside of it.
func TestLinkOutside(t *testing.T) {
	dir := t.TempDir()
	project := filepath.Join(dir, "project", "sub")
	if err := os.MkdirAll(project, 0o777); err != nil {
		t.Fatal(err)
	}
	for path, text := range map[string]string{
		filepath.Join(dir, "secret.yaml"):            "config: {a: 1}\n",
		filepath.Join(dir, "project", "project.clj"): "",
		filepath.Join(dir, "project", "common.yaml"): "config: {b: 2}\n",
		filepath.Join(project, "topology.yaml"):      "includes: [{file: link.yaml}, {file: common.yaml}]\nspouts: {}\n",
	} {
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for link, to := range map[string]string{"link.yaml": "../../secret.yaml", "common.yaml": "../common.yaml"} {
		if err := os.Symlink(filepath.FromSlash(to), filepath.Join(project, link)); err != nil {
			t.Skip(err) // Windows may not allow it
		}
	}
	doc, diags, err := Load(t.Context(), filepath.Join(project, "topology.yaml"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(diags) != 1 || !slices.ContainsFunc(diags, func(d *diag.Diagnostic) bool { return d.Rule == ruleIncludeOutside }) {
		t.Errorf("got\n%s", listing(diags))
	}
	if doc.Config.Get("a") != nil || doc.Config.Get("b") == nil {
		t.Error("the link out of the project was followed, or the link in it was not")
	}
}
