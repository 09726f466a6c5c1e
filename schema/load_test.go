package schema

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/stormflux/stormflux/diag"
)

// A case is a folder in an archive. It holds the files of a project, with topology.yaml, and
//   - args: the options, one a line: -e ENV, --set n=v, -c k=v (a string), --name N, --filter F, --env-filter, env n=v;
//   - diagnostics: as file:line:col-line:col: severity: message [rule], with the hint and related places below.
//   - document: the effective document.
//
// A file with the ending .quoted is a Go string literal.
type loadCase struct {
	name  string
	files map[string]string
}

func loadCases(t *testing.T, archive *txtar.Archive) []*loadCase {
	t.Helper()
	var cases []*loadCase
	for _, f := range archive.Files {
		name, file, ok := strings.Cut(f.Name, "/")
		if !ok {
			t.Fatalf("%s is in no folder", f.Name)
		}
		if len(cases) == 0 || cases[len(cases)-1].name != name {
			if slices.ContainsFunc(cases, func(c *loadCase) bool { return c.name == name }) {
				t.Fatalf("case %s occurs twice", name)
			}
			cases = append(cases, &loadCase{name: name, files: make(map[string]string)})
		}
		data := string(f.Data)
		if base, ok := strings.CutSuffix(file, ".quoted"); ok {
			var err error
			if data, err = strconv.Unquote(strings.TrimSpace(data)); err != nil {
				t.Fatalf("%s: %v", f.Name, err)
			}
			file = base
		}
		cases[len(cases)-1].files[file] = data
	}
	return cases
}

func (c *loadCase) load(t *testing.T) (*Document, diag.List) {
	t.Helper()
	env := map[string]string{}
	opts := Options{
		ReadFile: func(path string) ([]byte, error) {
			if text, ok := c.files[filepath.ToSlash(path)]; ok {
				return []byte(text), nil
			}
			return nil, &os.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
		},
		LookupEnv: func(name string) (string, bool) { v, ok := env[name]; return v, ok },
	}
	for line := range strings.Lines(c.files["args"]) {
		option, arg, _ := strings.Cut(strings.TrimSpace(line), " ")
		name, value, _ := strings.Cut(arg, "=")
		switch option {
		case "-e":
			opts.Environment = arg
		case "--set":
			opts.Set = append(opts.Set, Assignment{name, value})
		case "-c":
			opts.Config = append(opts.Config, ConfigOption{name, value})
		case "--name":
			opts.Name = arg
		case "--filter":
			opts.Filters = append(opts.Filters, arg)
		case "--resources":
			opts.Resources = append(opts.Resources, arg)
		case "--allow-outside":
			opts.AllowOutside = true
		case "--env-filter":
			opts.EnvFilter = true
		case "env":
			env[name] = value
		default:
			t.Fatalf("%s: unknown option %q", c.name, option)
		}
	}
	doc, diags, err := Load(t.Context(), "topology.yaml", opts)
	if err != nil {
		t.Fatalf("%s: %v", c.name, err)
	}
	return doc, diags
}

func render(t *testing.T, to func(*Document, io.Writer) error, doc *Document) string {
	t.Helper()
	var b strings.Builder
	if err := to(doc, &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func placeOf(s diag.Span) string {
	if s.IsZero() {
		return "-"
	}
	from, to := s.File.Position(s.Start), s.File.Position(s.End)
	return fmt.Sprintf("%s:%d:%d-%d:%d", filepath.ToSlash(s.File.Name), from.Line, from.Column, to.Line, to.Column)
}

func listing(diags diag.List) string {
	var b strings.Builder
	for _, d := range diags {
		fmt.Fprintf(&b, "%s: %s: %s [%s]\n", placeOf(d.Span), d.Severity, d.Message, d.Rule)
		if d.Hint != "" {
			fmt.Fprintf(&b, "  = %s\n", d.Hint)
		}
		for _, r := range d.Related {
			fmt.Fprintf(&b, "  %s: %s\n", placeOf(r.Span), r.Message)
		}
	}
	return b.String()
}

// TestLoad runs the cases of testdata/load. STORMFLUX_UPDATE=1 rewrites what they expect.
func TestLoad(t *testing.T) {
	archives, err := filepath.Glob("testdata/load/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("no archives: %v", err)
	}
	for _, path := range archives {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		archive := txtar.Parse(text)
		got := make(map[string]string)
		for _, c := range loadCases(t, archive) {
			t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar")+"/"+c.name, func(t *testing.T) {
				doc, diags := c.load(t)
				check := func(name, have string) {
					got[c.name+"/"+name] = have
					if want := c.files[name]; os.Getenv("STORMFLUX_UPDATE") == "" && want != have {
						t.Errorf("%s: got\n%s\nwant\n%s", name, have, want)
					}
				}
				check("diagnostics", listing(diags))
				if doc == nil {
					return
				}
				rendered := render(t, Render, doc)
				if _, ok := c.files["document"]; ok {
					check("document", rendered)
				}
				if diags.HasErrors() {
					return
				}
				again, diags, err := Load(t.Context(), "topology.yaml", Options{Text: []byte(rendered)})
				if err != nil || diags.HasErrors() {
					t.Fatalf("the rendered document is not readable: %v\n%s\n%s", err, listing(diags), rendered)
				}
				if want, have := render(t, RenderJSON, doc), render(t, RenderJSON, again); want != have {
					t.Errorf("the rendered document differs: %s\nwant %s", have, want)
				}
			})
		}
		if os.Getenv("STORMFLUX_UPDATE") != "" {
			for i, f := range archive.Files {
				if have, ok := got[f.Name]; ok {
					archive.Files[i].Data = []byte(have)
				}
			}
			if err := os.WriteFile(path, txtar.Format(archive), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}
