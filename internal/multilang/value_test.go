package multilang

import (
	"encoding/json"
	"math"
	"math/big"
	"reflect"
	"testing"

	"github.com/stormflux/stormflux/internal/java"
)

func TestRawValues(t *testing.T) {
	l := RawValues(`[ "a\"]," , [1,[2]] ,{"k":"}"}, -1.5 ,null,true]`)
	want := []RawValue{`"a\"],"`, `[1,[2]]`, `{"k":"}"}`, `-1.5`, `null`, `true`}
	if got := l.Append(nil); !reflect.DeepEqual(got, want) {
		t.Errorf("got %q", got)
	}
	if l.Len() != 6 {
		t.Errorf("Len is %d", l.Len())
	}
	if v, ok := l.At(3); !ok || v != "-1.5" {
		t.Errorf("At(3) is %q", v)
	}
	if _, ok := l.At(6); ok {
		t.Error("there is no seventh value")
	}
	if got, want := l.Decode(), []any{`a"],`, []any{int32(1), []any{int32(2)}}, map[string]any{"k": "}"}, -1.5, nil, true}; !reflect.DeepEqual(got, want) {
		t.Errorf("decoded as %#v", got)
	}
	if RawValues("").Len() != 0 || RawValues("[ ]").Len() != 0 {
		t.Error("nothing has a length")
	}
}

func TestAppendValue(t *testing.T) {
	type point struct {
		X int    `json:"x"`
		S string `json:"s"`
	}
	for _, c := range []struct {
		v    any
		want string
	}{
		{nil, `null`},
		{true, `true`},
		{-7, `-7`},
		{int8(-8), `-8`},
		{uint64(math.MaxUint64), `18446744073709551615`},
		{new(big.Int).Lsh(big.NewInt(1), 70), `1180591620717411303424`},
		{java.BigDecimal("0.30000000000000004"), `0.30000000000000004`},
		{2.0, `2.0`},
		{0.1, `0.1`},
		{1e20, `1e+20`},
		{1.5e-9, `1.5e-09`},
		{float32(0.1), `0.1`},
		{math.NaN(), `NaN`},
		{math.Inf(-1), `-1e999`},
		{"a\"\\\n\r\t\x00\x1f/<é😀\xff", `"a\"\\\n\r\t\u0000\u001f/<é😀` + "\uFFFD\""},
		{[]string{"a", "b"}, `["a","b"]`},
		{[]string(nil), `null`},
		{[]any{1, []any{}}, `[1,[]]`},
		{map[string]any{"b": 1, "a": nil}, `{"a":null,"b":1}`},
		{RawValue(`[1, 2]`), `[1, 2]`},
		{RawValue(""), `null`},
		{point{1, "<\n>"}, `{"x":1,"s":"<\n>"}`},
		{[]point{{2, ""}}, `[{"x":2,"s":""}]`},
		{json.RawMessage("{\n\"a\":1\n}"), `{"a":1}`},
		{[]byte("hi"), `"aGk="`},
		{map[int]bool{2: true, 1: false}, `{"1":false,"2":true}`},
	} {
		got, err := AppendValue(nil, c.v)
		if err != nil || string(got) != c.want {
			t.Errorf("%#v: %s, %v; want %s", c.v, got, err, c.want)
		}
	}
	if _, err := AppendValue(nil, []any{1, make(chan int)}); err == nil {
		t.Error("a channel is sent")
	}
}

func TestNumbersKeepTheirType(t *testing.T) {
	for _, v := range []any{
		int32(math.MinInt32), int32(math.MaxInt32), int64(math.MaxInt32 + 1), int64(math.MinInt64), new(big.Int).Lsh(big.NewInt(-1), 64),
		0.0, 1.0, -2.5, 1e15, 1e300, 5e-324, 123456.75,
		java.BigDecimal("0.12345678901234567"), "", "text", true, nil, []any{}, map[string]any{},
	} {
		text, err := AppendValue(nil, v)
		if err != nil {
			t.Fatal(err)
		}
		plain, err := ParseValue(string(text))
		if err != nil {
			t.Fatal(err)
		}
		if got := plain.Decode(); !reflect.DeepEqual(got, v) {
			t.Errorf("%#v is sent as %s and arrives as %#v", v, text, got)
		}
	}
}

func FuzzString(f *testing.F) {
	for _, s := range []string{"", "a\x00\"\\\n", "😀\u2028", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		ours := java.AppendJSONString(nil, s)
		var std string
		if err := json.Unmarshal(ours, &std); err != nil {
			t.Fatalf("%q is written as %s: %v", s, ours, err)
		}
		v, err := ParseValue(string(ours))
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := v.Text(); !ok || got != std {
			t.Fatalf("%q is read back as %q, by encoding/json as %q", s, got, std)
		}
	})
}
