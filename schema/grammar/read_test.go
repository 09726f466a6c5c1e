package grammar

import (
	"encoding/json"
	"reflect"
	"testing"
)

// The struct tags of node and these methods are for this test alone.

func (n *node) UnmarshalJSON(text []byte) error {
	if string(text) == "false" {
		*n = node{Not: new(node)}
		return nil
	}
	type plain node // without this method
	return json.Unmarshal(text, (*plain)(n))
}

func (t *typeNames) UnmarshalJSON(text []byte) error {
	if text[0] == '"' {
		*t = typeNames{string(text[1 : len(text)-1])}
		return nil
	}
	return json.Unmarshal(text, (*[]string)(t))
}

func (a *additional) UnmarshalJSON(text []byte) error {
	if string(text) == "false" {
		return nil
	}
	a.node = new(node)
	return json.Unmarshal(text, a.node)
}

// TestReadSchema compares our reading of the schemas with encoding/json's.
func TestReadSchema(t *testing.T) {
	texts := map[string]string{
		"odd": "{ \"const\": \"a\\n\\\"\\u00e9\\\\\" ,\t\"x\":[ ] , \"y\":{ }, \"z\":[1,{\"a\":[true,null,\"]}\\\"\"]}],\r\n\"enum\":[\"\"],\"minimum\":-3 }",
	}
	for _, s := range schemas {
		texts[s.name] = s.text
	}
	for name, text := range texts {
		var want node
		if err := json.Unmarshal([]byte(text), &want); err != nil {
			t.Fatal(err)
		}
		if got := readSchema(text); !reflect.DeepEqual(got, &want) {
			t.Errorf("%s: readSchema differs from encoding/json", name)
		}
	}
}
