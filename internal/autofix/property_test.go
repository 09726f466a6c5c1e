package autofix_test

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/autofix"
	"github.com/stormflux/stormflux/schema"
	"github.com/stormflux/stormflux/schema/yaml"
	"github.com/stormflux/stormflux/validate"
)

// check checks topologies without the files that they name.
func check(t *testing.T, paths ...string) autofix.Check {
	return func(read func(string) ([]byte, error)) ([]autofix.Checked, error) {
		var list []autofix.Checked
		for _, path := range paths {
			doc, loaded, err := schema.Load(t.Context(), path, schema.Options{ReadFile: read})
			if err != nil {
				return nil, err
			}
			result, err := validate.Check(t.Context(), doc, validate.Options{Loaded: loaded, SkipFiles: true})
			if err != nil {
				return nil, err
			}
			checked := autofix.Checked{Diagnostics: result.Diagnostics}
			if doc != nil {
				checked.Files = doc.Files
			}
			list = append(list, checked)
		}
		return list, nil
	}
}

// fixed returns the text after the fixes, and what is left to report.
func fixed(t *testing.T, path string, text []byte) ([]byte, diag.List) {
	t.Helper()
	if err := os.WriteFile(path, text, 0o666); err != nil {
		t.Fatal(err)
	}
	var left diag.List
	checkFile := check(t, path)
	result, err := autofix.Run(func(read func(string) ([]byte, error)) ([]autofix.Checked, error) {
		list, err := checkFile(read)
		if err == nil {
			left = list[0].Diagnostics
		}
		return list, err
	}, autofix.Options{Files: []string{path}})
	if err != nil {
		t.Fatal(err)
	}
	if len(result.Files) == 0 {
		return text, left
	}
	return result.Files[0].After, left
}

// names returns the places of names that a slip can spoil and a fix can mend: keys of components and inputs, and what
// refers to a component, a stream or a field.
func names(root *yaml.Value) []diag.Span {
	var spans []diag.Span
	add := func(v *yaml.Value) {
		if v != nil && v.IsScalar() && v.Origin == nil && len(v.Text) >= 4 && strings.Trim(v.Span.Text(), `"'`) == v.Text {
			spans = append(spans, v.Span)
		}
	}
	for _, section := range []string{"spouts", "bolts"} {
		var components []*yaml.Value
		components = append(components, root.Get(section).Elements()...)
		for _, e := range root.Get(section).Members() {
			components = append(components, e.Value)
		}
		for _, c := range components {
			for _, e := range c.Members() {
				add(e.Key)
			}
			for _, in := range c.Get("inputs").Elements() {
				for _, e := range in.Members() {
					add(e.Key)
				}
				add(in.Get("from"))
				add(in.Get("stream"))
				for _, f := range in.Get("grouping").Get("fields").Elements() {
					add(f)
				}
			}
		}
	}
	return spans
}

// slip misspells a name as fingers do, inside of its quotes.
func slip(random *rand.Rand, text []byte, at diag.Span) []byte {
	start, end := at.Start, at.End
	if c := text[start]; c == '"' || c == '\'' {
		start, end = start+1, end-1
	}
	name := slices.Clone(text[start:end])
	i := 1 + random.IntN(len(name)-1)
	switch random.IntN(3) {
	case 0:
		name = slices.Delete(name, i, i+1)
	case 1:
		name = slices.Insert(name, i, name[i])
	default:
		name[i-1], name[i] = name[i], name[i-1]
	}
	return slices.Concat(text[:start], name, text[end:])
}

// A misspelt name is corrected to what it was, and nothing else in the file changes; or it is left alone.
func TestFixRestores(t *testing.T) {
	examples, err := filepath.Glob("../../examples/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	path := filepath.Join(t.TempDir(), "topology.yaml")
	spoilt, restored := 0, 0
	for _, example := range examples {
		text, err := os.ReadFile(example)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(text, []byte("\nincludes:")) {
			continue // they are not beside the copy
		}
		unchanged, left := fixed(t, path, text)
		if !bytes.Equal(unchanged, text) {
			t.Errorf("%s: fixes change a valid file", example)
		}
		before := left.Count(diag.Error) + left.Count(diag.Warning)
		doc, _, err := schema.Load(t.Context(), path, schema.Options{})
		if err != nil || doc == nil {
			t.Fatalf("%s: %v", example, err)
		}
		for _, at := range names(doc.Root) {
			for range 3 {
				wrong := slip(random, text, at)
				got, left := fixed(t, path, wrong)
				switch {
				case bytes.Equal(wrong, text):
				case bytes.Equal(got, text):
					spoilt, restored = spoilt+1, restored+1
				case bytes.Equal(got, wrong):
					if left.Count(diag.Error)+left.Count(diag.Warning) > before { // else the new name is one too
						spoilt++
					}
				default:
					t.Errorf("%s: %s became\n%s", example, at.Text(), firstDifference(text, got))
				}
			}
		}
	}
	if spoilt < 200 || restored < spoilt*9/10 {
		t.Errorf("restored %d of %d", restored, spoilt)
	}
	t.Logf("restored %d of %d", restored, spoilt)
}

func firstDifference(a, b []byte) string {
	x, y := bytes.Split(a, []byte("\n")), bytes.Split(b, []byte("\n"))
	for i := range min(len(x), len(y)) {
		if !bytes.Equal(x[i], y[i]) {
			return string(x[i]) + "\n" + string(y[i])
		}
	}
	return "another number of lines"
}

// Whatever a file holds, fixes make it no worse YAML, and leave nothing that they could fix.
func FuzzFix(f *testing.F) {
	for _, text := range []string{
		"name: t\nspouts: {words: {comand: [cat], outputs: [word]}}\nbolts: {b: {command: [cat], inputs: [{from: wrods}]}}\n",
		"name: t\r\nconfig: {a: no, a: 010, b: &x [no, 2020-01-01], c: *x}\r\n",
		"\ufeffname: t\nspouts: {words: {comand: [cat], commnd: [cat], paralelism: '2'}} # stormflux:ignore unread-steam\n",
		"bolts:\n  - id: b\n    inputs: [{from: \"b \\\n      c\", grouping: SHUFFLE}]\n",
		"config: {topology.workrs: 2, topology.workers: 3, \"topology.debg\": yes}\nname: ${n}\n",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		path := filepath.Join(t.TempDir(), "topology.yaml")
		after, _ := fixed(t, path, text)
		if got, was := yamlFaults(after), yamlFaults(text); got > was {
			t.Errorf("%d faults of YAML, %d before:\n%s\n---\n%s", got, was, text, after)
		}
	})
}

func yamlFaults(text []byte) int {
	var diags diag.List
	yaml.Read(diag.NewFile("", "", text), &diags)
	return diags.Count(diag.Error)
}
