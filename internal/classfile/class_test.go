package classfile

import (
	"encoding/binary"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// sample has one of everything that Parse reads.
func sample() source {
	return source{
		name: "demo.Outer$Level", super: "java.lang.Enum", interfaces: []string{"java.lang.Runnable", "demo.Other"},
		flags: Super | Final | Enum, major: 61,
		fields: []member{
			{flags: Public | Static | Final | Enum, name: "LOW", descriptor: "Ldemo/Outer$Level;"},
			{flags: Public | Static | Final | Enum, name: "HIGH", descriptor: "Ldemo/Outer$Level;"},
			{flags: Private | Static | Final, name: "COUNT", descriptor: "I", attributes: []attribute{
				{"ConstantValue", func(a *assembler) []byte { return u2(a.integer(-7)) }},
			}},
			{name: "names", descriptor: "Ljava/util/Map;", signature: "Ljava/util/Map<Ljava/lang/String;[TT;>;"},
		},
		methods: []member{
			{flags: Private, name: "<init>", descriptor: "(Ljava/lang/String;ILjava/util/List;)V", signature: "(Ljava/util/List<Ljava/lang/String;>;)V"},
			{name: "all", descriptor: "(Ljava/util/List;[[J)Ljava/lang/Object;",
				signature: "<T:Ljava/lang/Object;U::Ljava/util/List<-TT;>;>(Ljava/util/List<+TU;>;[[J)TT;^Ljava/io/IOException;",
				attributes: []attribute{
					{"Exceptions", func(a *assembler) []byte { return u2(1, a.class("java.io.IOException")) }},
					{"Code", func(a *assembler) []byte {
						a.double(2.5) // takes two indexes
						code := append(u2(3, 4), binary.BigEndian.AppendUint32(nil, 2)...)
						code = append(code, 0x01, 0xb0) // aconst_null, areturn
						return append(code, u2(1, 0, 1, 1, a.class("java.lang.Error"), 0)...)
					}},
				}},
			{flags: Public | Abstract, name: "none", descriptor: "()V"},
		},
		attributes: []attribute{
			textAttribute("SourceFile", "Outer.java"),
			{"InnerClasses", func(a *assembler) []byte {
				return u2(2, a.class("demo.Outer$Level"), a.class("demo.Outer"), a.utf8("Level"), uint16(Private|Static|Final|Enum),
					a.class("demo.Outer$1"), 0, 0, 0)
			}},
			{"BootstrapMethods", func(a *assembler) []byte {
				return u2(1, a.handle(6, a.method("demo.Boot", "strap", "()V")), 2, a.str("x\x00é😀"), a.long(math.MinInt64))
			}},
		},
	}
}

func parsed(t *testing.T, s source) *Class {
	t.Helper()
	c, err := Parse(s.file())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestParse(t *testing.T) {
	c := parsed(t, sample())
	if c.Name != "demo.Outer$Level" || c.Super != "java.lang.Enum" || c.Java() != 17 || !c.IsEnum() || c.SourceFile() != "Outer.java" {
		t.Errorf("%+v", c)
	}
	if !slices.Equal(c.Interfaces, []string{"java.lang.Runnable", "demo.Other"}) {
		t.Errorf("interfaces %q", c.Interfaces)
	}
	if c.Flags.Has(Public) || c.Flags.Has(Private) || c.Modifiers() != Private|Static|Final|Enum {
		t.Errorf("flags %x, modifiers %x", c.Flags, c.Modifiers())
	}
	if got := c.EnumConstants(); !slices.Equal(got, []string{"LOW", "HIGH"}) {
		t.Errorf("constants %q", got)
	}
	if v, ok := c.Field("COUNT").Constant(); !ok || v != int32(-7) {
		t.Errorf("COUNT is %v", v)
	}
	if _, ok := c.Field("LOW").Constant(); ok {
		t.Error("LOW has a constant value")
	}
	if got, _ := c.Field("names").GenericType(); got.String() != "java.util.Map<java.lang.String, T[]>" {
		t.Errorf("names is a %s", got)
	}
	want := []InnerClass{{Name: "demo.Outer$Level", Outer: "demo.Outer", Simple: "Level", Flags: Private | Static | Final | Enum}, {Name: "demo.Outer$1"}}
	if got := c.InnerClasses(); !reflect.DeepEqual(got, want) {
		t.Errorf("inner classes %+v", got)
	}
}

func TestMethods(t *testing.T) {
	c := parsed(t, sample())
	made := c.Constructors()
	if len(made) != 1 || !made[0].Flags.Has(Private) {
		t.Fatalf("constructors %+v", made)
	}
	if got, ok := made[0].GenericParams(); !ok || len(got) != 3 || got[2].String() != "java.util.List" {
		t.Errorf("a signature that has fewer parameters is used: %v", got)
	}
	all := c.Method("all", "(Ljava/util/List;[[J)Ljava/lang/Object;")
	if all == nil || c.Method("all", "()V") != nil {
		t.Fatal("methods are not found by name and descriptor")
	}
	generic, _ := all.GenericParams()
	erased, _ := all.Params()
	result, _ := all.Result()
	for _, got := range [][2]string{
		{generic[0].String(), "java.util.List<? extends U>"}, {generic[1].String(), "long[][]"}, {erased[0].String(), "java.util.List"},
		{erased[1].ClassName(), "[[J"}, {result.String(), "java.lang.Object"},
	} {
		if got[0] != got[1] {
			t.Errorf("%s, want %s", got[0], got[1])
		}
	}
	if got := all.Exceptions(); !slices.Equal(got, []string{"java.io.IOException"}) {
		t.Errorf("exceptions %q", got)
	}
	code, ok := all.Code()
	if !ok || code.MaxStack != 3 || code.MaxLocals != 4 || !slices.Equal(code.Bytes, []byte{0x01, 0xb0}) || len(code.Handlers) != 1 {
		t.Fatalf("code %+v", code)
	}
	if name, _ := c.Pool.Class(code.Handlers[0].Catch); name != "java.lang.Error" {
		t.Errorf("catches %q", name)
	}
	if _, ok := c.Method("none", "()V").Code(); ok {
		t.Error("an abstract method has code")
	}
}

func TestPool(t *testing.T) {
	c := parsed(t, sample())
	boot := c.Bootstraps()
	if len(boot) != 1 || boot[0].Method != (Handle{6, Ref{TagMethodref, "demo.Boot", "strap", "()V"}}) || len(boot[0].Arguments) != 2 {
		t.Fatalf("bootstrap methods %+v", boot)
	}
	text, long := boot[0].Arguments[0], boot[0].Arguments[1]
	if s, ok := c.Pool.String(text); !ok || s != "x\x00é😀" {
		t.Errorf("string %q", s)
	}
	if n, ok := c.Pool.Long(long); !ok || n != math.MinInt64 {
		t.Errorf("long %d", n)
	}
	if c.Pool.Tag(long+1) != 0 || c.Pool.Tag(0) != 0 || c.Pool.Tag(-1) != 0 || c.Pool.Tag(c.Pool.Len()) != 0 {
		t.Error("an index without a constant has a tag")
	}
	doubles := 0
	for i := -1; i <= c.Pool.Len(); i++ {
		if v, ok := c.Pool.Double(i); ok && v == 2.5 {
			doubles++
		}
		if _, ok := c.Pool.Integer(i); ok != (c.Pool.Tag(i) == TagInteger) {
			t.Errorf("constant %d: the getter and the tag disagree", i)
		}
	}
	if doubles != 1 {
		t.Errorf("%d doubles", doubles)
	}
	if _, ok := (*Pool)(nil).Utf8(1); ok {
		t.Error("a nil pool has a constant")
	}
}

// Every cut and every lying byte gives an error or a class, and whatever the class is asked, it answers.
func TestParseHostile(t *testing.T) {
	file := sample().file()
	for n := range file {
		if _, err := Parse(slices.Clone(file[:n])); err == nil {
			t.Fatalf("the first %d bytes of %d are read as a class", n, len(file))
		}
	}
	if _, err := Parse(append(slices.Clone(file), 0)); err == nil {
		t.Error("a byte after the end is accepted")
	}
	for i := range file {
		for _, b := range []byte{0, 1, 0x7f, 0xff, file[i] + 1} {
			lying := slices.Clone(file)
			lying[i] = b
			ask(Parse(lying))
		}
	}
}

// ask calls everything that reads further bytes of a class.
func ask(c *Class, err error) {
	if err != nil {
		return
	}
	c.Java()
	c.IsPreview()
	c.Modifiers()
	c.EnumConstants()
	c.Bootstraps()
	c.Signature()
	c.SourceFile()
	for i := range c.Fields {
		c.Fields[i].GenericType()
		c.Fields[i].Constant()
	}
	for i := range c.Methods {
		c.Methods[i].GenericParams()
		c.Methods[i].Exceptions()
		c.Methods[i].Result()
		c.Methods[i].Code()
	}
	for i := range min(c.Pool.Len(), 1000) {
		c.Pool.constant(i)
		c.Pool.Class(i)
		c.Pool.Ref(i)
		c.Pool.MethodHandle(i)
		c.Pool.MethodType(i)
		c.Pool.Dynamic(i)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(sample().file())
	f.Add(source{name: "A"}.file())
	f.Add(source{name: "demo.Talk", flags: Public | Interface | Abstract, methods: []member{{name: "say", descriptor: "([Ljava/lang/String;ZBCSIJFD)V"}}}.file())
	f.Fuzz(func(_ *testing.T, data []byte) { ask(Parse(data)) })
}

func TestType(t *testing.T) {
	for _, test := range []struct{ descriptor, name, class string }{
		{"I", "int", "int"},
		{"[[Z", "boolean[][]", "[[Z"},
		{"Ljava/util/Map$Entry;", "java.util.Map$Entry", "java.util.Map$Entry"},
		{"[Ljava/lang/String;", "java.lang.String[]", "[Ljava.lang.String;"},
	} {
		got, ok := ParseType(test.descriptor)
		if !ok || got.String() != test.name || got.ClassName() != test.class {
			t.Errorf("%s is %v, %s", test.descriptor, got, got.ClassName())
		}
	}
	for _, wrong := range []string{"", "V", "Q", "L;", "Ljava", "II", "[", strings.Repeat("[", 256) + "I", "TT;"} {
		if got, ok := ParseType(wrong); ok {
			t.Errorf("%q is read as %v", wrong, got)
		}
	}
	for _, wrong := range []string{"", "()", "(V)V", "(I", "(I)VV", "(" + strings.Repeat("I", 256) + ")V"} {
		if got, result, ok := ParseMethod(wrong); ok {
			t.Errorf("%q is read as %v, %v", wrong, got, result)
		}
	}
}

func TestGenericType(t *testing.T) {
	for signature, want := range map[string]string{
		"Ljava/util/List<Ljava/lang/String;>;":                     "java.util.List<java.lang.String>",
		"Ldemo/Outer<TK;>.Inner<*-TV;[I>;":                         "demo.Outer$Inner<?, ? super V, int[]>",
		"Ldemo/Outer<TK;>.Inner;":                                  "demo.Outer$Inner",
		"[Ljava/util/List<[+Ljava/lang/Number;>;":                  "",
		"[Ljava/util/List<+[Ljava/lang/Number;>;":                  "java.util.List<? extends java.lang.Number[]>[]",
		"Ljava/util/List<Ljava/lang/String;":                       "",
		strings.Repeat("La<", 100_000):                             "",
		strings.Repeat("La<", 65) + "*" + "deep":                   "",
		strings.Repeat("La<", 60) + "*" + strings.Repeat(">;", 60): strings.Repeat("a<", 60) + "?" + strings.Repeat(">", 60),
	} {
		got, ok := parseFieldSignature(signature)
		if ok != (want != "") || ok && got.String() != want {
			t.Errorf("%.80s is %v %v, want %s", signature, got, ok, want)
		}
	}
}
