// Package grammar holds the JSON Schemas of topology files and of stormflux.yaml, checks values against them, and reports
// every fault at its place and in our own words. It knows the shape of a file and not its meaning.
package grammar

import (
	_ "embed"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/schema/yaml"
)

// Editors use the same two schemas, so there is only one grammar.
var (
	//go:embed topology.schema.json
	topologyText string
	//go:embed environments.schema.json
	environmentsText string
)

// Schema returns the JSON Schema (2020-12) of a topology file. The caller owns the bytes.
func TopologySchema() []byte { return []byte(topologyText) }

// EnvironmentsSchema returns the JSON Schema (2020-12) of stormflux.yaml. The caller owns the bytes.
func EnvironmentsSchema() []byte { return []byte(environmentsText) }

// testsHead begins the schema of test files. The rest is the $defs of topologies, which end their schema.
const testsHead = `{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "$id": "https://raw.githubusercontent.com/stormflux/stormflux/main/schema/grammar/tests.schema.json",
  "title": "stormflux tests",
  "description": "Tests of a topology for stormflux test, in a file NAME_test.yaml beside the topology.",
  "examples": [{"topology": "wordcount.yaml", "tests": [{"name": "splits", "components": ["split"], "emit": {"sentences": ["a b"]}, "expect": {"split": ["a", "b"]}}]}],
  "type": "object",
  "required": ["tests"],
  "properties": {
    "topology": {
      "$ref": "#/$defs/text",
      "title": "Topology",
      "description": "The topology's file, relative to this one. Without this key: NAME.yaml, if this is NAME_test.yaml.",
      "examples": ["wordcount.yaml"]
    },
    "tests": {"$ref": "#/$defs/tests"}
  },
  "patternProperties": {
    "^x-": {
      "title": "Free key",
      "description": "Keys that begin with x- are free: notes, and values that carry YAML anchors.",
      "examples": ["seen by nobody but people"]
    }
  },
  "additionalProperties": false,
`

// testsText is the schema of test files.
var testsText = sync.OnceValue(func() string {
	return testsHead + topologyText[strings.LastIndex(topologyText, "\n  \"$defs\": {")+1:]
})

// TestsSchema returns the JSON Schema (2020-12) of a file with tests. The caller owns the bytes.
func TestsSchema() []byte { return []byte(testsText()) }

// Each grammar is built once, on first use: a run without a stormflux.yaml does not pay for its schema.
var (
	topologyGrammar     = sync.OnceValue(func() *grammar { return newGrammar(topologyText, topologyNouns) })
	testsGrammar        = sync.OnceValue(func() *grammar { return newGrammar(testsText(), testsNouns) })
	environmentsGrammar = sync.OnceValue(func() *grammar { return newGrammar(environmentsText, environmentsNouns) })
)

// CheckTopology checks a topology document against topology.schema.json. It returns one diagnostic per fault, sorted,
// and the place of every unknown key with the key that was probably meant, or "". A nil root has no faults.
func CheckTopology(root *yaml.Value) (diag.List, map[diag.Span]string) {
	return topologyGrammar().findings(root)
}

// CheckTests is [CheckTopology] for a file with tests.
func CheckTests(root *yaml.Value) (diag.List, map[diag.Span]string) {
	return testsGrammar().findings(root)
}

// CheckEnvironments checks a stormflux.yaml against environments.schema.json.
func CheckEnvironments(root *yaml.Value) diag.List { return environmentsGrammar().check(root) }

// grammar is a schema that is ready for checking documents. It is safe for concurrent use.
type grammar struct {
	root  *jsonschema.Schema
	nodes map[string]*node // the schema's parts by location, "#/$defs/bolt"
	nouns nouns
	shapeRules
}

// check validates in three steps. It folds the document into one that holds each distinct shape once (fold). The library
// finds whether and where that breaks the schema. Then check reports each cause for every place of the document that has
// the faulty shape.
func (g *grammar) check(root *yaml.Value) diag.List {
	diags, _ := g.findings(root)
	return diags
}

// findings is check that also returns the unknown keys.
func (g *grammar) findings(root *yaml.Value) (diag.List, map[diag.Span]string) {
	if root == nil {
		return nil, nil
	}
	f := newFolding(&g.shapeRules)
	id := f.fold(root, g.rootContext)
	err := g.root.Validate(f.shapes[id].json)
	if err == nil {
		return nil, nil
	}
	return g.faults(err, &foldedPlaces{folder: f, root: &site{value: root}})
}
