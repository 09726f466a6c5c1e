//go:build unix

package compiler

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stormflux/stormflux/internal/gobuild"
)

// A build that takes long is reported once, with the number of its programs. The go command of this test ends when that has
// happened.
func TestSlowBuildIsReported(t *testing.T) {
	dir := t.TempDir()
	reported := filepath.Join(dir, "reported")
	script := "#!/bin/sh\nwhile [ ! -e '" + reported + "' ]; do sleep 0.02; done\nexit 1\n"
	if err := os.WriteFile(filepath.Join(dir, "go"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var calls []int
	p := &Program{building: func(programs int) {
		calls = append(calls, programs)
		if err := os.WriteFile(reported, nil, 0o600); err != nil {
			t.Error(err)
		}
	}}
	builds := []gobuild.Options{
		{Dir: dir, Output: filepath.Join(dir, "a")}, {Dir: dir, Output: filepath.Join(dir, "b")},
	}
	if err := p.build(ctx, builds); err == nil {
		t.Error("a go command that fails builds")
	}
	if len(calls) != 1 || calls[0] != 2 {
		t.Errorf("reported %v, want one report of 2 programs", calls)
	}
	if err := p.build(ctx, nil); err != nil || len(calls) != 1 {
		t.Errorf("nothing to build: %v, reported %v", err, calls)
	}
}
