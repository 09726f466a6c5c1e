package autofix_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/stormflux/stormflux/internal/autofix"
)

// run writes the files into an empty working directory, fixes the topologies and writes the result.
func run(t *testing.T, archive string, opts autofix.Options, paths ...string) *autofix.Result {
	t.Helper()
	t.Chdir(t.TempDir())
	for _, f := range txtar.Parse([]byte(archive)).Files {
		if err := os.MkdirAll(filepath.Dir(f.Name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(f.Name, f.Data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if opts.Files == nil {
		opts.Files = paths
	}
	result, err := autofix.Run(check(t, paths...), opts)
	if err != nil {
		t.Fatal(err)
	}
	if err := result.Write(); err != nil {
		t.Fatal(err)
	}
	return result
}

func expectFile(t *testing.T, path, want string) {
	t.Helper()
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("%s holds\n%s\nwant\n%s", path, got, want)
	}
}

func TestEveryKind(t *testing.T) {
	result := run(t, `
-- a.yaml --
name: t   # the name
config: {app.country: no, app.zip: 01234, app.at: 12:30:45, topology.workrs: 2, "topology.max.spout.pendng": 5}
spouts:
  words: {command: [cat, "-"], outputs: [word, count], paralelism: "2"}
bolts:
  split:
    comand: [cat, "-"]   # why
    inputs:
      - from: "wrods"
        grouping: {fields: [wrod]}
    outputs: {out: [x]}
  end:
    command: [cat, '-']
    inputs: [{from: 'spilt', stream: uot, grouping: SHUFFLE}] # stormflux:ignore unread-steam
`, autofix.Options{}, "a.yaml")
	expectFile(t, "a.yaml", `name: t   # the name
config: {app.country: "no", app.zip: "01234", app.at: "12:30:45", topology.workers: 2, "topology.max.spout.pending": 5}
spouts:
  words: {command: [cat, "-"], outputs: [word, count], parallelism: 2}
bolts:
  split:
    command: [cat, "-"]   # why
    inputs:
      - from: "words"
        grouping: {fields: [word]}
    outputs: {out: [x]}
  end:
    command: [cat, '-']
    inputs: [{from: 'split', stream: out, grouping: shuffle}] # stormflux:ignore unread-stream
`)
	if result.Fixes() != 14 {
		t.Errorf("%d fixes", result.Fixes())
	}
}

// What has no certain correction stays as it is.
func TestLeftAlone(t *testing.T) {
	for name, text := range map[string]string{
		"two names as near":      "spouts: {word1: {command: [cat], outputs: [a]}, word2: {command: [cat], outputs: [a]}}\nbolts: {b: {command: [cat], inputs: [{from: word3}]}}\n",
		"a key twice":            "spouts: {words: {comand: [cat], commnd: [cat], outputs: [a]}}\nbolts: {b: {command: [cat], inputs: [{from: words}]}}\n",
		"a setting that is set":  "config: {topology.workrs: 2, topology.workers: 3}\nspouts: {words: {command: [cat], outputs: [a]}}\nbolts: {b: {command: [cat], inputs: [{from: words}]}}\n",
		"a variable":             "spouts: {words: {command: [cat], outputs: [a]}}\nbolts: {b: {command: [cat], inputs: [{from: \"${x:-wrods}\"}]}}\n",
		"an alias":               "x-from: &from wrods\nspouts: {words: {command: [cat], outputs: [a]}}\nbolts: {b: {command: [cat], inputs: [{from: *from}]}}\n",
		"a value with an alias":  "spouts: {words: {command: [cat], outputs: [a]}}\nbolts:\n  b: &b {command: [cat], inputs: [{from: wrods}]}\n  c: *b\n",
		"a merged map":           "x-base: &base {paralelism: 2}\nspouts: {words: {<<: *base, command: [cat], outputs: [a]}}\nbolts: {b: {command: [cat], inputs: [{from: words}]}}\n",
		"an argument of a class": "spouts: {words: {className: a.B, constructorArgs: [no], outputs: [a]}}\nbolts: {b: {command: [cat], inputs: [{from: words}]}}\n",
		"two lines":              "spouts: {words: {command: [cat], outputs: [a]}}\nbolts: {b: {command: [cat], inputs: [{from: \"wro\\\n  ds\"}]}}\n",
	} {
		t.Run(name, func(t *testing.T) {
			text = "name: t\n" + text
			result := run(t, "-- a.yaml --\n"+text, autofix.Options{}, "a.yaml")
			expectFile(t, "a.yaml", text)
			if result.Fixes() != 0 || len(result.Files) != 0 {
				t.Errorf("%d fixes", result.Fixes())
			}
		})
	}
}

// Two topologies read one file: what one calls a fault may be right for the other.
func TestIncludedFile(t *testing.T) {
	const files = `
-- a.yaml --
name: a
includes: [{file: lib/base.yaml}]
spouts: {words: {command: [cat], outputs: [word]}}
-- b.yaml --
name: b
includes: [{file: lib/base.yaml}]
spouts: {wrods: {command: [cat], outputs: [word]}}
-- lib/base.yaml --
bolts: {b: {comand: [cat], inputs: [{from: wrods}]}}
`
	run(t, files, autofix.Options{Folders: []string{"."}}, "a.yaml", "b.yaml")
	expectFile(t, "lib/base.yaml", "bolts: {b: {command: [cat], inputs: [{from: wrods}]}}\n")

	run(t, files, autofix.Options{Folders: []string{"."}}, "a.yaml")
	expectFile(t, "lib/base.yaml", "bolts: {b: {command: [cat], inputs: [{from: words}]}}\n")

	result := run(t, files, autofix.Options{Folders: []string{"other"}}, "a.yaml", "b.yaml")
	expectFile(t, "lib/base.yaml", "bolts: {b: {comand: [cat], inputs: [{from: wrods}]}}\n")
	if len(result.Outside) != 1 || filepath.ToSlash(result.Outside[0]) != "lib/base.yaml" {
		t.Errorf("outside: %q", result.Outside)
	}
}

const misspelt = "name: t\nspouts: {words: {comand: [cat], outputs: [word]}}\nbolts: {b: {command: [cat], inputs: [{from: words}]}}\n"

var correct = strings.Replace(misspelt, "comand", "command", 1)

func TestLinks(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("real.yaml", []byte(misspelt), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("real.yaml", "link.yaml"); err != nil {
		t.Skipf("no symbolic links here: %v", err)
	}
	// Two names of one file are fixed once.
	result, err := autofix.Run(check(t, "link.yaml", "real.yaml"), autofix.Options{Files: []string{"link.yaml"}})
	if err != nil {
		t.Fatal(err)
	}
	if err := result.Write(); err != nil || result.Fixes() != 1 || len(result.Files) != 1 {
		t.Errorf("%d fixes of %d files, %v", result.Fixes(), len(result.Files), err)
	}
	expectFile(t, "real.yaml", correct)
	if info, err := os.Lstat("link.yaml"); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link was replaced: %v, %v", info, err)
	}
}

// A link inside of a folder may lead out of it.
func TestLinkToTheOutside(t *testing.T) {
	project := t.TempDir() // of a file outside the project, Load returns no fixes
	folder := filepath.Join(project, "folder")
	if err := errors.Join(os.Mkdir(folder, 0o777), os.WriteFile(filepath.Join(project, "go.mod"), nil, 0o666)); err != nil {
		t.Fatal(err)
	}
	t.Chdir(folder)
	base := filepath.Join(project, "base.yaml")
	const text = "bolts: {b: {comand: [cat], inputs: [{from: words}]}}\n"
	if err := os.WriteFile(base, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(base, "base.yaml"); err != nil {
		t.Skipf("no symbolic links here: %v", err)
	}
	if err := os.WriteFile("a.yaml", []byte("name: a\nincludes: [{file: base.yaml}]\nspouts: {words: {command: [cat], outputs: [word]}}\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	result, err := autofix.Run(check(t, "a.yaml"), autofix.Options{Files: []string{"a.yaml"}, Folders: []string{"."}})
	if err != nil || len(result.Files) != 0 || len(result.Outside) != 1 {
		t.Errorf("%+v, %v", result, err)
	}
	expectFile(t, base, text)
}

func TestChangedMeanwhile(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, name := range []string{"a.yaml", "b.yaml"} {
		if err := os.WriteFile(name, []byte(misspelt), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	result, err := autofix.Run(check(t, "a.yaml", "b.yaml"), autofix.Options{Folders: []string{"."}})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("b.yaml", []byte("name: other\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := result.Write(); err == nil || !strings.Contains(err.Error(), "b.yaml changed") {
		t.Errorf("error is %v", err)
	}
	expectFile(t, "a.yaml", misspelt)
	expectFile(t, "b.yaml", "name: other\n")
}

func TestDiff(t *testing.T) {
	result := run(t, "-- a.yaml --\n"+strings.TrimSuffix(misspelt, "\n"), autofix.Options{}, "a.yaml")
	var b bytes.Buffer
	if err := result.Diff(&b); err != nil {
		t.Fatal(err)
	}
	const want = `--- a.yaml
+++ a.yaml
@@ -1,3 +1,3 @@
 name: t
-spouts: {words: {comand: [cat], outputs: [word]}}
+spouts: {words: {command: [cat], outputs: [word]}}
 bolts: {b: {command: [cat], inputs: [{from: words}]}}
`
	if b.String() != want {
		t.Errorf("got\n%s", b.String())
	}
	if err := result.Diff(broken{}); !errors.Is(err, errBroken) {
		t.Errorf("error is %v", err)
	}
}

var errBroken = errors.New("broken")

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errBroken }
