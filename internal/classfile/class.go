// Package classfile reads Java class files and class paths without a JVM. It knows which classes a topology's jars hold,
// what Storm's own API was in each release, and what a class is for Storm: a spout, a bolt, a grouping, a hook.
//
// It owns the class file format, the lookup of classes in jars, and the summary of Storm's API. It knows nothing of YAML
// and makes no diagnostics: its users do.
//
// The format is chapter 4 of The Java Virtual Machine Specification (JVMS). Input is hostile: whatever the bytes are,
// [Parse] returns a Class or an error, in time and memory that grow only with the length of the input.
//
// Names of classes are binary names with dots, as Class.getName and Flux write them: "java.util.Map$Entry". Names of
// array classes look like "[Ljava.lang.String;". Descriptors of fields and methods stay as the file has them:
// "(Ljava/lang/String;I)V".
package classfile

import (
	"errors"
	"fmt"
)

// Class is one class, interface, enum, record or annotation. Do not change it: its users share it.
type Class struct {
	// Major and Minor are the version of the file; see [Class.Java]. They are 0 for a class of the built-in summary.
	Major, Minor uint16
	// Flags are those of the file's head, which decide who may access the class. See [Class.Modifiers].
	Flags Flags
	Name  string
	// Super is the superclass; "" for java.lang.Object and for a module. That of an interface is java.lang.Object.
	Super      string
	Interfaces []string
	Fields     []Field  // as declared, in the order of the file
	Methods    []Method // as declared, with constructors and static initialisers, in the order of the file
	// Pool has the constants that code refers to; nil for a class of the built-in summary, which has no code.
	Pool *Pool
	// Jar is the path of the jar that the class was found in; "" when [Path.Class] did not find it in a jar.
	Jar string

	// open says that the class may have more public members than those that are known, in another release.
	open bool
	// declared is what the InnerClasses attribute says of this class; 0 and false when it says nothing.
	declared    Flags
	hasDeclared bool
	attributes  attributes
}

const magic = 0xCAFEBABE

// errMalformed is the cause of every error of [Parse] except a wrong magic number and an unknown constant.
var errMalformed = errors.New("malformed class file")

// Parse reads a class file. The Class refers to data, which must not change any more.
//
// It checks the form of the file, not what the JVM's verifier checks. Code, annotations and other attributes are
// looked at when somebody asks for them.
func Parse(data []byte) (*Class, error) {
	r := &reader{data: data}
	if r.u4() != magic || r.failed {
		return nil, errors.New("not a Java class file")
	}
	c := &Class{}
	c.Minor, c.Major = r.u2(), r.u2()
	pool, err := parsePool(r)
	if err != nil {
		return nil, err
	}
	c.Pool = pool
	c.Flags = Flags(r.u2())
	c.Name = pool.mustClass(r)
	if super := r.u2(); super != 0 {
		c.Super = pool.mustClassAt(r, super)
	}
	c.Interfaces = make([]string, 0, r.count(2))
	for range cap(c.Interfaces) {
		c.Interfaces = append(c.Interfaces, pool.mustClass(r))
	}
	c.Fields = make([]Field, 0, r.count(8))
	for range cap(c.Fields) {
		c.Fields = append(c.Fields, Field{parseMember(r, pool)})
	}
	c.Methods = make([]Method, 0, r.count(8))
	for range cap(c.Methods) {
		c.Methods = append(c.Methods, Method{parseMember(r, pool)})
	}
	c.attributes = parseAttributes(r, pool)
	if r.failed {
		return nil, errMalformed
	}
	if r.at != len(data) {
		return nil, fmt.Errorf("%w: %d bytes follow its end", errMalformed, len(data)-r.at)
	}
	for i := range c.Fields {
		c.Fields[i].markSynthetic(c.Major)
	}
	for i := range c.Methods {
		c.Methods[i].markSynthetic(c.Major)
	}
	for _, inner := range c.InnerClasses() {
		if inner.Name == c.Name {
			c.declared, c.hasDeclared = inner.Flags, true
		}
	}
	return c, nil
}

// Java returns the oldest Java that can load the class: 8 for version 52. It is 1 for the versions of Java 1.0 and 1.1,
// and 0 where the version is not known.
func (c *Class) Java() int {
	switch {
	case c.Major == 0:
		return 0
	case c.Major <= 45:
		return 1
	}
	return int(c.Major) - 44
}

// IsPreview reports whether the class uses preview features, which only exactly its own Java loads, and only when asked.
func (c *Class) IsPreview() bool { return c.Major >= 56 && c.Minor == 0xffff }

// Modifiers returns the flags as the source declares them and Class.getModifiers returns them. They differ from Flags
// for nested classes: a private one has package access in the file, a protected one public access.
func (c *Class) Modifiers() Flags {
	if c.hasDeclared {
		return c.declared &^ Super
	}
	return c.Flags &^ Super
}

// Method returns the declared method of that name and descriptor; nil when there is none. The name of constructors is
// "<init>".
func (c *Class) Method(name, descriptor string) *Method {
	for i := range c.Methods {
		if c.Methods[i].Name == name && c.Methods[i].Descriptor == descriptor {
			return &c.Methods[i]
		}
	}
	return nil
}

// Field returns the declared field of that name; nil when there is none.
func (c *Class) Field(name string) *Field {
	for i := range c.Fields {
		if c.Fields[i].Name == name {
			return &c.Fields[i]
		}
	}
	return nil
}

// Constructors returns the declared constructors, private ones too, in the order of the file.
func (c *Class) Constructors() []*Method {
	var made []*Method
	for i := range c.Methods {
		if c.Methods[i].IsConstructor() {
			made = append(made, &c.Methods[i])
		}
	}
	return made
}

// EnumConstants returns the names of an enum's constants in their order; nil for any other class.
func (c *Class) EnumConstants() []string {
	if !c.Flags.Has(Enum) {
		return nil
	}
	var names []string
	for i := range c.Fields {
		if c.Fields[i].Flags.Has(Enum) {
			names = append(names, c.Fields[i].Name)
		}
	}
	return names
}

// IsEnum reports what Class.isEnum reports: true for an enum, false for the class of a constant with a body.
func (c *Class) IsEnum() bool { return c.Flags.Has(Enum) && c.Super == "java.lang.Enum" }

// IsComplete reports whether all constructors and public members that the class declares are known. It is false for a
// class of the built-in summary if the release in use may have more.
func (c *Class) IsComplete() bool { return !c.open }

// InnerClass is an entry of the InnerClasses attribute: a class that this one nests, is, or mentions.
type InnerClass struct {
	Name   string
	Outer  string // "" for a local or anonymous class
	Simple string // the name in the source; "" for an anonymous class
	Flags  Flags  // as declared in the source
}

// InnerClasses returns the InnerClasses attribute. Malformed entries are left out.
func (c *Class) InnerClasses() []InnerClass {
	r, ok := c.attributes.find("InnerClasses")
	if !ok {
		return nil
	}
	var inner []InnerClass
	for range r.count(8) {
		name, outer, simple, flags := r.u2(), r.u2(), r.u2(), Flags(r.u2())
		var e InnerClass
		var ok bool
		if e.Name, ok = c.Pool.Class(int(name)); !ok {
			continue
		}
		e.Outer, _ = c.Pool.Class(int(outer))
		e.Simple, _ = c.Pool.Utf8(int(simple))
		e.Flags = flags
		inner = append(inner, e)
	}
	return inner
}

// SourceFile returns the name of the source file; "" when it is not known.
func (c *Class) SourceFile() string { return c.attributes.utf8("SourceFile") }

// Signature returns the generic signature (JVMS 4.7.9.1); "" for a class without generics.
func (c *Class) Signature() string { return c.attributes.utf8("Signature") }

// Bootstrap is an entry of the BootstrapMethods attribute, which invokedynamic and dynamic constants use.
type Bootstrap struct {
	Method    Handle
	Arguments []int // indexes into the pool
}

// Bootstraps returns the BootstrapMethods attribute; nil when there is none or it is malformed.
func (c *Class) Bootstraps() []Bootstrap {
	r, ok := c.attributes.find("BootstrapMethods")
	if !ok {
		return nil
	}
	made := make([]Bootstrap, 0, r.count(4))
	for range cap(made) {
		handle, ok := c.Pool.MethodHandle(int(r.u2()))
		arguments := make([]int, 0, r.count(2))
		for range cap(arguments) {
			arguments = append(arguments, int(r.u2()))
		}
		if !ok || r.failed {
			return nil
		}
		made = append(made, Bootstrap{Method: handle, Arguments: arguments})
	}
	return made
}
