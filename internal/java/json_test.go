package java

import (
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"os"
	"slices"
	"strings"
	"testing"
)

func TestParseJSONReadsAsStorm(t *testing.T) {
	text, err := os.ReadFile("testdata/json_smart.tsv")
	if err != nil {
		t.Fatal(err)
	}
	cases := 0
	for line := range strings.Lines(string(text)) {
		quoted, want, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		if strings.HasPrefix(line, "#") || !ok {
			continue
		}
		cases++
		var in string
		if err := json.Unmarshal([]byte(quoted), &in); err != nil {
			t.Fatalf("%s: %v", quoted, err)
		}
		got := "refused"
		if v, err := ParseJSON(in); err == nil {
			got = shown(v)
		}
		if got != want {
			t.Errorf("%s is read as %s, by Storm as %s", quoted, got, want)
		}
	}
	if cases < 380 {
		t.Errorf("only %d cases", cases)
	}
}

// shown shows a value as the vectors do.
func shown(v any) string {
	var class string
	switch v := v.(type) {
	case nil:
		return "null"
	case string:
		return asciiJSON(v)
	case []any:
		out := "["
		for _, e := range v {
			out += shown(e) + ","
		}
		return out + "]"
	case map[string]any:
		var keys []string
		for key := range v {
			keys = append(keys, key)
		}
		slices.SortFunc(keys, CompareStrings)
		out := "{"
		for _, key := range keys {
			out += asciiJSON(key) + ":" + shown(v[key]) + ","
		}
		return out + "}"
	case bool:
		class = "Boolean"
	case int32:
		class = "Integer"
	case int64:
		class = "Long"
	case *big.Int:
		class = "BigInteger"
	case float32:
		class = "Float"
	case float64:
		class = "Double"
	case BigDecimal:
		class = "BigDecimal"
	}
	return fmt.Sprintf("%s(%d)", class, Hash(v))
}

// asciiJSON writes a string as Python's json.dumps does.
func asciiJSON(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch short := map[rune]string{'"': `\"`, '\\': `\\`, '\n': `\n`, '\r': `\r`, '\t': `\t`, '\b': `\b`, '\f': `\f`}[r]; {
		case short != "":
			b.WriteString(short)
		case r < 0x20 || r >= 0x7f && r <= 0xffff:
			fmt.Fprintf(&b, `\u%04x`, r)
		case r > 0xffff:
			r -= 0x10000
			fmt.Fprintf(&b, `\u%04x\u%04x`, 0xd800+r>>10, 0xdc00+r&0x3ff)
		default:
			b.WriteRune(r)
		}
	}
	return `"` + b.String() + `"`
}

func TestAppendJSON(t *testing.T) {
	huge, _ := new(big.Int).SetString("12345678901234567890", 10)
	got, err := AppendJSON(nil, map[string]any{
		"a": 1.0, "b": int64(1), "c": huge, "d": []any{0.5, nil, true, "<é>"}, "e": map[string]any{"z": 1e20, "y": -0.25},
		"f": []string{"x"}, "g": json.Number("1.50"), "h": BigDecimal("-007."), "i": float32(0.1), "j": uint8(7),
	})
	const want = `{"a":1.0,"b":1,"c":12345678901234567890,"d":[0.5,null,true,"<é>"],"e":{"y":-0.25,"z":1e+20},` +
		`"f":["x"],"g":1.50,"h":-7.0,"i":0.1,"j":7}`
	if err != nil || string(got) != want {
		t.Errorf("%s, %v", got, err)
	}
	for _, bad := range []struct {
		v    any
		want string
	}{
		{math.NaN(), "k[0].l is NaN, which JSON does not have"}, {math.Inf(1), "k[0].l is +Inf"}, {"\xff", "k[0].l is not valid UTF-8"},
		{struct{}{}, "k[0].l is a struct {}"}, {json.Number("1x"), "k[0].l: "},
	} {
		got, err := AppendJSON(nil, map[string]any{"k": []any{map[string]any{"l": bad.v}}})
		if err == nil || !strings.HasPrefix(err.Error(), bad.want) {
			t.Errorf("%v gives %s, %v", bad.v, got, err)
		}
	}
}

// Whatever its size, a float is read back as a Double where its digits allow that, and never as an Integer.
func TestFloatsStayFloats(t *testing.T) {
	for _, f := range []float64{0, 1, -2.5, 1e14, 1e15, 1e16, 1e17, 1e18, 1e20, 1e21, 1e300, 5e-324, 1e-6, 1e-7, math.MaxFloat64} {
		text := string(AppendJSONFloat(nil, f, 64))
		v, err := ParseJSON(text)
		if d, isDouble := v.(float64); isDouble && d == f {
			continue
		}
		if _, isDecimal := v.(BigDecimal); err != nil || !isDecimal || len(text) <= 18 {
			t.Errorf("%v is written as %s and read as %#v, %v", f, text, v, err)
		}
	}
}

func TestDecimals(t *testing.T) {
	for _, c := range []struct{ in, canonical, long string }{
		{"0.30000000000000004", "0.30000000000000004", "0.30000000000000004"},
		{"0000000000000000001e999", "1e999", "1e00000000000000999"},
		{"-000000000000000000001.5E-7", "-1.5E-7", "-1.5E-0000000000007"},
		{"01000000000.0000000", "1000000000.0000000", "1000000000.0000000e0"},
		{"-.12345678901234567", "-0.12345678901234567", "-0.12345678901234567"},
		{"00000000000000000001.", "1.0", "1.0e000000000000000"},
	} {
		if got := CanonicalDecimal(BigDecimal(c.in)); got != c.canonical {
			t.Errorf("%s is canonically %s, want %s", c.in, got, c.canonical)
		}
		if got := LongDecimal(BigDecimal(c.in)); got != c.long {
			t.Errorf("%s is written as %s, want %s", c.in, got, c.long)
		}
		if v, err := ParseJSON(c.long); err != nil || v != any(BigDecimal(c.long)) {
			t.Errorf("%s is read back as %#v, %v", c.long, v, err)
		}
	}
}

func FuzzParseJSON(f *testing.F) {
	for _, seed := range []string{"1", "{a:[1,'x',-.5e-3]}", `"\u00`, "[[[[", "{a:'q'\v}", "-0e99999999999999999999"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if v, err := ParseJSON(text); err == nil {
			Hash(v)
		}
	})
}
