package classfile

import (
	"slices"
	"strings"
)

// Answer is what is known about a class without a JVM.
type Answer uint8

// The answers. The zero value is Unknown.
const (
	Unknown Answer = iota
	Yes
	No
)

// AnswerOf returns Yes or No.
func AnswerOf(yes bool) Answer {
	if yes {
		return Yes
	}
	return No
}

// Hierarchy is a class with everything that it inherits from.
type Hierarchy struct {
	// Classes are the class itself, its superclasses from the nearest on, and then the interfaces of all of them.
	// java.lang.Object is not among those of an interface.
	Classes []*Class
	// Unknown are the supertypes that [Path.Class] does not return, in the order in which they were met, each once.
	Unknown []string
	// unknownSuper says that one of the Unknown is a superclass.
	unknownSuper bool
	// Loop reports that a class inherits from itself. Java does not load such a class.
	Loop bool
}

// mostSupertypes is how large a hierarchy may be. Nothing real comes near it; further supertypes are unknown.
const mostSupertypes = 1000

const object = "java.lang.Object"

// Hierarchy returns the class with its supertypes.
func (p *Path) Hierarchy(c *Class) Hierarchy {
	w := walk{path: p, seen: map[string]bool{}}
	if c.Flags.Has(Interface) {
		w.seen[object] = true
	}
	w.add(c)
	for next := c.Super; next != "" && !w.seen[next]; {
		class := w.class(next)
		if class == nil {
			w.found.unknownSuper = true
			break
		}
		w.add(class)
		next = class.Super
	}
	for i := 0; i < len(w.found.Classes); i++ { // grows while it runs
		for _, name := range w.found.Classes[i].Interfaces {
			if class := w.class(name); class != nil && !w.seen[name] {
				w.add(class)
			}
		}
	}
	w.found.Loop = circular(c, w.found.Classes)
	return w.found
}

// walk is a search through supertypes.
type walk struct {
	path  *Path
	seen  map[string]bool
	found Hierarchy
}

func (w *walk) add(c *Class) {
	w.seen[c.Name] = true
	w.found.Classes = append(w.found.Classes, c)
}

// class returns a supertype, or nil and notes that it is unknown.
func (w *walk) class(name string) *Class {
	if len(w.found.Classes) < mostSupertypes {
		if c, err := w.path.Class(name); err == nil {
			return c
		}
	}
	if !slices.Contains(w.found.Unknown, name) {
		w.found.Unknown = append(w.found.Unknown, name)
	}
	return nil
}

// circular reports whether one of the classes, from c on, inherits from itself.
func circular(c *Class, classes []*Class) bool {
	known := make(map[string]*Class, len(classes))
	for _, class := range classes {
		known[class.Name] = class
	}
	onTheWay := make(map[string]bool, len(classes)) // true: on the way from c; false: everything behind it was searched
	var search func(c *Class) bool
	search = func(c *Class) bool {
		onTheWay[c.Name] = true
		for _, name := range append(slices.Clone(c.Interfaces), c.Super) {
			if next := known[name]; next != nil {
				on, met := onTheWay[name]
				if on || !met && search(next) {
					return true
				}
			}
		}
		onTheWay[c.Name] = false
		return false
	}
	return search(c)
}

// Assignable reports whether an object of the class from can stand where the class or interface to is expected.
func (p *Path) Assignable(from, to string) Answer {
	if from == to || to == object {
		return Yes
	}
	c, err := p.Class(from)
	if err != nil {
		return Unknown
	}
	h := p.Hierarchy(c)
	is := h.Is(to)
	if is == Unknown && !h.Loop && !h.unknownSuper {
		// An unknown interface has no class among its supertypes.
		if target, err := p.Class(to); err == nil && !target.Flags.Has(Interface) {
			return No
		}
	}
	return is
}

// Is reports whether an object of the class can stand where the class or interface of that name is expected.
func (h Hierarchy) Is(name string) Answer {
	switch {
	case name == object,
		slices.Contains(h.Unknown, name), // although nothing else is known of it
		slices.ContainsFunc(h.Classes, func(c *Class) bool { return c.Name == name }):
		return Yes
	case h.Loop:
		return Unknown
	}
	for _, unknown := range h.Unknown {
		if !isElsewhere(unknown) || isElsewhere(name) { // no class of Java or of a library inherits from one of Storm or the user
			return Unknown
		}
	}
	return No
}

// MethodOf is a method and the class that declares it.
type MethodOf struct {
	*Method
	Class *Class
}

// Methods returns the public methods of that name, inherited ones too, as Class.getMethods does: of methods with the
// same descriptor only the most specific. complete is false when there may be more: a supertype is unknown, or
// belongs to a release that is not.
func (p *Path) Methods(c *Class, name string) (methods []MethodOf, complete bool) {
	h := p.Hierarchy(c)
	for m := range h.publicMethods {
		if m.Name != name {
			continue
		}
		switch i := slices.IndexFunc(methods, func(f MethodOf) bool { return f.Descriptor == m.Descriptor }); {
		case i < 0:
			methods = append(methods, m)
		case methods[i].Class.Flags.Has(Interface) && p.Hierarchy(m.Class).Is(methods[i].Class.Name) == Yes:
			methods[i] = m // an interface overrides what another one declares
		}
	}
	return methods, h.complete()
}

// complete reports whether all public members of the class are known.
func (h Hierarchy) complete() bool {
	return len(h.Unknown) == 0 && !slices.ContainsFunc(h.Classes, func(c *Class) bool { return c.open })
}

// MethodNames returns the names of all public methods, inherited ones too, sorted.
func (p *Path) MethodNames(c *Class) []string {
	var names []string
	for m := range p.Hierarchy(c).publicMethods {
		names = append(names, m.Name)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// publicMethods yields the public methods of the classes, overridden ones too. A class does not inherit the static
// methods of its interfaces.
func (h Hierarchy) publicMethods(yield func(MethodOf) bool) {
	for i, class := range h.Classes {
		for j := range class.Methods {
			m := &class.Methods[j]
			if !m.Flags.Has(Public) || strings.HasPrefix(m.Name, "<") || i > 0 && class.Flags.Has(Interface) && m.Flags.Has(Static) {
				continue
			}
			if !yield(MethodOf{m, class}) {
				return
			}
		}
	}
}

// FieldOf is a field and the class that declares it.
type FieldOf struct {
	*Field
	Class *Class
}

// PublicField returns the public field of that name, as Class.getField does: of the class, else of its interfaces, else
// of its superclass; ok is false when there is none. complete is false when a supertype may have the field:
// it is unknown, or belongs to a release that is not.
func (p *Path) PublicField(c *Class, name string) (field FieldOf, ok, complete bool) {
	complete = true
	seen := map[string]bool{}
	var search func(c *Class) bool // until the answer is known
	search = func(c *Class) bool {
		seen[c.Name] = true
		if f := c.Field(name); f != nil && f.Flags.Has(Public) {
			field, ok = FieldOf{f, c}, true
			return true
		}
		if c.open {
			complete = false
		}
		for _, super := range append(slices.Clone(c.Interfaces), c.Super) {
			if super == "" || super == object || seen[super] { // java.lang.Object has no fields
				continue
			}
			class, err := p.Class(super)
			if err != nil || len(seen) >= mostSupertypes {
				complete = false
				return true
			}
			if search(class) {
				return true
			}
		}
		return false
	}
	search(c)
	return field, ok, complete
}

// PublicFieldNames returns the names of all public fields, inherited ones too, sorted.
func (p *Path) PublicFieldNames(c *Class) []string {
	var names []string
	for _, class := range p.Hierarchy(c).Classes {
		for i := range class.Fields {
			if class.Fields[i].Flags.Has(Public) {
				names = append(names, class.Fields[i].Name)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
