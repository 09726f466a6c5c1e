package classfile

import (
	"slices"
	"strings"
)

// TypeKind says what the name of a [Type] is. The zero value is invalid.
type TypeKind uint8

// The kinds of types.
const (
	PrimitiveType TypeKind = iota + 1 // int, and so on; also void
	ClassType                         // a class or interface
	VariableType                      // a type variable: T
	WildcardType                      // ?, with a bound in Args or none
)

// Type is a Java type, erased or with its type arguments.
type Type struct {
	Kind TypeKind
	// Name is "int", the binary name of a class, the name of a type variable, or "?", "? extends" or "? super".
	Name string
	// Args are the type arguments of a class; for a wildcard its bound.
	Args []Type
	// Dims is the number of dimensions of an array; 0 for everything else. Then Kind, Name and Args are those of the
	// innermost elements.
	Dims int
}

// IsArray reports whether the type is an array.
func (t Type) IsArray() bool { return t.Dims > 0 }

// IsPrimitive reports whether the type is a primitive type; void is one, as for Class.isPrimitive, and an array is none.
func (t Type) IsPrimitive() bool { return t.Kind == PrimitiveType && t.Dims == 0 }

// IsClass reports whether the type is the class or interface of that name, whatever its type arguments are.
func (t Type) IsClass(name string) bool { return t.Kind == ClassType && t.Dims == 0 && t.Name == name }

// Element returns the type of an array's elements.
func (t Type) Element() Type {
	if t.Dims > 0 {
		t.Dims--
	}
	return t
}

// Equal reports whether two types are the same, type arguments included.
func (t Type) Equal(u Type) bool {
	return t.Kind == u.Kind && t.Name == u.Name && t.Dims == u.Dims && slices.EqualFunc(t.Args, u.Args, Type.Equal)
}

// String returns the type as Java source has it, with full names: "java.util.List<java.lang.String>[]".
func (t Type) String() string {
	var b strings.Builder
	t.write(&b)
	return b.String()
}

func (t Type) write(b *strings.Builder) {
	b.WriteString(t.Name)
	switch {
	case t.Kind == WildcardType && len(t.Args) > 0:
		b.WriteByte(' ')
		t.Args[0].write(b)
	case len(t.Args) > 0:
		b.WriteByte('<')
		for i, arg := range t.Args {
			if i > 0 {
				b.WriteString(", ")
			}
			arg.write(b)
		}
		b.WriteByte('>')
	}
	for range t.Dims {
		b.WriteString("[]")
	}
}

// ClassName returns what Class.getName returns for the erased type: "int", "java.lang.String", "[Ljava.lang.String;".
func (t Type) ClassName() string {
	if t.Dims == 0 {
		return t.Name
	}
	prefix := strings.Repeat("[", t.Dims)
	if t.Kind != PrimitiveType {
		return prefix + "L" + t.Name + ";"
	}
	for letter, name := range primitives {
		if name == t.Name {
			return prefix + string(letter)
		}
	}
	return prefix
}

// primitives are the letters of descriptors (JVMS 4.3.2).
var primitives = map[byte]string{
	'B': "byte", 'C': "char", 'D': "double", 'F': "float", 'I': "int", 'J': "long", 'S': "short", 'Z': "boolean",
}

// ParseType reads the descriptor of a field.
func ParseType(descriptor string) (Type, bool) {
	p := signature{text: descriptor}
	t := p.erased()
	return t, !p.failed && p.text == ""
}

// ParseMethod reads the descriptor of a method.
func ParseMethod(descriptor string) (params []Type, result Type, ok bool) {
	p := signature{text: descriptor}
	p.expect('(')
	for !p.failed && p.peek() != ')' {
		params = append(params, p.erased())
	}
	p.expect(')')
	if p.peek() == 'V' {
		p.skip()
		result = Type{Kind: PrimitiveType, Name: "void"}
	} else {
		result = p.erased()
	}
	if p.failed || p.text != "" || len(params) > 255 {
		return nil, Type{}, false
	}
	return params, result, true
}

// parseFieldSignature reads the Signature attribute of a field.
func parseFieldSignature(text string) (Type, bool) {
	p := signature{text: text}
	t := p.generic(0)
	return t, !p.failed && p.text == ""
}

// parseMethodSignature reads the parameters in the Signature attribute of a method.
func parseMethodSignature(text string) ([]Type, bool) {
	p := signature{text: text}
	if p.peek() == '<' {
		p.typeParameters()
	}
	p.expect('(')
	params := []Type{}
	for !p.failed && p.peek() != ')' {
		params = append(params, p.generic(0))
	}
	p.expect(')')
	return params, !p.failed
}
