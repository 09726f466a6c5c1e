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

// languageServerVersion is the newest yaml-language-server that Node 20 runs.
const languageServerVersion = "1.25.0"

// LanguageServer returns the command of Red Hat's yaml-language-server, which most editors use. The first call on a machine
// fetches it with npm; later calls find it in the cache folder. Without Node or npm, LanguageServer skips the test, or fails it if
// STORMFLUX_REQUIRE_STORM=1.
func LanguageServer(t testing.TB) []string {
	t.Helper()
	for _, tool := range []string{"node", "npm"} {
		_, err := exec.LookPath(tool)
		switch {
		case err == nil:
		case os.Getenv("STORMFLUX_REQUIRE_STORM") == "1":
			t.Fatalf("the YAML language server is required (STORMFLUX_REQUIRE_STORM=1): %v", err)
		default:
			t.Skipf("no YAML language server here: %v", err)
		}
	}
	dir, err := cached(t.Context(), "yaml-language-server", [][]byte{[]byte(languageServerVersion)}, func(dir string) error {
		return installPackage(t.Context(), dir, "yaml-language-server@"+languageServerVersion)
	})
	if err != nil {
		t.Fatal(err)
	}
	return []string{"node", filepath.Join(dir, "node_modules", "yaml-language-server", "bin", "yaml-language-server"), "--stdio"}
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
