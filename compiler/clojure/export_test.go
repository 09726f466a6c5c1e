package clojure

import (
	"strings"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/classfile"
	"github.com/stormflux/stormflux/internal/topology"
)

// EmitObject returns a file with a function `made` that makes the object of a definition.
func EmitObject(classes *classfile.Path, d *topology.Definition, ns string) ([]byte, diag.List) {
	e := &emitter{
		opts: Options{Dialect: Storm, Classes: classes}, notes: &Notes{places: map[*topology.Object]objectPlace{}},
		counts: map[string]int{}, refers: map[string]bool{}, imports: map[string]string{},
	}
	made := define("defn made []", e.object(d, "it"))
	var b strings.Builder
	b.WriteString("(ns " + ns)
	e.writeImports(&b)
	b.WriteString(")\n\n")
	e.writeDefinitions(&b)
	b.WriteString(made)
	return []byte(b.String()), e.diags
}
