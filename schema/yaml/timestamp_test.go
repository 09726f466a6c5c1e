package yaml_test

import (
	"testing"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/schema/yaml"
)

// The wanted numbers are from SnakeYAML 2.2 on Java 17.
func TestMilliseconds(t *testing.T) {
	for text, want := range map[string]int64{
		"2020-01-01": 1577836800000, "2020-1-2T3:04:05": 1577934245000, "2001-12-14t21:59:43.10-05:00": 1008385183100,
		"2001-12-14 21:59:43.1055 +5:30": 1008347383105, "2001-12-15 2:59:43.": 1008385183000, "2001-12-15 2:59:43Z": 1008385183000,
		"2020-13-32": 1612137600000, "1969-12-31": -86400000,
	} {
		var diags diag.List
		file := yaml.Read(&diag.File{Name: "t.yaml", Text: []byte(text)}, &diags)
		got, ok := file.Root.Milliseconds()
		if !ok || got != want || len(diags) != 0 {
			t.Errorf("%s is %d (%v), want %d; %v", text, got, ok, want, diags)
		}
	}
	for _, text := range []string{"x", `"2020-01-01"`, "5", "[2020-01-01]"} {
		var diags diag.List
		if got, ok := yaml.Read(&diag.File{Name: "t.yaml", Text: []byte(text)}, &diags).Root.Milliseconds(); ok {
			t.Errorf("%s is the time %d", text, got)
		}
	}
}
