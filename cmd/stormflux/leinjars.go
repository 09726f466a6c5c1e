package main

import (
	"fmt"
	"path/filepath"
	"slices"

	"github.com/stormflux/stormflux/internal/leiningen"
	"github.com/stormflux/stormflux/internal/maven"
	"github.com/stormflux/stormflux/schema/yaml"
	"github.com/stormflux/stormflux/validate"
)

// leinJars says what a Leiningen project needs for the JVM classes of a topology and does not have. A nil project has
// nothing.
func leinJars(top *validate.Topology, project *leiningen.Project) []string {
	var needs []string
	for _, v := range slices.Concat(top.Source.Jars, top.Source.Dependencies) {
		c, err := maven.Parse(v.Text)
		if err != nil {
			continue // a file
		}
		artifact := c.Group + "/" + c.Artifact
		if project != nil {
			if _, ok := project.Dependency(artifact); ok {
				continue
			}
		}
		classifier := ""
		if c.Classifier != "" {
			classifier = fmt.Sprintf(" :classifier %q", c.Classifier)
		}
		needs = append(needs, fmt.Sprintf("[%s %q%s] in :dependencies", artifact, c.Version, classifier))
	}
	for _, jar := range top.ClassPath() {
		isFile := slices.ContainsFunc(slices.Concat(top.Source.Jars, top.Source.Dependencies), func(v *yaml.Value) bool {
			return !maven.IsCoordinate(v.Text) && filepath.Base(filepath.FromSlash(v.Text)) == filepath.Base(jar)
		})
		if isFile && (project == nil || !hasResource(project, jar)) {
			needs = append(needs, fmt.Sprintf("%q in :resource-paths", filepath.ToSlash(jar)))
		}
	}
	return needs
}

// hasResource reports whether a file is one of the project's resource paths.
func hasResource(project *leiningen.Project, file string) bool {
	want, err := filepath.Abs(file)
	return err == nil && slices.ContainsFunc(project.ResourcePaths, func(path string) bool {
		path = filepath.FromSlash(path)
		if !filepath.IsAbs(path) {
			path = filepath.Join(project.Dir, path)
		}
		got, err := filepath.Abs(path)
		return err == nil && got == want
	})
}
