// Package overloads makes random Java classes with overloads of everything that a definition can call, and random
// definitions of their objects, for tests.
package overloads

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/stormflux/stormflux/internal/topology"
)

// parameterTypes are what the members of the random classes take. Flux has no value for the last ones, or nearly none.
var parameterTypes = slices.Concat(commonTypes, commonTypes, commonTypes, commonTypes, rareTypes)

var commonTypes = []string{
	"boolean", "byte", "short", "int", "long", "float", "double",
	"Boolean", "Byte", "Short", "Integer", "Long", "Float", "Double", "Number",
	"Object", "String", "CharSequence", "Comparable", "Serializable", "TimeUnit", "Thread.State",
	"List", "ArrayList", "Collection", "Iterable", "Map", "Base",
	"String[]", "int[]", "long[]", "double[]", "boolean[]", "Integer[]", "Object[]", "List[]",
}

var rareTypes = []string{
	"char", "Character", "BigInteger", "BigDecimal", "AtomicInteger", "Date", "Long[]", "TimeUnit[]", "int[][]", "char[]", "Kinds",
}

// member is a constructor, factory, setter, method or field of a random class.
type member struct {
	name  string
	types []string
}

// Class is a class with overloads of everything that a definition can call. All of them note how they were called.
type Class struct {
	name                                            string
	parent                                          *Class // nil for Base
	holds                                           string // the parameter of the interface Holder; "" if the class has none
	constructors, factories, setters, fields, calls []member
}

// plain reports whether all members are public and all factories static, so that classes can inherit from each other.
func (c *Class) plain() bool { return c.parent != nil || c.name[len(c.name)-1]%2 == 0 }

func randomTypes(r *rand.Rand, n int) []string {
	types := make([]string, n)
	for i := range types {
		types[i] = parameterTypes[r.IntN(len(parameterTypes))]
	}
	return types
}

// overloads returns members of distinct parameter types.
func randomOverloads(r *rand.Rand, names []string, most int, arity func() int) []member {
	var members []member
	seen := map[string]bool{}
	for range 1 + r.IntN(most) {
		m := member{name: names[r.IntN(len(names))], types: randomTypes(r, arity())}
		if r.IntN(2) == 0 && len(members) > 0 { // an overload that differs in one parameter
			m.name, m.types = members[0].name, slices.Clone(members[0].types)
			if len(m.types) > 0 {
				m.types[r.IntN(len(m.types))] = parameterTypes[r.IntN(len(parameterTypes))]
			}
		}
		if key := m.name + fmt.Sprint(m.types); !seen[key] {
			seen[key] = true
			members = append(members, m)
		}
	}
	return members
}

// NewClass returns a random class; parent is nil for a class that inherits only from the common one.
func NewClass(r *rand.Rand, name string, parent *Class) *Class {
	upTo := func(n int) func() int { return func() int { return r.IntN(n + 1) } }
	one := func() int { return 1 }
	c := &Class{
		name:         name,
		parent:       parent,
		constructors: randomOverloads(r, []string{""}, 5, upTo(3)),
		factories:    randomOverloads(r, []string{"of", "make"}, 5, upTo(3)),
		setters:      randomOverloads(r, []string{"setA", "setB", "setC"}, 6, one),
		calls:        randomOverloads(r, []string{"with", "add"}, 6, upTo(3)),
	}
	for _, name := range []string{"a", "b", "x"} {
		c.fields = append(c.fields, member{name: name, types: randomTypes(r, 1)})
	}
	if c.plain() && r.IntN(2) == 0 { // an implementation of Holder has a bridge method
		c.holds = []string{"String", "Integer", "Long", "Object", "TimeUnit", "List", "String[]"}[r.IntN(7)]
		if !slices.ContainsFunc(c.setters, func(m member) bool { return m.name == "setA" && m.types[0] == c.holds }) {
			c.setters = append(c.setters, member{name: "setA", types: []string{c.holds}})
		}
	}
	if r.IntN(2) == 0 && !slices.ContainsFunc(c.constructors, func(m member) bool { return len(m.types) == 0 }) {
		c.constructors = append(c.constructors, member{})
	}
	return c
}

// source returns the class in Java.
func (c *Class) source(r *rand.Rand) string {
	var out strings.Builder
	parent, super, holder := "Base", "", ""
	if c.parent != nil {
		parent, super = c.parent.name, "super(null, null, null, null); "
	}
	if c.holds != "" && c.parent == nil { // an interface with two parameters is an error
		holder = "implements Holder<" + c.holds + "> "
	}
	fmt.Fprintf(&out, "  public static class %s extends %s %s{\n", c.name, parent, holder)
	for _, f := range c.fields {
		fmt.Fprintf(&out, "    public %s %s;\n", f.types[0], f.name)
	}
	body := func(m member) (parameters, note string) {
		var declared, passed []string
		for i, t := range m.types {
			declared = append(declared, fmt.Sprintf("%s p%d", t, i))
			passed = append(passed, fmt.Sprintf(", p%d", i))
		}
		return strings.Join(declared, ", "), fmt.Sprintf("note(%q%s);", m.name+fmt.Sprint(m.types), strings.Join(passed, ""))
	}
	access := func() string {
		if !c.plain() && r.IntN(20) == 0 {
			return "private"
		}
		return "public"
	}
	for _, m := range c.constructors {
		parameters, note := body(m)
		fmt.Fprintf(&out, "    %s %s(%s) { %s%s }\n", access(), c.name, parameters, super, note)
	}
	// Factories need a constructor that no definition can find.
	fmt.Fprintf(&out, "    private %s(Random a, Random b, Random c, Random d) { %s}\n", c.name, super)
	for _, m := range c.factories {
		parameters, note := body(m)
		static := "static "
		if !c.plain() && r.IntN(20) == 0 {
			static = ""
		}
		fmt.Fprintf(&out, "    %s %s%s %s(%s) { %s it = new %s(null, null, null, null); it.%s return it; }\n",
			access(), static, c.name, m.name, parameters, c.name, c.name, note)
	}
	for _, m := range slices.Concat(c.setters, c.calls) {
		parameters, note := body(m)
		fmt.Fprintf(&out, "    %s void %s(%s) { %s }\n", access(), m.name, parameters, note)
	}
	out.WriteString("  }\n")
	return out.String()
}

// Source returns the Java file Random.java, of the package stormflux.cases, with all classes.
func Source(r *rand.Rand, classes []*Class) string {
	var out strings.Builder
	out.WriteString(`package stormflux.cases;

import java.io.Serializable;
import java.math.*;
import java.util.*;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

@SuppressWarnings("rawtypes")
public class Random {
  public interface Holder<T> {
    void setA(T value);
  }
  public static class Base {
    public final List<Object> notes = new ArrayList<>();
    void note(String what, Object... values) { notes.add(what); notes.addAll(Arrays.asList(values)); }
  }
`)
	for _, c := range classes {
		out.WriteString(c.source(r))
	}
	out.WriteString("}\n")
	return out.String()
}

// Generator makes random definitions.
type Generator struct {
	*rand.Rand
	Classes []*Class
}

// value returns a value that probably fits a type.
func (g *Generator) value(typ string, refs int) any {
	if g.IntN(40) == 0 { // whatever the type is
		typ = parameterTypes[g.IntN(len(parameterTypes))]
	}
	if element, ok := strings.CutSuffix(typ, "[]"); ok {
		list := []any{}
		for range (g.IntN(20) + 6) / 7 { // rarely empty
			list = append(list, g.value(element, 0))
		}
		return list
	}
	switch typ {
	case "boolean", "Boolean":
		return g.IntN(2) == 0
	case "String", "CharSequence":
		return []string{"", "a", "SECONDS", "text", "1", "true", "é☃"}[g.IntN(7)]
	case "TimeUnit":
		return []string{"SECONDS", "DAYS", "HOURS", "MICROSECONDS", "seconds"}[(g.IntN(17)+3)/4]
	case "Thread.State":
		return []string{"NEW", "BLOCKED"}[g.IntN(2)]
	case "char", "Character":
		return []any{"c", int64(65), "cc"}[g.IntN(3)]
	case "List", "ArrayList", "Collection", "Iterable":
		return g.value("Object[]", 0)
	case "Map":
		m := topology.Map{}
		for i := range g.IntN(3) {
			m = append(m, topology.MapEntry{Key: fmt.Sprint("key", i), Value: g.value("Object", 0)})
		}
		return m
	case "Base", "Kinds":
		if refs > 0 {
			return topology.Ref(g.IntN(refs))
		}
	case "Object", "Comparable", "Serializable":
		return g.value([]string{"int", "String", "double", "boolean"}[g.IntN(4)], 0)
	case "float", "double", "Float", "Double", "Number", "BigDecimal":
		return g.number()
	}
	if g.IntN(10) == 0 || strings.HasPrefix(typ, "Big") {
		return g.number()
	}
	return int64(g.IntN(256) - 128)
}

// number returns any number, often one at the border of a type.
func (g *Generator) number() any {
	switch g.IntN(9) {
	case 0:
		return new(big.Int).Sub(big.NewInt(math.MinInt64), big.NewInt(1))
	case 1:
		return int64(math.MaxInt64) - int64(g.IntN(3))
	case 2, 3:
		return int64(1)<<(7+8*g.IntN(4)) - int64(g.IntN(2))
	case 4:
		return []float64{1e300, -1e39, math.NaN(), math.Inf(1), math.Copysign(0, -1)}[g.IntN(5)]
	}
	return float64(g.IntN(2000)-1000) / 8
}

func (g *Generator) values(m member, refs int) []any {
	var values []any
	for _, t := range m.types {
		values = append(values, g.value(t, refs))
	}
	return values
}

func (g *Generator) object(refs int) *topology.Object {
	c := g.Classes[g.IntN(len(g.Classes))]
	o := &topology.Object{Class: "stormflux.cases.Random$" + c.name}
	m := c.constructors[g.IntN(len(c.constructors))]
	if g.IntN(3) == 0 {
		m = c.factories[g.IntN(len(c.factories))]
		o.Factory = m.name
	}
	o.Args = g.values(m, refs)
	for range g.IntN(5) / 2 {
		owner := c
		if c.parent != nil && g.IntN(2) == 0 {
			owner = c.parent
		}
		settable := slices.Concat(owner.setters, owner.fields)
		m := settable[g.IntN(len(settable))]
		name := strings.TrimPrefix(m.name, "set")
		o.Steps = append(o.Steps, &topology.Step{Property: strings.ToLower(name), Args: g.values(m, refs)})
	}
	for range g.IntN(2) {
		m := c.calls[g.IntN(len(c.calls))]
		o.Steps = append(o.Steps, &topology.Step{Method: m.name, Args: g.values(m, refs)})
	}
	return o
}

// Definition returns a random definition.
func (g *Generator) Definition() *topology.Definition {
	d := &topology.Definition{Component: "random"}
	for i := range 1 + g.IntN(3) {
		d.Objects = append(d.Objects, g.object(i))
	}
	return d
}
