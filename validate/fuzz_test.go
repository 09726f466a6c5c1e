package validate_test

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/schema"
	"github.com/stormflux/stormflux/validate"
)

// FuzzCheck loads and checks any text: no panic, no hang, the same findings each time, spans inside their files, and a
// topology exactly when there is no error.
func FuzzCheck(f *testing.F) {
	archives, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range archives {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range archive.Files {
			if strings.HasSuffix(file.Name, ".yaml") {
				f.Add(string(file.Data))
			}
		}
	}
	for _, rule := range diag.Rules() {
		f.Add(rule.Bad.YAML)
		f.Add(rule.Fixed.YAML)
	}
	f.Fuzz(func(t *testing.T, text string) {
		start := time.Now()
		check := func() (*validate.Topology, diag.List) {
			doc, loaded, err := schema.Load(t.Context(), "topology.yaml", schema.Options{
				Text:      []byte(text),
				ReadFile:  func(string) ([]byte, error) { return nil, os.ErrNotExist },
				LookupEnv: func(string) (string, bool) { return "", false },
			})
			if err != nil {
				return nil, loaded
			}
			result, err := validate.Check(t.Context(), doc, validate.Options{Loaded: loaded, SkipFiles: true})
			if err != nil {
				t.Fatal(err)
			}
			if doc != nil && (result.Topology == nil) != result.Diagnostics.HasErrors() {
				t.Errorf("topology %v, errors %v", result.Topology != nil, result.Diagnostics.HasErrors())
			}
			checkIndex(t, result)
			return result.Topology, result.Diagnostics
		}
		top, list := check()
		_, again := check()
		if len(list) != len(again) {
			t.Fatalf("%d findings, then %d", len(list), len(again))
		}
		for i, d := range list {
			if e := again[i]; d.Rule != e.Rule || d.Message != e.Message || d.Hint != e.Hint || d.Span.Start != e.Span.Start {
				t.Errorf("finding %d: %v, then %v", i, d, e)
			}
			spans := []diag.Span{d.Span}
			for _, r := range d.Related {
				spans = append(spans, r.Span)
			}
			for _, s := range spans {
				if s.File != nil && (s.Start < 0 || s.End < s.Start || s.End > len(s.File.Text)) {
					t.Errorf("%s: span %d-%d of %d bytes", d.Rule, s.Start, s.End, len(s.File.Text))
				}
			}
			if d.Rule == "" || d.Message == "" {
				t.Errorf("empty diagnostic %+v", d)
			}
		}
		if err := diag.Write(io.Discard, list, diag.Options{Format: diag.Text}); err != nil {
			t.Error(err)
		}
		if top != nil {
			for _, c := range top.Components() {
				whole(t, c)
			}
		}
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("took %v for %d bytes", took, len(text))
		}
	})
}

// whole holds what readers of a Topology rely on.
func whole(t *testing.T, c *validate.Component) {
	command, isCommand := c.Implementation.(*validate.Command)
	if c.Implementation == nil || c.ID == "" || c.Parallelism < 1 || c.Tasks < 0 || c.Source == nil {
		t.Errorf("component %+v", c)
	}
	if (c.Kind == schema.Bolt) != (len(c.Inputs) > 0) {
		t.Errorf("%s %q has %d inputs", c.Kind, c.ID, len(c.Inputs))
	}
	if isCommand && (len(command.Words) == 0 || command.Words[0] == "") {
		t.Errorf("%q runs nothing", c.ID)
	}
	for _, in := range c.Inputs {
		if in.From == nil || in.Stream == nil || in.Grouping.Type().String() == "" {
			t.Errorf("input %+v of %q", in, c.ID)
		}
	}
}

// checkIndex checks what holds for the index of every document.
func checkIndex(t *testing.T, result *validate.Result) {
	x := result.Index
	for _, d := range x.Declarations() {
		if d.Kind == validate.FileSymbol {
			continue
		}
		if at, _ := x.At(d.Span.File, d.Span.Start); at == nil {
			t.Errorf("nothing is declared at %s %q", d.Kind, d.Name)
		}
		for _, r := range x.References(d) {
			if r.Kind != d.Kind || r.Name != d.Name {
				t.Errorf("%s %q refers to %s %q", r.Kind, r.Name, d.Kind, d.Name)
			}
		}
	}
	for _, r := range x.Unknown() {
		x.LegalNames(r)
		reported := func(d *diag.Diagnostic) bool { return d.Span == r.Span }
		if result.Topology != nil && (r.Kind == validate.ComponentSymbol || r.Kind == validate.ObjectSymbol) &&
			!slices.ContainsFunc(result.Diagnostics, reported) {
			t.Errorf("no diagnostic says that %s %q is unknown", r.Kind, r.Name)
		}
	}
}
