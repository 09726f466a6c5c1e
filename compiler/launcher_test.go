//go:build unix

package compiler

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stormflux/stormflux/validate"
)

// showArgs is a program that prints its environment variable V and its arguments, each between angle brackets.
const showArgs = "#!/bin/sh\nprintf '<%s>' \"$V\" \"$@\"\n"

// A real shell passes the words and the environment to the program unchanged, whatever characters they contain.
func TestLauncherPassesWordsUnchanged(t *testing.T) {
	words := []string{"", " ", "plain", "two words", "it's", `"$HOME" \n $(id) ` + "`id`", "line\nbreak", "tab\t", "*", "~", "#", "öß日本", "-n", "a=b", "!"}
	dir := resourcesWith(t, "show", 0o644)
	for _, value := range words {
		l := launcher{component: "c\nx", program: true, words: append([]string{"show"}, words...), env: []validate.EnvVar{{Name: "V", Value: value}}}
		want := "<" + value + "><" + strings.Join(words, "><") + ">"
		if got := launch(t, dir, l.script()); got != want {
			t.Errorf("got  %q\nwant %q", got, want)
		}
	}
}

func TestLauncherAppendsToPath(t *testing.T) {
	l := launcher{words: []string{"sh", "-c", `printf %s "$PATH"`}, env: []validate.EnvVar{{Name: "PATH", Value: "/my tools", Append: true}}}
	if got, want := launch(t, t.TempDir(), l.script()), os.Getenv("PATH")+":/my tools"; got != want {
		t.Errorf("PATH is %q, want %q", got, want)
	}
}

// Python finds its modules first in the folders of the launcher, also after it has changed the working directory.
func TestLauncherSetsPythonPath(t *testing.T) {
	dir := t.TempDir()
	show := []string{"sh", "-c", `cd /; printf %s "$PYTHONPATH"`}
	folders := []string{".stormflux/python", "it's"}
	for _, c := range []struct {
		inherited, own, want string
	}{
		{"", "", dir + "/.stormflux/python:" + dir + "/it's"},
		{"/inherited", "", dir + "/.stormflux/python:" + dir + "/it's:/inherited"},
		{"/inherited", "/own", dir + "/.stormflux/python:" + dir + "/it's:/own"},
	} {
		t.Setenv("PYTHONPATH", c.inherited)
		l := launcher{words: show, pythonPath: folders}
		if c.own != "" {
			l.env = []validate.EnvVar{{Name: "PYTHONPATH", Value: c.own}}
		}
		if got := launch(t, dir, l.script()); got != c.want {
			t.Errorf("PYTHONPATH is %q, want %q", got, c.want)
		}
	}
}

// Storm unpacks a jar without executable bits. If the worker's user may not set them, the launcher runs a copy. The
// next start uses the same copy.
func TestLauncherRunsACopyWhereItMayNotChmod(t *testing.T) {
	dir := resourcesWith(t, "bin/show", 0o644)
	tools := t.TempDir()
	chmod, err := exec.LookPath("chmod")
	if err != nil {
		t.Fatal(err)
	}
	fake := "#!/bin/sh\n[ \"$1\" = u+x ] && exit 1\nexec " + chmod + " \"$@\"\n"
	if err := os.WriteFile(filepath.Join(tools, "chmod"), []byte(fake), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", tools+":"+os.Getenv("PATH"))
	tmp := t.TempDir()
	t.Setenv("TMPDIR", tmp)
	l := launcher{program: true, words: []string{"bin/show", "x"}}
	for range 2 {
		if got := launch(t, dir, l.script()); got != "<><x>" {
			t.Errorf("got %q", got)
		}
	}
	copies, err := filepath.Glob(filepath.Join(tmp, "stormflux-*", "*"))
	if err != nil || len(copies) != 1 {
		t.Errorf("copies: %v %v, want one", copies, err)
	}
	// Another content gets another copy.
	if err := os.WriteFile(filepath.Join(dir, "bin/show"), []byte("#!/bin/sh\necho new\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if got := launch(t, dir, l.script()); got != "new\n" {
		t.Errorf("after a change: got %q", got)
	}
}

func resourcesWith(t *testing.T, name string, mode os.FileMode) string {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(showArgs), mode); err != nil {
		t.Fatal(err)
	}
	return dir
}

// launch runs a script as Storm does: with /bin/sh, in the resources folder.
func launch(t *testing.T, dir, script string) string {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, "launcher.sh"), []byte(script), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "/bin/sh", "launcher.sh")
	cmd.Dir = dir
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil || stderr.Len() > 0 {
		t.Fatalf("%v: %s\n%s", err, stderr.String(), script)
	}
	return string(out)
}
