package yaml

import (
	"bytes"

	"gopkg.in/yaml.v3"

	"github.com/stormflux/stormflux/diag"
)

// anchored is a value with an anchor.
type anchored struct {
	value  *Value // nil until the value is complete
	size   int    // values in it, with aliases expanded
	height int    // levels of lists and maps in it
	shared bool   // an alias refers to it
}

// height counts the levels of lists and maps in a node. The nodes inside are already converted, so their own anchors are
// known.
func (r *reader) height(n *yaml.Node) int {
	if n.Kind == yaml.AliasNode {
		if a := r.anchors[n.Alias]; a != nil {
			return a.height
		}
		return 0
	}
	if a := r.anchors[n]; a != nil && a.value != nil {
		return a.height
	}
	h := 0
	for _, c := range n.Content {
		h = max(h, 1+r.height(c))
	}
	return h
}

func (r *reader) alias(n *yaml.Node, depth int) *Value {
	at := r.offset(n)
	span := r.span(at, min(at+1+len(n.Value), len(r.src)))
	a := r.anchors[n.Alias]
	if a == nil || a.value == nil {
		d := r.diags.Errorf(ruleCycle, span, "alias %q is part of the value that it refers to, so the value never ends", "*"+n.Value).
			WithHint("remove the alias, or write the value a second time")
		d.WithRelated(r.anchorSpan(n.Alias), "%q names this value", "&"+n.Value)
		return r.null(at)
	}
	r.written++
	r.count += a.size
	if depth+a.height > MaxDepth {
		r.tooDeep(span)
	}
	r.checkExpansion(span)
	if r.failed {
		return r.null(at)
	}
	if !a.shared {
		a.shared = true
		r.file.Shared = append(r.file.Shared, a.value.Span)
	}
	return a.value
}

func (r *reader) anchorSpan(n *yaml.Node) diag.Span {
	at := r.offset(n)
	if i := bytes.Index(r.src[at:], []byte("&"+n.Anchor)); i >= 0 {
		return r.span(at+i, at+i+1+len(n.Anchor))
	}
	return r.span(at, at)
}

func (r *reader) checkExpansion(span diag.Span) {
	if r.count-r.written > MaxExpansion && !r.failed {
		r.failed = true
		r.diags.Errorf(ruleExpansion, span, "aliases expand to more than %d values, which is the limit", MaxExpansion).
			WithHint("aliases of lists that hold aliases multiply: write the values once, or generate the file")
	}
}

func (r *reader) tooDeep(span diag.Span) {
	if !r.failed {
		r.failed = true
		r.diags.Errorf(ruleDepth, span, "lists and maps are nested deeper than %d levels, which is the limit", MaxDepth)
	}
}
