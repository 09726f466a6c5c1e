// Package scaffold makes new projects from templates: a word count that validates, runs, has tests and can be submitted.
// Projects for Leiningen are made by package leiningen.
package scaffold

import (
	"bytes"
	"cmp"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"text/template"

	"github.com/stormflux/stormflux/internal/atomicfile"
	"github.com/stormflux/stormflux/sdk/node"
	"github.com/stormflux/stormflux/sdk/python"
)

//go:embed templates
var templates embed.FS

// Template is a kind of project. Its files are in templates/NAME.
type Template struct {
	Name  string
	About string // one line
	Needs string // what a user runs before the first run, or ""

	shared    []string         // its files in templates/shared
	libraries map[string]fs.FS // of the components, by their folders in the resources
}

// Templates returns all templates, the default first.
func Templates() []Template {
	const tests, module, spout, words = "topology_test.yaml.tmpl", "go.mod.tmpl", "cmd/sentences/main.go.tmpl", "resources/words.py"
	inPython := map[string]fs.FS{"stormflux": python.Files()}
	return []Template{
		{Name: "go", About: "components in Go", shared: []string{tests, module, spout}},
		{Name: "python", About: "components in Python", shared: []string{tests, words}, libraries: inPython},
		{Name: "node", About: "components in JavaScript, for Node.js", shared: []string{tests}, libraries: map[string]fs.FS{"stormflux": node.Files()}},
		{Name: "mixed", About: "a spout in Go, bolts in Python and JavaScript", shared: []string{tests, module, spout},
			libraries: map[string]fs.FS{"stormflux": python.Files(), "stormflux-node": node.Files()}},
		{Name: "java", About: "components that are Java classes, built with Maven", Needs: "mvn -q package", shared: []string{tests}},
		{Name: "flux", About: "a topology in Flux's form, with components in Python", shared: []string{tests, words}, libraries: inPython},
	}
}

// Options describe a new project.
type Options struct {
	Template Template
	Dir      string // made if necessary; it may hold a new repository and nothing else. "" is the current folder
	Name     string // of the topology; "": made from the folder's name
	Schema   []byte // the JSON Schema of topologies, for editors
	// Version is the release of stormflux that a Go project requires, such as "v1.2.0"; "" for a build that is no release.
	Version string
}

// Project is a project that was made.
type Project struct {
	Topology string   // the path of the topology's file
	Files    []string // the paths of all files that were written, sorted
	Kept     []string // the paths of files that were there and stay as they are
	Checkout string   // the folder of stormflux's source that a Go project uses, or ""
}

// schemaFile is the name of the schema. The first line of the topologies names it.
const schemaFile = "topology.schema.json"

// Create makes a project. If there is an error, it leaves nothing behind but the folder.
func Create(o Options) (*Project, error) {
	o.Dir = cmp.Or(o.Dir, ".")
	if o.Name == "" {
		abs, err := filepath.Abs(o.Dir)
		if err != nil {
			return nil, fmt.Errorf("making the project: %w", err)
		}
		o.Name = nameOf(filepath.Base(abs))
	} else if !ValidName(o.Name) {
		return nil, fmt.Errorf("%q is not the name of a topology", o.Name)
	}
	present, err := newRepository(o.Dir)
	if err != nil {
		return nil, err
	}
	files, checkout := o.render()
	p := &Project{Checkout: checkout}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		file := filepath.Join(o.Dir, filepath.FromSlash(name))
		if slices.ContainsFunc(present, func(other string) bool { return strings.EqualFold(other, name) }) {
			p.Kept = append(p.Kept, file)
			continue
		}
		err := os.MkdirAll(filepath.Dir(file), 0o777)
		if err == nil {
			err = atomicfile.Write(file, func(w io.Writer) error { _, err := w.Write(files[name]); return err })
		}
		if err != nil {
			for _, written := range p.Files {
				err = errors.Join(err, os.Remove(written))
			}
			return nil, fmt.Errorf("making the project: %w", err)
		}
		p.Files = append(p.Files, file)
	}
	p.Topology = filepath.Join(o.Dir, o.Name+".yaml")
	return p, nil
}

// repositoryFiles are the files of a repository that is new.
var repositoryFiles = []string{".git", ".gitignore", ".gitattributes", "license", "license.md", "license.txt", "readme.md"}

// newRepository returns the names of what is in a folder, and an error if that is more than a new repository has. "" is the
// current folder.
func newRepository(dir string) (names []string, err error) {
	entries, err := os.ReadDir(cmp.Or(dir, "."))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("making the project: %w", err)
	}
	var others []string
	for _, e := range entries {
		names = append(names, e.Name())
		if !slices.Contains(repositoryFiles, strings.ToLower(e.Name())) {
			others = append(others, strconv.Quote(e.Name()))
		}
	}
	if len(others) > 0 {
		const most = 3
		text := strings.Join(others[:min(len(others), most)], ", ")
		if more := len(others) - most; more > 0 {
			text += fmt.Sprintf(" and %d more", more)
		}
		return nil, fmt.Errorf("the folder %s is not empty: it has %s", dir, text)
	}
	return names, nil
}

var outsideNames = regexp.MustCompile(`[^A-Za-z0-9_-]+`)

// ValidName reports whether a project can have a name: it has only letters, digits, "-" and "_".
func ValidName(name string) bool { return nameOf(name) == name }

// nameOf makes the name of a topology from any text.
func nameOf(text string) string {
	if name := strings.Trim(outsideNames.ReplaceAllString(text, "-"), "-"); name != "" {
		return name
	}
	return "topology"
}

// render returns the files of the project by their names.
func (o Options) render() (files map[string][]byte, checkout string) {
	checkout = sourceFolder()
	if o.Version != "" {
		checkout = ""
	}
	blanks := struct {
		Name, Version, Checkout string
		Requirements            []string
	}{o.Name, cmp.Or(o.Version, "v0.0.0"), checkout, requirements(checkout)}
	files = map[string][]byte{schemaFile: o.Schema, ".gitignore": []byte("/target/\n*.jar\n__pycache__/\nnode_modules/\n")}
	add := func(name string, text []byte) {
		name, isTemplate := strings.CutSuffix(name, ".tmpl")
		if isTemplate {
			var b bytes.Buffer
			if err := template.Must(template.New(name).Parse(string(text))).Execute(&b, blanks); err != nil {
				panic(err) // templates are part of the program
			}
			text = b.Bytes()
		}
		files[strings.Replace(name, "topology", o.Name, 1)] = text
	}
	const shared = "templates/shared/"
	root := path.Join("templates", o.Template.Name)
	walk(templates, root, func(name string, text []byte) { add(strings.TrimPrefix(name, root+"/"), text) })
	for _, name := range o.Template.shared {
		walk(templates, shared+name, func(name string, text []byte) { add(strings.TrimPrefix(name, shared), text) })
	}
	for folder, library := range o.Template.libraries {
		walk(library, "stormflux", func(name string, text []byte) {
			files[path.Join("resources", folder, strings.TrimPrefix(name, "stormflux/"))] = text
		})
	}
	if files["go.mod"] == nil {
		return files, ""
	}
	if sums, err := os.ReadFile(filepath.Join(checkout, "go.sum")); checkout != "" && err == nil {
		files["go.sum"] = sums
	}
	return files, checkout
}

// requirements returns what the package component of a checkout needs: "golang.org/x/sys v0.49.0".
func requirements(checkout string) []string {
	text, err := os.ReadFile(filepath.Join(checkout, "go.mod"))
	if checkout == "" || err != nil {
		return nil
	}
	var needed []string
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "golang.org/x/sys ") {
			needed = append(needed, line)
		}
	}
	return needed
}

func walk(files fs.FS, root string, f func(name string, text []byte)) {
	err := fs.WalkDir(files, root, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(files, name)
		f(name, text)
		return err
	})
	if err != nil {
		panic(err) // they are part of the program
	}
}

const modulePath = "github.com/stormflux/stormflux"

// sourceFolder returns the checkout that this program was built from, if it is still there; else "".
func sourceFolder() string {
	_, file, _, _ := runtime.Caller(0) // with -trimpath, it begins with the module's path
	starts := []string{filepath.Dir(file)}
	if program, err := os.Executable(); err == nil {
		starts = append(starts, filepath.Dir(program))
	}
	if dir, err := os.Getwd(); err == nil {
		starts = append(starts, dir)
	}
	for _, dir := range starts {
		for filepath.IsAbs(dir) {
			text, err := os.ReadFile(filepath.Join(dir, "go.mod"))
			if err == nil && strings.HasPrefix(string(text), "module "+modulePath+"\n") {
				return dir
			}
			up := filepath.Dir(dir)
			if up == dir {
				break
			}
			dir = up
		}
	}
	return ""
}
