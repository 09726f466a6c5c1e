package grammar

import (
	"math/big"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v5"
)

// node is one part of a schema, with the keywords that our schemas use. A test refuses every other keyword, so none is
// ignored by mistake. The tags are for tests too.
type node struct {
	Ref  string           `json:"$ref"`
	Defs map[string]*node `json:"$defs"`

	Type      typeNames `json:"type"`
	Enum      []string  `json:"enum"`
	Const     *string   `json:"const"`
	MinLength *int      `json:"minLength"`
	Pattern   string    `json:"pattern"`
	Minimum   *int64    `json:"minimum"`
	Maximum   *int64    `json:"maximum"`
	MinItems  *int      `json:"minItems"`
	Items     *node     `json:"items"`

	Required             []string            `json:"required"`
	Properties           map[string]*node    `json:"properties"`
	PatternProperties    map[string]*node    `json:"patternProperties"`
	AdditionalProperties *additional         `json:"additionalProperties"`
	PropertyNames        *node               `json:"propertyNames"`
	DependentRequired    map[string][]string `json:"dependentRequired"`
	DependentSchemas     map[string]*node    `json:"dependentSchemas"`

	Not   *node   `json:"not"`
	If    *node   `json:"if"`
	Then  *node   `json:"then"`
	Else  *node   `json:"else"`
	AllOf []*node `json:"allOf"`
	AnyOf []*node `json:"anyOf"`
	OneOf []*node `json:"oneOf"`

	location string
}

// typeNames is the value of `type`: one name or several.
type typeNames []string

// additional is the value of `additionalProperties`: false, or a schema.
type additional struct {
	node *node // nil for false
}

// each calls visit for every direct part of n, with the part's path below n, in no particular order.
func (n *node) each(visit func(path string, part *node)) {
	one := func(keyword string, part *node) {
		if part != nil {
			visit(keyword, part)
		}
	}
	several := func(keyword string, parts map[string]*node) {
		for name, part := range parts {
			visit(keyword+"/"+pointerToken(name), part)
		}
	}
	list := func(keyword string, parts []*node) {
		for i, part := range parts {
			visit(keyword+"/"+strconv.Itoa(i), part)
		}
	}
	several("$defs", n.Defs)
	several("properties", n.Properties)
	several("patternProperties", n.PatternProperties)
	several("dependentSchemas", n.DependentSchemas)
	if n.AdditionalProperties != nil {
		one("additionalProperties", n.AdditionalProperties.node)
	}
	one("items", n.Items)
	one("propertyNames", n.PropertyNames)
	one("not", n.Not)
	one("if", n.If)
	one("then", n.Then)
	one("else", n.Else)
	list("allOf", n.AllOf)
	list("anyOf", n.AnyOf)
	list("oneOf", n.OneOf)
}

func pointerToken(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, "~", "~0"), "/", "~1")
}

// prune drops the properties that are only for editors, such as Storm's settings: they demand nothing, and their map may
// have any other key too.
func (n *node) prune() {
	if n.AdditionalProperties == nil {
		for name, part := range n.Properties {
			if reflect.ValueOf(part).Elem().IsZero() {
				delete(n.Properties, name)
			}
		}
	}
	n.each(func(_ string, part *node) { part.prune() })
}

// newGrammar makes the library's compiled form of a schema.
//
// It does not use jsonschema.Compiler. The compiler checks the schema against the metaschema and looks up its parts, which
// takes longer than a whole run of validate should take. Tests check the schemas against the metaschema, and compare this
// form with the compiler's.
func newGrammar(text string, nouns nouns) *grammar {
	root := readSchema(text)
	root.prune()
	g := &grammar{nodes: make(map[string]*node, 512), nouns: nouns}
	var locate func(n *node, location string)
	locate = func(n *node, location string) {
		n.location = location
		g.nodes[location] = n
		n.each(func(path string, part *node) { locate(part, location+"/"+path) })
	}
	locate(root, "#")
	b := builder{grammar: g, made: make(map[*node]*jsonschema.Schema, len(g.nodes)), patterns: map[string]*regexp.Regexp{}}
	g.root = b.schema(root)
	g.shapeRules = newShapeRules(root, g.nodes, b.patterns)
	return g
}

type builder struct {
	*grammar
	made     map[*node]*jsonschema.Schema
	patterns map[string]*regexp.Regexp
}

func (b *builder) pattern(text string) *regexp.Regexp {
	re := b.patterns[text]
	if re == nil {
		re = regexp.MustCompile(text)
		b.patterns[text] = re
	}
	return re
}

func (b *builder) schema(n *node) *jsonschema.Schema {
	if n == nil {
		return nil
	}
	if s := b.made[n]; s != nil {
		return s
	}
	s := &jsonschema.Schema{
		Location:      n.location,
		MinProperties: -1, MaxProperties: -1,
		MinItems: orMinusOne(n.MinItems), MaxItems: -1,
		MinContains: 1, MaxContains: -1,
		MinLength: orMinusOne(n.MinLength), MaxLength: -1,
		Types:             n.Type,
		Required:          n.Required,
		DependentRequired: n.DependentRequired,
	}
	b.made[n] = s // before its parts: a schema may refer to itself
	if n.Ref != "" {
		target := b.nodes[n.Ref]
		if target == nil {
			panic("grammar: embedded schema: no " + n.Ref)
		}
		s.Ref = b.schema(target)
	}
	if n.Const != nil {
		s.Constant = []any{*n.Const}
	}
	if n.Enum != nil {
		s.Extensions = map[string]jsonschema.ExtSchema{"enum": enumeration(n.Enum)}
	}
	if n.Pattern != "" {
		s.Pattern = b.pattern(n.Pattern)
	}
	if n.Minimum != nil {
		s.Minimum = new(big.Rat).SetInt64(*n.Minimum)
	}
	if n.Maximum != nil {
		s.Maximum = new(big.Rat).SetInt64(*n.Maximum)
	}
	s.Items2020 = b.schema(n.Items)
	s.Properties = b.schemas(n.Properties)
	s.DependentSchemas = b.schemas(n.DependentSchemas)
	s.PropertyNames = b.schema(n.PropertyNames)
	if n.PatternProperties != nil {
		s.PatternProperties = make(map[*regexp.Regexp]*jsonschema.Schema, len(n.PatternProperties))
		for text, part := range n.PatternProperties {
			s.PatternProperties[b.pattern(text)] = b.schema(part)
		}
	}
	if a := n.AdditionalProperties; a != nil {
		s.AdditionalProperties = false
		if a.node != nil {
			s.AdditionalProperties = b.schema(a.node)
		}
	}
	s.Not = b.schema(n.Not)
	s.If, s.Then, s.Else = b.schema(n.If), b.schema(n.Then), b.schema(n.Else)
	s.AllOf, s.AnyOf, s.OneOf = b.list(n.AllOf), b.list(n.AnyOf), b.list(n.OneOf)
	return s
}

func (b *builder) schemas(parts map[string]*node) map[string]*jsonschema.Schema {
	if parts == nil {
		return nil
	}
	made := make(map[string]*jsonschema.Schema, len(parts))
	for name, part := range parts {
		made[name] = b.schema(part)
	}
	return made
}

func (b *builder) list(parts []*node) []*jsonschema.Schema {
	var made []*jsonschema.Schema
	for _, part := range parts {
		made = append(made, b.schema(part))
	}
	return made
}

func orMinusOne(n *int) int {
	if n == nil {
		return -1
	}
	return *n
}

// enumeration is the keyword `enum` for words. The library's own keeps the text of its complaint in a field that only its
// compiler can set, and drops a complaint without text.
type enumeration []string

// Validate implements jsonschema.ExtSchema.
func (e enumeration) Validate(ctx jsonschema.ValidationContext, v any) error {
	if word, ok := v.(string); ok && slices.Contains(e, word) {
		return nil
	}
	return ctx.Error("enum", "value must be one of %q", []string(e))
}
