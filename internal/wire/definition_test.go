package wire_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/stormflux/stormflux/internal/topology"
	"github.com/stormflux/stormflux/internal/wire"
)

// Workers before Storm 2.0 cannot make a java_object with a text of more than 65,535 bytes, so a longer definition travels in
// Java's serialised form.
func TestLongDefinitions(t *testing.T) {
	withLength := func(n int) *topology.Definition {
		d := &topology.Definition{Component: "c", Objects: []*topology.Object{{Class: "com.example.X", Args: []any{""}}}}
		d.Objects[0].Args[0] = strings.Repeat("x", n-len(wire.FormatDefinition(d)))
		return d
	}
	for length, serialized := range map[int]bool{1000: false, 65535: false, 65536: true, 200000: true} {
		top := &topology.Topology{
			Spouts: []*topology.Component{{ID: "s", Code: withLength(length), Parallelism: 1}},
			Bolts: []*topology.Component{{ID: "b", Code: withLength(length), Parallelism: 1, Inputs: []*topology.Input{
				{Component: "s", Stream: "default", Grouping: topology.Custom{Object: withLength(length)}},
			}}},
		}
		encoded := wire.Encode(top)
		spout, bolt := encoded.Spouts["s"].SpoutObject, encoded.Bolts["b"].BoltObject
		if got := len(spout.SerializedJava) > 0; got != serialized || (spout.JavaObject == nil) != serialized || (bolt.JavaObject == nil) != serialized {
			t.Errorf("%d bytes: serialised %v, want %v", length, got, serialized)
		}
		for _, g := range encoded.Bolts["b"].Common.Inputs {
			if (g.CustomObject == nil) != serialized || (g.CustomSerialized == nil) == serialized {
				t.Errorf("%d bytes: the grouping has another form", length)
			}
		}
		again, err := wire.Decode(encoded)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(again.Spouts[0].Code, top.Spouts[0].Code) || !reflect.DeepEqual(again.Bolts[0].Code, top.Bolts[0].Code) ||
			!reflect.DeepEqual(again.Bolts[0].Inputs[0].Grouping, top.Bolts[0].Inputs[0].Grouping) {
			t.Errorf("%d bytes: it is read as something else", length)
		}
	}
}
