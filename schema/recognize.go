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
