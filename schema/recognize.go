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

// LooksLikeTopology tells whether a YAML file found in a folder is meant as a topology: it has one of the keys that only
// topologies have, or consists of included files. A text that is no YAML is searched for such a key at the start of a
// line, so that a topology with a slip in its YAML is not passed over.
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
