//go:build unix

package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stormflux/stormflux/internal/stormtest"
)

// TestJVMComponentsUnderTest runs the tests of a topology of JVM components: mocks send them rows, and a spout gives a tuple
// only when it is asked.
func TestJVMComponentsUnderTest(t *testing.T) {
	stormtest.Require(t)
	out := t.TempDir()
	var stdout, stderr strings.Builder
	code := run(t.Context(), []string{
		"test", filepath.Join("testdata", "jvm", "window_test.yaml"), filepath.Join("testdata", "jvm", "stateful.yaml"), "--set", "out=" + out, "--jar", caseJar(t, nil), "--timeout", "2m", "-v",
	}, strings.NewReader(""), &stdout, &stderr)
	text := stdout.String()
	if code != exitFindings || strings.Count(text, "\nok ")+strings.Count(text[:min(3, len(text))], "ok ") != 3 {
		t.Errorf("exit code %d\n%s%s", code, text, &stderr)
	}
	if !strings.Contains(text, "FAIL testdata/jvm/window.yaml: a value of the wrong class") || !strings.Contains(text, "sum died: ") || !strings.Contains(text, "ClassCastException") {
		t.Errorf("the death is not explained:\n%s", text)
	}
}
