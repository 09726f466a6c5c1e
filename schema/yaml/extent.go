package yaml

import (
	"math"

	"github.com/stormflux/stormflux/diag"
)

// extent is the size of a value with everything in it. A part counts as often as it is reached.
type extent struct {
	size   int
	height int // levels of lists and maps
}

// CheckExtent reports whether later steps can walk through a document. They cannot if variables that hold lists of
// references have multiplied. CheckExtent then adds a diagnostic.
func CheckExtent(root *Value, diags *diag.List) bool {
	known := make(map[*Value]extent)
	var measure func(v *Value) extent
	measure = func(v *Value) extent {
		if v.IsScalar() {
			return extent{size: 1}
		}
		if e, ok := known[v]; ok {
			return e
		}
		e := extent{size: 1}
		add := func(part extent) {
			e.size = min(e.size+part.size, math.MaxInt32)
			e.height = max(e.height, part.height+1)
		}
		for _, item := range v.Items {
			add(measure(item))
		}
		for _, entry := range v.Entries {
			add(measure(entry.Value))
		}
		known[v] = e
		return e
	}
	whole := measure(root)
	written := 0
	for v := range known {
		written += len(v.Items) + len(v.Entries)
	}
	switch {
	case whole.size > written+MaxExpansion:
		diags.Errorf(ruleExpansion, diag.Span{File: root.Span.File, Start: root.Span.Start, End: root.Span.Start},
			"variables expand to more than %d values, which is the limit", MaxExpansion).
			WithHint("variables that hold lists of variables multiply: write the values once, or generate the file")
	case whole.height > MaxDepth:
		diags.Errorf(ruleDepth, diag.Span{File: root.Span.File, Start: root.Span.Start, End: root.Span.Start},
			"variables nest lists and maps deeper than %d levels, which is the limit", MaxDepth)
	default:
		return true
	}
	return false
}
