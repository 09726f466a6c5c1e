package importer

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/stormflux/stormflux/internal/asyaml"
	"github.com/stormflux/stormflux/internal/foreign"
	"github.com/stormflux/stormflux/internal/foreign/pythondsl"
	"github.com/stormflux/stormflux/schema/yaml"
)

// python reads a Topology class of streamparse or create.py of Petrel.
func (i *importing) python(ctx context.Context) (*asyaml.Document, error) {
	d, err := pythondsl.Read(ctx, i.path, i.Class)
	if err != nil {
		return nil, err
	}
	folder := filepath.Dir(i.path)
	if src := filepath.Join(filepath.Dir(folder), "src"); isFolder(src) && filepath.Base(folder) == "topologies" {
		d.Resources = []asyaml.Resource{{From: i.relative(src)}}
		// sparse installs them for the topology with the same name (streamparse 3, virtualenv_specs).
		requirements := filepath.Join(filepath.Dir(folder), "virtualenvs", d.Name+".txt")
		if isFile(requirements) {
			d.Python.Requirements = i.relative(requirements)
		}
		return d, nil
	}
	d.Resources = []asyaml.Resource{{From: i.relative(folder)}}
	d.Note("resources", "The modules of the components are beside "+filepath.Base(i.path)+".")
	return d, i.petrelConfig(d, filepath.Join(folder, "topology.yaml"))
}

// petrelConfig reads Petrel's configuration, if there is one.
func (i *importing) petrelConfig(d *asyaml.Document, path string) error {
	text, err := os.ReadFile(path)
	if err != nil || filepath.Base(i.path) != "create.py" {
		return nil
	}
	conf, err := yaml.DecodeMap(path, text)
	if err != nil {
		return &foreign.Fault{File: path, Message: err.Error()}
	}
	for key, value := range conf {
		id, isParallelism := strings.CutPrefix(key, "petrel.parallelism.")
		switch {
		case isParallelism:
			if err := setParallelism(d, id, value, path); err != nil {
				return err
			}
		case key == "petrel.pip_options":
			d.Note("python", "Petrel called pip with its own options: "+strconv.Quote(textOf(value)))
		default:
			d.Config[key] = value
		}
	}
	return nil
}

func textOf(v any) string {
	text, _ := v.(string)
	return text
}

func setParallelism(d *asyaml.Document, id string, value any, path string) error {
	n, ok := value.(int64)
	for _, list := range [][]*asyaml.Component{d.Spouts, d.Bolts} {
		for _, c := range list {
			if c.ID == id && ok && n > 0 {
				c.Parallelism = int(n)
				return nil
			}
		}
	}
	return &foreign.Fault{File: path, Message: "petrel.parallelism." + id + " names no component, or is not a number"}
}
