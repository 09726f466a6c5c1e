package validate

import (
	"context"
	"errors"
	"fmt"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/classfile"
	"github.com/stormflux/stormflux/internal/classfile/declare"
	"github.com/stormflux/stormflux/internal/settings"
	"github.com/stormflux/stormflux/internal/topology"
	"github.com/stormflux/stormflux/schema"
)

// The rules about what JVM classes declare.
const (
	ruleClassFails   = "class-fails"
	ruleClassOutputs = "class-outputs"
)

// JVM makes JVM objects to find out what they are.
type JVM interface {
	// Describe returns a description for each definition, in the same order. The error says that the context ended.
	Describe(ctx context.Context, on ClassPath, definitions []*topology.Definition) ([]Description, error)
	// Build builds the topology of a topology source, without its name and configuration. The error is a [*BuildError],
	// or says that the context ended.
	Build(ctx context.Context, on ClassPath, source TopologySource) (*topology.Topology, error)
}

// TopologySource is an object whose method builds a topology.
type TopologySource struct {
	Definition *topology.Definition
	Method     string       // "" means getTopology
	Config     topology.Map // the topology's configuration, for the method
}

// BuildError is why there is no topology of a topology source.
type BuildError struct {
	Reason string
	Remedy string // what to do about it; "" if the class is at fault
}

// Error returns the reason.
func (e *BuildError) Error() string { return e.Reason }

// ClassPath is where the classes of a topology come from.
type ClassPath struct {
	Jars  []string // the user's, in the order in which Java searches them
	Storm settings.Version
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

// What a [Description] says of a class that no jar has.
const (
	NoClass    = "its class is not known here"
	NameItsJar = "name its jar: `jar: target/app.jar`, or --jar target/app.jar"
)

// ClassKind is the kind of a JVM object that is a component.
type ClassKind = declare.Kind

// The kinds of components. Storm wraps all but plain ones into a class of its own.
const (
	SpoutClass            = declare.RichSpout
	BoltClass             = declare.RichBolt
	BasicBoltClass        = declare.BasicBolt
	WindowedBoltClass     = declare.WindowedBolt
	StatefulBoltClass     = declare.StatefulBolt
	StatefulWindowedClass = declare.StatefulWindowedBolt
)

// on returns where the classes come from.
func (c *checker) on() ClassPath {
	return ClassPath{Jars: c.topology.ClassPath(), Storm: c.topology.Storm}
}

// jvmClass reads a component that is a JVM class and not one of Flux's shell wrappers.
func (c *checker) jvmClass(k *component, o *schema.Object) {
	k.open = k.src.OutputsValue == nil
	c.references(o)
	class := &Class{Name: o.ClassName.Text, Object: o}
	k.Implementation = class
	if class.Definition = c.define(k.ID, o); class.Definition != nil {
		c.made = append(c.made, k)
	}
}

// describe finds out what the JVM classes declare.
func (c *checker) describe() {
	if c.opts.SkipFiles || c.topology.JarsMissing || len(c.made) == 0 || c.classes() == nil {
		return // every stream may exist
	}
	descriptions := make([]Description, len(c.made))
	var definitions []*topology.Definition
	var asked []int
	for i, k := range c.made {
		definition := k.Implementation.(*Class).Definition
		if descriptions[i] = c.readClass(definition); descriptions[i].Unknown != "" {
			definitions, asked = append(definitions, definition), append(asked, i)
		}
	}
	if c.opts.JVM != nil && len(asked) > 0 {
		answers, err := c.opts.JVM.Describe(c.ctx, c.on(), definitions)
		if err != nil {
			return // the context ended, which Check reports
		}
		for i, answer := range answers {
			descriptions[asked[i]] = answer
		}
	}
	for i, k := range c.made {
		c.described(k, descriptions[i])
	}
	c.unknownOutputs(descriptions)
}

// unknownOutputs reports the classes whose streams could not be found out, those with one reason together.
func (c *checker) unknownOutputs(descriptions []Description) {
	if c.classes() == nil {
		return // a jar has a fault, which userJars reports
	}
	reported := map[string]*diag.Diagnostic{}
	for i, k := range c.made {
		d := descriptions[i]
		if d.Fails != "" || d.Unknown == "" || k.src.OutputsValue != nil {
			continue
		}
		span := k.Implementation.(*Class).Object.ClassName.Span
		if first := reported[d.Unknown]; first != nil {
			first.WithRelated(span, "and what %s emits", k.name())
			continue
		}
		reported[d.Unknown] = c.list.Errorf(ruleClassOutputs, span, "cannot find out what %s emits: %s", k.name(), d.Unknown).
			WithHint("declare `outputs`, or %s", d.Remedy)
	}
}

// readClass describes an object from the class files alone.
func (c *checker) readClass(d *topology.Definition) Description {
	const remedy = "install Java 17 or later"
	path := c.classes()
	if path == nil {
		return Description{Unknown: "its jar cannot be read", Remedy: remedy}
	}
	if _, err := path.Class(d.Root().Class); errors.Is(err, classfile.ErrMissing) {
		return Description{Unknown: NoClass, Remedy: NameItsJar}
	}
	found := declare.Describe(path, d)
	out := Description{Kind: found.Kind, Streams: found.Streams, Conf: found.Conf}
	if found.Unknown != "" {
		out.Unknown, out.Remedy = "its class file does not tell: "+found.Unknown, remedy
	}
	return out
}

// hooks reads the worker hooks.
func (c *checker) hooks() {
	if c.doc.TopologySource != nil {
		return // Flux adds them only to a topology that it builds (FluxBuilder.buildTopology, 2.8.3)
	}
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
	case d.Unknown != "":
		return
	}
	class.Conf, class.Streams, class.Declared = d.Conf, d.Streams, true
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
