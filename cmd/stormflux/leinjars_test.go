package main

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stormflux/stormflux/internal/leiningen"
	"github.com/stormflux/stormflux/schema"
	"github.com/stormflux/stormflux/schema/yaml"
	"github.com/stormflux/stormflux/validate"
)

// A coordinate is what :dependencies of the project needs, unless it is there in any version.
func TestLeinJarsOfCoordinates(t *testing.T) {
	dir := t.TempDir()
	text := `(defproject words "1" :dependencies [[com.example/here "1"]])`
	if err := os.WriteFile(filepath.Join(dir, "project.clj"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	project, err := leiningen.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	top := &validate.Topology{
		Jars: []string{"/repository/here-2.jar", "/repository/app-1.2.jar"},
		Source: &schema.Document{
			Jars:         []*yaml.Value{{Text: "com.example:here:2"}, {Text: "com.example:app:1.2"}},
			Dependencies: []*yaml.Value{{Text: "com.example:lib:jar:all:3"}},
		},
	}
	app, lib := `[com.example/app "1.2"] in :dependencies`, `[com.example/lib "3" :classifier "all"] in :dependencies`
	if got, want := leinJars(top, project), []string{app, lib}; !slices.Equal(got, want) {
		t.Errorf("with a project: %q, want %q", got, want)
	}
	if got, want := leinJars(top, nil), []string{`[com.example/here "2"] in :dependencies`, app, lib}; !slices.Equal(got, want) {
		t.Errorf("without a project: %q, want %q", got, want)
	}
}
