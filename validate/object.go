package validate

import (
	"slices"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/schema"
)

const ruleUnknownRef = "unknown-ref"

// declareBeans declares Flux's `components`, and checks what they and the objects outside of components refer to.
func (c *checker) declareBeans() {
	c.beans = make(map[*schema.Object]*Declaration, len(c.doc.Beans))
	for _, b := range c.doc.Beans {
		if b.ID == nil {
			continue
		}
		first := c.doc.Bean(b.ID.Text)
		c.beans[b] = c.index.object(b.ID, first == b)
		if first != b {
			c.list.Errorf(ruleDuplicateID, b.ID.Span, "component id %q is already taken", b.ID.Text).
				WithHint("Flux would keep the last one without a message: give each its own id").
				WithRelated(first.ID.Span, "%q is first declared here", b.ID.Text)
		}
	}
	for _, b := range c.doc.Beans {
		c.references(b)
	}
	for _, h := range c.doc.WorkerHooks {
		c.references(h)
	}
	c.referenceCycles()
	c.references(c.doc.TopologySource)
	c.topologySource()
}

// references reports what is wrong with an object apart from its class: mostly every reference that names nothing.
func (c *checker) references(o *schema.Object) {
	c.unusedFactory(o)
	for _, ref := range o.References() {
		if c.refersTo(ref) {
			continue
		}
		if ref.InList() { // Flux passes a list with null (FluxBuilder.resolveReferences, 2.8.3)
			c.suggestObject(c.list.Warnf(ruleUnknownRef, ref.ID.Span,
				"%q refers to nothing, so the list has null in its place: `components` has no such id", ref.ID.Text), ref)
			continue
		}
		c.unknownRef(ref)
	}
}

// reference returns the object that a reference names; nil when there is none, which it reports as an error.
func (c *checker) reference(ref *schema.Reference) *schema.Object {
	if !c.refersTo(ref) {
		c.unknownRef(ref)
	}
	return ref.Object
}

// refersTo notes a reference in the index, and reports whether it names an object. If the document is incomplete, any
// object may exist.
func (c *checker) refersTo(ref *schema.Reference) bool {
	c.index.refer(Reference{Kind: ObjectSymbol, Name: ref.ID.Text, Span: ref.ID.Span, Declaration: c.beans[ref.Object]})
	return ref.Object != nil || c.doc.Incomplete
}

func (c *checker) unknownRef(ref *schema.Reference) {
	d := c.list.Errorf(ruleUnknownRef, ref.ID.Span, "%q refers to nothing: `components` has no such id", ref.ID.Text)
	c.suggestObject(d, ref)
}

func (c *checker) suggestObject(d *diag.Diagnostic, ref *schema.Reference) {
	names := c.index.LegalNames(&Reference{Kind: ObjectSymbol})
	if near, ok := c.similar.closest(ref.ID.Text, names); ok {
		d.Suggest(ref.ID.Span, near).WithRelated(c.doc.Bean(near.Name).ID.Span, "%q is declared here", near.Name)
	} else if len(names) > 0 {
		d.WithHint("known ids: %s", listed(names))
	}
}

// class reads a component that is a JVM class. Flux's shell wrappers become commands.
func (c *checker) class(k *component, o *schema.Object) {
	if o.ClassName == nil {
		k.open = true
		return
	}
	name := o.ClassName.Text
	switch {
	case k.Kind == schema.Spout && slices.Contains(shellSpouts, name),
		k.Kind == schema.Bolt && slices.Contains(shellBolts, name):
		k.multilang = true
		c.fluxShell(k, o)
	case slices.Contains(shellSpouts, name) || slices.Contains(shellBolts, name):
		k.open = true
		c.list.Errorf(ruleFluxShell, o.ClassName.Span, "%s cannot be a %s: that class is for the other kind of component", k.name(), shortClass(name))
	default:
		c.jvmClass(k, o)
	}
}
