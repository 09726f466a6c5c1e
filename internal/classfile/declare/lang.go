package declare

import (
	"slices"
	"strings"

	"github.com/stormflux/stormflux/internal/java"
)

// The fields of the models of Enum and Throwable.
const (
	enumName         = "java.lang.Enum.name"
	enumOrdinal      = "java.lang.Enum.ordinal"
	throwableMessage = "java.lang.Throwable.message"
	throwableCause   = "java.lang.Throwable.cause"
)

func langModels() map[string]*model {
	iface := func(supers ...string) *model { return &model{isInterface: true, interfaces: supers} }
	return map[string]*model{
		javaObject: {methods: methods{
			"<init>": nothing, "getClass": getClass, "equals": identical, "hashCode": identityHash, "toString": objectText, "clone": arrayClone,
		}},
		"java.io.Serializable": iface(), "java.lang.Cloneable": iface(), "java.lang.Comparable": iface(), "java.lang.Runnable": iface(),
		"java.lang.AutoCloseable": iface(), "java.io.Closeable": iface("java.lang.AutoCloseable"), "java.util.RandomAccess": iface(),
		"java.lang.Enum": {
			harmless:   true, // a constant keeps its name and ordinal, whatever code does
			interfaces: []string{"java.lang.Comparable", "java.io.Serializable"},
			methods: methods{
				"<init>": enumInit, "name": enumField(enumName), "toString": enumField(enumName), "ordinal": enumField(enumOrdinal),
				"equals": identical, "hashCode": identityHash, "compareTo": enumCompare, "getDeclaringClass": enumClass, "valueOf": enumValueOf,
			},
		},
		"java.lang.Class": {immutable: true, interfaces: []string{"java.io.Serializable"}, methods: methods{
			"getName": className, "getSimpleName": simpleName, "toString": func(c *call) value { return "class " + className(c).(string) },
			"equals": identical, "hashCode": identityHash, "desiredAssertionStatus": returns(int32(0)),
			"isInstance": func(c *call) value {
				return boolean(c.isInstance(c.arg(0), string(typed[classRef](c, c.receiver))))
			},
		}},
		"java.lang.System": {harmless: true, methods: methods{"arraycopy": arrayCopy}},
		"java.util.Objects": {methods: methods{
			"requireNonNull": requireNonNull, "equals": func(c *call) value { return c.equal(c.at(0), c.at(1)) },
			"isNull":  func(c *call) value { return boolean(c.arg(0) == nil) },
			"nonNull": func(c *call) value { return boolean(c.arg(0) != nil) },
			"toString": func(c *call) value {
				if len(c.args) == 2 && c.arg(0) == nil {
					return c.at(1)
				}
				return c.text(c.at(0))
			},
			"hashCode": func(c *call) value {
				if c.arg(0) == nil {
					return int32(0)
				}
				return c.hash(c.at(0))
			},
		}},
		"java.util.concurrent.TimeUnit": timeUnit(),
	}
}

func getClass(c *call) value {
	if class := c.classOf(c.receiver); class != nil && !strings.Contains(class.name, " ") &&
		!(class.model != nil && strings.Contains(class.name, "$")) { // Java has several classes for such a collection
		return classRef(strings.ReplaceAll(class.name, "/", "."))
	}
	panic(unmodelled{})
}

func identical(c *call) value {
	if isUnknown(c.receiver) {
		panic(unmodelled{})
	}
	return boolean(c.same(c.receiver, c.at(0)))
}

func identityHash(*call) value { return unknown{why: "an identity hash code"} }

func objectText(c *call) value {
	panic(unknown{why: "Object.toString of " + c.classOf(c.receiver).name})
}

// arrayClone is clone of an array; a model does not know it of any other object.
func arrayClone(c *call) value {
	a := typed[*array](c, c.receiver)
	if a.blurred {
		panic(unknown{why: "the content of an array"})
	}
	c.allocate(len(a.items))
	return &array{element: a.element, items: slices.Clone(a.items)}
}

func enumInit(c *call) value {
	o, ok := c.receiver.(*object)
	if !ok || len(c.args) != 2 {
		panic(unmodelled{})
	}
	o.fields[enumName], o.fields[enumOrdinal] = c.at(0), c.at(1)
	return nil
}

func enumField(key string) native {
	return func(c *call) value {
		if v, ok := typed[*object](c, c.receiver).fields[key]; ok {
			return v
		}
		panic(unmodelled{})
	}
}

func enumCompare(c *call) value {
	a, aOK := typed[*object](c, c.receiver).fields[enumOrdinal].(int32)
	b, bOK := argument[*object](c, 0).fields[enumOrdinal].(int32)
	if !aOK || !bOK {
		panic(unmodelled{})
	}
	return a - b
}

// enumClass returns the enum of a constant, which may have a class of its own.
func enumClass(c *call) value {
	class := typed[*object](c, c.receiver).class
	if class.super != nil && class.super.name != "java.lang.Enum" {
		class = class.super
	}
	return classRef(class.name)
}

func enumValueOf(c *call) value {
	class, name := argument[classRef](c, 0), argument[string](c, 1)
	for _, o := range c.enumConstants(c.class(string(class))) {
		if o.fields[enumName] == name {
			return o
		}
	}
	c.fail("IllegalArgumentException", "No enum constant "+strings.ReplaceAll(string(class), "$", ".")+"."+name)
	return nil
}

// enumConstants returns the constants of an enum, in their order. If they are not known, it panics as natives do.
func (m *machine) enumConstants(class *class) []*object {
	var all []*object
	if class.file == nil {
		if class.model == nil || class.super == nil || class.super.name != "java.lang.Enum" {
			panic(unmodelled{})
		}
		all = make([]*object, len(class.model.statics))
		for name, v := range class.model.statics {
			all[v.(constant)] = m.enumConstant(class, name, int32(v.(constant)))
		}
		return all
	}
	if ex := m.initialize(class); ex != nil {
		panic(ex)
	}
	for _, name := range class.file.EnumConstants() {
		o, ok := m.statics[class.name+"."+name].(*object)
		if !ok || o.blurred {
			panic(unknown{why: "the constants of " + class.name})
		}
		all = append(all, o)
	}
	return all
}

func className(c *call) value { return string(typed[classRef](c, c.receiver)) }

func simpleName(c *call) value {
	name := string(typed[classRef](c, c.receiver))
	class := c.class(name)
	if class.file == nil {
		panic(unknown{why: "the simple name of " + name})
	}
	for _, inner := range class.file.InnerClasses() {
		if inner.Name == name {
			return inner.Simple
		}
	}
	return name[strings.LastIndexByte(name, '.')+1:]
}

func requireNonNull(c *call) value {
	if c.arg(0) == nil {
		message := ""
		if len(c.args) == 2 {
			message, _ = c.at(1).(string)
		}
		c.fail("NullPointerException", message)
	}
	return c.at(0)
}

func arrayCopy(c *call) value {
	from, to := argument[*array](c, 0), argument[*array](c, 2)
	i, known1 := c.at(1).(int32)
	j, known2 := c.at(3).(int32)
	n, known3 := c.at(4).(int32)
	switch {
	case from.blurred || to.blurred || !known1 || !known2 || !known3 || from.element != to.element:
		c.blur(from)
		c.blur(to)
		panic(unknown{why: "java.lang.System.arraycopy"})
	case i < 0 || j < 0 || n < 0 || int(i)+int(n) > len(from.items) || int(j)+int(n) > len(to.items):
		c.fail("ArrayIndexOutOfBoundsException", "")
	}
	c.step(int(n))
	copy(to.items[j:j+n], from.items[i:i+n])
	return nil
}

// equal returns what a.equals(b) returns, or what Objects.equals does for null.
func (m *machine) equal(a, b value) value {
	m.step(1)
	if isUnknown(a) || isUnknown(b) {
		return unknown{why: whyOf(a, b)}
	}
	switch x := a.(type) {
	case nil:
		return boolean(b == nil)
	case string, classRef:
		return boolean(a == b)
	case box:
		y, ok := b.(box)
		return boolean(ok && java.Hash(plainNumber(x)) == java.Hash(plainNumber(y)) && x == y)
	}
	if a == b {
		if o, ok := a.(*object); ok && o.class.file == nil {
			return int32(1)
		}
	}
	if m.depth++; m.depth > mostDepth {
		m.giveUp("an object contains itself")
	}
	defer func() { m.depth-- }()
	return must(m.invoke(a, "equals", "(Ljava/lang/Object;)Z", b))
}

// isEqual decides whether two values are equal.
func (m *machine) isEqual(a, b value) bool {
	switch v := m.equal(a, b).(type) {
	case int32:
		return v != 0
	case unknown:
		return m.decide(v.why)
	}
	return false
}

// hash returns what v.hashCode() returns.
func (m *machine) hash(v value) value {
	m.step(1)
	switch v := v.(type) {
	case unknown:
		return unknown{why: v.why}
	case string:
		return java.HashString(v)
	case box:
		return hashBox(v)
	}
	return must(m.invoke(v, "hashCode", "()I"))
}

func timeUnit() *model {
	nanos := []int64{1, 1e3, 1e6, 1e9, 60e9, 3600e9, 86400e9}
	statics := map[string]value{}
	for i, name := range []string{"NANOSECONDS", "MICROSECONDS", "MILLISECONDS", "SECONDS", "MINUTES", "HOURS", "DAYS"} {
		statics[name] = constant(i)
	}
	all := methods{}
	for i, name := range []string{"toNanos", "toMicros", "toMillis", "toSeconds", "toMinutes", "toHours", "toDays"} {
		all[name] = func(c *call) value {
			unit, ok := enumField(enumOrdinal)(c).(int32)
			if !ok || unit < 0 || int(unit) >= len(nanos) {
				panic(unmodelled{})
			}
			return scale(argument[int64](c, 0), nanos[unit], nanos[i])
		}
	}
	all["valueOf(Ljava/lang/String;)Ljava/util/concurrent/TimeUnit;"] = func(c *call) value {
		c.args = []value{classRef(c.ref.Class), c.at(0)}
		return enumValueOf(c)
	}
	return &model{super: "java.lang.Enum", immutable: true, statics: statics, methods: all}
}

// scale converts a duration between units of from and to nanoseconds, as TimeUnit does: down to zero, and to the limits.
func scale(n, from, to int64) int64 {
	if from < to {
		return n / (to / from)
	}
	ratio := from / to
	switch most := int64(1<<63-1) / ratio; {
	case n > most:
		return 1<<63 - 1
	case n < -most:
		return -1 << 63
	}
	return n * ratio
}
