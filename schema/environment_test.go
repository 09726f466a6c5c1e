package schema

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func TestEnvironmentNames(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string { return writeFile(t, dir, name, text) }
	write("stormflux.yaml", "environments:\n  prod: {nimbus: [a]}\n  x-note: 1\n  test: {}\n")
	deep := write("a/b/topology.yaml", "")
	if got := EnvironmentNames(t.Context(), deep, ""); !reflect.DeepEqual(got, []string{"prod", "test"}) {
		t.Errorf("found from below: %q", got)
	}
	other := write("other.yaml", "environments: {one: {}}\n")
	if got := EnvironmentNames(t.Context(), deep, other); !reflect.DeepEqual(got, []string{"one"}) {
		t.Errorf("of the named file: %q", got)
	}
	for name, text := range map[string]string{"empty": "", "list": "- a\n", "none": "environments:\n", "broken": "environments: {a\n", "scalar": "environments: 3\n"} {
		if got := EnvironmentNames(t.Context(), deep, write(name, text)); len(got) != 0 {
			t.Errorf("%s: %q", name, got)
		}
	}
	if got := EnvironmentNames(t.Context(), deep, dir+"/missing"); len(got) != 0 {
		t.Errorf("of a missing file: %q", got)
	}
}

func TestLoadEnvironment(t *testing.T) {
	dir := t.TempDir()
	writeFile(t, dir, "stormflux.yaml", "environments:\n  prod:\n    nimbus: [\"${host}:6627\"]\n    variables: {host: n1}\n")
	bad := writeFile(t, dir, "bad.yaml", "environments:\n  bad: {nimbus: [\"${hots}\"], variables: {host: n1}, port: 3}\n")
	env, diags, err := LoadEnvironment(t.Context(), dir+"/t.yaml", Options{Environment: "prod"})
	if err != nil || len(diags) > 0 || env == nil || len(env.Nimbus) != 1 || env.Nimbus[0].Text != "n1:6627" {
		t.Errorf("%+v, %v, %v", env, diags, err)
	}
	env, diags, err = LoadEnvironment(t.Context(), "-", Options{Environment: "bad", EnvironmentFile: bad})
	var rules []string
	for _, d := range diags {
		rules = append(rules, d.Rule)
	}
	if env != nil || err != nil || !reflect.DeepEqual(rules, []string{ruleUnset, "unknown-key"}) {
		t.Errorf("%+v, %q, %v", env, rules, err)
	}
	env, diags, err = LoadEnvironment(t.Context(), dir+"/t.yaml", Options{Environment: "prd"})
	if env != nil || err != nil || len(diags) != 1 || diags[0].Rule != ruleNoEnvironment || !strings.Contains(diags[0].Hint, `"prod"`) {
		t.Errorf("%+v, %v, %v", env, diags, err)
	}
	if _, _, err := LoadEnvironment(t.Context(), "-", Options{Environment: "prod", EnvironmentFile: dir + "/missing"}); err == nil {
		t.Error("a missing file gives no error")
	}
}

// writeFile writes a file below dir and returns its path.
func writeFile(t *testing.T, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}
