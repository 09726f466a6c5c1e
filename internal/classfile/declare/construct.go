package declare

import (
	"math"
	"math/big"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/stormflux/stormflux/internal/classfile"
	"github.com/stormflux/stormflux/internal/topology"
)

// build makes the objects of a definition as the runtime adapter does, and returns the last one.
func (m *machine) build(d *topology.Definition) value {
	var built []value
	for _, o := range d.Objects {
		object := m.construct(o, built)
		if object == nil {
			m.giveUp(o.Class + "." + o.Factory + " returns null")
		}
		for _, step := range o.Steps {
			m.step(1)
			if step.Method != "" {
				m.configMethod(object, step.Method, m.arguments(step.Args, built))
			} else {
				m.property(object, step.Property, m.arguments(step.Args, built))
			}
		}
		built = append(built, object)
	}
	return built[len(built)-1]
}

func (m *machine) arguments(args []topology.Argument, built []value) []value {
	all := make([]value, len(args))
	for i, arg := range args {
		all[i] = m.argument(arg, built)
	}
	return all
}

// argument returns the Java value that SnakeYAML makes of a value in YAML.
func (m *machine) argument(arg topology.Argument, built []value) value {
	m.allocate(1)
	switch arg := arg.(type) {
	case nil:
		return nil
	case bool:
		return boxed(boolean(arg), "Z")
	case int64:
		if math.MinInt32 <= arg && arg <= math.MaxInt32 {
			return boxed(int32(arg), "I")
		}
		return boxed(arg, "J")
	case float64:
		return boxed(arg, "D")
	case string:
		if !utf8.ValidString(arg) {
			m.giveUp("an argument is not valid Unicode")
		}
		return arg
	case *big.Int:
		return m.made("java.math.BigInteger", arg)
	case topology.Ref:
		return built[arg]
	case []any:
		return m.made("java.util.ArrayList", &list{items: m.arguments(arg, built)})
	case topology.Map:
		return m.mapArgument(arg, built)
	case topology.Bytes:
		return &array{element: "B", blurred: true}
	}
	return &object{class: m.class("java.util.Date"), blurred: true} // topology.Date
}

func (m *machine) mapArgument(arg topology.Map, built []value) value {
	o := m.made("java.util.LinkedHashMap", newTable(linked))
	for _, e := range arg {
		pass(m.invoke(o, "put", "(Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;", m.argument(e.Key, built), m.argument(e.Value, built)))
	}
	return o
}

// construct makes one object before its steps.
func (m *machine) construct(o *topology.Object, built []value) value {
	args := m.arguments(o.Args, built)
	c := m.class(o.Class)
	if c.hidden() {
		if len(o.Class) == 0 || !isJava(o.Class) {
			m.giveUp("the class " + o.Class + " is not in the jars")
		}
		m.leak(args...)
		return m.unknownObject(c, o)
	}
	if o.Factory != "" {
		chosen := m.overload(m.publicMethods(c, o.Factory, true), args)
		result, ex := m.callChosen(chosen, nil)
		return pass(result, ex)
	}
	if c.isInterface() || c.file != nil && c.file.Flags.Has(classfile.Abstract) {
		m.giveUp(o.Class + " is abstract")
	}
	members := c.constructors()
	if len(members) == 0 {
		m.leak(args...)
		return m.unknownObject(c, o)
	}
	chosen := m.overload(members, args)
	if ex := m.initialize(c); ex != nil {
		panic(ex)
	}
	made := m.newObject(c)
	if _, ex := m.callChosen(chosen, made); ex != nil {
		panic(ex)
	}
	if s, ok := made.native.(settled); ok {
		return s.v
	}
	return made
}

// unknownObject is an object of a class of Java without a model.
func (m *machine) unknownObject(c *class, o *topology.Object) value {
	if o.Factory != "" {
		return unknown{why: o.Class + "." + o.Factory}
	}
	return &object{class: c, blurred: true}
}

// member is a constructor or method that a definition may mean.
type member struct {
	target
	name, desc string
	public     bool
}

// constructors returns all constructors of the class.
func (c *class) constructors() []member {
	var all []member
	if c.file != nil {
		for _, m := range c.file.Constructors() {
			all = append(all, member{target{class: c, method: m}, m.Name, m.Descriptor, m.Flags.Has(classfile.Public)})
		}
		return all
	}
	for key, n := range c.model.methods {
		if strings.HasPrefix(key, "<init>(") {
			all = append(all, member{target{class: c, native: n}, "<init>", key[len("<init>"):], true})
		}
	}
	slices.SortFunc(all, func(a, b member) int { return strings.Compare(a.desc, b.desc) })
	return all
}

// publicMethods returns the public methods of a name, inherited ones too, as Class.getMethods does.
func (m *machine) publicMethods(c *class, name string, static bool) []member {
	var all []member
	add := func(x member) {
		if !slices.ContainsFunc(all, func(o member) bool { return o.desc == x.desc }) {
			all = append(all, x)
		}
	}
	for a := range c.ancestors {
		switch {
		case a.hidden():
			if a.summary == nil || slices.ContainsFunc(a.summary.Methods, func(x classfile.Method) bool { return x.Name == name }) {
				m.giveUp("the methods of " + a.name + " are not known")
			}
		case a.file != nil:
			for i := range a.file.Methods {
				f := a.file.Methods[i].Flags
				isStatic := f.Has(classfile.Static)
				if a.file.Methods[i].Name == name && f.Has(classfile.Public) && (isStatic || !static) && !(isStatic && a != c && a.isInterface()) {
					add(member{target{class: a, method: &a.file.Methods[i]}, name, a.file.Methods[i].Descriptor, true})
				}
			}
		default:
			if a.model.methods[name] != nil && !isPlainObject(a.name) {
				m.giveUp("the methods of " + a.name + " are not known")
			}
			for _, key := range sortedKeys(a.model.methods) {
				if desc, ok := strings.CutPrefix(key, name+"("); ok && (slices.Contains(a.model.factories, name) || !static) {
					add(member{target{class: a, native: a.model.methods[key]}, name, "(" + desc, true})
				}
			}
		}
	}
	return all
}

func isPlainObject(name string) bool { return name == javaObject }

func sortedKeys(m methods) []string {
	var keys []string
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// callChosen calls a constructor or method with its converted arguments.
func (m *machine) callChosen(c chosen, receiver value) (value, *thrown) {
	ref := classfile.Ref{Class: c.class.name, Name: c.name, Descriptor: c.desc}
	t := c.target
	if t.method != nil && t.method.Flags.Has(classfile.Static) {
		if ex := m.initialize(t.class); ex != nil {
			return nil, ex
		}
		receiver = nil
	} else if c.name != "<init>" && receiver != nil { // a model of a static method has no receiver
		t = m.classOf(receiver).find(c.name, c.desc)
	}
	result, ex := m.call(t, receiver, c.args, ref)
	if d := m.descriptor(c.desc); ex == nil && len(d.result) == 1 && d.result != "V" {
		result = boxed(result, d.result)
	}
	return result, ex
}

func (m *machine) configMethod(object value, name string, args []value) {
	c := m.classOf(object)
	if c == nil || !c.known() {
		m.leak(object)
		m.leak(args...)
		m.loosen()
		return
	}
	if c.file == nil && (c.model == nil || isJava(c.name)) {
		m.giveUp("the methods of " + c.name + " are not known")
	}
	pass(m.callChosen(m.overload(m.publicMethods(c, name, false), args), object))
}

// property sets a property: by its setter, else its public field.
func (m *machine) property(made value, name string, args []value) {
	c := m.classOf(made)
	if c == nil || !c.known() || c.file == nil && (c.model == nil || isJava(c.name)) {
		m.giveUp("the properties of an object depend on " + whyOf(made))
	}
	first, size := utf8.DecodeRuneInString(name)
	if first >= utf8.RuneSelf {
		m.giveUp("the name of a property is not plain")
	}
	setters := m.publicMethods(c, "set"+string(unicode.ToUpper(first))+name[size:], false)
	if slices.ContainsFunc(setters, func(x member) bool { return len(m.descriptor(x.desc).params) == 1 }) {
		pass(m.callChosen(m.overload(setters, args), made))
		return
	}
	owner, field, _ := c.field(name)
	o, ok := made.(*object)
	if field == nil || !ok || !field.Flags.Has(classfile.Public) || field.Flags.Has(classfile.Static) || field.Flags.Has(classfile.Final) {
		m.giveUp(c.name + " has no setter for " + name)
	}
	v, mismatch := m.convert(args[0], field.Descriptor)
	if mismatch != "" {
		m.giveUp("the field " + name + ": " + mismatch)
	}
	if o.blurred {
		m.blur(v)
		return
	}
	o.fields[owner.name+"."+name] = v
}
