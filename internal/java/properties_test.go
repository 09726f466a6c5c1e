package java

import (
	"encoding/hex"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

// TestPropertiesAsJava compares ParseProperties with java.util.Properties itself.
func TestPropertiesAsJava(t *testing.T) {
	table, err := os.ReadFile("testdata/properties/answers.tsv")
	if err != nil {
		t.Fatal(err)
	}
	decode := func(s string) string {
		b, err := hex.DecodeString(s)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	checked := 0
	for line := range strings.Lines(string(table)) {
		columns := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		text := decode(columns[0])
		f, err := ParseProperties([]byte(text))
		checked++
		if slices.Equal(columns[1:], []string{"error"}) {
			if err == nil {
				t.Errorf("%q: got %q, but Java refuses it", text, f.Values)
			}
			continue
		}
		want := make(map[string]string)
		for i := 1; i+1 < len(columns); i += 2 {
			want[decode(columns[i])] = decode(columns[i+1])
		}
		if err != nil || !maps.Equal(f.Values, want) {
			t.Errorf("%q: got %q, %v, want %q", text, f.Values, err, want)
		}
	}
	if checked < 50 {
		t.Errorf("only %d texts were compared", checked)
	}
}

// Text in UTF-8 is read as its characters, also after a backslash.
func TestPropertiesText(t *testing.T) {
	got, err := ParsePropertiesText([]byte("käse = \\é\\\\é \\u00e9 😀\nplain: a\\\n  b\n"))
	if want := map[string]string{"käse": "é\\é é 😀", "plain": "ab"}; err != nil || !maps.Equal(got.Values, want) {
		t.Errorf("%q, %v", got.Values, err)
	}
	if _, err := ParsePropertiesText([]byte("é = \\u12")); err == nil {
		t.Error("a broken escape gives no error")
	}
}
