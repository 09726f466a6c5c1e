package local

import (
	"encoding/json"
	"testing"
)

func TestComponentConf(t *testing.T) {
	all, err := topologyConf("t", "t-1-1", map[string]any{"app": 1, "rates": []any{1.0, 0.5}, "topology.workers": 2, "topology.debug": false})
	if err != nil {
		t.Fatal(err)
	}
	own, err := encodedConf(map[string]any{
		"app": 2, "topology.debug": true, "topology.workers": 9, "topology.environment": map[string]any{"A": "b"}, "own": []any{1},
	})
	if err != nil {
		t.Fatal(err)
	}
	one := all.of(own)
	for key, want := range map[string]string{"app": "2", "rates": "[1.0,0.5]", "topology.debug": "true", "topology.workers": "2", "topology.environment": "null", "own": "[1]"} {
		if string(one[key]) != want {
			t.Errorf("%s = %s, want %s", key, one[key], want)
		}
	}
	if string(all["app"]) != "1" {
		t.Error("the topology's configuration was changed by a component's")
	}
	for text, want := range map[string]int{"5": 5, "5.0": 5, "null": 7, "": 7} {
		if n, err := (conf{"k": json.RawMessage(text)}).integer("k", 7); n != want || err != nil {
			t.Errorf("integer of %q = %d, %v", text, n, err)
		}
	}
	for _, text := range []string{"1.5", `"5"`, "true", "9999999999"} {
		if _, err := (conf{"k": json.RawMessage(text)}).integer("k", 7); err == nil {
			t.Errorf("%s is taken for an integer", text)
		}
	}
}
