package python_test

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stormflux/stormflux/sdk/python"
)

// The tests of the package are written in Python, because its users write theirs so too.
func TestUnittest(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), "python3", "-W", "error", "-m", "unittest", "discover", "-s", "tests", "-t", ".")
	cmd.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if !strings.Contains(string(out), "\nOK") {
		t.Errorf("unittest found no tests:\n%s", out)
	}
}

// pip installs the package from its folder.
func TestInstall(t *testing.T) {
	folder, venv := t.TempDir(), filepath.Join(t.TempDir(), "venv")
	if err := os.CopyFS(folder, os.DirFS(".")); err != nil { // pip leaves files in the folder that it builds
		t.Fatal(err)
	}
	interpreter := filepath.Join(venv, "bin", "python3")
	if runtime.GOOS == "windows" {
		interpreter = filepath.Join(venv, "Scripts", "python.exe")
	}
	for _, words := range [][]string{
		{"python3", "-m", "venv", venv},
		{interpreter, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", folder},
	} {
		if out, err := exec.CommandContext(t.Context(), words[0], words[1:]...).CombinedOutput(); err != nil {
			if os.Getenv("STORMFLUX_REQUIRE_STORM") == "1" {
				t.Fatalf("%q: %v\n%s", words, err, out)
			}
			t.Skipf("%q: %v\n%s", words, err, out) // pip needs the network: it builds with setuptools
		}
	}
	cmd := exec.CommandContext(t.Context(), interpreter, "-c",
		"import importlib.metadata as m, stormflux, stormflux.testing; assert m.version('stormflux') == stormflux.__version__; "+
			"print(*sorted(f.name for f in m.files('stormflux') if f.parent.name == 'stormflux'))")
	cmd.Dir = t.TempDir()
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	want, err := fs.Glob(os.DirFS("."), "stormflux/*.*")
	if err != nil {
		t.Fatal(err)
	}
	for i, name := range want {
		want[i] = filepath.Base(name)
	}
	if got := strings.Fields(string(out)); !slices.Equal(got, want) {
		t.Errorf("pip installed %q, want %q", got, want)
	}
}

// A jar gets all of the package.
func TestFiles(t *testing.T) {
	want, err := fs.Glob(os.DirFS("."), "stormflux/*.py")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range append(want, "stormflux/py.typed") {
		if _, err := fs.Stat(python.Files(), name); err != nil {
			t.Error(err)
		}
	}
}
