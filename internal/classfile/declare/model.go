package declare

import (
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/stormflux/stormflux/internal/classfile"
)

// model is what is known of a class without its code.
type model struct {
	super      string // "" means java.lang.Object
	interfaces []string
	// isInterface says that the class is an interface. immutable: no code can change its objects. harmless: its methods
	// change no object and call no code, even where they have no model. always: the model counts, not the class path.
	isInterface, immutable, harmless, always bool
	// make returns what a new object keeps.
	make func(m *machine) any
	// methods has the methods by name and descriptor, or by the name alone for all overloads. A method that is missing
	// is inherited: if the class overrides it in truth, it must stand here.
	methods methods
	// statics has the static fields, fields the names of the other ones that code may use.
	statics map[string]value
	fields  []string
	// factories are the names of the static methods among those with a descriptor.
	factories []string
}

// native is a method of a model. It returns the result; nil for void.
type native func(c *call) value

type methods map[string]native

// call is a call of a native.
type call struct {
	*machine
	receiver value
	args     []value
	ref      classfile.Ref
}

// unmodelled is the panic of a native that does not know what the method does with these arguments. A native may also
// panic with an unknown, which becomes the result, and with a *thrown.
type unmodelled struct{}

// modelTable has all models by the names of their classes. It is made once and does not change.
var modelTable struct {
	once   sync.Once
	byName map[string]*model
}

func models() map[string]*model {
	modelTable.once.Do(func() {
		all := map[string]*model{}
		for _, some := range []map[string]*model{
			langModels(), textModels(), numberModels(), throwableModels(), listModels(), mapModels(), harmlessModels(), stormModels(),
		} {
			maps.Copy(all, some)
		}
		for name, m := range all {
			if m.super == "" && name != javaObject {
				m.super = javaObject
			}
		}
		modelTable.byName = all
	})
	return modelTable.byName
}

// harmlessPackages are those whose methods change nothing that matters here and call nothing: they write logs.
var harmlessPackages = []string{"org.slf4j.", "org.apache.log4j.", "org.apache.logging.log4j.", "java.util.logging.", "org.apache.commons.logging."}

func isHarmless(name string) bool {
	for _, prefix := range harmlessPackages {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	m := models()[name]
	return m != nil && m.harmless
}

// neverThrows reports whether a method throws no exception: it writes a log or reads a clock.
func neverThrows(method string) bool {
	return method == "java.lang.System.currentTimeMillis" || method == "java.lang.System.nanoTime" ||
		slices.ContainsFunc(harmlessPackages, func(prefix string) bool { return strings.HasPrefix(method, prefix) })
}

func harmlessModels() map[string]*model {
	all := map[string]*model{}
	for _, name := range []string{
		"org.slf4j.Logger", "org.slf4j.LoggerFactory", "org.apache.log4j.Logger", "org.apache.log4j.LogManager", "org.apache.logging.log4j.Logger",
		"org.apache.logging.log4j.LogManager", "java.util.logging.Logger", "org.apache.commons.logging.Log", "org.apache.commons.logging.LogFactory",
	} {
		all[name] = &model{harmless: true, always: true}
	}
	return all
}

// modelledStatic returns a static field of a model.
func (m *machine) modelledStatic(ref classfile.Ref) (value, bool) {
	c := m.class(ref.Class)
	if c.model == nil {
		return nil, false
	}
	if v, ok := c.model.statics[ref.Name]; ok {
		if constant, ok := v.(constant); ok {
			return m.enumConstant(c, ref.Name, int32(constant)), true
		}
		return v, true
	}
	return nil, false
}

// constant is an enum constant of a model: its ordinal.
type constant int32

func (m *machine) enumConstant(c *class, name string, ordinal int32) *object {
	key := c.name + "." + name
	if m.constants[key] == nil {
		m.constants[key] = &object{class: c, fields: map[string]value{enumName: name, enumOrdinal: ordinal}}
	}
	return m.constants[key]
}

// at returns an argument. Only a class file that no compiler made has too few.
func (c *call) at(i int) value {
	if i < 0 || i >= len(c.args) {
		c.malformed("a call of " + c.ref.Class + "." + c.ref.Name)
	}
	return c.args[i]
}

// arg returns an argument that is not unknown.
func (c *call) arg(i int) value {
	v := c.at(i)
	if u, ok := v.(unknown); ok {
		panic(u)
	}
	return v
}

// argument returns an argument of a Go type. null is a NullPointerException.
func argument[T any](c *call, i int) T { return typed[T](c, c.at(i)) }

// typed returns a value of a Go type.
func typed[T any](c *call, v value) T {
	switch v := v.(type) {
	case T:
		return v
	case nil:
		panic(c.nullPointer())
	case unknown:
		panic(v)
	}
	panic(unmodelled{})
}

// kept returns what the receiver keeps.
func kept[T any](c *call) T {
	if o, ok := c.receiver.(*object); ok {
		if n, ok := o.native.(T); ok {
			return n
		}
	}
	panic(unmodelled{})
}

// must returns the result of a call, or passes its exception on.
func must(v value, ex *thrown) value {
	if ex != nil {
		panic(ex)
	}
	return v
}

// fail throws an exception out of a native.
func (c *call) fail(class, message string) { panic(c.throw("java.lang."+class, message)) }

// made returns an object of a model.
func (m *machine) made(class string, native any) *object {
	m.allocate(4)
	return &object{class: m.class(class), fields: map[string]value{}, native: native}
}

func nothing(*call) value    { return nil }
func itself(c *call) value   { return c.receiver }
func returns(v value) native { return func(*call) value { return v } }
