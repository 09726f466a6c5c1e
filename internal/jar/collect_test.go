package jar_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/stormflux/stormflux/internal/jar"
)

var update = os.Getenv("STORMFLUX_UPDATE") == "1"

// write makes a file, with the folders that it needs.
func write(t testing.TB, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestCollect runs the archives in testdata/collect. The archive's comment holds, a line each, `link NAME TARGET`,
// `pipe NAME`, and `resource FROM [TO]`. Its files are in the folder "project" and beside it. The file "want" lists
// what Collect finds: the names, and after them the faults.
func TestCollect(t *testing.T) {
	archives, err := filepath.Glob("testdata/collect/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("no archives: %v", err)
	}
	for _, file := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			temp, err := filepath.EvalSymlinks(t.TempDir()) // messages have resolved paths
			if err != nil {
				t.Fatal(err)
			}
			dir := filepath.Join(temp, "project")
			if err := os.Mkdir(dir, 0o755); err != nil {
				t.Fatal(err)
			}
			want := -1
			for i, f := range archive.Files {
				if f.Name == "want" {
					want = i
					continue
				}
				write(t, filepath.Join(temp, f.Name), string(f.Data))
			}
			resources := prepare(t, temp, dir, string(archive.Comment))
			entries, faults, err := jar.Collect(t.Context(), resources)
			if err != nil {
				t.Fatal(err)
			}

			var got bytes.Buffer
			for _, e := range entries {
				fmt.Fprintf(&got, "%s <- %s (%d)\n", e.Name, e.Path, e.Resource)
			}
			for _, f := range faults {
				word := "error"
				if f.Warning() {
					word = "warning"
				}
				fmt.Fprintf(&got, "%s %d %s: %s\n", word, f.Resource, f.Kind, f.Message)
			}
			told := strings.ReplaceAll(got.String(), temp, "TEMP")
			if update {
				if want < 0 {
					want = len(archive.Files)
					archive.Files = append(archive.Files, txtar.File{Name: "want"})
				}
				archive.Files[want].Data = []byte(told)
				if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if want < 0 {
				t.Fatal("the archive has no file \"want\"")
			}
			if told != string(archive.Files[want].Data) {
				t.Errorf("got\n%s\nwant\n%s", told, archive.Files[want].Data)
			}
		})
	}
}

// prepare runs the commands in the comment of an archive.
func prepare(t *testing.T, temp, dir, script string) []jar.Resource {
	t.Helper()
	var resources []jar.Resource
	for line := range strings.Lines(script) {
		words := strings.Fields(line)
		switch {
		case len(words) == 0 || words[0] == "#":
		case words[0] == "link" && len(words) == 3:
			at := filepath.Join(temp, words[1])
			if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(words[2], at); err != nil {
				if runtime.GOOS == "windows" {
					t.Skipf("no symbolic links here: %v", err)
				}
				t.Fatal(err)
			}
		case words[0] == "folder" && len(words) == 2:
			if err := os.MkdirAll(filepath.Join(temp, words[1]), 0o755); err != nil {
				t.Fatal(err)
			}
		case words[0] == "pipe" && len(words) == 2:
			makePipe(t, filepath.Join(temp, words[1]))
		case words[0] == "resource" && (len(words) == 2 || len(words) == 3):
			r := jar.Resource{Dir: dir, From: words[1]}
			if len(words) == 3 {
				r.To = words[2]
			}
			resources = append(resources, r)
		default:
			t.Fatalf("cannot read the line %q", line)
		}
	}
	return resources
}

func TestNames(t *testing.T) {
	for _, c := range []struct{ name, bad string }{
		{"resources/a.py", ""},
		{"resources/Grüße/日本.txt", ""},
		{"a b", ""},
		{"..a/b..", ""},
		{"", "is empty"},
		{"/etc/passwd", "begins with a slash"},
		{"a/", "ends with a slash"},
		{"a//b", "has an empty element"},
		{"a/../b", `has the element ".."`},
		{"./a", `has the element "."`},
		{`a\b`, "holds a backslash"},
		{"a\nb", "holds a control character"},
		{"a\x00b", "holds a control character"},
		{"a\x7f", "holds a control character"},
		{"a\xff", "is not valid UTF-8"},
		{strings.Repeat("x", 1<<16), "is longer than 65535 bytes"},
	} {
		faults := (&jar.Archive{Entries: []jar.Entry{{Name: c.name, Origin: "the launcher"}}}).Check()
		switch {
		case c.bad == "" && len(faults) != 0:
			t.Errorf("%.20q: %v", c.name, faults)
		case c.bad != "" && (len(faults) != 1 || faults[0].Kind != jar.BadName || !strings.Contains(faults[0].Message, c.bad)):
			t.Errorf("%.20q: %v, want %q", c.name, faults, c.bad)
		}
	}
}

func TestLeftOut(t *testing.T) {
	for _, name := range []string{".git", ".hg", ".svn", ".bzr", "__pycache__", ".DS_Store", "._x", "Thumbs.db", "desktop.ini", "a.py~", "#a#", ".#a", ".a.swp", ".a.swo", ".a.swx"} {
		if !jar.LeftOut(name) {
			t.Errorf("%s is not left out", name)
		}
	}
	for _, name := range []string{"git", ".gitignore", ".env", ".stormflux", "a.pyc", "#", "a.swp", ".swp", "node_modules", ".venv", "x"} {
		if jar.LeftOut(name) {
			t.Errorf("%s is left out", name)
		}
	}
}

func TestUnusualNamesOnDisk(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("other systems cannot make such names")
	}
	dir := t.TempDir()
	for _, name := range []string{"good", "back\\slash", "new\nline", "latin\xe9"} {
		write(t, filepath.Join(dir, "in", name), "x")
	}
	entries, faults, err := jar.Collect(t.Context(), []jar.Resource{{Dir: dir, From: "in"}})
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 1 || entries[0].Name != "resources/good" {
		t.Errorf("entries are %v", entries)
	}
	if len(faults) != 3 {
		t.Errorf("faults are %v", faults)
	}
	for _, f := range faults {
		if f.Kind != jar.BadName || strings.ContainsAny(f.Message, "\n") {
			t.Errorf("%v: %q", f.Kind, f.Message)
		}
	}
}

// Thirty folders of two links each: a walk that follows them all would not end.
func TestLinksThatMultiply(t *testing.T) {
	dir := t.TempDir()
	for i := range 30 {
		folder := filepath.Join(dir, "in", fmt.Sprintf("d%02d", i))
		if err := os.MkdirAll(folder, 0o755); err != nil {
			t.Fatal(err)
		}
		for _, link := range []string{"a", "b"} {
			if err := os.Symlink(fmt.Sprintf("../d%02d", i+1), filepath.Join(folder, link)); err != nil {
				t.Skipf("no symbolic links here: %v", err)
			}
		}
	}
	write(t, filepath.Join(dir, "in", "d30", "x"), "")
	_, faults, err := jar.Collect(t.Context(), []jar.Resource{{Dir: dir, From: "in"}})
	if err != nil {
		t.Fatal(err)
	}
	if len(faults) != 1 || faults[0].Kind != jar.TooMany {
		t.Errorf("faults are %v", faults)
	}
}

// The result must not depend on the order in which resources are found: every permutation of three entries that all
// collide reports a collision.
func TestCollisionsInAnyOrder(t *testing.T) {
	names := [][]string{
		{"resources/a", "resources/a/b"}, {"resources/a/b/c", "resources/a"}, {"resources/x", "resources/x"},
		{"resources/a/b", "resources/a!", "resources/a"}, // "!" sorts before "/"
	}
	for _, set := range names {
		for turn := range set {
			var entries []jar.Entry
			for i := range set {
				name := set[(i+turn)%len(set)]
				entries = append(entries, jar.Entry{Name: name, Origin: fmt.Sprintf("file %d", (i+turn)%len(set))})
			}
			faults := (&jar.Archive{Entries: entries}).Check()
			if len(faults) != 1 || faults[0].Kind != jar.Collision {
				t.Errorf("%q: %v", set, faults)
			}
		}
	}
}

func TestUnreadable(t *testing.T) {
	if runtime.GOOS == "windows" || os.Getuid() == 0 {
		// root can read everything, so the test uses a file that nobody can read.
		if _, err := os.Stat("/proc/self/mem"); err != nil {
			t.Skip("no file that this user may not read")
		}
		var out bytes.Buffer
		err := (&jar.Archive{Entries: []jar.Entry{{Name: "resources/mem", Path: "/proc/self/mem"}}}).Write(t.Context(), &out)
		if err == nil || !strings.Contains(err.Error(), "/proc/self/mem") {
			t.Errorf("error is %v", err)
		}
		return
	}
	dir := t.TempDir()
	write(t, filepath.Join(dir, "in", "secret"), "x")
	write(t, filepath.Join(dir, "in", "closed", "x"), "x")
	for path, mode := range map[string]fs.FileMode{"in/secret": 0, "in/closed": 0} {
		if err := os.Chmod(filepath.Join(dir, path), mode); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { _ = os.Chmod(filepath.Join(dir, "in/closed"), 0o755) })
	_, faults, err := jar.Collect(t.Context(), []jar.Resource{{Dir: dir, From: "in"}})
	if err != nil {
		t.Fatal(err)
	}
	if len(faults) != 2 || faults[0].Kind != jar.Unreadable || faults[1].Kind != jar.Unreadable {
		t.Errorf("faults are %v", faults)
	}
}

func TestCollectEndsWithItsContext(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "in", "x"), "")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := jar.Collect(ctx, []jar.Resource{{Dir: dir, From: "in"}}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
