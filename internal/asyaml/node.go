package asyaml

import (
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/stormflux/stormflux/internal/topology"
	"github.com/stormflux/stormflux/schema/yaml"
)

// node is a value that is to be written. A scalar has text; a list has items; a map has entries.
type node struct {
	kind    yaml.Kind // String for every scalar
	text    string    // in block style
	flow    string    // in flow style
	items   []*node
	entries []entry
	notes   []string // above it
	inline  bool     // a map on one line if it fits
	spaced  bool     // a map with empty lines between its entries
}

type entry struct {
	key   string // as YAML
	value *node
	notes []string // above the key
}

// lineWidth is how wide a list or map on one line may be.
const lineWidth = 100

func scalar(v *yaml.Value) *node {
	return &node{kind: yaml.String, text: yaml.FormatScalar(v), flow: yaml.FormatFlowScalar(v)}
}

func text(s string) *node { return scalar(yaml.FromGo(s)) }

func raw(s string) *node { return &node{kind: yaml.String, text: s, flow: s} }

func texts(list []string) *node {
	n := &node{kind: yaml.Sequence}
	for _, s := range list {
		n.items = append(n.items, text(s))
	}
	return n
}

func newMap() *node { return &node{kind: yaml.Map} }

// put adds an entry to a map.
func (n *node) put(key string, value *node, notes ...string) {
	n.entries = append(n.entries, entry{key: text(key).flow, value: value, notes: notes})
}

// value returns a value of a configuration, or an argument of a JVM object.
func value(v any) *node {
	switch v := v.(type) {
	case []any:
		n := &node{kind: yaml.Sequence}
		for _, item := range v {
			n.items = append(n.items, value(item))
		}
		return n
	case map[string]any:
		n := newMap()
		for _, key := range slices.Sorted(maps.Keys(v)) {
			n.put(key, value(v[key]))
		}
		return n
	case topology.Map:
		n := newMap()
		for _, e := range v {
			n.entries = append(n.entries, entry{key: value(e.Key).flow, value: value(e.Value)})
		}
		return n
	case Ref:
		n := newMap()
		n.inline = true
		n.put("ref", text(string(v)))
		return n
	case topology.Date:
		return raw(time.UnixMilli(int64(v)).UTC().Format("2006-01-02T15:04:05.000Z"))
	case topology.Bytes:
		return raw(`!!binary "` + base64.StdEncoding.EncodeToString([]byte(v)) + `"`)
	case int32:
		return value(int64(v))
	}
	return scalar(yaml.FromGo(v))
}

// onOneLine returns a value in flow style; false if it has comments or should stand on lines of its own.
func (n *node) onOneLine() (string, bool) {
	if len(n.notes) > 0 {
		return "", false
	}
	switch {
	case n.kind == yaml.Sequence:
		parts := make([]string, len(n.items))
		for i, item := range n.items {
			part, ok := item.onOneLine()
			if !ok {
				return "", false
			}
			parts[i] = part
		}
		s := "[" + strings.Join(parts, ", ") + "]"
		return s, len(s) <= lineWidth
	case n.kind == yaml.Map:
		parts := make([]string, len(n.entries))
		for i, e := range n.entries {
			part, ok := e.value.onOneLine()
			if !ok || len(e.notes) > 0 {
				return "", false
			}
			parts[i] = e.key + ": " + part
		}
		s := "{" + strings.Join(parts, ", ") + "}"
		return s, len(s) <= lineWidth && (n.inline || len(n.entries) == 0)
	}
	return n.flow, true
}

// printer writes nodes in block style.
type printer struct{ b strings.Builder }

func (p *printer) line(depth int, format string, args ...any) {
	p.b.WriteString(strings.TrimRight(strings.Repeat("  ", depth)+fmt.Sprintf(format, args...), " ") + "\n")
}

func (p *printer) comments(depth int, lines []string) {
	for _, l := range lines {
		p.line(depth, "# %s", oneLine(l))
	}
}

// oneLine keeps what ends a line, or is invisible, out of a comment.
func oneLine(s string) string {
	return strings.Map(func(c rune) rune {
		if c < ' ' || c >= 0x7f && c < 0xa0 || c == 0x2028 || c == 0x2029 || c == 0xfeff || c == 0xfffe || c == 0xffff {
			return ' '
		}
		return c
	}, strings.ToValidUTF8(s, "?"))
}

// entries writes the entries of a map. lead stands in front of the first line instead of its indentation.
func (p *printer) entries(n *node, depth int, lead string) {
	for i, e := range n.entries {
		if n.spaced && i > 0 {
			p.b.WriteString("\n")
		}
		if lead == "" {
			p.comments(depth, e.notes)
		}
		indent := strings.Repeat("  ", depth)
		if lead != "" {
			indent, lead = lead, ""
		}
		key := e.key + ":"
		if len(e.key) > 1000 { // readers look for the colon within 1,024 characters, unless "?" announces the key
			p.b.WriteString(indent + "? " + e.key + "\n")
			indent, key = strings.Repeat("  ", depth), ":"
		}
		p.b.WriteString(indent + key)
		p.after(e.value, depth)
	}
}

// after writes a value after its key.
func (p *printer) after(v *node, depth int) {
	if s, ok := p.single(v); ok {
		p.b.WriteString(" " + s + "\n")
		return
	}
	p.b.WriteString("\n")
	p.comments(depth+1, v.notes)
	if v.kind == yaml.Map {
		p.entries(v, depth+1, "")
		return
	}
	p.items(v, depth+1)
}

// single returns a value that stands on the line of its key.
func (p *printer) single(v *node) (string, bool) {
	if v.kind == yaml.String {
		return v.text, len(v.notes) == 0
	}
	return v.onOneLine()
}

func (p *printer) items(v *node, depth int) {
	for _, item := range v.items {
		p.comments(depth, item.notes)
		lead := strings.Repeat("  ", depth) + "- "
		bare := *item
		bare.notes = nil
		s, ok := p.single(&bare)
		switch {
		case ok:
			p.b.WriteString(lead + s + "\n")
		case item.kind == yaml.Map && len(item.entries[0].notes) == 0:
			p.entries(item, depth+1, lead)
		default:
			p.b.WriteString(strings.TrimRight(lead, " "))
			p.after(&bare, depth)
		}
	}
}
