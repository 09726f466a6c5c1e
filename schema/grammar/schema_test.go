package grammar

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/schema/yaml"
)

var schemas = []struct {
	name  string
	text  string
	check func(*yaml.Value) diag.List
}{
	{"topology", topologyText, topologyGrammar().check},
	{"tests", testsText(), testsGrammar().check},
	{"environments", environmentsText, environmentsGrammar().check},
}

// eachSchema calls visit for every part of a schema that is a schema itself, with its location.
func eachSchema(location string, s any, visit func(location string, s map[string]any)) {
	if s == false && !strings.HasSuffix(location, "/additionalProperties") { // short for this
		s = map[string]any{"not": map[string]any{}}
	}
	m, ok := s.(map[string]any)
	if !ok {
		return
	}
	visit(location, m)
	for _, keyword := range sortedKeys(m) {
		part, below := m[keyword], location+"/"+keyword
		switch keyword {
		case "properties", "patternProperties", "$defs", "dependentSchemas":
			parts := part.(map[string]any)
			for _, name := range sortedKeys(parts) {
				eachSchema(below+"/"+name, parts[name], visit)
			}
		case "items", "additionalProperties", "propertyNames", "not", "if", "then", "else":
			eachSchema(below, part, visit)
		case "allOf", "anyOf", "oneOf":
			for _, one := range part.([]any) {
				eachSchema(below, one, visit)
			}
		}
	}
}

func decoded(t testing.TB, text string) map[string]any {
	t.Helper()
	var s map[string]any
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSchemasAreValid(t *testing.T) {
	for _, s := range schemas {
		compiled(t, s.text) // fails where the metaschema refuses it
	}
	if string(TopologySchema()) != topologyText || string(EnvironmentsSchema()) != environmentsText {
		t.Error("Schema or EnvironmentsSchema is not the embedded text")
	}
}

// TestSchemaKeysAreDescribed checks that every key that a person can write has a title, a description and examples, or
// refers to a part that has them, and that the examples match the schema of the key.
func TestSchemaKeysAreDescribed(t *testing.T) {
	for _, s := range schemas {
		root := decoded(t, s.text)
		compiler, url := jsonschema.NewCompiler(), root["$id"].(string)
		if err := compiler.AddResource(url, strings.NewReader(s.text)); err != nil {
			t.Fatal(err)
		}
		described, examples := 0, 0
		describes := func(location string, m map[string]any) {
			described++
			for _, keyword := range []string{"title", "description", "examples"} {
				if m[keyword] != nil {
					continue
				}
				ref, _ := m["$ref"].(string)
				name, _ := strings.CutPrefix(ref, "#/$defs/")
				target, ok := root["$defs"].(map[string]any)[name].(map[string]any)
				if !ok || target[keyword] == nil {
					t.Errorf("%s: %s has no %s", s.name, location, keyword)
				}
			}
		}
		eachSchema("#", root, func(location string, m map[string]any) {
			if location == "#" || strings.Count(location, "/") == 2 && strings.HasPrefix(location, "#/$defs/") {
				describes(location, m)
			}
			// A condition, or a part that only forbids a key, describes no key.
			conditional := slices.ContainsFunc([]string{"/if", "/then", "/dependentSchemas/"}, func(part string) bool { return strings.Contains(location, part) }) ||
				strings.HasSuffix(location, "/additionalProperties")
			for _, keyword := range []string{"properties", "patternProperties"} {
				parts, _ := m[keyword].(map[string]any)
				for _, name := range sortedKeys(parts) {
					if !conditional {
						describes(location+"/"+keyword+"/"+name, parts[name].(map[string]any))
					}
				}
			}
			list, ok := m["examples"].([]any)
			if !ok {
				return
			}
			part, err := compiler.Compile(url + strings.ReplaceAll(location, "^", "%5E"))
			if err != nil {
				t.Fatal(err)
			}
			for _, example := range list {
				examples++
				if err := part.Validate(example); err != nil {
					t.Errorf("%s: %s: example %v: %v", s.name, location, example, err)
				}
			}
			if value, ok := m["default"]; ok {
				if err := part.Validate(value); err != nil {
					t.Errorf("%s: %s: default %v: %v", s.name, location, value, err)
				}
			}
		})
		if described < 20 || examples < 20 {
			t.Errorf("%s: %d descriptions and %d examples: the walk misses some", s.name, described, examples)
		}
	}
}

// TestEditors checks what YAML language servers make of the schemas. It names what the server of Red Hat (1.24) gets wrong.
func TestEditors(t *testing.T) {
	for _, s := range schemas {
		eachSchema("#", decoded(t, s.text), func(location string, m map[string]any) {
			// It shows a pattern that fails as it is, and nobody can read "\$\{".
			if pattern, ok := m["pattern"].(string); ok && strings.Contains(pattern, referencePattern) && m["type"] != nil && m["patternErrorMessage"] == nil {
				t.Errorf("%s: %s: the pattern has no message", s.name, location)
			}
			// It offers an example that is a list or map as "[object Object]" where the first type is another one, or the value
			// is one of a list.
			types, _ := m["type"].([]any)
			for _, example := range asList(m["examples"]) {
				if _, object := example.(map[string]any); object && len(types) > 1 && slices.Contains(types, any("string")) {
					t.Errorf("%s: %s: an editor offers the example %v as [object Object]", s.name, location, example)
				}
			}
			// It offers every property that the schema does not hide, also one that must not be there. It ignores doNotSuggest
			// beside $ref.
			properties, _ := m["properties"].(map[string]any)
			id, _ := properties["id"].(map[string]any)
			if component := location == "#/$defs/spout" || location == "#/$defs/bolt"; (component || id["not"] != nil) && id != nil && (id["doNotSuggest"] != true || id["$ref"] != nil) {
				t.Errorf("%s: %s: editors offer id, but it is the key in a map of components", s.name, location)
			}
		})
	}
}

func asList(v any) []any {
	list, _ := v.([]any)
	return list
}

// TestSchemaKeywords checks that the schemas use only keywords that are known here, that folding allows, and that have a
// message of their own.
func TestSchemaKeywords(t *testing.T) {
	annotations := []string{"$schema", "$id", "title", "description", "examples", "default", "patternErrorMessage", "doNotSuggest", "defaultSnippets"}
	structure := []string{"$ref", "$defs", "properties", "patternProperties", "propertyNames", "items", "allOf", "if", "then", "else", "dependentSchemas", "const"}
	var reported []string
	for _, k := range keywordFaults {
		reported = append(reported, k.keyword)
	}
	for _, s := range schemas {
		root := decoded(t, s.text)
		eachSchema("#", root, func(location string, m map[string]any) {
			for _, keyword := range sortedKeys(m) {
				if !slices.Contains(annotations, keyword) && !slices.Contains(structure, keyword) && !slices.Contains(reported, keyword) {
					t.Errorf("%s: %s: keyword %q", s.name, location, keyword)
				}
			}
			if m["const"] != nil && !strings.Contains(location, "/if/") {
				t.Errorf("%s: %s: const outside a condition has no words", s.name, location)
			}
			if pattern, ok := m["pattern"].(string); ok && pattern != referencePattern && pattern != filledPattern {
				if _, ok := forms[pattern]; !ok {
					t.Errorf("%s: %s: no words for pattern %s", s.name, location, pattern)
				}
			}
			// Folding keeps one of several items and keys with the same shape.
			for _, keyword := range []string{"minItems", "minLength"} {
				if n, ok := m[keyword].(float64); ok && n != 1 {
					t.Errorf("%s: %s: %s other than 1 cannot be folded", s.name, location, keyword)
				}
			}
			for _, names := range []any{m["propertyNames"]} {
				if n, ok := names.(map[string]any); ok && (len(n) != 1 || n["pattern"] == nil) {
					t.Errorf("%s: %s: propertyNames other than a pattern cannot be folded", s.name, location)
				}
			}
			// notExactlyOne looks at one required key of each branch.
			branches, _ := m["oneOf"].([]any)
			for _, branch := range branches {
				b := branch.(map[string]any)
				if required, _ := b["required"].([]any); len(b) != 1 || len(required) != 1 {
					t.Errorf("%s: %s: oneOf of more than single required keys", s.name, location)
				}
			}
			if not, ok := m["not"]; ok && len(not.(map[string]any)) != 0 {
				t.Errorf("%s: %s: not of something has no words", s.name, location)
			}
		})
		// readSchema must not lose a part.
		count, read := 0, 0
		eachSchema("#", root, func(string, map[string]any) { count++ })
		var walk func(string, *node)
		walk = func(_ string, n *node) { read++; n.each(walk) }
		walk("", readSchema(s.text))
		if count != read {
			t.Errorf("%s: %d schemas in the text, %d read", s.name, count, read)
		}
	}
}

// TestSchemasAgree checks that both schemas define the same name in the same way.
func TestSchemasAgree(t *testing.T) {
	a, b := decoded(t, topologyText)["$defs"].(map[string]any), decoded(t, environmentsText)["$defs"].(map[string]any)
	both := 0
	for name, def := range b {
		if other, ok := a[name]; ok {
			both++
			x, _ := json.Marshal(def)
			y, _ := json.Marshal(other)
			if string(x) != string(y) {
				t.Errorf("%s differs", name)
			}
		}
	}
	if both == 0 {
		t.Error("nothing in common")
	}
}

func TestExamplesKeepTheGrammar(t *testing.T) {
	files, err := filepath.Glob("../../examples/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal(err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		check := topologyGrammar().check
		if filepath.Base(name) == "stormflux.yaml" {
			check = environmentsGrammar().check
		}
		if diags := check(readValue(t, name, string(text))); len(diags) > 0 {
			t.Errorf("%s:\n%s", name, listing(diags))
		}
	}
}
