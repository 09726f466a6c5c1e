package python_test

import (
	"io/fs"
	"os"
	"os/exec"
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
