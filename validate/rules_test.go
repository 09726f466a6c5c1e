package validate_test

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/stormflux/stormflux/diag"
)

// TestRuleExamples runs the two examples of every rule that package schema or validate reports: the bad one gives the
// rule, with the severity that its documentation says; the fixed one gives neither it nor any error.
func TestRuleExamples(t *testing.T) {
	elsewhere := []string{"clojure-dialect", "tests-without-topology"} // of compiler/clojure and of internal/project
	for _, rule := range diag.Rules() {
		if slices.Contains(elsewhere, rule.Name) {
			continue
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
				command := parseArgs(t, e.Args)
				if rule.Name == "program-not-found" {
					command.check.Path = programs(t, "seq", "cat")
				}
				_, list := command.run(t, "topology.yaml")
				return list
			}
			bad := run(rule.Bad)
			if !slices.ContainsFunc(bad, func(d *diag.Diagnostic) bool { return d.Rule == rule.Name && d.Severity == rule.Severity }) {
				t.Errorf("the bad example does not give it as %s:\n%s", rule.Severity, text(t, bad))
			}
			if slices.ContainsFunc(bad, func(d *diag.Diagnostic) bool { return d.Rule != rule.Name && d.Severity != diag.Note }) {
				t.Errorf("the bad example shows another fault:\n%s", text(t, bad))
			}
			fixed := run(rule.Fixed)
			if fixed.HasErrors() || slices.ContainsFunc(fixed, func(d *diag.Diagnostic) bool { return d.Rule == rule.Name }) {
				t.Errorf("the fixed example gives:\n%s", text(t, fixed))
			}
		})
	}
}

func text(t *testing.T, list diag.List) string {
	t.Helper()
	var b strings.Builder
	if err := diag.Write(&b, list, diag.Options{Format: diag.Text}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
