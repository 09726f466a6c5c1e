package validate_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/stormflux/stormflux/validate"
)

// TestExecutables checks programs that the go command really built for each platform, against each platform.
func TestExecutables(t *testing.T) {
	dir := t.TempDir()
	writeFiles(t, dir, []txtar.File{
		{Name: "go.mod", Data: []byte("module example.com/x\n\ngo 1.21\n")},
		{Name: "main.go", Data: []byte("package main\n\nfunc main() {}\n")},
		{Name: "script", Data: []byte("#!/bin/sh\n")},
		{Name: "text", Data: []byte("exit\n")},
	})
	platforms := []string{"linux/amd64", "linux/arm64", "darwin/arm64", "windows/amd64"}
	for _, p := range platforms {
		goos, arch, _ := strings.Cut(p, "/")
		cmd := exec.CommandContext(t.Context(), "go", "build", "-o", filepath.Join(dir, goos+"-"+arch), ".")
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GOOS="+goos, "GOARCH="+arch, "CGO_ENABLED=0", "GOFLAGS=")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	t.Chdir(dir)
	check := func(program, platform string) (*validate.Topology, string) {
		document := "name: t\nplatform: " + platform + "\nspouts: {s: {go: " + program + ", outputs: []}}\n"
		if err := os.WriteFile("topology.yaml", []byte(document), 0o644); err != nil {
			t.Fatal(err)
		}
		top, list := command{}.run(t, "topology.yaml")
		return top, text(t, list)
	}
	for _, built := range platforms {
		program := strings.ReplaceAll(built, "/", "-")
		for _, wanted := range platforms {
			top, said := check(program, wanted)
			switch {
			case built == wanted:
				if top == nil || top.Spouts[0].Implementation.(*validate.GoProgram).Executable != program || top.Spouts[0].Implementation.(*validate.GoProgram).Dir != "" {
					t.Errorf("%s: %v %s", built, top, said)
				}
			case !strings.Contains(said, "is built for "+built+", but the workers run on "+wanted+" [not-an-executable]"):
				t.Errorf("%s for %s: %s", built, wanted, said)
			}
		}
	}
	if _, said := check("text", "linux/amd64"); !strings.Contains(said, "[not-an-executable]") {
		t.Error(said)
	}
	if top, said := check("script", "linux/amd64"); top == nil || top.Spouts[0].Implementation.(*validate.GoProgram).Executable != "script" {
		t.Error(said)
	}
	if top, said := check(".", "linux/amd64"); top == nil || top.Spouts[0].Implementation.(*validate.GoProgram).Dir != "." {
		t.Error(said)
	}
}
