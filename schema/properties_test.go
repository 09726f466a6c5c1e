package schema

import (
	"encoding/hex"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

// TestPropertiesAsJava compares parseProperties with java.util.Properties itself.
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
		f, err := parseProperties("t.properties", []byte(text))
		checked++
		if slices.Equal(columns[1:], []string{"error"}) {
			if err == nil {
				t.Errorf("%q: got %q, but Java refuses it", text, f.values)
			}
			continue
		}
		want := make(map[string]string)
		for i := 1; i+1 < len(columns); i += 2 {
			want[decode(columns[i])] = decode(columns[i+1])
		}
		if err != nil || !maps.Equal(f.values, want) {
			t.Errorf("%q: got %q, %v, want %q", text, f.values, err, want)
		}
	}
	if checked < 50 {
		t.Errorf("only %d texts were compared", checked)
	}
}
