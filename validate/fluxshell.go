package validate

import (
	"slices"
	"strings"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/schema"
	"github.com/stormflux/stormflux/schema/yaml"
)

const ruleFluxShell = "flux-shell"

// The classes of flux-wrappers that run a process. They are compiled to Storm's own shell components, without a JVM.
var (
	shellSpouts = []string{"org.apache.storm.flux.wrappers.spouts.FluxShellSpout"}
	shellBolts  = []string{"org.apache.storm.flux.wrappers.bolts.FluxShellBolt"}
)

func shortClass(name string) string { return name[strings.LastIndexByte(name, '.')+1:] }

// fluxShell is a FluxShellSpout or FluxShellBolt while it is turned into a command. Its constructors are (String[]
// command) and (String[] command, String[] fields), its methods those of flux-wrappers 2.8.3.
type fluxShell struct {
	*checker
	k       *component
	class   string // without its package
	command Command
	streams []fluxStream
}

// fluxStream is a stream that a call on a shell wrapper declares.
type fluxStream struct {
	id     string
	span   diag.Span
	fields []*yaml.Value
}

// fluxShell makes a command of one of Flux's shell wrappers.
func (c *checker) fluxShell(k *component, o *schema.Object) {
	before := c.list.Count(diag.Error)
	s := &fluxShell{checker: c, k: k, class: shortClass(o.ClassName.Text)}
	s.construct(o)
	for _, p := range o.Properties {
		s.property(p)
	}
	for _, m := range o.ConfigMethods {
		s.method(m)
	}
	for _, stream := range s.streams {
		c.stream(k, stream.id, stream.span, stream.fields, nil)
	}
	if len(s.command.Words) > 0 {
		k.Implementation = &s.command
	}
	if c.list.Count(diag.Error) > before {
		k.open = true
	}
}

// fault reports a fault of the wrapper; the message follows the component's name.
func (s *fluxShell) fault(span diag.Span, format string, args ...any) *diag.Diagnostic {
	return s.list.Errorf(ruleFluxShell, span, "%s: "+format, append([]any{s.k.name()}, args...)...)
}

// construct reads the arguments of the constructor.
func (s *fluxShell) construct(o *schema.Object) {
	s.unusedFactory(o)
	var args []schema.Argument
	if o.ConstructorArgs != nil {
		args = o.ConstructorArgs.Items
	}
	switch {
	case o.Factory != nil && len(args) == 0:
		s.fault(o.Factory.Span, "a %s made by a factory cannot be compiled without a JVM", s.class).
			WithHint("use constructorArgs: the command, and the fields")
		return
	case len(args) == 0 || len(args) > 2:
		span := o.ClassName.Span
		if o.ConstructorArgs != nil {
			span = o.ConstructorArgs.Node.Span
		}
		s.fault(span, "%s takes one or two constructorArgs, not %d", s.class, len(args)).
			WithHint("write the command's words as a list, and the output fields as another list: - [python3, split.py]")
		return
	}
	if words := s.texts("the command", s.value(args[0])); words != nil {
		s.command.Words = s.words(s.k.name(), words)
		if len(words.Items) == 0 || len(s.command.Words) > 0 && s.command.Words[0] == "" {
			s.list.Errorf(ruleInvalidCommand, args[0].Written().Span, "%s: the command is empty", s.k.name())
		}
	}
	if len(args) == 2 {
		s.declare(schema.DefaultStream, args[1].Written().Span, s.value(args[1]))
	}
}

// property reads an element of `properties`, which is a call of the setter of that name.
func (s *fluxShell) property(p *schema.Property) {
	v := s.value(p.Value)
	switch {
	case v == nil:
	case p.Name.Text == "env":
		s.setEnv(v)
	case p.Name.Text == "defaultStream":
		s.declare(schema.DefaultStream, p.Name.Span, v)
	default:
		s.fault(p.Name.Span, "%s has no property %q", s.class, p.Name.Text).
			WithHint("known properties: \"defaultStream\", \"env\"; for configuration call addComponentConfig in configMethods")
	}
}

// fluxMethods are the methods of the shell wrappers that need no JVM, with the numbers of their arguments.
var fluxMethods = []struct {
	name string
	args int
	call func(*fluxShell, *schema.ConfigMethod, []*yaml.Value)
}{
	{"addComponentConfig", 2, (*fluxShell).addComponentConfig},
	{"changeChildCWD", 1, (*fluxShell).changeChildCWD},
	{"setDefaultStream", 1, func(s *fluxShell, m *schema.ConfigMethod, args []*yaml.Value) {
		s.declare(schema.DefaultStream, m.Name.Span, args[0])
	}},
	{"setEnv", 1, func(s *fluxShell, _ *schema.ConfigMethod, args []*yaml.Value) { s.setEnv(args[0]) }},
	{"setNamedStream", 2, (*fluxShell).setNamedStream},
}

// method reads an element of `configMethods`.
func (s *fluxShell) method(m *schema.ConfigMethod) {
	var args []schema.Argument
	if m.Args != nil {
		args = m.Args.Items
	}
	names := make([]string, len(fluxMethods))
	for i, known := range fluxMethods {
		names[i] = known.name
		if known.name != m.Name.Text {
			continue
		}
		if len(args) != known.args {
			span := m.Name.Span
			if m.Args != nil {
				span = m.Args.Node.Span
			}
			s.fault(span, "%s takes %d argument%s, not %d", known.name, known.args, plural(known.args), len(args))
			return
		}
		values := make([]*yaml.Value, len(args))
		for j, a := range args {
			if values[j] = s.value(a); values[j] == nil {
				return
			}
		}
		known.call(s, m, values)
		return
	}
	d := s.fault(m.Name.Span, "method %q of %s cannot be called without a JVM", m.Name.Text, s.class)
	if near, ok := s.similar.closest(m.Name.Text, names); ok {
		d.Suggest(m.Name.Span, near)
	} else {
		d.WithHint("methods that can be called: %s", listed(names))
	}
}

func (s *fluxShell) setNamedStream(_ *schema.ConfigMethod, args []*yaml.Value) {
	id := args[0]
	if !id.IsScalar() || id.Kind == yaml.Null {
		s.fault(id.Span, "setNamedStream's first argument is the stream's id, not %s", shown(id))
		return
	}
	s.declare(id.Text, id.Span, args[1])
}

func (s *fluxShell) addComponentConfig(_ *schema.ConfigMethod, args []*yaml.Value) {
	key := args[0]
	if !key.IsScalar() || key.Kind == yaml.Null {
		s.fault(key.Span, "addComponentConfig's first argument is the key, not %s", shown(key))
		return
	}
	added := yaml.Entry{Key: key, Value: args[1]}
	for i, e := range s.k.fluxConfig {
		if e.Key.Text == key.Text { // the later call wins, as in Java
			s.k.fluxConfig[i] = added
			return
		}
	}
	s.k.fluxConfig = append(s.k.fluxConfig, added)
}

func (s *fluxShell) setEnv(v *yaml.Value) {
	if v.Kind != yaml.Map {
		s.fault(v.Span, "setEnv takes a map, not %s", shown(v))
		return
	}
	for _, e := range v.Entries {
		s.fluxVariable(e)
	}
}

// fluxVariable reads an environment variable. A second setEnv replaces those of the first.
func (s *fluxShell) fluxVariable(e yaml.Entry) {
	name, v := e.Key.Text, e.Value
	switch {
	case !isEnvName(name):
		s.list.Errorf(ruleEnv, e.Key.Span, "%s: %q is not the name of an environment variable", s.k.name(), shortened(name)).
			WithHint("use letters, digits and \"_\", and do not begin with a digit")
		return
	case v.Kind == yaml.Null || !v.IsScalar():
		s.list.Errorf(ruleEnv, v.Span, "%s: environment variable %q must be a string, not %s", s.k.name(), name, shown(v)).
			WithHint("an empty value is written \"\"")
		return
	}
	made, ok := s.envVar(s.k, e)
	if !ok {
		return
	}
	made.Append = name == "PATH"
	for i := range s.command.Env {
		if s.command.Env[i].Name == name {
			s.command.Env[i] = made
			return
		}
	}
	s.command.Env = append(s.command.Env, made)
}

// changeChildCWD is true in all native shell components: their process starts in the resources folder.
func (s *fluxShell) changeChildCWD(_ *schema.ConfigMethod, args []*yaml.Value) {
	switch v := args[0]; {
	case v.Kind != yaml.Bool:
		s.fault(v.Span, "changeChildCWD takes true or false, not %s", shown(v))
	case !v.Bool:
		s.fault(v.Span, "changeChildCWD false cannot be compiled without a JVM: the process starts in the resources folder").
			WithHint("name files by their full path, or change the folder in the program")
	}
}

// declare adds a stream with a list of fields, which is nil when it was reported.
func (s *fluxShell) declare(id string, span diag.Span, fields *yaml.Value) {
	if fields = s.texts("the fields", fields); fields == nil {
		return
	}
	made := fluxStream{id, span, fields.Items}
	for i := range s.streams {
		if s.streams[i].id == id { // the later call wins, as in Java
			s.streams[i] = made
			return
		}
	}
	s.streams = append(s.streams, made)
}

// texts returns v when it is a list of scalars. Otherwise it reports that and returns nil; a nil v was reported before.
func (s *fluxShell) texts(what string, v *yaml.Value) *yaml.Value {
	if v == nil {
		s.k.open = true
		return nil
	}
	if v.Kind != yaml.Sequence {
		s.fault(v.Span, "%s of a %s must be a list of strings, not %s", what, s.class, shown(v)).
			WithHint("put it in brackets")
		return nil
	}
	for _, item := range v.Items {
		if item.Kind == yaml.Null || !item.IsScalar() {
			s.fault(item.Span, "%s of a %s must be a list of strings, but it has %s", what, s.class, shown(item))
			return nil
		}
	}
	return v
}

// value returns the value of an argument, with references replaced by the values of their objects; nil when there is
// none, which it reports.
func (s *fluxShell) value(a schema.Argument) *yaml.Value {
	switch a := a.(type) {
	case *schema.Reference:
		return s.objectValue(a)
	case *schema.ReferenceList:
		items := make([]*yaml.Value, 0, len(a.References))
		for _, ref := range a.References {
			item := s.objectValue(ref)
			if item == nil {
				return nil
			}
			items = append(items, item)
		}
		return &yaml.Value{Kind: yaml.Sequence, Span: a.Node.Span, Items: items}
	}
	return a.Written()
}

// objectValue returns the value that a simple object stands for: a boxed type or String of one literal, or an ArrayList
// or HashMap of one. Flux makes the others with a JVM, and the native form of a process has no place for them.
func (s *fluxShell) objectValue(ref *schema.Reference) *yaml.Value {
	o := s.reference(ref)
	if o == nil {
		s.k.open = true
		return nil
	}
	if v := onlyArgument(o); v != nil && slices.Contains(literalClasses[o.ClassName.Text], v.Kind) {
		return v
	}
	s.fault(ref.ID.Span, "only a JVM can make the object %q, but a %s needs a plain value here", ref.ID.Text, s.class).
		WithHint("write the value in place of the reference").
		WithRelated(o.ID.Span, "%q is declared here", ref.ID.Text)
	return nil
}

// literalClasses are the Java classes whose objects a literal stands for, with the kinds of the literal.
var literalClasses = map[string][]yaml.Kind{
	"java.lang.String":        {yaml.String},
	"java.lang.Integer":       {yaml.Int},
	"java.lang.Long":          {yaml.Int},
	"java.lang.Short":         {yaml.Int},
	"java.lang.Double":        {yaml.Int, yaml.Float},
	"java.lang.Float":         {yaml.Int, yaml.Float},
	"java.lang.Boolean":       {yaml.Bool},
	"java.util.ArrayList":     {yaml.Sequence},
	"java.util.LinkedList":    {yaml.Sequence},
	"java.util.HashMap":       {yaml.Map},
	"java.util.LinkedHashMap": {yaml.Map},
	"java.util.TreeMap":       {yaml.Map},
}

// onlyArgument returns the value of an object that is made from one literal and nothing else, or nil.
func onlyArgument(o *schema.Object) *yaml.Value {
	if o.ClassName == nil || o.Factory != nil || len(o.Properties) > 0 || len(o.ConfigMethods) > 0 ||
		o.ConstructorArgs == nil || len(o.ConstructorArgs.Items) != 1 {
		return nil
	}
	if only, ok := o.ConstructorArgs.Items[0].(schema.Literal); ok {
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
