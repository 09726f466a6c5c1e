package validate

import (
	"strings"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/settings"
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

const nameHint = "use A-Z, a-z, 0-9, \"_\" and \"-\": for example %q"

// topologyName checks the topology's name: see [settings.CheckTopologyName].
func (c *checker) topologyName() {
	n := c.doc.Name
	if n == nil {
		if _, given := c.doc.Root.Lookup("name"); given == nil && !c.doc.Incomplete {
			c.list.Errorf(ruleMissingName, c.start(), "the topology has no name").
				WithHint("add a line `name: my-topology`, or use --name")
		}
		return
	}
	c.topology.Name = n.Text
	fault := settings.CheckTopologyName(n.Text, c.topology.Storm)
	switch {
	case fault == nil:
	case fault.Char == 0 && n.Text == "": // the grammar has reported it
	case fault.Char == 0:
		c.list.Errorf(ruleInvalidName, n.Span, "topology name is %d bytes long, but Nimbus can store at most %d",
			len(n.Text), settings.MaxTopologyName)
	case fault.Destroyed:
		c.list.Errorf(ruleInvalidName, n.Span,
			"topology name %q contains %q: since Storm 2.0 a Supervisor deletes the files of such a topology every 30 s, and its workers fail",
			n.Text, fault.Char).WithHint(nameHint, settings.LegalTopologyName(n.Text))
	case fault.Unexplained:
		c.list.Errorf(ruleInvalidName, n.Span,
			"topology name %q contains %q, and Nimbus answers such a name only with \"Internal error\"", n.Text, fault.Char).
			WithHint(nameHint, settings.LegalTopologyName(n.Text))
	default:
		c.list.Errorf(ruleInvalidName, n.Span, "topology name %q contains %q, and Nimbus refuses such a name", n.Text, fault.Char).
			WithHint(nameHint, settings.LegalTopologyName(n.Text))
	}
}

// start is the place of a fault when something is missing in the document.
func (c *checker) start() diag.Span {
	if c.doc.Root != nil && c.doc.Root.Kind == yaml.Map && len(c.doc.Root.Entries) > 0 {
		return c.doc.Root.Entries[0].Key.Span
	}
	return diag.Span{File: c.doc.File}
}

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
		if settings.IsReserved(id.Text) {
			c.list.Errorf(ruleReservedID, id.Span, "%s id %q begins with \"__\", but Storm reserves such ids", k.Kind, id.Text).
				WithHint("name it %q", strings.TrimLeft(id.Text, "_"))
		}
		if first := c.known(id.Text); first != k {
			c.list.Errorf(ruleDuplicateID, id.Span, "%s id %q is already taken by a %s", k.Kind, id.Text, first.Kind).
				WithHint("give each spout and bolt its own id").
				WithRelated(first.Span, "%q is first declared here", id.Text)
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
				c.list.Notef(ruleIDDiffersByCase, k.Span, "%s id %q differs from %q only in case", k.Kind, k.ID, first.ID).
					WithRelated(first.Span, "%q is declared here", first.ID)
			}
		}
	}
}
