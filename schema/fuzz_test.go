package schema

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/schema/yaml"
)

// noHang ends the process when an input takes too long. The fuzzer then reports the input.
func noHang(t *testing.T, text string) {
	timer := time.AfterFunc(20*time.Second, func() { panic(fmt.Sprintf("hangs: %q", text)) })
	t.Cleanup(func() { timer.Stop() })
}

// FuzzLoad loads any text as a topology and as an included file. Nothing may panic or hang, and every place must be inside
// the file. A document without errors must stay the same when it is rendered and read again.
func FuzzLoad(f *testing.F) {
	var archives []string
	for _, pattern := range []string{"testdata/*/*.txtar", "grammar/testdata/*/*.txtar"} {
		found, err := filepath.Glob(pattern)
		if err != nil || len(found) == 0 {
			f.Fatalf("no archives %s: %v", pattern, err)
		}
		archives = append(archives, found...)
	}
	for _, path := range archives {
		text, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range txtar.Parse(text).Files {
			if strings.HasSuffix(file.Name, ".yaml") {
				f.Add(string(file.Data))
			}
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		noHang(t, text)
		opts := Options{
			Text:        []byte(text),
			Environment: "prod",
			Set:         []Assignment{{"a", "5"}, {"list", "[a, 'b']"}},
			LookupEnv:   func(string) (string, bool) { return "", false },
			ReadFile: func(path string) ([]byte, error) {
				switch filepath.Base(path) {
				case EnvironmentFile:
					return []byte("environments:\n  prod:\n    variables: {b: [x, {y: z}], c: \"${a}\"}\n    config: {d: 7}\n"), nil
				case "base.yaml":
					return []byte(text), nil
				}
				return nil, fs.ErrNotExist
			},
		}
		doc, diags, err := Load(t.Context(), "topology.yaml", opts)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range diags {
			checkSpan(t, d.Span)
			for _, r := range d.Related {
				checkSpan(t, r.Span)
			}
			if d.Message == "" || d.Rule == "" {
				t.Errorf("empty diagnostic %+v", d)
			}
		}
		if doc == nil {
			if !diags.HasErrors() {
				t.Error("no document and no error")
			}
			return
		}
		for _, i := range doc.Ignores {
			checkSpan(t, i.Span)
		}
		if diags.HasErrors() || reached(doc.Root, 20_000) < 0 {
			return // aliases may expand to a million values: too many to render for each input
		}
		rendered := render(t, Render, doc)
		opts = Options{Text: []byte(rendered)}
		again, diags, err := Load(t.Context(), "topology.yaml", opts)
		if err != nil || diags.HasErrors() {
			t.Fatalf("the rendered document is not readable: %v\n%s\n%s", err, listing(diags), rendered)
		}
		if want, have := render(t, RenderJSON, doc), render(t, RenderJSON, again); want != have {
			t.Errorf("the rendered document differs:\n%s\nwant\n%s\nrendered\n%s", have, want, rendered)
		}
	})
}

// reached subtracts the number of values in v, with aliases expanded, from n. It stops below 0.
func reached(v *yaml.Value, n int) int {
	n--
	for i := 0; i < len(v.Items) && n >= 0; i++ {
		n = reached(v.Items[i], n)
	}
	for i := 0; i < len(v.Entries) && n >= 0; i++ {
		n = reached(v.Entries[i].Value, n)
	}
	return n
}

func checkSpan(t *testing.T, s diag.Span) {
	t.Helper()
	if !s.IsZero() && (s.Start < 0 || s.End < s.Start || s.End > len(s.File.Text)) {
		t.Fatalf("span %d-%d is not in a file of %d bytes", s.Start, s.End, len(s.File.Text))
	}
}
