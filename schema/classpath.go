package schema

import (
	"archive/zip"
	"io"
	"path/filepath"
	"strings"

	"github.com/stormflux/stormflux/schema/yaml"
)

// resourceFolders are the folders of a project whose content goes into the root of its jar: of a plain project, of
// Maven, and of Storm's own examples for multilang components.
var resourceFolders = []string{"resources", "src/main/resources", "src/test/resources", "multilang"}

// projectFiles are the names that show that a folder is the root of a project.
var projectFiles = []string{"pom.xml", "project.clj", "build.gradle", "build.gradle.kts", "build.sbt", ".git"}

// ClassPath returns the folders whose content goes into the root of the jar of the project that holds a folder, the
// nearest first. They need not exist. A project begins at the nearest folder with a build file; without one, it is the
// folder itself.
func ClassPath(folder string, exists func(path string) bool) []string {
	const highest = 30 // more folders than a project has
	isRoot := func(dir string) bool {
		for _, name := range projectFiles {
			if exists(filepath.Join(dir, name)) {
				return true
			}
		}
		return false
	}
	above := []string{folder}
	for dir := folder; !isRoot(dir); {
		up := filepath.Join(dir, "..")
		if len(above) == highest || sameFolder(up, dir) {
			above = above[:1]
			break
		}
		dir = up
		above = append(above, dir)
	}
	var roots []string
	for _, dir := range above {
		for _, below := range resourceFolders {
			roots = append(roots, filepath.Join(dir, filepath.FromSlash(below)))
		}
	}
	return roots
}

// sameFolder reports whether two paths lead to the same folder, as "/" and "/.." do.
func sameFolder(a, b string) bool {
	absA, errA := filepath.Abs(a)
	absB, errB := filepath.Abs(b)
	return errA != nil || errB != nil || absA == absB
}

// readJar reads an entry of the jar that the document names, and returns a name for it.
func (l *loader) readJar(root *yaml.Value, entry string) (name string, text []byte, ok bool) {
	v := root.Get("jar").AsScalar()
	if v == nil || v.Text == "" || v.Span.File == nil {
		return "", nil, false
	}
	path := filepath.FromSlash(v.Text)
	if !filepath.IsAbs(path) {
		path = filepath.Join(v.Span.File.Dir, path)
	}
	jar, err := zip.OpenReader(path)
	if err != nil {
		return "", nil, false // validate reports it
	}
	defer jar.Close()
	f, err := jar.Open(strings.TrimLeft(filepath.ToSlash(entry), "/"))
	if err != nil {
		return "", nil, false
	}
	defer f.Close()
	if text, err = io.ReadAll(io.LimitReader(f, yaml.MaxFileSize+1)); err != nil {
		return "", nil, false
	}
	return path + "!/" + strings.TrimLeft(entry, "/"), text, true
}
