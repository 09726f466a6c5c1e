package declare

import (
	"math"
	"math/big"
	"slices"
	"strings"

	"github.com/stormflux/stormflux/internal/classfile"
)

// chosen is a constructor or method with the arguments that it gets.
type chosen struct {
	member
	args []value
}

const overflow = "a number is out of range"

// overload chooses as the runtime adapter does (runtime/, Choice): Flux's choice if it works, else the best fit. Flux
// takes the last candidate in the order of reflection, which no specification fixes: so every candidate is tried.
func (m *machine) overload(all []member, args []value) chosen {
	for _, arg := range args {
		if isUnknown(arg) {
			m.giveUp("an argument depends on " + whyOf(arg))
		}
	}
	all = slices.DeleteFunc(slices.Clone(all), func(x member) bool {
		d := m.descriptor(x.desc)
		return d == nil || len(d.params) != len(args)
	})
	var accepted []member
	for _, x := range all {
		if m.fluxAccepts(m.descriptor(x.desc), args) {
			accepted = append(accepted, x)
		}
	}
	if len(accepted) > 0 {
		x := accepted[m.choose(len(accepted), "the order in which the JVM lists overloaded constructors or methods")]
		if x.public {
			converted, mismatch := m.convertAll(x, args)
			switch mismatch {
			case "":
				return chosen{x, converted}
			case overflow:
				panic(m.throw("java.lang.IllegalArgumentException", overflow))
			}
		}
	}
	var fitting []chosen
	for _, x := range all {
		if converted, mismatch := m.convertAll(x, args); mismatch == "" && x.public {
			fitting = append(fitting, chosen{x, converted})
		}
	}
	for _, candidate := range fitting {
		if !slices.ContainsFunc(fitting, func(o chosen) bool { return !m.asSpecific(candidate, o) }) {
			return candidate
		}
	}
	panic(m.throw("java.lang.IllegalArgumentException", "no constructor or method for these arguments"))
}

// asSpecific reports whether each parameter of a candidate can stand for that of another one.
func (m *machine) asSpecific(a, b chosen) bool {
	p, q := m.descriptor(a.desc).params, m.descriptor(b.desc).params
	for i := range p {
		if p[i] == q[i] {
			continue
		}
		if len(p[i]) == 1 || len(q[i]) == 1 {
			return false
		}
		answer := classfile.No
		if p[i][0] == '[' {
			answer = m.arrayIs(p[i][1:], classOfDescriptor(q[i]))
		} else if q[i][0] != '[' {
			answer = m.class(classOfDescriptor(p[i])).is(classOfDescriptor(q[i]))
		}
		if answer == classfile.Unknown {
			m.giveUp("the superclasses of " + classOfDescriptor(p[i]) + " are not known")
		}
		if answer == classfile.No {
			return false
		}
	}
	return true
}

func (m *machine) fluxAccepts(d *descriptor, args []value) bool {
	for i, arg := range args {
		if !m.fluxAcceptsOne(arg, d.params[i]) {
			return false
		}
	}
	return true
}

// fluxAcceptsOne is canInvokeWithArgs of Flux for one argument.
func (m *machine) fluxAcceptsOne(arg value, desc string) bool {
	if arg == nil {
		return false
	}
	if len(desc) == 1 {
		if desc == "Z" {
			return m.certainly(arg, "java.lang.Boolean")
		}
		return m.certainly(arg, "java.lang.Number")
	}
	name := classOfDescriptor(desc)
	if m.certainly(arg, name) {
		return true
	}
	switch {
	case desc[0] == '[':
		return m.certainly(arg, "java.util.List")
	case m.certainly(arg, "java.lang.Number"):
		return m.subclass(name, "java.lang.Number")
	case m.certainly(arg, "java.lang.String"):
		return m.isEnum(name)
	}
	return false
}

// certainly reports whether an argument is an instance. If that is not sure, the run ends.
func (m *machine) certainly(v value, name string) bool {
	switch m.instance(v, name) {
	case classfile.Yes:
		return true
	case classfile.Unknown:
		m.giveUp("the superclasses of an argument are not known")
	}
	return false
}

func (m *machine) subclass(name, super string) bool {
	answer := m.class(name).is(super)
	if answer == classfile.Unknown {
		m.giveUp("the superclasses of " + name + " are not known")
	}
	return answer == classfile.Yes
}

// isEnum is Class.isEnum.
func (m *machine) isEnum(name string) bool {
	c := m.class(name)
	switch {
	case c.file != nil:
		return c.file.IsEnum()
	case c.model != nil:
		return c.super != nil && c.super.name == "java.lang.Enum"
	}
	m.giveUp("the class " + name + " is not known")
	return false
}

func (m *machine) convertAll(x member, args []value) ([]value, string) {
	d := m.descriptor(x.desc)
	all := make([]value, len(args))
	for i, arg := range args {
		var mismatch string
		if all[i], mismatch = m.convert(arg, d.params[i]); mismatch != "" {
			return nil, mismatch
		}
	}
	return all, ""
}

const noForm = "a value has another type"

// convert returns a value as the runtime adapter passes it (Conversion.convert), or why it cannot.
func (m *machine) convert(v value, desc string) (value, string) {
	if v == nil {
		if len(desc) == 1 {
			return nil, noForm
		}
		return nil, ""
	}
	name := classOfDescriptor(desc)
	if len(desc) > 1 && m.certainly(v, name) {
		return v, ""
	}
	b, isBox := v.(box)
	text, isText := v.(string)
	switch {
	case desc == "Z" && isBox && b.class == "java.lang.Boolean":
		return b.v, ""
	case (desc == "C" || name == "java.lang.Character") && isText && len(text) == 1:
		return m.primitiveOr(int32(text[0]), desc, "C"), ""
	case isText && len(desc) > 1 && desc[0] != '[' && m.isEnum(name):
		return m.enumArgument(text, name)
	case desc[0] == '[':
		return m.arrayArgument(v, desc)
	}
	if isBox && b.class != "java.lang.Boolean" && b.class != "java.lang.Character" {
		return m.numberArgument(b, desc, name)
	}
	if o, ok := v.(*object); ok && m.certainly(v, "java.lang.Number") {
		if n, ok := o.native.(*big.Int); ok && n.IsInt64() {
			return m.numberArgument(box{"java.lang.Long", n.Int64()}, desc, name)
		}
		m.giveUp("an argument is a large number")
	}
	return nil, noForm
}

// primitiveOr boxes a number unless the parameter is primitive.
func (m *machine) primitiveOr(v value, desc, primitive string) value {
	if len(desc) == 1 {
		return v
	}
	return boxed(v, primitive)
}

func (m *machine) numberArgument(b box, desc, name string) (value, string) {
	to := desc
	if len(desc) > 1 {
		if name == "java.math.BigInteger" || name == "java.math.BigDecimal" {
			return &object{class: m.class(name), blurred: true}, ""
		}
		if to = boxes[name]; to == "" {
			return nil, noForm
		}
	}
	var f float64
	n, whole := integer(b.v)
	switch x := b.v.(type) {
	case float32:
		f = float64(x)
	case float64:
		f = x
	default:
		f = float64(n)
	}
	switch to {
	case "D":
		return m.primitiveOr(f, desc, to), ""
	case "F":
		if short := float32(f); !math.IsInf(float64(short), 0) || math.IsInf(f, 0) {
			if whole {
				short = float32(n)
			}
			return m.primitiveOr(short, desc, to), ""
		}
		return nil, overflow
	case "Z", "C":
		return nil, noForm
	}
	bits := map[string]int{"B": 8, "S": 16, "I": 32, "J": 64}[to]
	if !whole {
		if f = math.Trunc(f); f != f || f >= math.Ldexp(1, bits-1) || f < -math.Ldexp(1, bits-1) {
			return nil, overflow
		}
		n = int64(f)
	}
	if n>>(bits-1) != 0 && n>>(bits-1) != -1 {
		return nil, overflow
	}
	if to == "J" {
		return m.primitiveOr(n, desc, to), ""
	}
	return m.primitiveOr(int32(n), desc, to), ""
}

// enumArgument returns the constant of an enum. The JVM runs the static initialiser of the enum for that.
func (m *machine) enumArgument(text, name string) (v value, mismatch string) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case unknown:
			m.giveUp("an argument depends on " + r.why)
		case unmodelled:
			m.giveUp("the constants of " + name + " are not known")
		default:
			panic(r)
		}
	}()
	for _, o := range m.enumConstants(m.class(name)) {
		if o.fields[enumName] == value(text) {
			return o, ""
		}
	}
	return nil, noForm
}

func (m *machine) arrayArgument(v value, desc string) (value, string) {
	if !m.certainly(v, "java.util.List") {
		return nil, noForm
	}
	items, ok := m.elements(v)
	if !ok {
		m.giveUp("an argument is a list that is not known")
	}
	a := m.newArray(strings.Clone(desc[1:]), len(items))
	for i, item := range items {
		if isUnknown(item) {
			m.giveUp("an argument depends on " + whyOf(item))
		}
		converted, mismatch := m.convert(item, desc[1:])
		if mismatch != "" {
			return nil, mismatch
		}
		a.items[i] = converted
	}
	return a, ""
}
