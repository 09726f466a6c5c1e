package classfile

import "strings"

// signature reads descriptors (JVMS 4.3) and generic signatures (JVMS 4.7.9.1). After the first fault it has failed.
type signature struct {
	text   string
	failed bool
}

// deepest is how far types may be nested: in type arguments, and in arrays (JVMS 4.3.2).
const (
	deepest = 64
	maxDims = 255
)

// peek returns the next byte; 0 at the end.
func (p *signature) peek() byte {
	if p.failed || p.text == "" {
		return 0
	}
	return p.text[0]
}

func (p *signature) skip() {
	if p.text != "" {
		p.text = p.text[1:]
	}
}

func (p *signature) expect(b byte) {
	if p.peek() != b {
		p.failed = true
		return
	}
	p.skip()
}

// until takes the text up to one of the bytes, which stays. It must be there, and the text must not be empty.
func (p *signature) until(ends string) string {
	i := strings.IndexAny(p.text, ends)
	if p.failed || i <= 0 {
		p.failed = true
		return ""
	}
	taken := p.text[:i]
	p.text = p.text[i:]
	return taken
}

// dims takes the brackets of an array.
func (p *signature) dims() int {
	n := len(p.text) - len(strings.TrimLeft(p.text, "["))
	p.text = p.text[n:]
	if n > maxDims {
		p.failed = true
		return 0
	}
	return n
}

// erased takes one type of a descriptor.
func (p *signature) erased() Type {
	dims := p.dims()
	if name, ok := primitives[p.peek()]; ok {
		p.skip()
		return Type{Kind: PrimitiveType, Name: name, Dims: dims}
	}
	p.expect('L')
	name := p.until(";")
	p.expect(';')
	return Type{Kind: ClassType, Name: strings.ReplaceAll(name, "/", "."), Dims: dims}
}

// generic takes one type of a generic signature.
func (p *signature) generic(depth int) Type {
	if depth > deepest {
		p.failed = true
	}
	dims := p.dims()
	t := Type{Dims: dims}
	switch letter := p.peek(); letter {
	case 'L':
		t.Kind = ClassType
		t.Name, t.Args = p.class(depth)
	case 'T':
		p.skip()
		t.Kind = VariableType
		t.Name = p.until(";")
		p.expect(';')
	default:
		t.Kind = PrimitiveType
		name, ok := primitives[letter]
		if !ok {
			p.failed = true
		}
		t.Name = name
		p.skip()
	}
	return t
}

// class takes a class with its type arguments. For a nested class of a generic class, "Lmap/Outer<TK;>.Inner<TV;>;",
// these are the arguments of the innermost.
func (p *signature) class(depth int) (string, []Type) {
	p.expect('L')
	name := strings.ReplaceAll(p.until("<.;"), "/", ".")
	var args []Type
	for !p.failed {
		switch p.peek() {
		case '<':
			args = p.arguments(depth + 1)
		case '.':
			p.skip()
			name += "$" + p.until("<.;")
			args = nil
		default:
			p.expect(';')
			return name, args
		}
	}
	return name, args
}

// arguments takes type arguments with their brackets.
func (p *signature) arguments(depth int) []Type {
	p.expect('<')
	var args []Type
	for !p.failed && p.peek() != '>' {
		switch p.peek() {
		case '*':
			p.skip()
			args = append(args, Type{Kind: WildcardType, Name: "?"})
		case '+':
			p.skip()
			args = append(args, Type{Kind: WildcardType, Name: "? extends", Args: []Type{p.generic(depth)}})
		case '-':
			p.skip()
			args = append(args, Type{Kind: WildcardType, Name: "? super", Args: []Type{p.generic(depth)}})
		default:
			args = append(args, p.generic(depth))
		}
	}
	p.expect('>')
	return args
}

// typeParameters takes the type variables that a method declares, with their bounds.
func (p *signature) typeParameters() {
	p.expect('<')
	for !p.failed && p.peek() != '>' {
		p.until(":")
		for p.peek() == ':' {
			p.skip()
			if next := p.peek(); next != ':' && next != '>' { // the bound by a class may be left out
				p.generic(1)
			}
		}
	}
	p.expect('>')
}
