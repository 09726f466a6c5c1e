package validate_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/validate"
)

// programs returns a folder for PATH with the programs.
func programs(t *testing.T, names ...string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range names {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestProgramNotFound(t *testing.T) {
	const file = `name: t
spouts:
  a: {command: [nodee, -e, "1"], outputs: [x]}
  b: {command: "rubyy -e 1", outputs: [x]}
  c: {command: [frobnicate, "1"], outputs: [x]}
  d: {command: [own], outputs: [x], env: {PATH: /opt/bin}}
  e: {command: [/no/such/program], outputs: [x]}
  f: {command: [python3, -c, "1"], outputs: [x]}
  g: {command: [nodejs, -e, "1"], outputs: [x]}
bolts:
  z: {command: [cat], inputs: [{from: a}, {from: b}, {from: c}, {from: d}, {from: e}, {from: f}, {from: g}]}
`
	dir := t.TempDir()
	t.Chdir(dir)
	if err := os.WriteFile("t.yaml", []byte(file), 0o644); err != nil {
		t.Fatal(err)
	}
	bin := programs(t, "node", "cat", "pythonx")
	if err := os.WriteFile(filepath.Join(bin, "python"), nil, 0o644); err != nil { // it cannot be executed
		t.Fatal(err)
	}
	path := bin + string(filepath.ListSeparator) + filepath.Join(dir, "none")
	for _, here := range []bool{false, true} {
		top, list := command{check: validate.Options{Path: path, RunsHere: here}}.run(t, "t.yaml")
		want := []string{`nodee: did you mean "node"?`}
		severity, hint := diag.Note, `the workers need it; "stormflux run" cannot start the component here`
		if here {
			severity, hint = diag.Error, "install it, or give its path"
		}
		if want = append(want, "rubyy: "+hint, "frobnicate: "+hint); here {
			want = append(want, "/no/such/program: install it, or give the path that it has here")
		}
		want = append(want, "python3: "+hint, `nodejs: did you mean "node"?`)
		if (top == nil) != here || validate.OnlyProgramsMissing(list) != here || len(list) != len(want) {
			t.Fatalf("runs here: %t\n%s", here, text(t, list))
		}
		for i, d := range list {
			if d.Severity != severity {
				t.Errorf("%s: %s", d.Severity, d.Message)
			}
			if got := d.Span.Text() + ": " + d.Hint; got != want[i] {
				t.Errorf("%s\nwant\n%s", got, want[i])
			}
		}
	}
}
