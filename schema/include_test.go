package schema

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/schema/yaml"
)

// TestIncludedValues includes many files, each below the limit, which are above it together. Only some of them are read.
func TestIncludedValues(t *testing.T) {
	var includes strings.Builder
	for i := range 100 {
		fmt.Fprintf(&includes, "- {file: %d.yaml}\n", i)
	}
	text := []byte("x-a: [" + strings.Repeat("1,", yaml.MaxValues/4) + "]\n")
	read := 0
	_, diags, err := Load(t.Context(), "t.yaml", Options{
		Text: []byte("name: t\nincludes:\n" + includes.String()),
		ReadFile: func(path string) ([]byte, error) {
			if path == EnvironmentFile { // it shows the root of the project
				return nil, nil
			}
			read++
			return text, nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	tooMany := slices.DeleteFunc(diags, func(d *diag.Diagnostic) bool { return d.Rule != ruleIncludeLimit })
	if len(tooMany) != 1 || read != 4 {
		t.Errorf("%d files were read:\n%s", read, listing(tooMany))
	}
}
