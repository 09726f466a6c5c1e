package stormtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// typeScriptVersion is a TypeScript that Node 20 runs.
const typeScriptVersion = "5.9.3"

// Node returns the path of Node.js. Without it, Node skips the test, or fails it if STORMFLUX_REQUIRE_STORM=1.
func Node(t testing.TB) string {
	t.Helper()
	return tool(t, "node")
}

// TypeScript returns the command of the TypeScript compiler. The first call on a machine fetches it with npm; later calls find
// it in the cache folder. Without Node or npm, TypeScript skips the test, or fails it if STORMFLUX_REQUIRE_STORM=1.
func TypeScript(t testing.TB) []string {
	t.Helper()
	return []string{Node(t), nodePackage(t, "typescript", typeScriptVersion, "bin", "tsc")}
}

func tool(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	switch {
	case err == nil:
	case os.Getenv("STORMFLUX_REQUIRE_STORM") == "1":
		t.Fatalf("%s is required (STORMFLUX_REQUIRE_STORM=1): %v", name, err)
	default:
		t.Skip(err)
	}
	return path
}

// nodePackage returns a file of a package of npm, which it fetches once.
func nodePackage(t testing.TB, name, version string, file ...string) string {
	t.Helper()
	tool(t, "node")
	tool(t, "npm")
	dir, err := cached(t.Context(), name, [][]byte{[]byte(version)}, func(dir string) error {
		return installPackage(t.Context(), dir, name+"@"+version)
	})
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(append([]string{dir, "node_modules", name}, file...)...)
}

// installPackage makes npm put a package and its dependencies into dir. None of their scripts runs.
func installPackage(ctx context.Context, dir, name string) error {
	const attempts = 4
	for attempt := 1; ; attempt++ {
		cmd := exec.CommandContext(ctx, "npm", "install", "--prefix", dir, "--no-save", "--ignore-scripts", "--no-audit", "--no-fund", name)
		cmd.Dir = dir
		cmd.WaitDelay = 10 * time.Second
		out, err := cmd.CombinedOutput()
		if err == nil {
			return nil
		}
		if ctx.Err() != nil || attempt == attempts || errors.Is(err, exec.ErrNotFound) {
			return fmt.Errorf("fetching %s with npm: %w\n%s", name, err, lastLines(out, 12))
		}
		if err := wait(ctx, time.Duration(attempt)*2*time.Second); err != nil {
			return err
		}
	}
}
