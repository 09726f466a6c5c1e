// Package leiningen reads Leiningen projects, writes topologies into them, and makes new ones. From a project.clj it reads
// where sources and resources are, what the project depends on, and its main namespace. It never changes a project.clj,
// and it evaluates nothing: a setting that is known only after evaluation counts as unknown.
//
// The keys and their defaults are those of Leiningen 2 (its sample.project.clj).
package leiningen

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"olympos.io/encoding/edn"

	"github.com/stormflux/stormflux/internal/cljform"
)

// Project is the content of a project.clj.
type Project struct {
	Dir     string // the folder that project.clj is in
	Name    string // of the artifact, without its group
	Version string
	Main    string // the main namespace, or ""
	// SourcePaths and ResourcePaths are relative to Dir, with the project file's slashes; never empty.
	SourcePaths   []string
	ResourcePaths []string
	// Dependencies are those of the project, then of its profiles, in the file's order.
	Dependencies []Dependency
}

// Dependency is an artifact that a project depends on.
type Dependency struct {
	Artifact string // group/artifact, or a name that stands for both
	Version  string // "" when it is not written out
}

// Read reads the project.clj in a folder.
func Read(dir string) (*Project, error) {
	path := filepath.Join(dir, "project.clj")
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading the Leiningen project: %w", err)
	}
	p, err := parse(string(text))
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", path, err)
	}
	p.Dir = dir
	return p, nil
}

func parse(text string) (*Project, error) {
	forms, err := cljform.Read(text)
	if err != nil {
		return nil, err
	}
	for _, form := range forms {
		if list, ok := form.([]any); ok && len(list) > 0 && list[0] == edn.Symbol("defproject") {
			return project(list[1:])
		}
	}
	return nil, fmt.Errorf("it has no defproject form")
}

func project(form []any) (*Project, error) {
	if len(form) < 2 {
		return nil, fmt.Errorf("defproject wants a name and a version")
	}
	p := &Project{SourcePaths: []string{"src"}, ResourcePaths: []string{"resources"}}
	name, ok := symbol(form[0])
	if !ok {
		return nil, fmt.Errorf("defproject's name is not a symbol")
	}
	_, p.Name, ok = strings.Cut(name, "/")
	if !ok {
		p.Name = name
	}
	p.Version, _ = form[1].(string)
	settings := form[2:]
	var err error
	for i := 0; i+1 < len(settings); i += 2 {
		key, _ := settings[i].(edn.Keyword)
		value := settings[i+1]
		switch key {
		case "source-paths":
			p.SourcePaths, err = paths(key, value)
		case "resource-paths":
			p.ResourcePaths, err = paths(key, value)
		case "main":
			p.Main, _ = symbol(value)
		case "dependencies":
			p.Dependencies = append(p.Dependencies, dependencies(value)...)
		}
		if err != nil {
			return nil, err
		}
	}
	// Profiles come last, wherever they stand, because the project's own dependencies matter more.
	for i := 0; i+1 < len(settings); i += 2 {
		if settings[i] == edn.Keyword("profiles") {
			profiles := entries(settings[i+1])
			for j := 1; j < len(profiles); j += 2 {
				profile := entries(profiles[j])
				for k := 0; k+1 < len(profile); k += 2 {
					if profile[k] == edn.Keyword("dependencies") {
						p.Dependencies = append(p.Dependencies, dependencies(profile[k+1])...)
					}
				}
			}
		}
	}
	return p, nil
}

// symbol returns the text of a symbol or string.
func symbol(form any) (string, bool) {
	switch form := form.(type) {
	case edn.Symbol:
		return string(form), true
	case string:
		return form, true
	case edn.Tag:
		if text, ok := form.Value.(string); ok && form.Tagname == "clj/symbol" {
			return text, true
		}
	}
	return "", false
}

// entries returns the keys and values of a map in turn. For any other form it returns nothing.
func entries(form any) []any {
	tag, ok := form.(edn.Tag)
	if !ok || tag.Tagname != cljform.TagMap {
		return nil
	}
	list, _ := tag.Value.([]any)
	return list
}

func paths(key edn.Keyword, form any) ([]string, error) {
	unknown := fmt.Errorf(":%s is not a list of strings, and stormflux does not evaluate project.clj", string(key))
	list, ok := form.([]any)
	if !ok || len(list) == 0 {
		return nil, unknown
	}
	var all []string
	for _, item := range list {
		text, ok := item.(string)
		if !ok {
			return nil, unknown
		}
		all = append(all, text)
	}
	return all, nil
}

// dependencies reads [[group/artifact "version" ...] ...]; elements of any other form are left out.
func dependencies(form any) []Dependency {
	list, _ := form.([]any)
	var all []Dependency
	for _, item := range list {
		parts, ok := item.([]any)
		if !ok || len(parts) == 0 {
			continue
		}
		name, ok := symbol(parts[0])
		if !ok {
			continue
		}
		d := Dependency{Artifact: name}
		if len(parts) > 1 {
			d.Version, _ = parts[1].(string)
		}
		if !slices.Contains(all, d) {
			all = append(all, d)
		}
	}
	return all
}

// Dependency returns the first dependency on an artifact, given as group/artifact.
func (p *Project) Dependency(artifact string) (Dependency, bool) {
	group, name, _ := strings.Cut(artifact, "/")
	for _, d := range p.Dependencies {
		if d.Artifact == artifact || group == name && d.Artifact == name {
			return d, true
		}
	}
	return Dependency{}, false
}
