package declare

import (
	"slices"
	"strings"

	"github.com/stormflux/stormflux/internal/classfile"
)

// world has what all runs of a description share.
type world struct {
	classes     Classes
	loaded      map[string]*class
	codes       map[*classfile.Method]*code
	descriptors map[string]*descriptor
}

// class is a class or interface. It has code (file), a model, both or none.
type class struct {
	name       string
	file       *classfile.Class // with code; nil if there is none
	model      *model
	summary    *classfile.Class // what is known of a class without code and model; nil if nothing is
	super      *class           // nil for java.lang.Object, and if it is not known
	interfaces []*class
	// opaque says that nothing is known of the class, not even what it inherits.
	opaque bool
}

const javaObject = "java.lang.Object"

// class returns the class of a name. A class that is not known is opaque.
func (w *world) class(name string) *class {
	if c := w.loaded[name]; c != nil {
		return c
	}
	c := &class{name: name}
	w.loaded[name] = c // before the supertypes: a class that inherits from itself ends here
	file, err := w.classes.Class(name)
	c.model = models()[name]
	var super string
	var interfaces []string
	switch {
	case strings.HasPrefix(name, "["):
		c.model, super, interfaces = &model{}, javaObject, []string{"java.lang.Cloneable", "java.io.Serializable"}
	case c.model != nil && (c.model.always || err != nil || file.Pool == nil):
		super, interfaces = c.model.super, c.model.interfaces
	case err == nil:
		super, interfaces = file.Super, file.Interfaces
		if c.model = nil; file.Pool != nil {
			c.file = file
		} else {
			c.summary = file
		}
	default:
		c.opaque = true
		return c
	}
	if super != "" && w.depth(super) {
		c.super = w.class(super)
	}
	for _, i := range interfaces {
		c.interfaces = append(c.interfaces, w.class(i))
	}
	return c
}

// depth reports whether a superclass may be loaded: classes that inherit from each other have none.
func (w *world) depth(name string) bool {
	c := w.loaded[name]
	return c == nil || c.super != nil || c.opaque || name == javaObject || c.model != nil || c.file == nil
}

// isInterface reports whether the class is known to be an interface.
func (c *class) isInterface() bool {
	if c.file != nil {
		return c.file.Flags.Has(classfile.Interface)
	}
	if c.summary != nil {
		return c.summary.Flags.Has(classfile.Interface)
	}
	return c.model != nil && c.model.isInterface
}

// hidden reports whether the code of the class is not known.
func (c *class) hidden() bool { return c.file == nil && c.model == nil }

// isImmutable reports whether no code can change an object of the class.
func (c *class) isImmutable() bool { return c.model != nil && c.model.immutable }

// overrides reports whether a class with code overrides a method of the model that it inherits from.
func (c *class) overrides() bool {
	var own []string
	for ; c != nil && c.file != nil; c = c.super {
		for i := range c.file.Methods {
			own = append(own, c.file.Methods[i].Name)
		}
	}
	for ; c != nil && c.model != nil && c.name != javaObject; c = c.super {
		for _, name := range own {
			if !strings.HasPrefix(name, "<") && c.model.methods[name] != nil {
				return true
			}
		}
	}
	return false
}

// isPlainEnum reports whether the class is an enum in whose methods code of Java has no interest.
func (c *class) isPlainEnum() bool {
	for ; c != nil && c.file != nil; c = c.super {
		if len(c.file.Interfaces) > 0 || c.file.Method("toString", "()Ljava/lang/String;") != nil {
			return false
		}
	}
	return c != nil && c.name == "java.lang.Enum"
}

// ancestors yields the class, its superclasses and all interfaces, each at least once.
func (c *class) ancestors(yield func(*class) bool) {
	seen := map[*class]bool{}
	queue := []*class{c}
	for len(queue) > 0 && len(seen) < 1000 {
		next := queue[0]
		queue = queue[1:]
		if seen[next] {
			continue
		}
		seen[next] = true
		if !yield(next) {
			return
		}
		if next.super != nil {
			queue = append(queue, next.super)
		}
		queue = append(queue, next.interfaces...)
	}
}

// is reports whether an object of the class is one of the named class or interface.
func (c *class) is(name string) classfile.Answer {
	answer := classfile.No
	if name == javaObject {
		return classfile.Yes
	}
	c.ancestors(func(a *class) bool {
		switch {
		case a.name == name:
			answer = classfile.Yes
		case a.opaque && (!isJava(a.name) || isJava(name)):
			answer = classfile.Unknown
		}
		return answer != classfile.Yes
	})
	return answer
}

func isJava(name string) bool {
	return strings.HasPrefix(name, "java.") || strings.HasPrefix(name, "javax.")
}

// known reports whether all supertypes are known.
func (c *class) known() bool {
	known := true
	c.ancestors(func(a *class) bool {
		known = known && !a.opaque
		return known
	})
	return known
}

// target is what a call leads to. If both are nil, it is not known.
type target struct {
	class  *class
	method *classfile.Method
	native native
}

func (t target) found() bool { return t.method != nil || t.native != nil }

// declared returns the method that a class itself declares.
func (c *class) declared(name, desc string) target {
	if c.file != nil {
		if m := c.file.Method(name, desc); m != nil {
			return target{class: c, method: m}
		}
		return target{}
	}
	if c.model == nil {
		return target{}
	}
	if n := c.model.methods[name+desc]; n != nil {
		return target{class: c, native: n}
	}
	return target{class: c, native: c.model.methods[name]}
}

// find looks a method up in the class, its superclasses, and then the default methods of the interfaces.
func (c *class) find(name, desc string) target {
	for s, n := c, 0; s != nil && n < 1000; s, n = s.super, n+1 {
		if s.hidden() {
			return target{}
		}
		if t := s.declared(name, desc); t.found() {
			if t.method != nil && t.method.Flags.Has(classfile.Abstract) {
				break
			}
			return t
		}
	}
	return c.defaultMethod(name, desc)
}

// defaultMethod looks a method up in the interfaces. If two of them have one, the more specific one counts.
func (c *class) defaultMethod(name, desc string) target {
	var found []target
	complete := true
	c.ancestors(func(a *class) bool {
		complete = complete && !a.hidden()
		if t := a.declared(name, desc); t.found() && a.isInterface() &&
			(t.native != nil || !t.method.Flags.Has(classfile.Static) && !t.method.Flags.Has(classfile.Private)) {
			found = append(found, t)
		}
		return true
	})
	if !complete {
		return target{}
	}
	found = slices.DeleteFunc(slices.Clone(found), func(t target) bool {
		return slices.ContainsFunc(found, func(o target) bool {
			return o.class != t.class && o.class.is(t.class.name) == classfile.Yes
		})
	})
	if len(found) == 1 && (found[0].native != nil || !found[0].method.Flags.Has(classfile.Abstract)) {
		return found[0]
	}
	return target{}
}

// field looks a field up. known is false if a class may have it whose fields are not known.
func (c *class) field(name string) (owner *class, field *classfile.Field, known bool) {
	known = true
	c.ancestors(func(a *class) bool {
		if a.file != nil {
			if field = a.file.Field(name); field != nil {
				owner = a
				return false
			}
		}
		known = known && !a.opaque
		return true
	})
	return owner, field, known || owner != nil
}

// descriptor parses the descriptor of a method; nil if it is malformed.
func (w *world) descriptor(text string) *descriptor {
	if d := w.descriptors[text]; d != nil {
		return d
	}
	types, _, ok := classfile.ParseMethod(text)
	if !ok {
		return nil
	}
	d := &descriptor{types: types, result: text[strings.IndexByte(text, ')')+1:]}
	for rest := text[1:]; rest[0] != ')'; {
		n := 0
		for rest[n] == '[' {
			n++
		}
		if rest[n] == 'L' {
			n = strings.IndexByte(rest, ';')
		}
		d.params = append(d.params, rest[:n+1])
		rest = rest[n+1:]
	}
	w.descriptors[text] = d
	return d
}
