package compiler_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/stormflux/stormflux/compiler"
	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/schema"
	"github.com/stormflux/stormflux/schema/format"
	"github.com/stormflux/stormflux/schema/shortform"
	"github.com/stormflux/stormflux/schema/yaml"
	"github.com/stormflux/stormflux/validate"
)

// Every topology of the repository compiles to the same bytes after it was formatted, and after it was rewritten in the short
// form. Both keep all comments, and change nothing when they run again. STORMFLUX_CORPUS names a folder with more files.
func TestFormattedFilesMeanTheSame(t *testing.T) {
	roots := []string{".."}
	if corpus := os.Getenv("STORMFLUX_CORPUS"); corpus != "" {
		roots = append(roots, corpus)
	}
	compared := 0
	for _, root := range roots {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			switch filepath.Ext(path) {
			case ".yaml", ".yml", ".flux":
				text, err := os.ReadFile(path)
				if err != nil {
					return err
				}
				compared += meansTheSame(t, path, text)
			case ".txtar":
				archive, err := txtar.ParseFile(path)
				if err != nil {
					return err
				}
				for _, f := range archive.Files {
					if strings.HasSuffix(f.Name, ".yaml") {
						compared += meansTheSame(t, path+"/"+f.Name, f.Data)
					}
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if t.Logf("compared %d topologies", compared); compared < 100 {
		t.Errorf("compared only %d topologies", compared)
	}
}

// meansTheSame returns 1 if the text is a topology without faults, which it then compares.
func meansTheSame(t *testing.T, path string, text []byte) int {
	t.Helper()
	before := checkedText(t, path, text)
	if before == nil {
		return 0
	}
	formatted, diags := format.Format(diag.NewFile(path, "", text))
	if diags.HasErrors() {
		t.Errorf("%s: %s", path, diags[0].Message)
		return 1
	}
	compare(t, path, before, text, formatted)
	if got, want := rules(t, path, formatted), rules(t, path, text); !slices.Equal(got, want) {
		t.Errorf("%s: after formatting, the diagnostics are %q, before %q:\n%s", path, got, want, formatted)
	}
	short, diags := shortform.Rewrite(diag.NewFile(path, "", text), shortform.Options{})
	if diags.HasErrors() {
		t.Errorf("%s: %s", path, diags[0].Message)
		return 1
	}
	compare(t, path, before, text, short.Text)
	again, _ := shortform.Rewrite(diag.NewFile(path, "", short.Text), shortform.Options{})
	if string(again.Text) != string(short.Text) {
		t.Errorf("%s changes when it is shortened again:\n%s\nwas\n%s", path, again.Text, short.Text)
	}
	return 1
}

func compare(t *testing.T, path string, before *compiler.Program, old, text []byte) {
	t.Helper()
	after := checkedText(t, path, text)
	if after == nil {
		t.Errorf("%s has faults now:\n%s", path, text)
		return
	}
	if same, err := compiler.Same(t.Context(), before, after); err != nil || !same {
		t.Errorf("%s compiles to something else (%v):\n%s", path, err, text)
	}
	have := commentCount(path, text)
	for c, n := range commentCount(path, old) {
		if have[c] != n {
			t.Errorf("%s has comment %q %d times, not %d:\n%s", path, c, have[c], n, text)
		}
	}
}

func commentCount(path string, text []byte) map[string]int {
	count := map[string]int{}
	for _, c := range yaml.Comments(diag.NewFile(path, "", text)) {
		count[strings.TrimRight(c.Text(), " \t")]++
	}
	return count
}

// rules returns the rules of what is wrong with a text. Comments silence some.
func rules(t *testing.T, path string, text []byte) []string {
	t.Helper()
	var names []string
	for _, d := range checkText(t, path, text).Diagnostics {
		names = append(names, d.Rule)
	}
	slices.Sort(names)
	return names
}

// checkedText compiles a text in the place of a file. It returns nil for a text with faults.
func checkedText(t *testing.T, path string, text []byte) *compiler.Program {
	t.Helper()
	if top := checkText(t, path, text).Topology; top != nil {
		return compiler.Compile(top, compiler.Options{})
	}
	return nil
}

func checkText(t *testing.T, path string, text []byte) *validate.Result {
	t.Helper()
	opts := schema.Options{Text: text, EnvFilter: true}
	doc, diags, err := schema.Load(t.Context(), path, opts)
	if err == nil && doc != nil && len(doc.Unresolved) > 0 {
		for _, v := range doc.VariableReferences {
			opts.Set = append(opts.Set, schema.Assignment{Name: v.Name, Value: "1"})
		}
		doc, diags, err = schema.Load(t.Context(), path, opts)
	}
	if err != nil {
		t.Fatal(err)
	}
	result, err := validate.Check(t.Context(), doc, validate.Options{Loaded: diags, SkipFiles: true})
	if err != nil {
		t.Fatal(err)
	}
	return result
}
