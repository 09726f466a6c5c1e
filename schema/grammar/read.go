package grammar

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// readSchema reads an embedded schema.
//
// Every run does this before it checks anything, and two thirds of the text are only for editors. encoding/json, which
// reads everything twice, took a tenth of the time of a cold validate. A test compares the result with encoding/json's.
func readSchema(text string) *node {
	t := &schemaText{text: text}
	return t.node()
}

// schemaText reads the text of a valid JSON document from front to back. It panics on anything else.
type schemaText struct {
	text string
	at   int
}

// next returns the next byte that is not a space or line break. It does not consume it.
func (t *schemaText) next() byte {
	for {
		switch c := t.text[t.at]; c {
		case ' ', '\n', '\r', '\t':
			t.at++
		default:
			return c
		}
	}
}

// take consumes the byte c, if it is next, and reports whether it was.
func (t *schemaText) take(c byte) bool {
	if t.next() != c {
		return false
	}
	t.at++
	return true
}

func (t *schemaText) must(c byte) {
	if !t.take(c) {
		panic(fmt.Sprintf("grammar: embedded schema: no %q at byte %d", c, t.at))
	}
}

// object calls member for every member of an object. member reads the value.
func (t *schemaText) object(member func(key string)) {
	t.must('{')
	for !t.take('}') {
		t.take(',')
		key := t.word()
		t.must(':')
		member(key)
	}
}

// list calls item for every item of an array. item reads it.
func (t *schemaText) list(item func()) {
	t.must('[')
	for !t.take(']') {
		t.take(',')
		item()
	}
}

// quoted consumes a string and returns it with its quotes.
func (t *schemaText) quoted() string {
	t.must('"')
	start := t.at - 1
	for {
		t.at += strings.IndexAny(t.text[t.at:], `"\`)
		if t.text[t.at] == '"' {
			t.at++
			return t.text[start:t.at]
		}
		t.at += 2
	}
}

func (t *schemaText) word() string {
	quoted := t.quoted()
	if !strings.Contains(quoted, `\`) {
		return quoted[1 : len(quoted)-1]
	}
	var word string
	if err := json.Unmarshal([]byte(quoted), &word); err != nil {
		panic(fmt.Sprintf("grammar: embedded schema: %v", err))
	}
	return word
}

func (t *schemaText) words() (words []string) {
	t.list(func() { words = append(words, t.word()) })
	return words
}

// literal consumes a number, true, false or null.
func (t *schemaText) literal() string {
	t.next()
	start := t.at
	for t.at < len(t.text) && !strings.ContainsRune(",]} \n\r\t", rune(t.text[t.at])) {
		t.at++
	}
	return t.text[start:t.at]
}

func (t *schemaText) integer() *int64 {
	n, err := strconv.ParseInt(t.literal(), 10, 64)
	if err != nil {
		panic(fmt.Sprintf("grammar: embedded schema: %v", err))
	}
	return &n
}

func (t *schemaText) size() *int {
	n := int(*t.integer())
	return &n
}

// skip consumes a value.
func (t *schemaText) skip() {
	switch t.next() {
	case '"':
		t.quoted()
	case '{':
		t.object(func(string) { t.skip() })
	case '[':
		t.list(t.skip)
	default:
		t.literal()
	}
}

func (t *schemaText) nodes() map[string]*node {
	nodes := map[string]*node{}
	t.object(func(key string) { nodes[key] = t.node() })
	return nodes
}

func (t *schemaText) nodeList() (nodes []*node) {
	t.list(func() { nodes = append(nodes, t.node()) })
	return nodes
}

// node reads a schema. false, which allows nothing, is read as what it is short for.
func (t *schemaText) node() *node {
	n := new(node)
	if t.next() != '{' {
		if word := t.literal(); word != "false" {
			panic("grammar: embedded schema: " + word + " in place of a schema")
		}
		n.Not = new(node)
		return n
	}
	t.object(func(keyword string) { t.keyword(n, keyword) })
	return n
}

// keyword reads the value of a keyword of a schema. It skips a keyword that demands nothing.
func (t *schemaText) keyword(n *node, keyword string) {
	switch keyword {
	case "$ref":
		n.Ref = t.word()
	case "$defs":
		n.Defs = t.nodes()
	case "type":
		if t.next() == '"' {
			n.Type = typeNames{t.word()}
		} else {
			n.Type = t.words()
		}
	case "enum":
		n.Enum = t.words()
	case "const":
		word := t.word()
		n.Const = &word
	case "minLength":
		n.MinLength = t.size()
	case "pattern":
		n.Pattern = t.word()
	case "minimum":
		n.Minimum = t.integer()
	case "maximum":
		n.Maximum = t.integer()
	case "minItems":
		n.MinItems = t.size()
	case "items":
		n.Items = t.node()
	case "required":
		n.Required = t.words()
	case "properties":
		n.Properties = t.nodes()
	case "patternProperties":
		n.PatternProperties = t.nodes()
	case "additionalProperties":
		n.AdditionalProperties = new(additional)
		if t.next() == '{' {
			n.AdditionalProperties.node = t.node()
		} else if word := t.literal(); word != "false" {
			panic("grammar: embedded schema: additionalProperties: " + word)
		}
	case "propertyNames":
		n.PropertyNames = t.node()
	case "dependentRequired":
		n.DependentRequired = map[string][]string{}
		t.object(func(key string) { n.DependentRequired[key] = t.words() })
	case "dependentSchemas":
		n.DependentSchemas = t.nodes()
	case "not":
		n.Not = t.node()
	case "if":
		n.If = t.node()
	case "then":
		n.Then = t.node()
	case "else":
		n.Else = t.node()
	case "allOf":
		n.AllOf = t.nodeList()
	case "anyOf":
		n.AnyOf = t.nodeList()
	case "oneOf":
		n.OneOf = t.nodeList()
	default:
		t.skip()
	}
}
