package classfile

// Member is what fields and methods have in common.
type Member struct {
	Flags      Flags
	Name       string
	Descriptor string

	signature  string // of a member of the built-in summary
	attributes attributes
}

func parseMember(r *reader, pool *Pool) Member {
	m := Member{Flags: Flags(r.u2())}
	m.Name, m.Descriptor = pool.mustUtf8(r), pool.mustUtf8(r)
	m.attributes = parseAttributes(r, pool)
	return m
}

// markSynthetic sets the flag of a member that has the attribute of that name: before Java 5 there was no flag.
func (m *Member) markSynthetic(major uint16) {
	if major >= 49 {
		return
	}
	if _, ok := m.attributes.find("Synthetic"); ok {
		m.Flags |= Synthetic
	}
}

// Signature returns the generic signature (JVMS 4.7.9.1); "" for a member without generics.
func (m *Member) Signature() string {
	if m.signature != "" {
		return m.signature
	}
	return m.attributes.utf8("Signature")
}

// Field is a declared field.
type Field struct{ Member }

// Type returns the erased type, as Field.getType does; false when the descriptor is malformed.
func (f *Field) Type() (Type, bool) { return ParseType(f.Descriptor) }

// GenericType returns the type with its type arguments, where the file has them; else what Type returns.
func (f *Field) GenericType() (Type, bool) {
	if t, ok := parseFieldSignature(f.Signature()); ok {
		return t, true
	}
	return f.Type()
}

// Constant returns the value of a constant field: an int32, int64, float32, float64 or string. The fields of type
// boolean, byte, char and short have an int32 too.
func (f *Field) Constant() (value any, ok bool) {
	r, ok := f.attributes.find("ConstantValue")
	if !ok {
		return nil, false
	}
	return f.attributes.pool.constant(int(r.u2()))
}

// constant returns the value of a number or string.
func (p *Pool) constant(i int) (value any, ok bool) {
	switch p.Tag(i) {
	case TagInteger:
		return found(p.Integer(i))
	case TagLong:
		return found(p.Long(i))
	case TagFloat:
		return found(p.Float(i))
	case TagDouble:
		return found(p.Double(i))
	case TagString:
		return found(p.String(i))
	}
	return nil, false
}

func found[T any](value T, ok bool) (any, bool) { return value, ok }

// Method is a declared method, constructor or static initialiser.
type Method struct{ Member }

// IsConstructor reports whether the method is a constructor.
func (m *Method) IsConstructor() bool { return m.Name == "<init>" }

// Params returns the erased types of the parameters, as Method.getParameterTypes does; false when the descriptor is
// malformed.
func (m *Method) Params() ([]Type, bool) {
	params, _, ok := ParseMethod(m.Descriptor)
	return params, ok
}

// Result returns the erased type of the result, which is void for a constructor; false when the descriptor is malformed.
func (m *Method) Result() (Type, bool) {
	_, result, ok := ParseMethod(m.Descriptor)
	return result, ok
}

// GenericParams returns the types of the parameters with their type arguments, where the file has them; else what
// Params returns. A signature has no parameters that the compiler added, as for constructors of inner classes and enums:
// such a signature is left out.
func (m *Method) GenericParams() ([]Type, bool) {
	params, ok := m.Params()
	if !ok {
		return nil, false
	}
	generic, ok := parseMethodSignature(m.Signature())
	if !ok || len(generic) != len(params) {
		return params, true
	}
	return generic, true
}

// Exceptions returns the exceptions that the method declares.
func (m *Method) Exceptions() []string {
	r, ok := m.attributes.find("Exceptions")
	if !ok {
		return nil
	}
	var names []string
	for range r.count(2) {
		if name, ok := m.attributes.pool.Class(int(r.u2())); ok {
			names = append(names, name)
		}
	}
	return names
}

// Code is the body of a method.
type Code struct {
	MaxStack, MaxLocals int
	Bytes               []byte // the instructions; do not change them
	Handlers            []Handler
}

// Handler is an entry of the exception table. The numbers are offsets in [Code.Bytes]; End is exclusive.
type Handler struct {
	Start, End, Target int
	Catch              int // the index of a class constant, or 0 for every exception
}

// Code returns the body of the method; false for a method without one (abstract, native, or of the built-in summary) and
// for a malformed one. Offsets in the exception table are not checked.
func (m *Method) Code() (Code, bool) {
	r, ok := m.attributes.find("Code")
	if !ok {
		return Code{}, false
	}
	c := Code{MaxStack: int(r.u2()), MaxLocals: int(r.u2())}
	if n := r.u4(); n <= 65535 { // JVMS 4.7.3
		c.Bytes = r.take(int(n))
	}
	c.Handlers = make([]Handler, 0, r.count(8))
	for range cap(c.Handlers) {
		c.Handlers = append(c.Handlers, Handler{Start: int(r.u2()), End: int(r.u2()), Target: int(r.u2()), Catch: int(r.u2())})
	}
	return c, !r.failed && len(c.Bytes) > 0
}
