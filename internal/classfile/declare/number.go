package declare

import (
	"cmp"
	"math"
	"strconv"
	"strings"

	"github.com/stormflux/stormflux/internal/java"
)

// boxes are the classes of boxes and the descriptors of what they hold.
var boxes = map[string]string{
	"java.lang.Boolean": "Z", "java.lang.Byte": "B", "java.lang.Character": "C", "java.lang.Short": "S",
	"java.lang.Integer": "I", "java.lang.Long": "J", "java.lang.Float": "F", "java.lang.Double": "D",
}

// boxed returns the box of a value of a primitive type.
func boxed(v value, descriptor string) value {
	for class, desc := range boxes {
		if desc == descriptor && !isUnknown(v) && fits(v, desc) {
			return box{class, v}
		}
	}
	if u, ok := v.(unknown); ok {
		return unknown{why: u.why}
	}
	return v
}

// plainNumber returns a box as package java has it.
func plainNumber(b box) any {
	if b.class == "java.lang.Boolean" {
		return b.v != value(int32(0))
	}
	return b.v
}

func hashBox(b box) int32 { return java.Hash(plainNumber(b)) }

func boxText(b box) value {
	switch b.class {
	case "java.lang.Boolean":
		return strconv.FormatBool(b.v != value(int32(0)))
	case "java.lang.Character":
		return string(b.v.(int32))
	case "java.lang.Float", "java.lang.Double":
		return floatText(b.v)
	}
	n, _ := integer(b.v)
	return strconv.FormatInt(n, 10)
}

func integer(v value) (int64, bool) {
	switch v := v.(type) {
	case int32:
		return int64(v), true
	case int64:
		return v, true
	}
	return 0, false
}

// isWhole reports whether a value is a box of an integer.
func isWhole(v value) bool {
	b, ok := v.(box)
	return ok && strings.Contains("BSIJ", boxes[b.class])
}

func numberModels() map[string]*model {
	all := map[string]*model{
		"java.lang.Number":        {interfaces: []string{"java.io.Serializable"}, methods: methods{"<init>": nothing}},
		"java.lang.Math":          {harmless: true, methods: mathMethods()},
		"java.math.BigInteger":    {super: "java.lang.Number", interfaces: []string{"java.lang.Comparable"}, immutable: true, harmless: true},
		"java.math.BigDecimal":    {super: "java.lang.Number", interfaces: []string{"java.lang.Comparable"}, immutable: true, harmless: true},
		"java.lang.StrictMath":    {harmless: true},
		"java.util.UUID":          {harmless: true, immutable: true},
		"java.time.Instant":       {harmless: true, immutable: true},
		"java.lang.Runtime":       {harmless: true},
		"java.util.regex.Pattern": {harmless: true, immutable: true},
	}
	for class, desc := range boxes {
		m := &model{super: "java.lang.Number", interfaces: []string{"java.lang.Comparable", "java.io.Serializable"}, immutable: true, harmless: true}
		if desc == "Z" || desc == "C" {
			m.super = javaObject
		}
		m.methods = methods{
			"<init>": boxInit, "valueOf": boxValueOf(class, desc), "toString": boxToString(desc), "equals": boxEquals, "hashCode": boxHash(desc),
			"compareTo": boxCompare,
		}
		for name, to := range map[string]string{
			"intValue": "I", "longValue": "J", "doubleValue": "D", "floatValue": "F", "shortValue": "S", "byteValue": "B",
			"booleanValue": "Z", "charValue": "C",
		} {
			m.methods[name] = unbox(to)
		}
		all[class] = m
	}
	all["java.lang.Integer"].methods["parseInt"] = parse("I")
	all["java.lang.Integer"].methods["compare"] = compareOf[int32]
	all["java.lang.Long"].methods["compare"] = compareOf[int64]
	all["java.lang.Long"].methods["parseLong"] = parse("J")
	all["java.lang.Boolean"].methods["parseBoolean"] = parse("Z")
	all["java.lang.Boolean"].statics = map[string]value{"TRUE": box{"java.lang.Boolean", int32(1)}, "FALSE": box{"java.lang.Boolean", int32(0)}}
	return all
}

func mathMethods() methods {
	all := methods{}
	for name, pick := range map[string]func(less bool) bool{"min": func(l bool) bool { return l }, "max": func(l bool) bool { return !l }} {
		all[name+"(II)I"] = func(c *call) value { return pickOf[int32](c, pick) }
		all[name+"(JJ)J"] = func(c *call) value { return pickOf[int64](c, pick) }
	}
	all["abs(I)I"] = func(c *call) value {
		if n := argument[int32](c, 0); n >= 0 {
			return n
		} else {
			return -n
		}
	}
	return all
}

func compareOf[T int32 | int64](c *call) value {
	return int32(cmp.Compare(argument[T](c, 0), argument[T](c, 1)))
}

func pickOf[T int32 | int64](c *call, pick func(less bool) bool) value {
	a, b := argument[T](c, 0), argument[T](c, 1)
	if pick(a < b) {
		return a
	}
	return b
}

// boxInit is a constructor such as new Integer(5).
func boxInit(c *call) value {
	o := typed[*object](c, c.receiver)
	desc := boxes[o.class.name]
	if c.ref.Descriptor == "(Ljava/lang/String;)V" {
		o.native = settled{unknown{why: "new " + o.class.name}}
		if text, ok := c.at(0).(string); ok {
			o.native = settled{boxed(parseText(c, text, desc), desc)}
		}
		return nil
	}
	o.native = settled{unknown{why: "new " + o.class.name}}
	if b, ok := boxed(c.at(0), desc).(box); ok {
		o.native = settled{b}
	}
	return nil
}

func boxValueOf(class, desc string) native {
	return func(c *call) value {
		if len(c.args) != 1 {
			panic(unmodelled{})
		}
		if c.descriptor(c.ref.Descriptor).params[0] == desc {
			return boxed(c.at(0), desc)
		}
		if c.at(0) == nil && desc == "Z" {
			return box{class, int32(0)}
		}
		return boxed(parseText(c, parseArgument(c), desc), desc)
	}
}

func parseArgument(c *call) string {
	if c.arg(0) == nil {
		panic(c.throw("java.lang.NumberFormatException", "null"))
	}
	return argument[string](c, 0)
}

func parse(desc string) native {
	return func(c *call) value {
		if len(c.args) != 1 {
			panic(unmodelled{})
		}
		if c.at(0) == nil && desc == "Z" {
			return int32(0)
		}
		return parseText(c, parseArgument(c), desc)
	}
}

// parseText reads a number as Integer.parseInt and the like do.
func parseText(c *call, text, desc string) value {
	bits := map[string]int{"B": 8, "S": 16, "I": 32, "J": 64}[desc]
	switch {
	case desc == "Z":
		return boolean(strings.EqualFold(text, "true") && len(text) == 4)
	case bits == 0 || !isASCII(text): // other digits count, too
		panic(unknown{why: "the number in a text"})
	}
	n, err := strconv.ParseInt(text, 10, bits)
	if err != nil || strings.Contains(text, "_") {
		panic(c.throw("java.lang.NumberFormatException", "For input string: \""+text+"\""))
	}
	if desc == "J" {
		return n
	}
	return int32(n)
}

func boxToString(desc string) native {
	return func(c *call) value {
		switch {
		case len(c.args) == 0:
			return boxText(typed[box](c, c.receiver))
		case len(c.args) == 1:
			return c.textOf(c.arg(0), desc)
		}
		panic(unmodelled{})
	}
}

func boxEquals(c *call) value { return c.equal(typed[box](c, c.receiver), c.at(0)) }

func boxHash(desc string) native {
	return func(c *call) value {
		if len(c.args) == 1 {
			return hashBox(typed[box](c, boxed(c.arg(0), desc)))
		}
		return hashBox(typed[box](c, c.receiver))
	}
}

func boxCompare(c *call) value {
	a, aOK := integer(typed[box](c, c.receiver).v)
	b, bOK := integer(argument[box](c, 0).v)
	switch {
	case !aOK || !bOK:
		panic(unmodelled{})
	case a < b:
		return int32(-1)
	}
	return boolean(a > b)
}

// unbox converts the number in a box to another type.
func unbox(to string) native {
	return func(c *call) value {
		v := typed[box](c, c.receiver).v
		if fits(v, to) && !strings.Contains("BSC", to) {
			return v
		}
		letter := map[string]byte{"I": 'i', "J": 'l', "F": 'f', "D": 'd', "B": 'b', "S": 's', "C": 'c'}[to]
		switch v := v.(type) {
		case int32:
			return converted(letter, int64(v), float32(v), float64(v))
		case int64:
			return converted(letter, v, float32(v), float64(v))
		case float32:
			return unboxFloat(letter, float64(v))
		case float64:
			return unboxFloat(letter, v)
		}
		panic(unmodelled{})
	}
}

// unboxFloat converts as a cast does: to byte and short by way of int.
func unboxFloat(to byte, f float64) value {
	if to == 'b' || to == 's' {
		return converted(to, saturate(f, math.MinInt32, math.MaxInt32), 0, 0)
	}
	return convertedFloat(to, f)
}
