package declare

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/stormflux/stormflux/internal/java"
)

// textBuilder is what a StringBuilder keeps. When something unknown is appended, nothing of it is known.
type textBuilder struct {
	text    string
	unknown bool
	why     string
}

func (b *textBuilder) value() value {
	if b.unknown {
		return unknown{why: b.why}
	}
	return b.text
}

func (b *textBuilder) lose(why string) { b.unknown, b.why, b.text = true, why, "" }

func (m *machine) appendString(b *textBuilder, s string) {
	m.allocate(len(s)/16 + 1)
	m.step(len(s)/64 + len(b.text)/64)
	if len(b.text)+len(s) > 1<<20 {
		m.giveUp("making the object takes too much memory")
	}
	if !b.unknown {
		b.text += s
	}
}

// appendText appends a value of the type of a descriptor.
func (m *machine) appendText(b *textBuilder, v value, descriptor string) (ex *thrown) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case *thrown:
			ex = r
		case unknown:
			b.lose(r.why)
		default:
			panic(r)
		}
	}()
	switch text := m.textOf(v, descriptor).(type) {
	case string:
		m.appendString(b, text)
	case unknown:
		b.lose(text.why)
	default:
		b.lose("the text of an object")
	}
	return nil
}

// textOf returns String.valueOf of a value of the type of a descriptor.
func (m *machine) textOf(v value, descriptor string) value {
	n, isInt := v.(int32)
	switch {
	case descriptor == "Z" && isInt:
		return strconv.FormatBool(n != 0)
	case descriptor == "C" && isInt:
		if utf16.IsSurrogate(n) {
			return unknown{why: "half a character"}
		}
		return string(n)
	}
	return m.text(v)
}

// text returns String.valueOf of an object or number.
func (m *machine) text(v value) value {
	switch v := v.(type) {
	case nil:
		return "null"
	case string, unknown:
		return v
	case int32:
		return strconv.Itoa(int(v))
	case int64:
		return strconv.FormatInt(v, 10)
	case float32, float64:
		return floatText(v)
	case box:
		return boxText(v)
	case *object:
		if v.blurred && v.class.file == nil {
			return unknown{why: "the text of a " + v.class.name}
		}
		return must(m.invoke(v, "toString", "()Ljava/lang/String;"))
	case classRef:
		return unknown{why: "the text of a class"}
	}
	return unknown{why: "the text of an array"}
}

// floatText returns the text of numbers that every release of Java prints alike.
func floatText(v value) value {
	f, bits := 0.0, 64
	switch v := v.(type) {
	case float32:
		f, bits = float64(v), 32
	case float64:
		f = v
	}
	text := strconv.FormatFloat(f, 'f', -1, bits)
	digits := strings.Trim(strings.ReplaceAll(text, ".", ""), "-0")
	if f != 0 && (f < 1e-3 && f > -1e-3 || f >= 1e7 || f <= -1e7) || f != f || len(digits) > map[int]int{32: 6, 64: 14}[bits] {
		return unknown{why: "the text of a floating-point number"}
	}
	if !strings.Contains(text, ".") {
		text += ".0"
	}
	return text
}

func textModels() map[string]*model {
	builder := func(super string) *model {
		return &model{
			super: super, interfaces: []string{"java.lang.CharSequence", "java.io.Serializable"},
			make: func(*machine) any { return &textBuilder{} },
			methods: methods{
				"<init>": builderInit, "append": builderAppend, "toString": func(c *call) value { return kept[*textBuilder](c).value() },
				"length":    func(c *call) value { return int32(len(units(c, kept[*textBuilder](c).value()))) },
				"setLength": builderSetLength, "deleteCharAt": builderDelete, "equals": identical, "hashCode": identityHash,
			},
		}
	}
	text := map[string]native{
		"<init>": stringInit, "length": func(c *call) value { return int32(len(own(c))) },
		"isEmpty": func(c *call) value { return boolean(typed[string](c, c.receiver) == "") },
		"charAt":  charAt, "substring": substring, "subSequence": substring, "indexOf": indexOf(strings.Index), "lastIndexOf": indexOf(strings.LastIndex),
		"contains":   func(c *call) value { return boolean(strings.Contains(typed[string](c, c.receiver), sequence(c, 0))) },
		"startsWith": affix(strings.HasPrefix), "endsWith": affix(strings.HasSuffix),
		"equals":           func(c *call) value { return c.equal(typed[string](c, c.receiver), c.at(0)) },
		"equalsIgnoreCase": equalsIgnoreCase, "hashCode": func(c *call) value { return java.HashString(typed[string](c, c.receiver)) },
		"compareTo": compareStrings, "concat": func(c *call) value { return typed[string](c, c.receiver) + argument[string](c, 0) },
		"toString": itself, "intern": itself, "toLowerCase": casing(strings.ToLower), "toUpperCase": casing(strings.ToUpper),
		"trim": func(c *call) value {
			return strings.TrimFunc(typed[string](c, c.receiver), func(r rune) bool { return r <= ' ' })
		},
		"replace": replace, "split": split, "valueOf": stringValueOf, "join": join, "format": format, "toCharArray": toCharArray,
		"isBlank": func(c *call) value { return boolean(strings.Trim(ascii(c), " \t\n\v\f\r\x1c\x1d\x1e\x1f") == "") },
		"strip":   func(c *call) value { return strings.Trim(ascii(c), " \t\n\v\f\r\x1c\x1d\x1e\x1f") },
	}
	return map[string]*model{
		"java.lang.CharSequence": {isInterface: true},
		"java.lang.String": {
			interfaces: []string{"java.lang.CharSequence", "java.lang.Comparable", "java.io.Serializable"}, immutable: true, methods: text,
			harmless: true,
		},
		"java.lang.StringBuilder": builder(""), "java.lang.StringBuffer": builder(""),
	}
}

func builderInit(c *call) value {
	b := kept[*textBuilder](c)
	if len(c.args) == 1 && c.ref.Descriptor != "(I)V" {
		if c.at(0) == nil {
			panic(c.nullPointer())
		}
		if ex := c.appendText(b, c.at(0), "Ljava/lang/Object;"); ex != nil {
			panic(ex)
		}
	}
	return nil
}

func builderAppend(c *call) value {
	b := kept[*textBuilder](c)
	if len(c.args) != 1 || strings.HasPrefix(c.ref.Descriptor, "([C") {
		b.lose("the content of an array")
		return c.receiver
	}
	if ex := c.appendText(b, c.at(0), c.descriptor(c.ref.Descriptor).params[0]); ex != nil {
		panic(ex)
	}
	return c.receiver
}

func builderSetLength(c *call) value {
	b := kept[*textBuilder](c)
	n, ok := c.at(0).(int32)
	all, known := b.value().(string)
	if !ok || !known {
		b.lose("the length of a text")
		return nil
	}
	u := utf16.Encode([]rune(all))
	if n < 0 || int(n) > len(u) {
		b.lose("the length of a text")
		panic(unmodelled{})
	}
	b.text = whole(u[:n])
	return nil
}

func builderDelete(c *call) value {
	b := kept[*textBuilder](c)
	n, ok := c.at(0).(int32)
	u := units(c, b.value())
	if !ok {
		b.lose("the length of a text")
		return c.receiver
	}
	if n < 0 || int(n) >= len(u) {
		panic(c.throw("java.lang.StringIndexOutOfBoundsException", ""))
	}
	b.text = whole(append(append([]uint16{}, u[:n]...), u[n+1:]...))
	return c.receiver
}

// stringInit makes the value that takes the place of the new object.
func stringInit(c *call) value {
	made := value(unknown{why: "new java.lang.String"})
	switch c.ref.Descriptor {
	case "()V":
		made = ""
	case "(Ljava/lang/String;)V":
		if made = c.at(0); made == nil {
			panic(c.nullPointer())
		}
	case "([C)V":
		if a, ok := c.at(0).(*array); ok && !a.blurred {
			made = charsText(a)
		}
	case "(Ljava/lang/StringBuilder;)V":
		if o, ok := c.at(0).(*object); ok && !o.blurred {
			if b, ok := o.native.(*textBuilder); ok {
				made = b.value()
			}
		}
	}
	typed[*object](c, c.receiver).native = settled{made}
	return nil
}

func charsText(a *array) value {
	var u []uint16
	for _, item := range a.items {
		char, ok := item.(int32)
		if !ok {
			return unknown{why: "the content of an array"}
		}
		u = append(u, uint16(char))
	}
	return whole(u)
}

// units returns the UTF-16 units of a text.
func units(c *call, v value) []uint16 { return utf16.Encode([]rune(typed[string](c, v))) }

func own(c *call) []uint16 { return units(c, c.receiver) }

// whole returns the text of UTF-16 units. Half a character has no form in Go.
func whole(u []uint16) string {
	text := string(utf16.Decode(u))
	if strings.ContainsRune(text, utf8.RuneError) {
		panic(unknown{why: "half a character"})
	}
	return text
}

// ascii returns the receiver if Java and Go treat its characters alike.
func ascii(c *call) string {
	s := typed[string](c, c.receiver)
	if strings.ContainsFunc(s, func(r rune) bool { return r >= utf8.RuneSelf }) {
		panic(unmodelled{})
	}
	return s
}

// sequence returns the text of an argument that is a CharSequence.
func sequence(c *call, i int) string {
	if c.arg(i) == nil {
		panic(c.nullPointer())
	}
	return typed[string](c, c.text(c.at(i)))
}

func charAt(c *call) value {
	u, i := own(c), argument[int32](c, 0)
	if i < 0 || int(i) >= len(u) {
		panic(c.throw("java.lang.StringIndexOutOfBoundsException", ""))
	}
	return int32(u[i])
}

func substring(c *call) value {
	u, from := own(c), argument[int32](c, 0)
	to := int32(len(u))
	if len(c.args) == 2 {
		to = argument[int32](c, 1)
	}
	if from < 0 || from > to || int(to) > len(u) {
		panic(c.throw("java.lang.StringIndexOutOfBoundsException", ""))
	}
	return whole(u[from:to])
}

func indexOf(find func(s, part string) int) native {
	return func(c *call) value {
		s := ascii(c)
		if len(c.args) != 1 {
			panic(unmodelled{})
		}
		switch part := c.arg(0).(type) {
		case int32:
			return int32(find(s, string(part)))
		case string:
			return int32(find(s, part))
		}
		panic(unmodelled{})
	}
}

func affix(has func(s, part string) bool) native {
	return func(c *call) value {
		if len(c.args) != 1 {
			panic(unmodelled{})
		}
		return boolean(has(typed[string](c, c.receiver), argument[string](c, 0)))
	}
}

func equalsIgnoreCase(c *call) value {
	if c.arg(0) == nil {
		return int32(0)
	}
	a, b := ascii(c), argument[string](c, 0)
	return boolean(len(a) == len(b) && strings.EqualFold(a, b))
}

func compareStrings(c *call) value {
	a, b := own(c), units(c, c.arg(0))
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return int32(a[i]) - int32(b[i])
		}
	}
	return int32(len(a) - len(b))
}

func casing(change func(string) string) native {
	return func(c *call) value {
		s := ascii(c)
		if len(c.args) == 0 && strings.ContainsAny(s, "iI") {
			panic(unknown{why: "the language of the JVM"}) // Turkish has another i
		}
		return change(s)
	}
}

func replace(c *call) value {
	s := typed[string](c, c.receiver)
	if from, ok := c.arg(0).(int32); ok {
		to := argument[int32](c, 1)
		if utf16.IsSurrogate(from) || utf16.IsSurrogate(to) {
			panic(unmodelled{})
		}
		return strings.ReplaceAll(s, string(from), string(to))
	}
	from, to := sequence(c, 0), sequence(c, 1)
	if from == "" && !isASCII(s) || len(s)*(len(to)+1) > 1<<20 {
		panic(unmodelled{})
	}
	return strings.ReplaceAll(s, from, to)
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r >= utf8.RuneSelf })
}

// split knows regular expressions that are one literal character.
func split(c *call) value {
	s, by := typed[string](c, c.receiver), argument[string](c, 0)
	if len(by) == 2 && by[0] == '\\' && strings.IndexByte(`.$|()[{^?*+\-`, by[1]) >= 0 {
		by = by[1:]
	} else if len(by) != 1 || strings.Contains(`.$|()[{^?*+\`, by) {
		panic(unmodelled{})
	}
	if len(c.args) != 1 {
		panic(unmodelled{})
	}
	parts := strings.Split(s, by)
	for len(parts) > 1 && parts[len(parts)-1] == "" {
		parts = parts[:len(parts)-1]
	}
	if s != "" && strings.Trim(s, by) == "" {
		parts = nil
	}
	return c.stringArray(parts)
}

func (m *machine) stringArray(texts []string) *array {
	a := m.newArray("Ljava/lang/String;", len(texts))
	for i, text := range texts {
		a.items[i] = text
	}
	return a
}

func stringValueOf(c *call) value {
	if len(c.args) != 1 {
		panic(unmodelled{})
	}
	param := c.descriptor(c.ref.Descriptor).params[0]
	if param == "[C" {
		a := argument[*array](c, 0)
		if a.blurred {
			panic(unmodelled{})
		}
		return charsText(a)
	}
	return c.textOf(c.at(0), param)
}

func join(c *call) value {
	by := sequence(c, 0)
	items, ok := c.elements(c.at(1))
	if !ok {
		panic(unknown{why: "java.lang.String.join"})
	}
	out := &textBuilder{}
	for i, item := range items {
		if i > 0 {
			c.appendString(out, by)
		}
		if ex := c.appendText(out, item, "Ljava/lang/Object;"); ex != nil {
			panic(ex)
		}
	}
	return out.value()
}

// format knows %s, %d and %%.
func format(c *call) value {
	if len(c.args) != 2 {
		panic(unmodelled{})
	}
	text, args := argument[string](c, 0), argument[*array](c, 1)
	if args.blurred {
		panic(unmodelled{})
	}
	out := &textBuilder{}
	rest := args.items
	for i := 0; i < len(text); i++ {
		if text[i] != '%' {
			c.appendString(out, text[i:i+1])
			continue
		}
		if i++; i == len(text) {
			panic(unmodelled{})
		}
		if text[i] == '%' {
			c.appendString(out, "%")
			continue
		}
		if len(rest) == 0 || text[i] != 's' && text[i] != 'd' || text[i] == 'd' && !isWhole(rest[0]) {
			panic(unmodelled{})
		}
		if ex := c.appendText(out, rest[0], "Ljava/lang/Object;"); ex != nil {
			panic(ex)
		}
		rest = rest[1:]
	}
	return out.value()
}

func toCharArray(c *call) value {
	u := own(c)
	a := c.newArray("C", len(u))
	for i, unit := range u {
		a.items[i] = int32(unit)
	}
	return a
}
