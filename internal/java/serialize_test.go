package java

import (
	"reflect"
	"strings"
	"testing"
)

// What Java writes is compared where Storm's classes are known; here the reader has to give back what was written.
func TestSerializeAndDeserialize(t *testing.T) {
	long := strings.Repeat("é", 40_000) // more bytes than a short string may have
	primitives := &Object{
		Class: &Class{Name: "p.Primitives", UID: 1, Fields: []Field{
			{"b", "B"}, {"c", "C"}, {"d", "D"}, {"f", "F"}, {"i", "I"}, {"j", "J"}, {"s", "S"}, {"z", "Z"}, {"o", "Ljava/lang/Object;"},
		}},
		Fields: []any{int8(-1), uint16(0xffff), 1.5, float32(-2.5), int32(-7), int64(-8), int16(-9), true, nil},
	}
	for _, o := range []*Object{
		NewArrayList(), NewArrayList("a", nil, "a", "\x00é😀", long), NewInteger(-5), primitives,
		NewHashMap(Entry{"k", NewInteger(1)}, Entry{"l", NewArrayList(primitives)}),
	} {
		got, err := Deserialize(Serialize(o))
		if err != nil {
			t.Errorf("%s: %v", o.Class.Name, err)
		} else if !reflect.DeepEqual(got, o) {
			t.Errorf("%s: read back as %#v", o.Class.Name, got)
		}
	}
}

func TestSerializeKeepsIdentity(t *testing.T) {
	shared := NewInteger(1)
	got, err := Deserialize(Serialize(NewArrayList(shared, shared)))
	if err != nil {
		t.Fatal(err)
	}
	if list, ok := got.List(); !ok || len(list) != 2 || list[0] != list[1] {
		t.Errorf("one object twice is read back as %#v", list)
	}
}

func TestFieldOfSuperclass(t *testing.T) {
	super := &Class{Name: "S", Fields: []Field{{"x", "I"}, {"y", "I"}}}
	o := &Object{Class: &Class{Name: "C", Fields: []Field{{"y", "I"}}, Super: super}, Fields: []any{int32(1), int32(2), int32(3)}}
	for name, want := range map[string]any{"x": int32(1), "y": int32(3), "z": nil} {
		if got := o.Field(name); got != want {
			t.Errorf("field %s is %v, want %v", name, got, want)
		}
	}
}

func TestDeserializeRefuses(t *testing.T) {
	whole := string(Serialize(NewHashMap(Entry{"k", NewInteger(1)})))
	for n := range len(whole) {
		if o, err := Deserialize([]byte(whole[:n])); err == nil {
			t.Fatalf("the first %d of %d bytes are read as %#v", n, len(whole), o)
		}
	}
	const head = "\xac\xed\x00\x05"
	class := func(name, rest string) string {
		return head + "sr\x00\x01" + name + "\x00\x00\x00\x00\x00\x00\x00\x01" + rest
	}
	for _, c := range []struct{ stream, want string }{
		{"GIF89a", "no Java object stream"},
		{head + "t\x00\x01a", "does not begin with an object"},
		{head + "ur", "0x75 is not understood"},
		{head + "s\x71\x00\x7e\x00\x05", "a reference to nothing"},
		{class("A", "\x02\x00\x00\x78\x71\x00\x7e\x00\x00"), "A is its own superclass"},
		{class("A", "\x02\x00\x00\x70"), "A has annotations"},
		{class("A", "\x0c\x00\x00\x78\x70"), "flags 0x0c of A"},
		{class("A", "\x02\x00\x01Q\x00\x01x\x78\x70"), "0x51 is not understood"},
		{class("A", "\x02\x00\x01I\x00\x01\x80\x78\x70"), "malformed string"},
	} {
		if _, err := Deserialize([]byte(c.stream)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: error %v, want %q", c.stream, err, c.want)
		}
	}
}

func FuzzDeserialize(f *testing.F) {
	f.Add(Serialize(NewHashMap(Entry{"k", NewInteger(1)}, Entry{"l", NewArrayList("a", nil)})))
	f.Fuzz(func(t *testing.T, stream []byte) {
		if o, err := Deserialize(stream); err == nil {
			o.Field("fields")
			o.List()
		}
	})
}
