package declare

import (
	"strings"

	"github.com/stormflux/stormflux/internal/classfile"
)

// invoke interprets the instructions that call methods.
func (f *frame) invoke(op int) *thrown {
	index := f.u2()
	if op >= 185 {
		f.u2() // zeros, or the number of arguments
	}
	if op == 186 {
		return f.invokeDynamic(index)
	}
	ref, ok := f.class.file.Pool.Ref(index)
	d := f.m.descriptor(ref.Descriptor)
	if !ok || d == nil {
		f.m.malformed("a method")
	}
	args := f.popArgs(len(d.params))
	f.checkArgs(args, d)
	var result value
	var ex *thrown
	if op == 184 {
		result, ex = f.m.callStatic(ref, args)
	} else {
		receiver := f.popReference()
		if receiver == nil {
			return f.m.nullPointer()
		}
		result, ex = f.callMethod(op, ref, receiver, args)
		if o, ok := receiver.(*object); ok && ex == nil && ref.Name == "<init>" {
			f.settle(o)
		}
	}
	if ex == nil && d.result != "V" {
		f.push(result)
	}
	return ex
}

// settle replaces an object by the value that its constructor made, which the JVM allows only on the stack and in
// variables at this point.
func (f *frame) settle(o *object) {
	made, ok := o.native.(settled)
	if !ok {
		return
	}
	for _, list := range [][]value{f.stack, f.locals} {
		for i, v := range list {
			if v == value(o) {
				list[i] = made.v
			}
		}
	}
}

// settled is what a model's constructor leaves if a value of another Go type takes the place of the object.
type settled struct{ v value }

// checkArgs refuses arguments that do not have the types of the parameters.
func (f *frame) checkArgs(args []value, d *descriptor) {
	for i, arg := range args {
		if !fits(arg, d.params[i]) {
			f.m.malformed("an argument has the wrong type")
		}
	}
}

// fits reports whether a value can stand for a descriptor, as far as the stack knows types.
func fits(v value, descriptor string) bool {
	switch v := v.(type) {
	case int32:
		return strings.Contains("ZBCSI", descriptor)
	case int64:
		return descriptor == "J"
	case float32:
		return descriptor == "F"
	case float64:
		return descriptor == "D"
	case unknown:
		return v.wide == (descriptor == "J" || descriptor == "D")
	case returnAddress:
		return false
	}
	return descriptor[0] == 'L' || descriptor[0] == '['
}

func (m *machine) callStatic(ref classfile.Ref, args []value) (value, *thrown) {
	c := m.class(ref.Class)
	t := c.find(ref.Name, ref.Descriptor)
	if c.isInterface() {
		t = c.declared(ref.Name, ref.Descriptor)
	}
	if t.method != nil {
		if !t.method.Flags.Has(classfile.Static) {
			m.malformed("a static call of a method that is not static")
		}
		if ex := m.initialize(t.class); ex != nil {
			return nil, ex
		}
	}
	return m.call(t, nil, args, ref)
}

// callMethod interprets invokevirtual, invokespecial and invokeinterface.
func (f *frame) callMethod(op int, ref classfile.Ref, receiver value, args []value) (value, *thrown) {
	m := f.m
	if o, ok := receiver.(*object); ok && op != 183 {
		if l, ok := o.native.(*lambda); ok && l.method == ref.Name && !o.class.find(ref.Name, ref.Descriptor).found() {
			result, ex := m.callLambda(l, args)
			if d := m.descriptor(ref.Descriptor); ex == nil && d.result != "V" {
				result = m.adapt(result, d.result)
			}
			return result, ex
		}
	}
	var t target
	if op == 183 {
		t = f.special(ref)
	} else {
		t = m.virtual(receiver, ref)
	}
	if t.method != nil {
		if t.method.Flags.Has(classfile.Static) {
			m.malformed("a call of a static method by an object")
		}
		if _, ok := receiver.(*object); !ok {
			return m.unseen(receiver, args, ref)
		}
	}
	return m.call(t, receiver, args, ref)
}

// special finds the method of invokespecial: a constructor, a private method, or one of a superclass.
func (f *frame) special(ref classfile.Ref) target {
	c := f.m.class(ref.Class)
	if ref.Name == "<init>" {
		return c.declared(ref.Name, ref.Descriptor)
	}
	if !c.isInterface() && c != f.class && f.class.is(c.name) == classfile.Yes && f.class.super != nil {
		c = f.class.super
	}
	if c.isInterface() {
		return c.defaultMethod(ref.Name, ref.Descriptor)
	}
	return c.find(ref.Name, ref.Descriptor)
}

// lambda is what invokedynamic makes of a lambda expression or method reference.
type lambda struct {
	method string // of the interface
	handle classfile.Handle
	bound  []value
}

func (l *lambda) held(*machine) ([]value, bool) { return l.bound, true }

func (f *frame) invokeDynamic(index int) *thrown {
	site, ok := f.class.file.Pool.Dynamic(index)
	d := f.m.descriptor(site.Descriptor)
	bootstraps := f.class.file.Bootstraps()
	if !ok || d == nil || site.Bootstrap >= len(bootstraps) {
		f.m.malformed("invokedynamic")
	}
	args := f.popArgs(len(d.params))
	f.checkArgs(args, d)
	b := bootstraps[site.Bootstrap]
	switch b.Method.Ref.Class + "." + b.Method.Ref.Name {
	case "java.lang.invoke.StringConcatFactory.makeConcatWithConstants", "java.lang.invoke.StringConcatFactory.makeConcat":
		text, ex := f.concatenate(b, d, args)
		f.push(text)
		return ex
	case "java.lang.invoke.LambdaMetafactory.metafactory", "java.lang.invoke.LambdaMetafactory.altMetafactory":
		if len(b.Arguments) < 3 {
			f.m.malformed("a lambda expression")
		}
		handle, ok := f.class.file.Pool.MethodHandle(b.Arguments[1])
		if !ok {
			f.m.malformed("a lambda expression")
		}
		class := f.m.class("lambda of " + classOfDescriptor(d.result))
		if class.opaque { // a class that implements the interface and nothing else
			class.opaque, class.model = false, &model{}
			class.super, class.interfaces = f.m.class(javaObject), f.m.classesOf(classOfDescriptor(d.result))
		}
		f.push(&object{class: class, native: &lambda{method: site.Name, handle: handle, bound: args}})
		return nil
	}
	f.m.leak(args...)
	why := b.Method.Ref.Class
	if d.result != "V" {
		f.push(unknownOf(d.result, why))
	}
	return f.m.mayThrow(why)
}

func (w *world) classesOf(name string) []*class { return []*class{w.class(name)} }

// concatenate makes the string of a + in the source.
func (f *frame) concatenate(b classfile.Bootstrap, d *descriptor, args []value) (value, *thrown) {
	pool := f.class.file.Pool
	recipe := strings.Repeat("\x01", len(args))
	var constants []int
	if b.Method.Ref.Name == "makeConcatWithConstants" {
		if len(b.Arguments) == 0 {
			f.m.malformed("a concatenation")
		}
		text, ok := pool.String(b.Arguments[0])
		if !ok {
			return unknown{why: "a string that is not valid Unicode"}, nil
		}
		recipe, constants = text, b.Arguments[1:]
	}
	out := &textBuilder{}
	for _, r := range recipe {
		switch r {
		case 1:
			if len(args) == 0 {
				f.m.malformed("a concatenation")
			}
			if ex := f.m.appendText(out, args[0], d.params[0]); ex != nil {
				return nil, ex
			}
			args, d = args[1:], &descriptor{params: d.params[1:]}
		case 2:
			if len(constants) == 0 {
				f.m.malformed("a concatenation")
			}
			v := f.poolConstant(constants[0], isWideConstant(pool, constants[0]))
			if ex := f.m.appendText(out, v, "Ljava/lang/Object;"); ex != nil {
				return nil, ex
			}
			constants = constants[1:]
		default:
			f.m.appendString(out, string(r))
		}
	}
	return out.value(), nil
}

func isWideConstant(pool *classfile.Pool, i int) bool {
	return pool.Tag(i) == classfile.TagLong || pool.Tag(i) == classfile.TagDouble
}

// callLambda calls the method behind a lambda.
func (m *machine) callLambda(l *lambda, args []value) (value, *thrown) {
	ref := l.handle.Ref
	d := m.descriptor(ref.Descriptor)
	if d == nil {
		m.malformed("a lambda expression")
	}
	all := append(append([]value{}, l.bound...), args...)
	kind := l.handle.Kind
	var receiver value
	if kind == 5 || kind == 7 || kind == 9 { // invokeVirtual, invokeSpecial, invokeInterface
		if len(all) == 0 {
			m.malformed("a lambda expression")
		}
		receiver, all = all[0], all[1:]
		if receiver == nil {
			return nil, m.nullPointer()
		}
	}
	if len(all) != len(d.params) || kind < 5 {
		m.malformed("a lambda expression")
	}
	for i := range all {
		all[i] = m.adapt(all[i], d.params[i])
	}
	var result value
	var ex *thrown
	switch kind {
	case 6:
		result, ex = m.callStatic(ref, all)
	case 8: // newInvokeSpecial
		c := m.class(ref.Class)
		if ex := m.initialize(c); ex != nil {
			return nil, ex
		}
		o := m.newObject(c)
		_, ex = m.call(c.declared("<init>", ref.Descriptor), o, all, ref)
		return o, ex
	case 7:
		result, ex = m.call(m.class(ref.Class).find(ref.Name, ref.Descriptor), receiver, all, ref)
	default:
		if o, ok := receiver.(*object); ok {
			if inner, ok := o.native.(*lambda); ok && inner.method == ref.Name {
				return m.callLambda(inner, all)
			}
		}
		result, ex = m.call(m.virtual(receiver, ref), receiver, all, ref)
	}
	if ex == nil && len(d.result) == 1 && d.result != "V" {
		result = boxed(result, d.result)
	}
	return result, ex
}

// adapt unboxes a value for a primitive type. Models pass and take boxes.
func (m *machine) adapt(v value, descriptor string) value {
	switch v := v.(type) {
	case int32, int64, float32, float64:
		if !fits(v, descriptor) {
			m.giveUp("a lambda expression converts a number")
		}
		return v
	}
	if len(descriptor) > 1 {
		return v
	}
	switch v := v.(type) {
	case box:
		if fits(v.v, descriptor) {
			return v.v
		}
	case unknown:
		return unknownOf(descriptor, v.why)
	}
	m.giveUp("a lambda expression converts a number")
	return nil
}
