package importer

import (
	"os"
	"path/filepath"

	"github.com/stormflux/stormflux/internal/asyaml"
	"github.com/stormflux/stormflux/internal/foreign/clojuredsl"
	"github.com/stormflux/stormflux/internal/leiningen"
)

// clojure reads a file of a Leiningen project. From the project's resources it reads the launchers that `stormflux emit-clj`
// has put there.
func (i *importing) clojure() (*asyaml.Document, error) {
	t, err := clojuredsl.Read(i.path, i.text)
	if err != nil {
		return nil, err
	}
	opts := asyaml.Options{Launchers: map[string]string{}, Programs: map[string]string{}}
	var resources []asyaml.Resource
	for _, dir := range i.resources() {
		resources = append(resources, asyaml.Resource{From: i.relative(dir)})
		i.launchers(dir, opts)
	}
	d := asyaml.Of(t, opts)
	d.Header, d.Resources = i.header("Clojure"), resources
	if t.NeedsJVM() {
		d.Note("jar", "Name the jar with the classes, such as the one that lein uberjar makes.")
	}
	return d, nil
}

// resources returns the folders whose content the project puts into resources/ of the jar.
func (i *importing) resources() []string {
	project, ok := projectOf(i.path)
	if !ok {
		return nil
	}
	var dirs []string
	for _, path := range project.ResourcePaths {
		if dir := filepath.Join(project.Dir, filepath.FromSlash(path), "resources"); isFolder(dir) {
			dirs = append(dirs, dir)
		}
	}
	// sparse copies src/ there (streamparse 2.0.2, bootstrap/project/project.jinja2.clj and its tasks).
	if src := filepath.Join(project.Dir, "src"); isFile(filepath.Join(project.Dir, "config.json")) && isFolder(src) {
		dirs = append(dirs, src)
	}
	return dirs
}

// projectOf returns the Leiningen project that a file is in.
func projectOf(path string) (*leiningen.Project, bool) {
	dir, err := filepath.Abs(filepath.Dir(path))
	if err != nil {
		return nil, false
	}
	for {
		if isFile(filepath.Join(dir, "project.clj")) {
			project, err := leiningen.Read(dir)
			return project, err == nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return nil, false
		}
		dir = parent
	}
}

// launchers adds the scripts and programs of stormflux in a folder.
func (i *importing) launchers(dir string, opts asyaml.Options) {
	scripts, _ := filepath.Glob(filepath.Join(dir, "stormflux", "*.sh")) // the pattern is right
	for _, path := range scripts {
		if text, err := os.ReadFile(path); err == nil {
			opts.Launchers["stormflux/"+filepath.Base(path)] = string(text)
		}
	}
	programs, _ := filepath.Glob(filepath.Join(dir, "stormflux", "bin", "*"))
	for _, path := range programs {
		opts.Programs["stormflux/bin/"+filepath.Base(path)] = i.relative(path)
	}
}
