package validate_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/validate"
)

// TestIndex runs the archives in testdata/index: of each, topology.yaml is read, with the arguments in its comment, and
// the file "want" holds the index of it. The lines of the file "at" are places, LINE:COLUMN; "want" says what stands
// there, and which names are legal. STORMFLUX_UPDATE=1 rewrites "want".
func TestIndex(t *testing.T) {
	archives, err := filepath.Glob("testdata/index/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("no archives (%v)", err)
	}
	for _, name := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			name, err := filepath.Abs(name)
			if err != nil {
				t.Fatal(err)
			}
			files := make(map[string]string)
			inputs := slices.DeleteFunc(slices.Clone(archive.Files), func(f txtar.File) bool {
				files[f.Name] = string(f.Data)
				return f.Name == "want"
			})
			dir := t.TempDir()
			writeFiles(t, dir, inputs)
			t.Chdir(dir)
			result := parseArgs(t, strings.Fields(string(archive.Comment))).result(t, "topology.yaml")
			got := indexText(t, result, strings.Fields(files["at"]))
			if os.Getenv("STORMFLUX_UPDATE") != "" {
				archive.Files = append(inputs, txtar.File{Name: "want", Data: []byte(got)})
				if err := os.WriteFile(name, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
			} else if got != files["want"] {
				t.Errorf("got\n%s\nwant\n%s", got, files["want"])
			}
		})
	}
}

func indexText(t *testing.T, result *validate.Result, places []string) string {
	t.Helper()
	x := result.Index
	var b strings.Builder
	if result.Topology == nil {
		b.WriteString("(the document has errors)\n")
	}
	for _, d := range x.Declarations() {
		fmt.Fprintf(&b, "%s%s\n", declared(d), references(x.References(d)))
		if at, _ := x.At(d.Span.File, d.Span.Start); d.Kind != validate.FileSymbol && at != d && at.Span != d.Span {
			t.Errorf("At(%s) is %v, not %s", place(d.Span), at, declared(d))
		}
	}
	for _, r := range x.Unknown() {
		fmt.Fprintf(&b, "%s: unknown %s %q\n", place(r.Span), r.Kind, r.Name)
	}
	for _, p := range places {
		line, column, _ := strings.Cut(p, ":")
		n, err := strconv.Atoi(line)
		if err != nil {
			t.Fatal(err)
		}
		col, err := strconv.Atoi(column)
		if err != nil {
			t.Fatal(err)
		}
		file := document(result)
		d, r := x.At(file, file.LineSpan(n).Start+col-1)
		switch {
		case r != nil && d != nil:
			fmt.Fprintf(&b, "at %s: refers to %s; legal: %s\n", p, declared(d), legal(x, r))
		case r != nil:
			fmt.Fprintf(&b, "at %s: unknown %s %q; legal: %s\n", p, r.Kind, r.Name, legal(x, r))
		case d != nil:
			fmt.Fprintf(&b, "at %s: %s\n", p, declared(d))
		default:
			fmt.Fprintf(&b, "at %s: no name\n", p)
		}
	}
	return b.String()
}

// document returns the file topology.yaml of a result.
func document(result *validate.Result) *diag.File {
	for _, d := range result.Index.Declarations() {
		if d.Span.File.Name == "topology.yaml" {
			return d.Span.File
		}
	}
	return nil
}

func declared(d *validate.Declaration) string {
	kind := d.Kind.String()
	if d.Kind == validate.ComponentSymbol {
		kind = d.Component.String()
	}
	text := fmt.Sprintf("%s: %s %q", place(d.Span), kind, d.Name)
	if d.Owner != nil {
		text += fmt.Sprintf(" of %s %q", d.Owner.Kind, d.Owner.Name)
	}
	return text
}

func references(list []*validate.Reference) string {
	if len(list) == 0 {
		return ""
	}
	places := make([]string, len(list))
	for i, r := range list {
		places[i] = place(r.Span)
	}
	return " <- " + strings.Join(places, " ")
}

func place(s diag.Span) string {
	if s.IsZero() {
		return "(elsewhere)"
	}
	p := s.File.Position(s.Start)
	name := ""
	if s.File.Name != "topology.yaml" {
		name = s.File.Name + ":"
	}
	return fmt.Sprintf("%s%d:%d", name, p.Line, p.Column)
}

func legal(x *validate.Index, r *validate.Reference) string {
	names := x.LegalNames(r)
	if len(names) > 8 {
		return strings.Join(names[:2], " ") + " and more" // their number changes with each new rule and setting
	}
	return strings.Join(names, " ")
}

// There is an index of a document that is none.
func TestIndexOfNothing(t *testing.T) {
	result, err := validate.Check(t.Context(), nil, validate.Options{})
	if err != nil || result.Index == nil || len(result.Index.Declarations()) != 0 || len(result.Index.Components()) != 0 {
		t.Errorf("%+v %v", result, err)
	}
	if d, r := result.Index.At(diag.NewFile("x", "", nil), 0); d != nil || r != nil {
		t.Error(d, r)
	}
}
