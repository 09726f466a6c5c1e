package settings

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// testdata/option.txt is what json-smart in storm-shaded-deps 2.8.3 says
// (JSONValue.parseWithException, which Utils.readCommandLineOpts calls), each
// value with its Java class; \n and \t in an input stand for the characters.
func TestParseOptionReadsValuesAsStorm(t *testing.T) {
	text, err := os.ReadFile("testdata/option.txt")
	if err != nil {
		t.Fatal(err)
	}
	double := regexp.MustCompile(`Double\(([^)]*)\)`)
	cases := 0
	for line := range strings.Lines(string(text)) {
		input, want, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "   =>   ")
		if !ok { // the second line of a value with a newline in it
			continue
		}
		cases++
		raw := strings.NewReplacer(`\n`, "\n", `\t`, "\t").Replace(input)
		if strings.HasPrefix(want, "EXC ") {
			want = "String(" + raw + ")"
		}
		want = double.ReplaceAllStringFunc(want, func(s string) string {
			f, err := strconv.ParseFloat(double.FindStringSubmatch(s)[1], 64)
			if err != nil {
				t.Fatal(err)
			}
			return fmt.Sprintf("Double(%v)", f)
		})
		_, value, err := ParseOption("k=" + raw)
		if err != nil {
			t.Errorf("%q: %v", input, err)
			continue
		}
		if got := javaView(value); got != want && strings.SplitN(got, "\n", 2)[0] != want {
			t.Errorf("%q: got %s, want %s", input, got, want)
		}
		if _, err := json.Marshal(value); err != nil {
			t.Errorf("%q: does not go into JSON: %v", input, err)
		}
	}
	if cases < 140 {
		t.Fatalf("only %d cases", cases)
	}
}

// javaView shows a value with the class that Storm would give it.
func javaView(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case bool:
		return fmt.Sprintf("Boolean(%v)", v)
	case string:
		return fmt.Sprintf("String(%s)", v)
	case int64:
		if v == int64(int32(v)) {
			return fmt.Sprintf("Integer(%d)", v)
		}
		return fmt.Sprintf("Long(%d)", v)
	case float64:
		return fmt.Sprintf("Double(%v)", v)
	case json.Number:
		if strings.ContainsAny(v.String(), ".eE") {
			decimal := strings.ToUpper(v.String())
			if mantissa, exponent, ok := strings.Cut(decimal, "E"); ok && exponent[0] != '-' {
				decimal = mantissa + "E+" + exponent // as BigDecimal.toString
			}
			return fmt.Sprintf("BigDecimal(%s)", decimal)
		}
		return fmt.Sprintf("BigInteger(%s)", v)
	case []any:
		var b strings.Builder
		for _, e := range v {
			b.WriteString(javaView(e) + ";")
		}
		return "[" + b.String() + "]"
	case map[string]any:
		keys := []string{}
		for k := range v {
			keys = append(keys, k)
		}
		slices.Sort(keys)
		var b strings.Builder
		for _, k := range keys {
			b.WriteString("String(" + k + "):" + javaView(v[k]) + ";")
		}
		return "{" + b.String() + "}"
	}
	return fmt.Sprintf("%T", v)
}

func TestParseOption(t *testing.T) {
	for _, c := range []struct {
		option, key string
		value       any
		err         string
	}{
		{option: "nimbus.seeds=[a,b]", key: "nimbus.seeds", value: []any{"a", "b"}},
		{option: "a=b=c", key: "a", value: "b=c"},
		{option: "a=", key: "a", value: ""},
		{option: "a=-", key: "a", value: "-"},
		{option: "a=NaN", key: "a", value: "NaN"},
		{option: "a=1e400", key: "a", value: "1e400"},
		{option: "a=00000000000000000000001.50", key: "a", value: json.Number("1.50")},
		{option: "a=" + strings.Repeat("[", 100_000), key: "a", value: strings.Repeat("[", 100_000)},
		{option: "a", err: `there is no value; give KEY=VALUE`},
		{option: "=a", err: `there is no key; give KEY=VALUE`},
		{option: "a=[1, {b: -1e999}]", err: `a number in it is too large for JSON; put it in quotes`},
		{option: "a=[NaN, '1e999']", key: "a", value: []any{"NaN", "1e999"}},
	} {
		key, value, err := ParseOption(c.option)
		if c.err != "" {
			if err == nil || err.Error() != c.err {
				t.Errorf("%.20q: error %v, want %s", c.option, err, c.err)
			}
			continue
		}
		if err != nil || key != c.key || !reflect.DeepEqual(value, c.value) {
			t.Errorf("%.20q: got %q %#v %v", c.option, key, value, err)
		}
	}
}

func FuzzParseOption(f *testing.F) {
	for _, seed := range []string{"a=1", "a={b:[1,'x']}", "a=\"\\u00", "a=-.5e-3", "=", "a=[[[["} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, option string) {
		_, value, err := ParseOption(option)
		if err != nil {
			return
		}
		if _, err := json.Marshal(value); err != nil {
			t.Fatalf("%q: %v", option, err)
		}
		if f, ok := value.(float64); ok && math.IsNaN(f) {
			t.Fatal("NaN")
		}
	})
}
