package shortform

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stormflux/stormflux/schema/yaml"
)

// Columns in the canonical layout: of a component in a map, and of its keys.
const (
	componentColumn = 2
	keyColumn       = 4
)

// component is a spout or bolt of a list.
type component struct {
	section section
	node    *yaml.Node // its map
	kind    string     // "spout" or "bolt"
	id      *yaml.Node
	idText  string
	keys    []section // its entries but the id
	head    []string  // comments that stand before the id
	behind  string    // the comment behind the id
	foot    []string

	stays  string // why the component stays in Flux's form; "" if it does not
	inputs []input
}

// components returns the components of a list, or nil if one of them has no form that can change.
func (r *rewriter) components(kind string, of section) (list []*component, rest []string) {
	n := of.entry.Value
	items, rest := r.sections(n, of.end)
	for _, item := range items {
		c := &component{section: item, node: item.entry.Value, kind: kind}
		if !isMap(c.node) || item.entry.Key != nil || !r.readKeys(c) {
			return nil, nil
		}
		list = append(list, c)
	}
	return list, rest
}

// readKeys reports whether it found the id and the other keys of a component.
func (r *rewriter) readKeys(c *component) bool {
	c.head = c.section.lead
	if !isFlow(c.node) && c.section.entry.Mark >= 0 {
		c.head = append(c.head, r.commentsIn(c.section.entry.Mark, c.node.First(), componentColumn)...)
	}
	end := c.section.end
	if isFlow(c.node) {
		end = c.node.End
		if c.head = shift(slices.Clone(c.head), componentColumn); c.section.entry.Mark >= 0 {
			c.head, c.behind = c.section.lead, r.behind(end)
		}
	}
	keys, foot := r.sections(c.node, end)
	c.foot = foot
	for i, k := range keys {
		name := r.key(k.entry)
		if i == 0 && !isFlow(c.node) {
			k.lead, k.start = nil, c.node.First() // they stand before the element, or between its mark and its first key
		}
		switch {
		case name == "" || name == "<<" || k.entry.Value == nil:
			return false
		case name == "id" && c.id == nil:
			if !r.isWord(k.entry.Value) {
				return false
			}
			c.id, c.idText = k.entry.Value, r.scalar(k.entry.Value).Text
			if c.head = append(c.head, shift(k.lead, -2)...); !isFlow(c.node) {
				c.behind = r.behind(k.entry.End())
				c.head = append(c.head, r.commentsIn(r.lineEnd(k.entry.End()), k.end, componentColumn)...)
			}
		default:
			c.keys = append(c.keys, k)
		}
	}
	return c.id != nil
}

// value returns the value of a key, or nil.
func (r *rewriter) value(c *component, key string) *yaml.Node { return r.get(c.node, key) }

// isKey reports whether the id of a component can be a key of a map of components.
func (r *rewriter) isKey(c *component) bool {
	return !strings.HasPrefix(c.idText, "x-") && !strings.Contains(c.idText, "${") && len(c.idText) < 1000 &&
		r.scalar(c.id).Kind == yaml.String && c.idText != "<<"
}

// write returns the lines of a component, as an element of a list or as an entry of a map.
func (r *rewriter) write(c *component, inMap bool) []string {
	if c.stays != "" && !inMap && !isFlow(c.node) {
		return append(append([]string(nil), c.section.lead...), c.section.body...)
	}
	lines := append([]string(nil), c.head...)
	if isFlow(c.node) && c.stays != "" && !inMap {
		return append(lines, strings.Split("  - "+r.of(c.node)+c.behind, "\n")...)
	}
	first := "  - id: " + r.of(c.id)
	if inMap {
		first = "  " + r.of(c.id) + ":"
	}
	lines = append(lines, first+c.behind)
	shell := r.shellOf(c)
	for _, k := range c.keys {
		switch name := r.key(k.entry); {
		case shell != nil && name == "className":
			lines = append(lines, shell.command...)
		case shell != nil && shell.replaces(name):
		case name == "numTasks":
			lines = append(lines, r.keyLines(c, k, "tasks")...)
		default:
			lines = append(lines, r.keyLines(c, k, name)...)
		}
	}
	if shell != nil {
		lines = append(lines, shell.config...)
	}
	lines = append(lines, inputLines(c.inputs)...)
	if shell != nil {
		lines = append(lines, shell.outputs...)
	}
	return append(lines, c.foot...)
}

// keyLines returns the lines of a key, under a name that may be new.
func (r *rewriter) keyLines(c *component, k section, name string) []string {
	if isFlow(c.node) {
		lines := shift(k.lead, keyColumn)
		return append(lines, r.pair(keyColumn, r.keyText(k, name), k.entry.Value)...)
	}
	lines := append([]string(nil), k.lead...)
	body := append([]string(nil), k.body...)
	if name != r.key(k.entry) {
		body[0] = strings.Repeat(" ", leading(body[0])) + name + strings.TrimPrefix(strings.TrimLeft(body[0], " "), r.of(k.entry.Key))
	}
	return append(lines, body...)
}

func (r *rewriter) keyText(k section, name string) string {
	if name == r.key(k.entry) {
		return r.of(k.entry.Key)
	}
	return name
}

func (c *component) String() string { return fmt.Sprintf("%s %q", c.kind, c.idText) }
