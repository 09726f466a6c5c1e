package schema

import (
	_ "embed"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"github.com/stormflux/stormflux/diag"
)

// The two schemas that editors use are the grammar that we check: there is no second one.
var (
	//go:embed topology.schema.json
	topologySchema string
	//go:embed environments.schema.json
	environmentsSchema string
)

// Schema returns the JSON Schema (2020-12) of a topology file. The caller owns the bytes.
func Schema() []byte { return []byte(topologySchema) }

// EnvironmentsSchema returns the JSON Schema (2020-12) of stormflux.yaml. The caller owns the bytes.
func EnvironmentsSchema() []byte { return []byte(environmentsSchema) }

// The grammars are built on first use, once: a run that reads no stormflux.yaml does not pay for its schema.
var (
	topologyGrammar     = sync.OnceValue(func() *grammar { return newGrammar(topologySchema, topologyNouns) })
	environmentsGrammar = sync.OnceValue(func() *grammar { return newGrammar(environmentsSchema, environmentsNouns) })
)

// checkGrammar checks a topology document against topology.schema.json and returns one diagnostic per fault, sorted.
// A nil root, which is no document at all, has no faults.
func checkGrammar(root *Value) diag.List { return topologyGrammar().check(root) }

// findUnknownKeys is checkGrammar that also returns the unknown keys, as [Document.UnknownKeys] has them.
func findUnknownKeys(root *Value) (diag.List, map[diag.Span]string) {
	return topologyGrammar().findings(root)
}

// checkEnvironmentsGrammar checks a stormflux.yaml against environments.schema.json.
func checkEnvironmentsGrammar(root *Value) diag.List { return environmentsGrammar().check(root) }

// grammar is a schema made ready for checking documents. It is safe for concurrent use.
type grammar struct {
	root  *jsonschema.Schema
	nodes map[string]*node // the schema's parts by location, "#/$defs/bolt"
	nouns nouns
	shapeRules
}

// check validates in three steps: the document is folded into one that holds each distinct shape once (fold), the
// library says whether and where that breaks the schema, and each of its causes is told of every place in the document
// that has the faulty shape.
func (g *grammar) check(root *Value) diag.List {
	diags, _ := g.findings(root)
	return diags
}

// findings is check with the keys that the grammar does not know.
func (g *grammar) findings(root *Value) (diag.List, map[diag.Span]string) {
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
