package validate

import (
	"github.com/stormflux/stormflux/schema"
)

// The rules about parts of Flux's form that exclude each other.
const (
	ruleTopologySource = "topology-source-alone"
	ruleUnusedFactory  = "unused-factory"
)

// topologySource reports what stands beside a topology source. Flux refuses it (TopologyDef.validate, 2.8.3).
func (c *checker) topologySource() {
	if c.doc.TopologySource == nil {
		return
	}
	source, _ := c.doc.Root.Lookup("topologySource")
	for _, name := range []string{"spouts", "bolts", "streams"} {
		key, value := c.doc.Root.Lookup(name)
		if key == nil || len(value.Items)+len(value.Entries) == 0 {
			continue
		}
		c.sourceBeside = true
		c.list.Errorf(ruleTopologySource, key.Span, "%q cannot stand beside a topologySource, which makes the whole topology", name).
			WithHint("keep one of them; Flux refuses the file").WithRelated(source.Span, "the topology source is here")
		return
	}
	if key, value := c.doc.Root.Lookup("workerHooks"); key != nil && len(value.Items) > 0 {
		c.list.Warnf(ruleTopologySource, key.Span, "%q has no effect beside a topologySource, as in Flux", "workerHooks").
			WithHint("add the hooks where the topology is built").WithRelated(source.Span, "the topology source is here")
	}
}

// unusedFactory warns of a factory that Flux does not call (FluxBuilder.buildObject, 2.8.3).
func (c *checker) unusedFactory(o *schema.Object) {
	if o == nil || o.Factory == nil || o.ConstructorArgs == nil || len(o.ConstructorArgs.Items) == 0 {
		return
	}
	c.list.Warnf(ruleUnusedFactory, o.Factory.Span, "factory %q has no effect: the object has constructorArgs, so Flux calls a constructor", shortened(o.Factory.Text)).
		WithHint("remove constructorArgs, or move them to factoryArgs")
}
