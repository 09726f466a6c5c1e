package validate

import (
	"strings"
	"unicode"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/schema/yaml"
)

// The rules about names and ids.
const (
	ruleMissingName     = "missing-name"
	ruleInvalidName     = "invalid-topology-name"
	ruleReservedID      = "reserved-id"
	ruleDuplicateID     = "duplicate-id"
	ruleIDDiffersByCase = "id-differs-by-case"
)

// longestName is the longest topology name in bytes. The blob that holds a topology's code is the file
// data_<name>-<counter>-<epoch seconds>-stormcode.ser, and file systems allow 255 bytes.
const longestName = 220

// topologyName applies the effective rule for names. Storm documents ^[^/.:\\]+$ and checks that first, but Nimbus
// then uses the topology's id as a blob key, for which ClientBlobStore wants ^[\w \t._-]+$ with Unicode's \w, and
// answers a failure of that one with nothing but "Internal error".
func (c *checker) topologyName() {
	n := c.doc.Name
	if n == nil {
		if _, given := c.doc.Root.Lookup("name"); given == nil {
			c.list.Errorf(ruleMissingName, c.start(), "the topology has no name").
				WithHint("add a line `name: my-topology`, or give --name")
		}
		return
	}
	c.topology.Name = n.Text
	switch bad, found := badNameRune(n.Text); {
	case found && strings.ContainsRune(`/.:\`, bad):
		c.list.Errorf(ruleInvalidName, n.Span, "topology name %q contains %q, which Nimbus refuses", n.Text, bad).
			WithHint("use letters, digits, spaces, \"_\" and \"-\": for example %q", mendName(n.Text))
	case found:
		c.list.Errorf(ruleInvalidName, n.Span,
			"topology name %q contains %q, for which Nimbus answers nothing but \"Internal error\"", n.Text, bad).
			WithHint("use letters, digits, spaces, \"_\" and \"-\": for example %q", mendName(n.Text))
	case len(n.Text) > longestName:
		c.list.Errorf(ruleInvalidName, n.Span, "topology name is %d bytes long, Nimbus can store at most %d",
			len(n.Text), longestName)
	}
}

// start is the place of a fault that is the absence of something in the document.
func (c *checker) start() diag.Span {
	if c.doc.Root != nil && c.doc.Root.Kind == yaml.Map && len(c.doc.Root.Entries) > 0 {
		return c.doc.Root.Entries[0].Key.Span
	}
	return diag.Span{File: c.doc.File}
}

// badNameRune returns the first character of a topology's name that Nimbus does not take.
func badNameRune(name string) (rune, bool) {
	for _, r := range name {
		if r == unicode.ReplacementChar || !isWordRune(r) && r != ' ' && r != '-' {
			return r, true
		}
	}
	return 0, false
}

func mendName(name string) string {
	return strings.Map(func(r rune) rune {
		if _, bad := badNameRune(string(r)); bad {
			return '-'
		}
		return r
	}, name)
}

// isWordRune is \w of Java's regular expressions with UNICODE_CHARACTER_CLASS (java.util.regex.Pattern): Alphabetic,
// Mn, Me, Mc, Nd, Pc and Join_Control.
func isWordRune(r rune) bool {
	if r < 0x80 {
		return r == '_' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
	}
	return unicode.In(r, unicode.L, unicode.Nl, unicode.Other_Alphabetic, unicode.M, unicode.Nd, unicode.Pc,
		unicode.Join_Control)
}

// isReserved reports whether Storm keeps the id of a component or stream for itself (Utils.isSystemId).
func isReserved(id string) bool { return strings.HasPrefix(id, "__") }

// known returns the first component with the id; nil when there is none, or only one that the grammar left out.
func (c *checker) known(id string) *component {
	if d := c.index.components[id]; d != nil && d.number >= 0 {
		return &c.all[d.number]
	}
	return nil
}

// ids reports ids that cannot be used.
func (c *checker) ids() {
	var folded map[string]*component
	for i := range c.all {
		k := &c.all[i]
		id := k.src.ID
		if id == nil {
			continue
		}
		if id.Text == "" {
			continue
		}
		if isReserved(id.Text) {
			c.list.Errorf(ruleReservedID, id.Span, "%s id %q begins with \"__\", which Storm keeps for itself", k.Kind, id.Text).
				WithHint("name it %q", strings.TrimLeft(id.Text, "_"))
		}
		if first := c.known(id.Text); first != k {
			c.list.Errorf(ruleDuplicateID, id.Span, "%s id %q is already taken by a %s", k.Kind, id.Text, first.Kind).
				WithHint("ids are shared by spouts and bolts: give each its own").
				WithRelated(first.Span, "%q is declared here first", id.Text)
		}
	}
	for i := range c.all {
		k := &c.all[i]
		if c.known(k.ID) != k {
			continue
		}
		if lower := strings.ToLower(k.ID); lower != k.ID {
			if folded == nil {
				folded = make(map[string]*component)
				for j := range c.all {
					if o := &c.all[j]; c.known(o.ID) == o {
						if f := strings.ToLower(o.ID); folded[f] == nil {
							folded[f] = o
						}
					}
				}
			}
			if first := folded[lower]; first != k {
				c.list.Notef(ruleIDDiffersByCase, k.Span, "%s id %q differs from %q by case only", k.Kind, k.ID, first.ID).
					WithRelated(first.Span, "%q is declared here", first.ID)
			}
		}
	}
}
