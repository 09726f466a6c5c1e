package autofix_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stormflux/stormflux/internal/autofix"
)

// When one file cannot be written, no file is changed. Linux does not let even root write to a program that runs.
func TestAllFilesOrNone(t *testing.T) {
	sleep, err := exec.LookPath("sleep")
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.ReadFile(sleep)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	first, busy := filepath.Join(dir, "a.yaml"), filepath.Join(dir, "busy")
	if err := os.WriteFile(first, []byte("before"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(busy, program, 0o777); err != nil {
		t.Fatal(err)
	}
	running := exec.CommandContext(t.Context(), busy, "60")
	if err := running.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = running.Process.Kill()
		_ = running.Wait()
	}()
	result := &autofix.Result{Files: []*autofix.File{
		{Name: first, Before: []byte("before"), After: []byte("after")},
		{Name: busy, Before: program, After: []byte("after")},
	}}
	if err := result.Write(); err == nil || !strings.Contains(err.Error(), "no file was changed") {
		t.Errorf("error %v", err)
	}
	expectFile(t, first, "before")
}
