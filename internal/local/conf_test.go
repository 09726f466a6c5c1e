package local

import (
	"archive/zip"
	"bufio"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stormflux/stormflux/internal/stormtest"
)

// TestStormDefaults holds our table against the defaults.yaml of Storm 2.8.3.
func TestStormDefaults(t *testing.T) {
	stormtest.Require(t)
	dir, err := stormtest.Jars(t.Context(), stormtest.WorkerJars)
	if err != nil {
		t.Fatal(err)
	}
	jar, err := zip.OpenReader(filepath.Join(dir, "storm-client-"+stormtest.StormVersion+".jar"))
	if err != nil {
		t.Fatal(err)
	}
	defer jar.Close()
	file, err := jar.Open("defaults.yaml")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	theirs := map[string]string{}
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		key, value, ok := strings.Cut(lines.Text(), ":")
		value, _, _ = strings.Cut(value, " #")
		if ok && !strings.HasPrefix(key, "#") && strings.TrimLeft(key, " ") == key {
			theirs[strings.TrimSpace(key)] = strings.TrimSpace(value)
		}
	}
	for key, ours := range stormDefaults {
		if theirs[key] != ours {
			t.Errorf("%s is %s, Storm's is %q", key, ours, theirs[key])
		}
		if !json.Valid([]byte(ours)) {
			t.Errorf("%s is no JSON", key)
		}
	}
}

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
