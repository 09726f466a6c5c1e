package schema

import (
	"path/filepath"
	"strings"

	"github.com/stormflux/stormflux/internal/jarfile"
	"github.com/stormflux/stormflux/internal/maven"
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

// readJars reads an entry of the first of the document's jars that has it, and returns a name for it.
func (l *loader) readJars(root *yaml.Value, entry string) (name string, text []byte, ok bool) {
	list := texts(root.Get("jar"))
	if len(l.opts.Jars) > 0 {
		list = optionTexts(l.opts.Jars)
	}
	entry = strings.TrimLeft(filepath.ToSlash(entry), "/")
	for _, path := range l.jarPaths(list) {
		if text, ok := readEntry(path, entry); ok {
			return path + "!/" + entry, text, true
		}
	}
	return "", nil, false
}

// jarPaths returns the paths of jars: first those that are named by path.
func (l *loader) jarPaths(list []*yaml.Value) []string {
	var paths, coordinates []string
	for _, v := range list {
		path := filepath.FromSlash(v.Text)
		switch {
		case maven.IsCoordinate(v.Text):
			coordinates = append(coordinates, v.Text)
			continue
		case v.Span.File != nil && !filepath.IsAbs(path):
			path = filepath.Join(v.Span.File.Dir, path)
		}
		paths = append(paths, path)
	}
	if len(coordinates) == 0 || l.opts.Artifacts == nil {
		return paths
	}
	files, err := l.opts.Artifacts(l.ctx, coordinates)
	if err != nil {
		return paths
	}
	return append(paths, files...)
}

// readEntry reads an entry of a jar. What is wrong with a jar, validate reports.
func readEntry(path, entry string) (text []byte, ok bool) {
	jar, err := jarfile.Open(path)
	if err != nil {
		return nil, false
	}
	defer jar.Close()
	text, ok, err = jar.Read(entry)
	return text, ok && err == nil
}
