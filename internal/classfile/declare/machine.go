package declare

import (
	"strings"

	"github.com/stormflux/stormflux/internal/classfile"
)

// machine is the state of one run.
type machine struct {
	*world
	tried  *choices
	steps  *int // left
	memory int  // left
	depth  int
	frame  *frame // nil outside of code
	// statics are the static fields by class and name.
	statics   map[string]value
	states    map[*class]initState
	constants map[string]*object // the enum constants of models
	// loose says that unseen code may have called code of the class path, which may have changed static fields.
	loose bool
}

type initState uint8

const (
	initializing initState = iota + 1
	initialized
	erroneous
)

// step counts work.
func (m *machine) step(n int) {
	if *m.steps -= n; *m.steps < 0 {
		m.giveUp("making the object takes too many steps")
	}
}

// allocate counts memory.
func (m *machine) allocate(n int) {
	if m.memory -= n; n < 0 || m.memory < 0 {
		m.giveUp("making the object takes too much memory")
	}
}

// throw returns an exception of a class of Java.
func (m *machine) throw(class, message string) *thrown {
	o := &object{class: m.class(class), fields: map[string]value{}}
	if message != "" {
		o.fields[throwableMessage] = message
	}
	return &thrown{o}
}

func (m *machine) nullPointer() *thrown { return m.throw("java.lang.NullPointerException", "") }

// mayThrow returns an exception in one run and none in another if some code would catch it. If no code does, only the run
// without an exception has an answer.
func (m *machine) mayThrow(why string) *thrown {
	if m.frame == nil || !m.frame.isGuarded() {
		return nil
	}
	if m.decide("an exception of " + why) {
		return &thrown{unknown{why: "an exception of " + why}}
	}
	return nil
}

// call calls what a method reference means. The receiver is nil for a static method.
func (m *machine) call(t target, receiver value, args []value, ref classfile.Ref) (value, *thrown) {
	switch {
	case t.native != nil:
		if o, ok := receiver.(*object); ok && o.blurred && ref.Name != "<init>" && !t.class.model.harmless {
			return m.unseen(receiver, args, ref)
		}
		return m.callNative(t, receiver, args, ref)
	case t.method != nil:
		return m.interpret(t, receiver, args)
	}
	return m.unseen(receiver, args, ref)
}

// callNative calls a model.
func (m *machine) callNative(t target, receiver value, args []value, ref classfile.Ref) (result value, ex *thrown) {
	depth, frame := m.depth, m.frame
	defer func() {
		switch r := recover().(type) {
		case nil:
		case *thrown:
			m.depth, m.frame = depth, frame
			result, ex = nil, r
		case unmodelled:
			m.depth, m.frame = depth, frame
			result, ex = m.unseen(receiver, args, ref)
		case unknown:
			m.depth, m.frame = depth, frame
			result, ex = m.unknownResult(r, ref)
		default:
			panic(r)
		}
	}()
	m.step(1)
	if m.depth++; m.depth > mostDepth {
		m.giveUp("making the object calls too many methods inside each other")
	}
	result = t.native(&call{machine: m, receiver: receiver, args: args, ref: ref})
	m.depth = depth
	return result, nil
}

// unknownResult is the result of a model's method that depends on an unknown value.
func (m *machine) unknownResult(u unknown, ref classfile.Ref) (value, *thrown) {
	if ex := m.mayThrow(u.why); ex != nil {
		return nil, ex
	}
	return unknownOf(m.descriptor(ref.Descriptor).result, u.why), nil
}

// unseen is a call of code that the interpreter does not know.
func (m *machine) unseen(receiver value, args []value, ref classfile.Ref) (value, *thrown) {
	why := ref.Class + "." + ref.Name
	if strings.HasSuffix(why, ".<init>") {
		why = "new " + ref.Class
	}
	if u, ok := receiver.(unknown); ok {
		if ref.Class != javaObject {
			why = u.why
		}
		if !isJava(ref.Class) && !isHarmless(ref.Class) {
			m.loosen()
		}
	}
	if !isHarmless(ref.Class) {
		m.leak(receiver)
		m.leak(args...)
	}
	if strings.HasPrefix(ref.Class, "java.lang.reflect.") || strings.HasPrefix(ref.Class, "java.lang.invoke.") {
		m.loosen()
	}
	d := m.descriptor(ref.Descriptor)
	if d == nil {
		m.malformed("the descriptor of " + why)
	}
	if !neverThrows(why) {
		if ex := m.mayThrow(why); ex != nil {
			return nil, ex
		}
	}
	return unknownOf(d.result, why), nil
}

// interpret interprets a method of the class path.
func (m *machine) interpret(t target, receiver value, args []value) (value, *thrown) {
	code := m.code(t.method)
	if code == nil {
		ref := classfile.Ref{Class: t.class.name, Name: t.method.Name, Descriptor: t.method.Descriptor}
		m.loosen() // a native method of the class path, or an abstract one
		return m.unseen(receiver, args, ref)
	}
	if m.depth++; m.depth > mostDepth {
		m.giveUp("making the object calls too many methods inside each other")
	}
	m.allocate(code.MaxLocals + code.MaxStack)
	f := &frame{
		m: m, class: t.class, method: t.method, code: code, parent: m.frame,
		locals: make([]value, 0, code.MaxLocals), stack: make([]value, 0, min(code.MaxStack, 16)),
	}
	f.guarded = m.frame != nil && m.frame.isGuarded()
	if !t.method.Flags.Has(classfile.Static) {
		f.locals = append(f.locals, receiver)
	}
	for _, arg := range args {
		if f.locals = append(f.locals, arg); isWide(arg) {
			f.locals = append(f.locals, nil)
		}
	}
	if len(f.locals) > code.MaxLocals {
		m.malformed("a method has more arguments than variables")
	}
	f.locals = f.locals[:code.MaxLocals]
	m.frame = f
	result, ex := f.run()
	m.frame = f.parent
	m.depth--
	return result, ex
}

// initialize runs the static initialiser of a class and its superclasses, unless it has run.
func (m *machine) initialize(c *class) *thrown {
	switch m.states[c] {
	case initializing, initialized:
		return nil
	case erroneous:
		return m.throw("java.lang.NoClassDefFoundError", "Could not initialize class "+c.name)
	}
	m.states[c] = initializing
	if c.super != nil && !c.isInterface() {
		if ex := m.initialize(c.super); ex != nil {
			m.states[c] = erroneous
			return ex
		}
	}
	if c.file != nil {
		if clinit := c.file.Method("<clinit>", "()V"); clinit != nil {
			if _, ex := m.interpret(target{class: c, method: clinit}, nil, nil); ex != nil {
				m.states[c] = erroneous
				return m.initializerFailed(ex)
			}
		}
	}
	m.states[c] = initialized
	return nil
}

// initializerFailed wraps an exception of a static initialiser, unless it is an Error.
func (m *machine) initializerFailed(ex *thrown) *thrown {
	if m.isInstance(ex.exception, "java.lang.Error") {
		return ex
	}
	wrapped := m.throw("java.lang.ExceptionInInitializerError", "")
	wrapped.exception.(*object).fields[throwableCause] = ex.exception
	return wrapped
}

// classOf returns the class of a value other than null; nil for an unknown one.
func (m *machine) classOf(v value) *class {
	switch v := v.(type) {
	case string:
		return m.class("java.lang.String")
	case box:
		return m.class(v.class)
	case classRef:
		return m.class("java.lang.Class")
	case *array:
		return m.class("[" + v.element)
	case *object:
		return v.class
	case nil, unknown:
		return nil
	}
	m.malformed("a number is used as an object")
	return nil
}

// instance returns whether a value other than null is an instance of a class; the name is that of Class.getName or with
// slashes.
func (m *machine) instance(v value, name string) classfile.Answer {
	name = strings.ReplaceAll(name, "/", ".")
	switch v := v.(type) {
	case unknown:
		if name == javaObject {
			return classfile.Yes
		}
		return classfile.Unknown
	case *array:
		return m.arrayIs(v.element, name)
	}
	return m.classOf(v).is(name)
}

func (m *machine) arrayIs(element, name string) classfile.Answer {
	element = strings.ReplaceAll(element, "/", ".")
	switch {
	case name == javaObject || name == "java.lang.Cloneable" || name == "java.io.Serializable" || name == "["+element:
		return classfile.Yes
	case !strings.HasPrefix(name, "[") || len(element) == 1 || len(name) == 2:
		return classfile.No
	case element[0] == '[' || name[1] == '[':
		if element[0] == '[' {
			return m.arrayIs(element[1:], strings.TrimSuffix(strings.TrimPrefix(name[1:], "L"), ";"))
		}
		return classfile.No
	}
	return m.class(classOfDescriptor(element)).is(classOfDescriptor(name[1:]))
}

// classOfDescriptor returns the name of the class in "La/B;"; an array stays as it is.
func classOfDescriptor(desc string) string {
	if strings.HasPrefix(desc, "L") {
		desc = strings.TrimSuffix(desc[1:], ";")
	}
	return strings.ReplaceAll(desc, "/", ".")
}

// isInstance decides whether a value is an instance of a class. null is none.
func (m *machine) isInstance(v value, name string) bool {
	if v == nil {
		return false
	}
	switch m.instance(v, name) {
	case classfile.Yes:
		return true
	case classfile.No:
		return false
	}
	if u, ok := v.(unknown); ok {
		return m.decide(u.why)
	}
	return m.decide("the superclasses of " + m.classOf(v).name)
}

// virtual finds the method that a call by a receiver leads to.
func (m *machine) virtual(receiver value, ref classfile.Ref) target {
	if named := m.class(ref.Class); named.file != nil {
		if t := named.declared(ref.Name, ref.Descriptor); t.method != nil && t.method.Flags.Has(classfile.Private) {
			return t
		}
	}
	c := m.classOf(receiver)
	if c == nil {
		return target{}
	}
	return c.find(ref.Name, ref.Descriptor)
}

// invoke calls a method of an object.
func (m *machine) invoke(receiver value, name, desc string, args ...value) (value, *thrown) {
	c := m.classOf(receiver)
	ref := classfile.Ref{Class: javaObject, Name: name, Descriptor: desc}
	if c == nil {
		return m.unseen(receiver, args, ref)
	}
	ref.Class = c.name
	if o, ok := receiver.(*object); ok {
		if l, ok := o.native.(*lambda); ok && l.method == name {
			return m.callLambda(l, args)
		}
	}
	return m.call(c.find(name, desc), receiver, args, ref)
}
