package autofix_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/autofix"
	"github.com/stormflux/stormflux/schema"
	"github.com/stormflux/stormflux/validate"
)

// otherExamples are of fixable rules whose example in the documentation has no certain correction.
var otherExamples = map[string]string{
	"unknown-stream":   "spouts: {s: {command: [cat], outputs: {even: [a], odd: [a]}}}\nbolts: {b: {command: [cat], inputs: [{from: s, stream: evne}]}}\n",
	"unknown-platform": "platform: lniux/amd64\nspouts: {s: {command: [cat], outputs: [a]}}\nbolts: {b: {command: [cat], inputs: [{from: s}]}}\n",
	"flux-shell": "spouts:\n  s:\n    className: org.apache.storm.flux.wrappers.spouts.FluxShellSpout\n    constructorArgs: [[cat]]\n" +
		"    configMethods: [{name: setDefaultSteam, args: [[a]]}]\nbolts: {b: {command: [cat], inputs: [{from: s}]}}\n",
}

// The documentation marks the rules that --fix corrects, and no others.
func TestFixableRules(t *testing.T) {
	for _, rule := range diag.Rules() {
		text := rule.Bad.YAML
		if other, ok := otherExamples[rule.Name]; ok {
			text = "name: t\n" + other
		}
		environment := ""
		switch {
		case slices.Equal(rule.Bad.Args, []string{"-e", "prod"}):
			environment = "prod"
		case len(rule.Bad.Args) > 0:
			continue // what is wrong there came from the command line
		}
		t.Run(rule.Name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			write := func(path, text string) {
				if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			write("topology.yaml", text)
			for _, f := range rule.Files {
				write(f.Path, f.Text)
			}
			var left diag.List
			result, err := autofix.Run(func(read func(string) ([]byte, error)) ([]autofix.Checked, error) {
				doc, loaded, err := schema.Load(t.Context(), "topology.yaml", schema.Options{Environment: environment, ReadFile: read})
				if err != nil || doc == nil {
					return nil, err
				}
				checked, err := validate.Check(t.Context(), doc, validate.Options{Loaded: loaded})
				if err != nil {
					return nil, err
				}
				left = checked.Diagnostics
				return []autofix.Checked{{Files: doc.Files, Diagnostics: left}}, nil
			}, autofix.Options{Folders: []string{"."}})
			if err != nil {
				t.Fatal(err)
			}
			if fixed := result.Fixes() > 0; fixed != rule.Fixable {
				t.Errorf("%d fixes, but fixable: %v", result.Fixes(), rule.Fixable)
			}
			if rule.Fixable && slices.ContainsFunc(left, func(d *diag.Diagnostic) bool { return d.Rule == rule.Name }) {
				t.Errorf("the fault is still there: %v", left)
			}
		})
	}
}
