package schema

import (
	"regexp"
	"slices"
	"sync"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/schema/yaml"
)

// topologyKeys are the keys that only topologies have.
var topologyKeys = []string{"spouts", "bolts", "topologySource"}

// topologyKeyLine matches such a key at the start of a line.
var topologyKeyLine = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?m)^["']?(spouts|bolts|topologySource)["']?[ \t]*:`)
})

// LooksLikeTopology reports whether a YAML file in a folder is meant as a topology: it has a key that only topologies have,
// or it consists of included files. In a text that is not YAML, it looks for such a key at the start of a line, so a
// topology with a YAML fault is recognized too.
func LooksLikeTopology(text []byte) bool {
	var diags diag.List
	root := yaml.Read(diag.NewFile("", "", text), &diags).Root
	if root == nil {
		return topologyKeyLine().Match(text)
	}
	if slices.ContainsFunc(topologyKeys, func(key string) bool { return root.Get(key) != nil }) {
		return true
	}
	includes := root.Get("includes")
	return includes != nil && includes.Kind == yaml.Sequence && len(includes.Items) > 0 &&
		!slices.ContainsFunc(includes.Items, func(v *yaml.Value) bool { return v.Get("file") == nil })
}

// inFluxForm reports whether a document is written as Flux wants it: its components are lists of classes. Some of our own
// keys beside them, such as `jar`, do not change that. A file without components has no form of its own. It counts if Flux
// knows all its keys.
func inFluxForm(root *yaml.Value) bool {
	own := false
	for _, key := range []string{"spouts", "bolts"} {
		components := root.Get(key)
		if components == nil || components.Kind == yaml.Null {
			continue
		}
		if own = true; components.Kind != yaml.Sequence || slices.ContainsFunc(components.Items, func(v *yaml.Value) bool { return !isFluxClass(v) }) {
			return false
		}
	}
	return own || !slices.ContainsFunc(root.Entries, func(e yaml.Entry) bool { return !slices.Contains(fluxKeys, e.Key.Text) })
}

// fluxKeys are the keys of a document in Flux (TopologyDef, 2.8.3).
var fluxKeys = []string{"name", "config", "components", "includes", "spouts", "bolts", "streams", "workerHooks", "topologySource"}

// isFluxClass reports whether Flux could read the element of a list of objects: it is a class, without the keys of our
// short forms.
func isFluxClass(v *yaml.Value) bool { return v.Get("className") != nil && v.Get("inputs") == nil }
