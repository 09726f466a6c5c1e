//go:build unix

package main

import (
	"bufio"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stormflux/stormflux/internal/scaffold"
	"github.com/stormflux/stormflux/internal/stormtest"
)

// Each new project validates, passes its tests and runs, without a change.
func TestInitProjectsWork(t *testing.T) {
	t.Parallel()
	binary := buildStormflux(t)
	for _, template := range append(scaffold.Templates(), scaffold.Template{Name: leiningenTemplate}) {
		t.Run(template.Name, func(t *testing.T) {
			needs := map[string]string{"python": "python3", "flux": "python3", "node": "node", "mixed": "node", "java": "mvn", leiningenTemplate: "python3"}
			if program := needs[template.Name]; program != "" {
				stormtest.RequireProgram(t, program)
			}
			dir := filepath.Join(t.TempDir(), "my words")
			do := func(in string, args ...string) string {
				t.Helper()
				ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
				defer cancel()
				cmd := exec.CommandContext(ctx, args[0], args[1:]...)
				cmd.Dir = in
				cmd.Env = append(os.Environ(), "GOFLAGS=", "GOPROXY=off")
				out, err := cmd.CombinedOutput()
				if err != nil {
					t.Fatalf("%s: %v\n%s", strings.Join(args, " "), err, out)
				}
				return string(out)
			}
			// The test's folder is in the checkout, so a project in Go finds the package for components.
			said := do(".", binary, "init", "--template", template.Name, dir)
			if !strings.HasSuffix(said, "my words' && stormflux run my-words.yaml\n") && !strings.HasSuffix(said, " && mvn -q package && stormflux run my-words.yaml\n") || strings.Contains(said, "unchanged") {
				t.Errorf("it ends with\n%s", said)
			}
			if template.Needs != "" {
				words := strings.Fields(template.Needs)
				do(dir, words...)
			}
			if out := do(dir, binary, "validate", "--strict", "."); !strings.Contains(out, "no problems") {
				t.Errorf("validate says\n%s", out)
			}
			if out := do(dir, binary, "test"); !strings.Contains(out, "2 tests passed") {
				t.Errorf("test says\n%s", out)
			}
			r := command(t, dir, "run", "my-words.yaml", "--format", "json")
			r.cmd.Env = append(r.cmd.Env, "GOFLAGS=", "GOPROXY=off")
			r.piped()
			_, at := r.until(0, `"event":"log".*"text":"[^"]*emitting (ten sentences a second|100 lines)`)
			r.until(at, `"event":"log".*"text":"[^"]*the: `)
			r.signal(syscall.SIGINT)
			r.ends(exitFine)
			if out := do(dir, binary, "fmt", "--check", "."); strings.Contains(out, "my-words") {
				t.Errorf("fmt says\n%s", out)
			}
			if template.Name != "flux" {
				return
			}
			said = do(dir, binary, "fmt", "--short", "my-words.yaml")
			text, err := os.ReadFile(filepath.Join(dir, "my-words.yaml"))
			if short := string(text); err != nil || strings.Contains(said, "keeps") || strings.Contains(short, "className") || !strings.Contains(short, "    tick: 5s\n") {
				t.Errorf("fmt --short says\n%s\nand writes\n%s", said, short)
			}
			if out := do(dir, binary, "test"); !strings.Contains(out, "2 tests passed") {
				t.Errorf("in the short form, test says\n%s", out)
			}
		})
	}
}

// A project in Go needs a release that Go can fetch. Go gives commits versions too.
func TestReleaseVersion(t *testing.T) {
	for version, want := range map[string]string{
		"v1.2.3": "v1.2.3", "v1.2.3-rc.1": "v1.2.3-rc.1", "": "", "(devel)": "", "v1.2.3+dirty": "",
		"v0.0.0-20261122040057-026fad912ec9": "", "v1.2.4-0.20261122040057-026fad912ec9": "", "v0.0.0-20261122040057-026fad912ec9+dirty": "",
	} {
		if got := releaseVersion(&debug.BuildInfo{Main: debug.Module{Version: version}}); got != want {
			t.Errorf("%q is the release %q, want %q", version, got, want)
		}
	}
	if got := releaseVersion(nil); got != "" {
		t.Errorf("without information, the release is %q", got)
	}
}

func TestInitRefuses(t *testing.T) {
	full := t.TempDir()
	for _, name := range []string{"mine.txt", ".gitignore"} {
		if err := os.WriteFile(filepath.Join(full, name), []byte("mine"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(full)
	for _, test := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"--template", "pyhton", "x"}, exitUsage, `there is no template "pyhton"; known templates: go, python, node, mixed, java, flux, leiningen; did you mean "python"?`},
		{[]string{"--template", "go", full}, exitEnvironment, `is not empty: it has "mine.txt"`},
		{[]string{"--template", "go"}, exitEnvironment, `is not empty: it has "mine.txt"`},
		{[]string{"--leiningen"}, exitEnvironment, ".gitignore exists already"},
		{[]string{"--template", "python", ""}, exitUsage, "DIR is empty"},
		{[]string{"--leiningen", ""}, exitUsage, "DIR is empty"},
		{[]string{"--template", "go", "--name", "a b", filepath.Join(t.TempDir(), "new")}, exitUsage, `"a b" is not the name of a topology`},
		{[]string{"--template", "go", "--leiningen", "x"}, exitUsage, "give only one of --leiningen and --template"},
	} {
		var stderr strings.Builder
		code := run(t.Context(), append([]string{"init"}, test.args...), strings.NewReader(""), io.Discard, &stderr)
		if code != test.code || !strings.Contains(stderr.String(), test.want) {
			t.Errorf("%v: exit %d, %s\nwant %d, %s", test.args, code, stderr.String(), test.code, test.want)
		}
	}
	if entries, err := os.ReadDir(full); err != nil || len(entries) != 2 {
		t.Errorf("the folder has %v, %v", entries, err)
	}
	if text, err := os.ReadFile(filepath.Join(full, ".gitignore")); err != nil || string(text) != "mine" {
		t.Errorf(".gitignore has %q, %v", text, err)
	}
}

// A project never takes the place of files, however its folder is named.
func TestScaffoldNeedsAnEmptyFolder(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("mine.txt", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{"", ".", "./"} {
		if _, err := scaffold.Create(scaffold.Options{Template: scaffold.Templates()[0], Dir: dir, Name: "words"}); err == nil {
			t.Errorf("it makes a project in %q", dir)
		}
	}
}

// What a new repository has stays as it is.
func TestInitInARepository(t *testing.T) {
	t.Chdir(t.TempDir())
	mine := map[string]string{".git/HEAD": "mine", ".gitignore": "mine", "README.md": "mine", "LICENSE": "mine"}
	for name, text := range mine {
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var stdout, stderr strings.Builder
	if code := run(t.Context(), []string{"init", "--template", "python", "--name", "words"}, strings.NewReader(""), &stdout, &stderr); code != exitFine {
		t.Fatalf("exit %d, %s", code, stderr.String())
	}
	for _, line := range []string{"wrote     words.yaml\n", "kept      README.md\n", "kept      .gitignore\n"} {
		if !strings.Contains(stdout.String(), line) {
			t.Errorf("no line %q in\n%s", line, stdout.String())
		}
	}
	for name, want := range mine {
		if text, err := os.ReadFile(name); err != nil || string(text) != want {
			t.Errorf("%s has %q, %v", name, text, err)
		}
	}
}

// A project in Go builds, whatever its name is: "go" and the names of standard packages are no modules.
func TestInitGoModule(t *testing.T) {
	t.Chdir(t.TempDir())
	p, err := scaffold.Create(scaffold.Options{Template: scaffold.Templates()[0], Dir: "go"})
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("go/go.mod")
	if err != nil || !strings.HasPrefix(string(text), "module example.com/go\n") || p.Topology != filepath.Join("go", "go.yaml") {
		t.Errorf("%s: %v\n%s", p.Topology, err, text)
	}
}

// After a typo, the command asks again.
func TestInitAsksAgain(t *testing.T) {
	names := []string{"go", "python"}
	for answers, want := range map[string]string{"\n": "go", "pyhton\npython\n": "python", "python": "python"} {
		var out strings.Builder
		got, err := chooseTemplate(bufio.NewReader(strings.NewReader(answers)), &out, names)
		if err != nil || got != want {
			t.Errorf("%q chooses %q, %v; want %q", answers, got, err, want)
		}
		if said := strings.Contains(out.String(), `did you mean "python"?`); said != strings.Contains(answers, "pyhton") {
			t.Errorf("%q: it says\n%s", answers, out.String())
		}
	}
	if got, err := chooseTemplate(bufio.NewReader(strings.NewReader("")), io.Discard, names); err == nil {
		t.Errorf("without an answer it chooses %q", got)
	}
}
