package yaml

import "github.com/stormflux/stormflux/diag"

// ParseCollection reads a text on its own as a list or map, whose values all have the given place. It returns nil if the
// text is anything else, or not valid YAML.
func ParseCollection(text string, place diag.Span) *Value {
	var faults diag.List
	f := Read(diag.NewFile("", "", []byte(text)), &faults)
	if f.Root == nil || f.Root.IsScalar() || f.Truncated || faults.HasErrors() {
		return nil
	}
	placed := make(map[*Value]bool) // aliases share values
	var put func(v *Value)
	put = func(v *Value) {
		if placed[v] {
			return
		}
		placed[v] = true
		v.Span = place
		for _, item := range v.Items {
			put(item)
		}
		for _, e := range v.Entries {
			put(e.Key)
			put(e.Value)
		}
	}
	put(f.Root)
	return f.Root
}
