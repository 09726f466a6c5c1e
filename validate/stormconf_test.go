package validate_test

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/settings"
	"github.com/stormflux/stormflux/internal/stormtest"
	"github.com/stormflux/stormflux/schema"
)

// probes are values that mean the same in YAML 1.1 and JSON.
var probes = []string{
	`1`, `0`, `-1`, `2.0`, `1.5`, `-0.5`, `2147483647`, `3000000000`, `3.0e+9`, `1.0e+30`, `18446744073709551616`,
	`"x"`, `"1"`, `"S1"`, `"DIGEST"`, `""`, `true`, `null`,
	`[]`, `["a"]`, `[1]`, `["a", null]`, `["a", true]`, `[["a", "b"]]`, `[[1]]`, `[{}]`, `[null]`, `[{"a": "b"}]`, `[{"a": 1}]`,
	`[{"class": "x"}]`, `[{"class": 1}]`, `[{"class": null}]`, `[{"class": "x", "parallelism.hint": 1}]`, `[{"class": "x", "parallelism.hint": "1"}]`,
	`[{"class": "x", "parallelism.hint": null}]`, `[{"parallelism.hint": 1}]`, `[{"class": "x", "arguments": 1}]`, `[{"class": "x", "arguments": {}}]`,
	`[{"class": "x", "filter": {}}]`, `[{"class": "x", "filter": {"class": 1}}]`, `[{"class": "x", "filter": 1}]`, `[{"class": "x", "filter": null}]`,
	`{}`, `{"a": "b"}`, `{"a": 1}`, `{"a": 1.5}`, `{"a": true}`, `{"a": null}`, `{"a": []}`, `{"a": {}}`, `{"a": {"b": null}}`,
	`{"a": {"hosts": ["x"], "groups": []}}`, `{"a": {"hosts": ["x"]}}`, `{"a": {"hosts": "x", "groups": []}}`, `{"a": {"hosts": null, "groups": [1]}}`,
	`{"a": {"maxNodeCoLocationCnt": 1}}`, `{"a": {"maxNodeCoLocationCnt": "2"}}`, `{"a": {"maxNodeCoLocationCnt": "+2"}}`,
	`{"a": {"maxNodeCoLocationCnt": 1.0}}`, `{"a": {"maxNodeCoLocationCnt": 3000000000}}`, `{"a": {"maxNodeCoLocationCnt": null}}`,
	`{"a": {"incompatibleComponents": "b"}}`, `{"a": {"incompatibleComponents": ["b"]}}`, `{"a": {"incompatibleComponents": [1]}}`,
	`{"a": {"incompatibleComponents": 1}}`, `{"a": {"incompatibleComponents": [null]}}`, `{"a": {"localname": "x", "uncompress": "yes"}}`,
}

// TestSettingsAsStorm compares our verdict on every key of Storm's table, with every probe, with what ConfigValidation of
// Storm 2.8.3 says. testdata/storm-differences.tsv lists where we mean to differ, and why: key (or "*"), probe, who
// refuses ("we" or "storm"), reason.
func TestSettingsAsStorm(t *testing.T) {
	stormtest.Require(t)
	judge, err := stormtest.NewJudge(t.Context(), stormtest.JudgeOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := judge.Close(); err != nil {
			t.Error(err)
		}
	})
	differences := readDifferences(t)
	keys := stormKeys(t)
	compared := 0
	for _, probe := range probes {
		refused := refusedKeys(t, keys, probe)
		for _, key := range keys {
			err := judge.ValidateConf(t.Context(), fmt.Sprintf("{%q: %s}", key, probe))
			var refusal *stormtest.Refusal
			if err != nil && !errors.As(err, &refusal) {
				t.Fatal(err)
			}
			compared++
			if refused[key] == (err != nil) {
				continue
			}
			who := "we"
			if err != nil {
				who = "storm"
			}
			if d := findDifference(differences, key, probe, who); d != nil {
				d.used = true
				continue
			}
			t.Errorf("%s: %s: only %s refuses it (Storm: %v)", key, probe, who, err)
		}
	}
	for _, d := range differences {
		if !d.used {
			t.Errorf("difference %s %s %s was not seen", d.key, d.probe, d.who)
		}
	}
	t.Logf("%d verdicts compared", compared)
}

type difference struct {
	key, probe, who string
	used            bool
}

func readDifferences(t *testing.T) []*difference {
	t.Helper()
	data, err := os.ReadFile("testdata/storm-differences.tsv")
	if err != nil {
		t.Fatal(err)
	}
	var list []*difference
	for line := range strings.Lines(string(data)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		columns := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(columns) != 4 || columns[3] == "" {
			t.Fatalf("storm-differences.tsv: want key, probe, who, reason: %q", line)
		}
		list = append(list, &difference{key: columns[0], probe: columns[1], who: columns[2]})
	}
	return list
}

func findDifference(list []*difference, key, probe, who string) *difference {
	for _, d := range list {
		if (d.key == key || d.key == "*") && d.probe == probe && d.who == who {
			return d
		}
	}
	return nil
}

// stormKeys returns the keys that Storm's Config class has, in stable order.
func stormKeys(t *testing.T) []string {
	t.Helper()
	keys := slices.DeleteFunc(settings.Keys(), func(key string) bool { return !settings.Lookup(key).OfConfig })
	if len(keys) < 300 {
		t.Fatalf("only %d keys", len(keys))
	}
	return keys
}

// refusedKeys checks one document that gives every key the same value.
func refusedKeys(t *testing.T, keys []string, probe string) map[string]bool {
	t.Helper()
	var text strings.Builder
	text.WriteString("config:\n")
	for _, key := range keys {
		fmt.Fprintf(&text, "  %q: %s\n", key, probe)
	}
	text.WriteString("name: t\nspouts: {s: {command: [x], outputs: []}}\n")
	doc, loaded, err := schema.Load(t.Context(), "topology.yaml", schema.Options{Text: []byte(text.String())})
	if err != nil || loaded.HasErrors() {
		t.Fatalf("loading %s: %v %v", probe, err, loaded)
	}
	refused := make(map[string]bool)
	for _, d := range check(t, doc).Diagnostics {
		if d.Severity != diag.Error || d.Rule != "setting-value" {
			continue
		}
		refused[keys[d.Span.File.Position(d.Span.Start).Line-2]] = true
	}
	return refused
}

// TestStormTable holds the table's order and that every key is listed once.
func TestStormTable(t *testing.T) {
	keys := settings.Keys()
	if !slices.IsSorted(keys) || len(slices.Compact(slices.Clone(keys))) != len(keys) {
		t.Error("the keys are not sorted, or not unique")
	}
	for _, key := range []string{"topology.workers", "nimbus.seeds", "ui.port"} {
		if !slices.Contains(keys, key) {
			t.Errorf("%s is missing", key)
		}
	}
}
