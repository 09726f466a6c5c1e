package schema_test

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/schema"
)

// TestDocumentKnowsItsGaps checks what a Document says about how it was read: what is missing, which keys are unknown, what
// refers to variables.
func TestDocumentKnowsItsGaps(t *testing.T) {
	const environments = "environments: {prod: {variables: {host: h}}}\n"
	for _, c := range []struct {
		name, text string
		files      map[string]string
		want       string
	}{
		{"whole", "name: t\n", nil, ""},
		{"missing include", "includes: [{file: a.yaml}]\n", nil, "include a.yaml: false; incomplete"},
		{"include", "includes: [{file: a.yaml}]\n", map[string]string{"a.yaml": "name: t\n"}, "include a.yaml: true"},
		{"broken include", "includes: [{file: a.yaml}]\n", map[string]string{"a.yaml": "name: [\n"}, "include a.yaml: true; incomplete"},
		{"include with a date", "includes: [{file: a.yaml}]\n", map[string]string{"a.yaml": "config: {d: 2020-01-01}\n"}, "include a.yaml: true"},
		{"include of itself", "includes: [{file: topology.yaml}]\n", nil, "include topology.yaml: true; incomplete"},
		{"two documents", "name: t\n---\nname: u\n", nil, "incomplete"},
		{"unknown keys", "nmae: t\nqqqqqq: 1\nx-free: 2\n", nil, "nmae means \"name\"; qqqqqq means \"\""},
		{"variables", "name: ${host}-${n:-1}\nconfig: {a: \"${env:HOME}\", b: $${no}}\n", nil,
			"${host} declared at host; ${n:-1}; ${env:HOME} of the environment"},
	} {
		t.Run(c.name, func(t *testing.T) {
			doc, _, err := schema.Load(t.Context(), "topology.yaml", schema.Options{
				Text:        []byte(c.text),
				Environment: "prod",
				LookupEnv:   func(string) (string, bool) { return "", true },
				ReadFile: func(path string) ([]byte, error) {
					if path == "stormflux.yaml" {
						return []byte(environments), nil
					}
					if text, ok := c.files[path]; ok {
						return []byte(text), nil
					}
					return nil, fs.ErrNotExist
				},
			})
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(gaps(doc), "; "); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
			if !slices.Contains(doc.VariableNames, "host") {
				t.Errorf("variables %q", doc.VariableNames)
			}
		})
	}
}

func gaps(doc *schema.Document) []string {
	var found []string
	for _, i := range doc.Includes {
		found = append(found, fmt.Sprintf("include %s: %v", i.Name.Text, i.File != nil))
	}
	if doc.Incomplete {
		found = append(found, "incomplete")
	}
	var unknown []diag.Span
	for span := range doc.UnknownKeys {
		unknown = append(unknown, span)
	}
	slices.SortFunc(unknown, func(a, b diag.Span) int { return a.Start - b.Start })
	for _, span := range unknown {
		found = append(found, fmt.Sprintf("%s means %q", span.Text(), doc.UnknownKeys[span]))
	}
	for _, r := range doc.VariableReferences {
		text := r.Span.Text()
		if r.Environment {
			text += " of the environment"
		}
		if !r.Declaration.IsZero() {
			text += " declared at " + r.Declaration.Text()
		}
		found = append(found, text)
	}
	return found
}
