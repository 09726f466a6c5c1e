package validate_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/stormflux/stormflux/diag"
)

// TestRuleExamples runs the two examples of every rule that package schema or validate reports: the bad one gives the
// rule, with the severity that its documentation says; the mended one gives neither it nor any error.
func TestRuleExamples(t *testing.T) {
	ours := append(ruleNames(t, "."), ruleNames(t, "../schema")...)
	for _, rule := range diag.Rules() {
		if !slices.Contains(ours, rule.Name) {
			continue // another package's, which tests it
		}
		t.Run(rule.Name, func(t *testing.T) {
			run := func(e diag.Example) diag.List {
				dir := t.TempDir()
				files := []txtar.File{{Name: "topology.yaml", Data: []byte(e.YAML)}}
				for _, f := range rule.Files {
					files = append(files, txtar.File{Name: f.Path, Data: []byte(f.Text)})
				}
				writeFiles(t, dir, files)
				t.Chdir(dir)
				_, list := parseArgs(t, e.Args).run(t, "topology.yaml")
				return list
			}
			bad := run(rule.Bad)
			if !slices.ContainsFunc(bad, func(d *diag.Diagnostic) bool { return d.Rule == rule.Name && d.Severity == rule.Severity }) {
				t.Errorf("the bad example does not give it as %s:\n%s", rule.Severity, text(t, bad))
			}
			if slices.ContainsFunc(bad, func(d *diag.Diagnostic) bool { return d.Rule != rule.Name && d.Severity != diag.Note }) {
				t.Errorf("the bad example shows another fault:\n%s", text(t, bad))
			}
			mended := run(rule.Mended)
			if mended.HasErrors() || slices.ContainsFunc(mended, func(d *diag.Diagnostic) bool { return d.Rule == rule.Name }) {
				t.Errorf("the mended example gives:\n%s", text(t, mended))
			}
		})
	}
}

// TestRulesDocumented holds that each rule that this package reports is documented.
func TestRulesDocumented(t *testing.T) {
	names := ruleNames(t, ".")
	if len(names) < 50 {
		t.Fatalf("found only %d rules", len(names))
	}
	for _, name := range names {
		if _, ok := diag.LookupRule(name); !ok {
			t.Errorf("rule %q has no page in diag/rules", name)
		}
	}
}

// ruleNames returns the values of the constants rule... in a package's folder.
func ruleNames(t *testing.T, dir string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		source, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, source, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range file.Decls {
			group, ok := decl.(*ast.GenDecl)
			if !ok || group.Tok != token.CONST {
				continue
			}
			for _, spec := range group.Specs {
				value := spec.(*ast.ValueSpec)
				for i, name := range value.Names {
					if !strings.HasPrefix(name.Name, "rule") || i >= len(value.Values) {
						continue
					}
					if literal, ok := value.Values[i].(*ast.BasicLit); ok {
						rule, err := strconv.Unquote(literal.Value)
						if err != nil {
							t.Fatal(err)
						}
						names = append(names, rule)
					}
				}
			}
		}
	}
	return names
}

func text(t *testing.T, list diag.List) string {
	t.Helper()
	var b strings.Builder
	if err := diag.Write(&b, list, diag.Options{Format: diag.Text}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
