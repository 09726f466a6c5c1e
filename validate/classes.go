package validate

import (
	"context"
	"fmt"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/topology"
	"github.com/stormflux/stormflux/schema"
)

// The rules about what JVM classes declare.
const (
	ruleClassFails   = "class-fails"
	ruleClassOutputs = "class-outputs"
)

// Describer finds out what JVM objects are, without or with a JVM.
type Describer interface {
	// Describe returns a description for each definition, in the same order. The error says that the context ended.
	Describe(ctx context.Context, definitions []*topology.Definition) ([]Description, error)
}

// Description is what a JVM object declares.
type Description struct {
	// Kind is what Storm's TopologyBuilder takes the object for; "" if that is not known.
	Kind ClassKind
	// Streams are the declared streams, in any order, and Conf is the component's own configuration. Both mean nothing if
	// Unknown or Fails is set.
	Streams []*topology.Stream
	Conf    map[string]topology.Value
	// Unknown says why Streams and Conf could not be found out, and Remedy what to do about it.
	Unknown, Remedy string
	// Fails is why the object cannot be made.
	Fails string
}

// ClassKind is the kind of a JVM object that is a component.
type ClassKind string

// The kinds of components. Storm wraps all but plain ones into a class of its own.
const (
	SpoutClass            ClassKind = "IRichSpout"
	BoltClass             ClassKind = "IRichBolt"
	BasicBoltClass        ClassKind = "IBasicBolt"
	WindowedBoltClass     ClassKind = "IWindowedBolt"
	StatefulBoltClass     ClassKind = "IStatefulBolt"
	StatefulWindowedClass ClassKind = "IStatefulWindowedBolt"
)

// class reads a component that is a JVM class and not one of Flux's shell wrappers.
func (c *checker) jvmClass(k *component, o *schema.Object) {
	k.open = k.src.OutputsValue == nil
	c.references(o)
	class := &Class{Name: o.ClassName.Text, Object: o}
	k.Implementation = class
	if class.Definition = c.define(k.ID, o); class.Definition != nil {
		c.classes = append(c.classes, k)
	}
}

// describe finds out what the JVM classes declare.
func (c *checker) describe() {
	if c.opts.Classes == nil || len(c.classes) == 0 {
		return
	}
	definitions := make([]*topology.Definition, len(c.classes))
	for i, k := range c.classes {
		definitions[i] = k.Implementation.(*Class).Definition
	}
	descriptions, err := c.opts.Classes.Describe(c.ctx, definitions)
	if err != nil {
		return // the context ended, which Check reports
	}
	for i, k := range c.classes {
		c.described(k, descriptions[i])
	}
}

// hooks reads the worker hooks.
func (c *checker) hooks() {
	for _, h := range c.doc.WorkerHooks {
		if d := c.define("", h); d != nil {
			c.topology.WorkerHooks = append(c.topology.WorkerHooks, d)
		}
	}
}

// described takes what a class declares as the outputs of its component, or compares it with the written ones.
func (c *checker) described(k *component, d Description) {
	class := k.Implementation.(*Class)
	class.Kind = d.Kind
	written := k.src.OutputsValue != nil
	switch {
	case d.Fails != "":
		k.open = true
		c.list.Errorf(ruleClassFails, class.Object.ClassName.Span, "%s: %s cannot be made: %s", k.name(), shortClass(class.Name), d.Fails)
		return
	case d.Unknown != "" && written:
		return
	case d.Unknown != "":
		c.list.Errorf(ruleClassOutputs, class.Object.ClassName.Span, "what %s emits cannot be found out: %s", k.name(), d.Unknown).
			WithHint("declare `outputs`, or %s", d.Remedy)
		return
	}
	class.Conf = d.Conf
	if written {
		c.compareOutputs(k, d.Streams)
		return
	}
	k.open = false
	for _, s := range d.Streams {
		k.Streams = append(k.Streams, &Stream{ID: s.ID, Fields: s.Fields, Direct: s.Direct, Span: class.Object.ClassName.Span})
		c.index.stream(k.declaration, k.Streams[len(k.Streams)-1], nil)
		k.read = append(k.read, true) // nobody needs to read what the class alone declares
	}
}

// compareOutputs reports written outputs that the class does not have. Their fields may have other names.
func (c *checker) compareOutputs(k *component, declared []*topology.Stream) {
	class := k.Implementation.(*Class)
	fault := func(span diag.Span, format string, args ...any) {
		c.list.Errorf(ruleClassOutputs, span, "%s: "+format, append([]any{k.name()}, args...)...).
			WithHint("remove `outputs`: the class declares them itself")
	}
	for _, s := range declared {
		switch own := k.stream(s.ID); {
		case own == nil && !k.open:
			fault(k.src.OutputsValue.Span, "its outputs lack stream %q, which %s declares", s.ID, shortClass(class.Name))
		case own == nil:
		case len(own.Fields) != len(s.Fields):
			fault(own.Span, "stream %q has %s, but %s emits %s", s.ID, countFields(own.Fields), shortClass(class.Name), countFields(s.Fields))
		case own.Direct != s.Direct:
			fault(own.Span, "stream %q is %s, but %s declares it as %s", s.ID, directly(own.Direct), shortClass(class.Name), directly(s.Direct))
		}
	}
}

func countFields(fields []string) string {
	return fmt.Sprintf("%d field%s (%s)", len(fields), plural(len(fields)), listed(fields))
}

func directly(direct bool) string {
	if direct {
		return "direct"
	}
	return "not direct"
}
