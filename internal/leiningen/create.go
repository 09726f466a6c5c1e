package leiningen

import (
	"bytes"
	"embed"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/template"

	"github.com/stormflux/stormflux/compiler/clojure"
	"github.com/stormflux/stormflux/internal/atomicfile"
)

//go:embed template
var templates embed.FS

// newStorm is the Storm that a new project depends on: the newest version whose artifacts are complete on Maven Central.
const newStorm = "2.8.3"

// blanks are what the templates leave open.
type blanks struct {
	Project   string // the artifact's name
	Topology  string // the topology's name, and the name of its file without ".yaml"
	Namespace string // of the generated file; the project's :main
	Source    string // the generated file, below the project
	Class     string // the compiled namespace
	Storm     string // the version to depend on
}

// schemaFile is the name of the schema. The template of the topology refers to it.
const schemaFile = "topology.schema.json"

// Create writes a new project with a word count in YAML and Python into a folder. It makes the folder if necessary. It
// does not write the generated Clojure file. It returns the paths of the files that it wrote, the topology first. If
// one of the files exists already, it writes nothing.
//
// schema is the JSON Schema of topologies. Its file stands beside the topology, whose first line names it for editors.
//
// The name of project and topology is made from name: in lower case, with characters that Clojure can read.
func Create(dir, name string, schema []byte) ([]string, error) {
	name = strings.ToLower(clojure.Symbol(name))
	namespace := clojure.DefaultNamespace(name, clojure.Storm)
	p := blanks{
		Project: name, Topology: name, Namespace: namespace, Storm: newStorm,
		Source: "src/" + clojure.SourcePath(namespace), Class: strings.ReplaceAll(namespace, "-", "_"),
	}
	files := []struct{ path, template string }{
		{p.Topology + ".yaml", "topology.yaml"},
		{p.Topology + "_test.yaml", "topology_test.yaml"},
		{"project.clj", "project.clj"},
		{"README.md", "README.md"},
		{".gitignore", "gitignore"},
		{"resources/resources/sentences.py", "resources/sentences.py"},
		{"resources/resources/split.py", "resources/split.py"},
		{"resources/resources/count.py", "resources/count.py"},
		{"resources/resources/multilang.py", "resources/multilang.py"},
	}
	files = append(files, struct{ path, template string }{schemaFile, ""})
	for _, f := range files {
		if _, err := os.Lstat(filepath.Join(dir, f.path)); err == nil {
			return nil, fmt.Errorf("%s exists already", filepath.Join(dir, f.path))
		}
	}
	var written []string
	for _, f := range files {
		text, err := schema, error(nil)
		if f.path != schemaFile {
			text, err = templates.ReadFile("template/" + f.template)
		}
		if err != nil {
			panic(err)
		}
		if f.path != schemaFile && filepath.Ext(f.template) != ".py" {
			var b bytes.Buffer
			if err := template.Must(template.New(f.path).Parse(string(text))).Execute(&b, p); err != nil {
				panic(err)
			}
			text = b.Bytes()
		}
		path := filepath.Join(dir, filepath.FromSlash(f.path))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			return written, fmt.Errorf("making the project: %w", err)
		}
		if err := atomicfile.Write(path, func(w io.Writer) error { _, err := w.Write(text); return err }); err != nil {
			return written, fmt.Errorf("making the project: %w", err)
		}
		written = append(written, path)
	}
	return written, nil
}
