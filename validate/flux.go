package validate

import (
	"slices"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/schema"
	"github.com/stormflux/stormflux/schema/yaml"
)

// The rules about what Flux alone has.
const (
	ruleFluxShell  = "flux-shell"
	ruleUnknownRef = "unknown-ref"
)

// The classes of flux-wrappers that run a process. They are compiled to Storm's own shell components, with no JVM.
var (
	shellSpouts = []string{"org.apache.storm.flux.wrappers.spouts.FluxShellSpout"}
	shellBolts  = []string{"org.apache.storm.flux.wrappers.bolts.FluxShellBolt"}
)

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
				WithHint("Flux would keep the last one without a word: give each its own").
				WithRelated(first.ID.Span, "%q is declared here first", b.ID.Text)
		}
	}
	for _, b := range c.doc.Beans {
		c.references(b)
	}
	for _, h := range c.doc.WorkerHooks {
		c.references(h)
	}
	c.references(c.doc.TopologySource)
}

// references reports every reference of an object that names nothing.
func (c *checker) references(o *schema.Object) {
	for _, ref := range o.References() {
		c.reference(ref)
	}
}

// reference returns the object that a reference names; nil when there is none, which it reports.
func (c *checker) reference(ref *schema.Reference) *schema.Object {
	use := Reference{Kind: ObjectSymbol, Name: ref.ID.Text, Span: ref.ID.Span, Declaration: c.beans[ref.Object]}
	c.index.refer(use)
	if ref.Object != nil || c.doc.Incomplete {
		return ref.Object
	}
	d := c.list.Errorf(ruleUnknownRef, ref.ID.Span, "%q refers to nothing: `components` has no such id", ref.ID.Text)
	names := c.index.LegalNames(&use)
	if near, ok := c.similar.closest(ref.ID.Text, names); ok {
		d.Suggest(ref.ID.Span, near).WithRelated(c.doc.Bean(near.Name).ID.Span, "%q is declared here", near.Name)
	} else if len(names) > 0 {
		d.WithHint("there is %s", listed(names))
	}
	return nil
}

// class reads a component that is a JVM class, and lowers Flux's shell wrappers.
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
		c.list.Errorf(ruleFluxShell, o.ClassName.Span, "%s cannot be a %s, the class is for the other kind", k.name(), shortClass(name))
	default:
		k.Class = &Class{Name: name, Object: o}
		c.references(o)
	}
}

func shortClass(name string) string {
	for i := len(name) - 1; i >= 0; i-- {
		if name[i] == '.' {
			return name[i+1:]
		}
	}
	return name
}

// fluxStream is a stream that the calls of a shell wrapper declare.
type fluxStream struct {
	id     string
	span   diag.Span
	fields []*yaml.Value
}

// fluxShell lowers a FluxShellSpout or FluxShellBolt: constructor (String[] command) or (String[] command,
// String[] fields), and the methods of flux-wrappers 2.8.3.
func (c *checker) fluxShell(k *component, o *schema.Object) {
	class := shortClass(o.ClassName.Text)
	before := c.list.Count(diag.Error)
	fault := func(at *yaml.Value, format string, args ...any) *diag.Diagnostic {
		d := c.list.Errorf(ruleFluxShell, at.Span, format, args...)
		return d
	}
	var streams []fluxStream
	declare := func(id string, span diag.Span, fields *yaml.Value) {
		if fields == nil {
			k.open = true
			return
		}
		s := fluxStream{id, span, fields.Items}
		for i := range streams {
			if streams[i].id == id { // the later call wins, as in Java
				streams[i] = s
				return
			}
		}
		streams = append(streams, s)
	}

	var args []schema.Argument
	if o.ConstructorArgs != nil {
		args = o.ConstructorArgs.Items
	}
	switch {
	case o.Factory != nil && len(args) == 0:
		fault(o.Factory, "%s: a %s made by a factory cannot be compiled without a JVM", k.name(), class).
			WithHint("use constructorArgs: the command, and the fields")
		k.open = true
	case len(args) == 0 || len(args) > 2:
		at := o.ClassName
		if o.ConstructorArgs != nil {
			at = o.ConstructorArgs.Node
		}
		fault(at, "%s: %s takes one or two constructorArgs, not %d", k.name(), class, len(args)).
			WithHint("write the command's words as a list, and the output fields as another: - [python3, split.py]")
		k.open = true
	default:
		if words := c.stringList(k, class, "the command", c.simple(k, class, args[0])); words != nil {
			k.Command = c.words(k, words)
			if len(words.Items) == 0 || len(k.Command) > 0 && k.Command[0] == "" {
				c.list.Errorf(ruleInvalidCommand, args[0].Written().Span, "%s: the command is empty", k.name())
			}
		}
		if len(args) == 2 {
			declare(schema.DefaultStream, args[1].Written().Span, c.stringList(k, class, "the fields", c.simple(k, class, args[1])))
		}
	}
	for _, p := range o.Properties {
		c.shellProperty(k, class, p, declare)
	}
	for _, m := range o.ConfigMethods {
		c.shellMethod(k, class, m, declare)
	}
	for _, s := range streams {
		c.stream(k, s.id, s.span, s.fields, nil)
	}
	if c.list.Count(diag.Error) > before {
		k.open = true
	}
}

// shellMethod lowers one call of `configMethods`.
func (c *checker) shellMethod(k *component, class string, m *schema.ConfigMethod, declare func(string, diag.Span, *yaml.Value)) {
	var args []schema.Argument
	if m.Args != nil {
		args = m.Args.Items
	}
	values := make([]*yaml.Value, len(args))
	wanted, known := map[string]int{
		"setDefaultStream": 1, "setNamedStream": 2, "addComponentConfig": 2, "setEnv": 1, "changeChildCWD": 1,
	}[m.Name.Text]
	if !known {
		d := c.list.Errorf(ruleFluxShell, m.Name.Span, "%s: method %q of %s cannot be called without a JVM", k.name(), m.Name.Text, class)
		methods := []string{"addComponentConfig", "changeChildCWD", "setDefaultStream", "setEnv", "setNamedStream"}
		if near, ok := c.similar.closest(m.Name.Text, methods); ok {
			d.Suggest(m.Name.Span, near)
		} else {
			d.WithHint("what can be called is %s", listed(methods))
		}
		return
	}
	if len(args) != wanted {
		at := m.Name
		if m.Args != nil {
			at = m.Args.Node
		}
		c.list.Errorf(ruleFluxShell, at.Span, "%s: %s takes %d argument%s, not %d", k.name(), m.Name.Text, wanted, plural(wanted), len(args))
		k.open = true
		return
	}
	for i, a := range args {
		if values[i] = c.simple(k, class, a); values[i] == nil {
			k.open = true
			return
		}
	}
	switch m.Name.Text {
	case "setDefaultStream":
		declare(schema.DefaultStream, m.Name.Span, c.stringList(k, class, "the fields", values[0]))
	case "setNamedStream":
		if !values[0].IsScalar() || values[0].Kind == yaml.Null {
			c.list.Errorf(ruleFluxShell, values[0].Span, "%s: setNamedStream's first argument is the stream's id, not %s", k.name(), shown(values[0]))
			return
		}
		declare(values[0].Text, values[0].Span, c.stringList(k, class, "the fields", values[1]))
	case "addComponentConfig":
		if !values[0].IsScalar() || values[0].Kind == yaml.Null {
			c.list.Errorf(ruleFluxShell, values[0].Span, "%s: addComponentConfig's first argument is the key, not %s", k.name(), shown(values[0]))
			return
		}
		c.addFluxConfig(k, yaml.Entry{Key: values[0], Value: values[1]})
	case "setEnv":
		c.shellEnv(k, values[0])
	case "changeChildCWD":
		c.changeDirectory(k, values[0])
	}
}

// shellProperty lowers an element of `properties`, which is a call of the setter of that name.
func (c *checker) shellProperty(k *component, class string, p *schema.Property, declare func(string, diag.Span, *yaml.Value)) {
	v := c.simple(k, class, p.Value)
	switch {
	case v == nil:
	case p.Name.Text == "env":
		c.shellEnv(k, v)
	case p.Name.Text == "defaultStream":
		declare(schema.DefaultStream, p.Name.Span, c.stringList(k, class, "the fields", v))
	default:
		c.list.Errorf(ruleFluxShell, p.Name.Span, "%s: %s has no property %q", k.name(), class, p.Name.Text).
			WithHint("what can be set is \"defaultStream\" and \"env\"; for configuration call addComponentConfig in configMethods")
	}
}

func (c *checker) addFluxConfig(k *component, e yaml.Entry) {
	if c.fluxConfig == nil {
		c.fluxConfig = make(map[*Component][]yaml.Entry)
	}
	list := c.fluxConfig[k.Component]
	for i := range list {
		if list[i].Key.Text == e.Key.Text { // the later call wins, as in Java
			list[i] = e
			return
		}
	}
	c.fluxConfig[k.Component] = append(list, e)
}

func (c *checker) shellEnv(k *component, v *yaml.Value) {
	if v.Kind != yaml.Map {
		c.list.Errorf(ruleFluxShell, v.Span, "%s: setEnv takes a map, not %s", k.name(), shown(v))
		return
	}
	for _, e := range v.Entries {
		c.envVar(k, e, true)
	}
}

// changeDirectory: the process of a native shell component always starts in the resources folder.
func (c *checker) changeDirectory(k *component, v *yaml.Value) {
	switch {
	case v.Kind != yaml.Bool:
		c.list.Errorf(ruleFluxShell, v.Span, "%s: changeChildCWD takes true or false, not %s", k.name(), shown(v))
	case !v.Bool:
		c.list.Errorf(ruleFluxShell, v.Span, "%s: changeChildCWD false cannot be compiled without a JVM: the process starts in the resources folder", k.name()).
			WithHint("name files with their full path, or change the folder in the program")
	}
}

// stringList returns a list of scalars; nil when it was reported, or v is nil.
func (c *checker) stringList(k *component, class, what string, v *yaml.Value) *yaml.Value {
	if v == nil {
		return nil
	}
	if v.Kind != yaml.Sequence {
		c.list.Errorf(ruleFluxShell, v.Span, "%s: %s of a %s must be a list of strings, not %s", k.name(), what, class, shown(v)).
			WithHint("put it in brackets")
		return nil
	}
	for _, item := range v.Items {
		if item.Kind == yaml.Null || !item.IsScalar() {
			c.list.Errorf(ruleFluxShell, item.Span, "%s: %s of a %s must be a list of strings, but %s is none", k.name(), what, class, shown(item))
			return nil
		}
	}
	return v
}

// simple returns the value of an argument, references replaced by the values of their beans; nil when it was reported.
func (c *checker) simple(k *component, class string, a schema.Argument) *yaml.Value {
	switch a := a.(type) {
	case *schema.Reference:
		return c.bean(k, class, a)
	case *schema.ReferenceList:
		items := make([]*yaml.Value, 0, len(a.References))
		for _, ref := range a.References {
			item := c.bean(k, class, ref)
			if item == nil {
				return nil
			}
			items = append(items, item)
		}
		return &yaml.Value{Kind: yaml.Sequence, Span: a.Node.Span, Items: items}
	}
	return a.Written()
}

// bean returns the value that a simple bean stands for: a boxed type or String of one literal, or an ArrayList or
// HashMap of one. Flux builds the others with a JVM, which the native form of a process has no place for.
func (c *checker) bean(k *component, class string, ref *schema.Reference) *yaml.Value {
	b := c.reference(ref)
	if b == nil {
		return nil
	}
	if arg := onlyArgument(b); arg != nil {
		switch b.ClassName.Text {
		case "java.lang.String":
			if arg.Kind == yaml.String {
				return arg
			}
		case "java.lang.Integer", "java.lang.Long", "java.lang.Short":
			if arg.Kind == yaml.Int {
				return arg
			}
		case "java.lang.Double", "java.lang.Float":
			if arg.Kind == yaml.Int || arg.Kind == yaml.Float {
				return arg
			}
		case "java.lang.Boolean":
			if arg.Kind == yaml.Bool {
				return arg
			}
		case "java.util.ArrayList", "java.util.LinkedList":
			if arg.Kind == yaml.Sequence {
				return arg
			}
		case "java.util.HashMap", "java.util.LinkedHashMap", "java.util.TreeMap":
			if arg.Kind == yaml.Map {
				return arg
			}
		}
	}
	c.list.Errorf(ruleFluxShell, ref.ID.Span, "%s: %q is an object that only a JVM can make, a %s needs a plain value here", k.name(), ref.ID.Text, class).
		WithHint("write the value in place of the reference").
		WithRelated(b.ID.Span, "%q is declared here", ref.ID.Text)
	return nil
}

// onlyArgument returns the value of an object that is made from one literal and nothing else, or nil.
func onlyArgument(o *schema.Object) *yaml.Value {
	if o.ClassName == nil || o.Factory != nil || len(o.Properties) > 0 || len(o.ConfigMethods) > 0 ||
		o.ConstructorArgs == nil || len(o.ConstructorArgs.Items) != 1 {
		return nil
	}
	if only, ok := o.ConstructorArgs.Items[0].(*schema.Literal); ok {
		return only.Value
	}
	return nil
}

func plural(n int) string {
	if n == 1 {
		return ""
	}
	return "s"
}
