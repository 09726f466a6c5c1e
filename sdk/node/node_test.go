package node_test

import (
	"io/fs"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stormflux/stormflux/internal/stormtest"
	"github.com/stormflux/stormflux/sdk/node"
)

// The tests of the package are written in JavaScript, because its users write theirs so too.
func TestNode(t *testing.T) {
	t.Parallel()
	program := stormtest.Node(t)
	tests, err := filepath.Glob("test/*.test.js")
	if err != nil || len(tests) == 0 {
		t.Fatalf("no tests: %v", err)
	}
	out, err := exec.CommandContext(t.Context(), program, append([]string{"--test"}, tests...)...).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if !strings.Contains(string(out), "\n# fail 0\n") && !strings.Contains(string(out), " fail 0\n") {
		t.Errorf("node reports no result:\n%s", out)
	}
}

// The declarations say what TypeScript needs.
func TestTypes(t *testing.T) {
	t.Parallel()
	compiler := stormtest.TypeScript(t)
	args := append(compiler[1:], "--noEmit", "--strict", "--noImplicitOverride", "--skipLibCheck", "false",
		"--target", "es2022", "--module", "nodenext", "test/types.mts", "stormflux/index.d.ts", "stormflux/testing.d.ts")
	if out, err := exec.CommandContext(t.Context(), compiler[0], args...).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// A jar gets all of the package, and what npm wants to know of it.
func TestFiles(t *testing.T) {
	want, err := filepath.Glob("stormflux/*.*s")
	if err != nil || len(want) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, path := range append(want, "stormflux/package.json") {
		if _, err := fs.Stat(node.Files(), filepath.ToSlash(path)); err != nil {
			t.Error(err)
		}
	}
}
