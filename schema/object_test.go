package schema_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stormflux/stormflux/schema"
)

// TestReferences checks which values of a JVM object are references, and what they refer to.
func TestReferences(t *testing.T) {
	doc, diags, err := schema.Load(t.Context(), "t.yaml", schema.Options{Text: []byte(`name: t
components:
  - {id: a, className: A}
  - {id: a, className: Second}
  - {id: b, className: B, constructorArgs: [{ref: a}, {ref: later}, {ref: [a]}, {ref: a, x: 1}, [{ref: a}], {reflist: [a, none, 5]}, {reflist: [[a]]}]}
  - {id: later, className: L, factory: of, factoryArgs: [{ref: a}]}
  - {id: 5, className: Five, properties: [{name: p, ref: b}, {name: q, value: {ref: a}}, {name: r}]}
workerHooks:
  - {id: h, className: H, configMethods: [{name: m, args: [{ref: none}]}, {name: n}]}
topologySource: {className: T, constructorArgs: [{ref: later}]}
bolts:
  own: {className: C, constructorArgs: [{ref: b}], inputs: [{from: s, grouping: {custom: {className: G, constructorArgs: [{ref: a}]}}}]}
streams:
  - {from: s, to: own, grouping: {type: CUSTOM, customClass: {className: G, constructorArgs: [{ref: 5}]}}}
`)})
	if err != nil || doc == nil {
		t.Fatal(err, diags)
	}
	var got []string
	list := func(name string, o *schema.Object) {
		for _, ref := range o.References() {
			to := "nothing"
			if ref.Object != nil {
				to = ref.Object.ClassName.Text
			}
			got = append(got, fmt.Sprintf("%s: %s is %s", name, ref.ID.Text, to))
		}
	}
	for _, b := range doc.Beans {
		list(b.ClassName.Text, b)
	}
	list("hook", doc.WorkerHooks[0])
	list("source", doc.TopologySource)
	list("class", doc.Bolts[0].Implementation.(*schema.Class).Object)
	list("input", doc.Bolts[0].Inputs[0].Grouping.Object)
	list("stream", doc.Streams[0].Grouping.Object)
	want := `B: a is Second
B: later is L
B: a is Second
B: a is Second
B: none is nothing
B: 5 is Five
L: a is Second
Five: b is B
Five: a is Second
hook: none is nothing
source: later is L
class: b is B
input: a is Second
stream: 5 is Five`
	if strings.Join(got, "\n") != want {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), want)
	}
}
