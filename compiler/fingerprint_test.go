package compiler

import (
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/stormflux/stormflux/internal/fingerprint"
	"github.com/stormflux/stormflux/schema"
	"github.com/stormflux/stormflux/validate"
)

// project is a topology with a component of each kind that has files, in a folder of its own.
var project = map[string]string{
	"words.yaml": `name: words
resources: [lib]
setup: [sh, prepare.sh]
config: {app.rate: 1, app.password: geheim}
spouts:
  lines: {go: ./cmd/lines, args: [--all], outputs: [line]}
bolts:
  split: {command: [python3, split.py], inputs: [{from: lines}], outputs: [word]}
  count: {python: counting.Counter, inputs: [{from: split}]}
`,
	"go.mod":            "module words\n\ngo 1.24\n",
	"cmd/lines/main.go": "package main\n\nfunc main() { println(1) }\n",
	"lib/split.py":      "1\n",
	"lib/counting.py":   "class Counter: pass\n",
	"lib/helper.py":     "1\n",
	"lib/prepare.sh":    "true\n",
}

// fingerprintOf writes the project with changed files into a new folder and returns its fingerprint.
func fingerprintOf(t *testing.T, changed map[string]string) *fingerprint.Fingerprint {
	t.Helper()
	dir := t.TempDir()
	files := maps.Clone(project)
	maps.Copy(files, changed)
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, time.Now(), time.Unix(int64(len(dir)), 0)); err != nil {
			t.Fatal(err)
		}
	}
	doc, diags, err := schema.Load(t.Context(), filepath.Join(dir, "words.yaml"), schema.Options{})
	if err != nil {
		t.Fatal(err)
	}
	result, err := validate.Check(t.Context(), doc, validate.Options{Loaded: diags})
	if err != nil || result.Topology == nil {
		t.Fatalf("%v, %v", err, result.Diagnostics)
	}
	p := Compile(result.Topology, Options{})
	a, err := p.Assemble(t.Context(), validate.Platform{})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	f, err := p.Fingerprint(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// The same sources give the same fingerprint in another folder and at another time, and a change shows where it is.
func TestFingerprint(t *testing.T) {
	first := fingerprintOf(t, nil)
	if again := fingerprintOf(t, nil); !reflect.DeepEqual(again, first) {
		t.Fatalf("the same sources: %+v and %+v", first, again)
	}
	if got := slices.Sorted(maps.Keys(first.Programs)); !slices.Equal(got, []string{"count", "lines", "split"}) {
		t.Errorf("programs of %q", got)
	}
	if !slices.Contains(first.Keys, "app.password") {
		t.Errorf("keys %q", first.Keys)
	}
	if read := fingerprint.Of(map[string]any{fingerprint.Key: first.Value()}); !reflect.DeepEqual(read, first) {
		t.Errorf("written %+v, read %+v", first, read)
	}
	type place struct {
		name string
		of   func(f *fingerprint.Fingerprint) string
	}
	places := []place{
		{"lines", func(f *fingerprint.Fingerprint) string { return f.Programs["lines"] }},
		{"split", func(f *fingerprint.Fingerprint) string { return f.Programs["split"] }},
		{"count", func(f *fingerprint.Fingerprint) string { return f.Programs["count"] }},
		{"start of lines", func(f *fingerprint.Fingerprint) string { return f.Starts["lines"] }},
		{"resources", func(f *fingerprint.Fingerprint) string { return f.Parts[fingerprint.Resources] }},
		{"setup", func(f *fingerprint.Fingerprint) string { return f.Parts[fingerprint.Setup] }},
	}
	for _, c := range []struct{ file, text, want string }{
		{"cmd/lines/main.go", "package main\n\nfunc main() { println(2) }\n", "lines"},
		{"lib/split.py", "2\n", "split"},
		{"lib/counting.py", "class Counter: 1\n", "count"},
		{"lib/helper.py", "2\n", "resources"},
		{"lib/prepare.sh", "false\n", "resources"},
	} {
		changed := fingerprintOf(t, map[string]string{c.file: c.text})
		var got []string
		for _, p := range places {
			if p.of(first) != p.of(changed) {
				got = append(got, p.name)
			}
		}
		if !slices.Equal(got, []string{c.want}) || changed.Jar == first.Jar {
			t.Errorf("another %s changes %q, want %q", c.file, got, c.want)
		}
	}
}
