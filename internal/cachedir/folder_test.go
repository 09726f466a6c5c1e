package cachedir_test

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stormflux/stormflux/internal/cachedir"
)

func TestFolderIsMadeOnce(t *testing.T) {
	t.Setenv("STORMFLUX_CACHE", t.TempDir())
	var made atomic.Int32
	var group sync.WaitGroup
	dirs := make([]string, 8)
	for i := range dirs {
		group.Go(func() {
			dir, err := cachedir.Folder(t.Context(), "in", "thing", [][]byte{[]byte("a"), []byte("b")}, func(dir string) error {
				made.Add(1)
				return os.WriteFile(filepath.Join(dir, "file"), []byte("whole"), 0o644)
			})
			if err != nil {
				t.Error(err)
			}
			dirs[i] = dir
			if text, err := os.ReadFile(filepath.Join(dir, "file")); string(text) != "whole" {
				t.Errorf("the file is %q (%v)", text, err)
			}
		})
	}
	group.Wait()
	if made.Load() != 1 {
		t.Errorf("it was made %d times", made.Load())
	}
	other, err := cachedir.Folder(t.Context(), "in", "thing", [][]byte{[]byte("ab")}, func(string) error { return nil })
	if err != nil || other == dirs[0] {
		t.Errorf("other parts have the same folder %s (%v)", other, err)
	}
}

func TestFolderLeavesNothingHalf(t *testing.T) {
	cache := t.TempDir()
	t.Setenv("STORMFLUX_CACHE", cache)
	boom := errors.New("boom")
	_, err := cachedir.Folder(t.Context(), "in", "thing", nil, func(dir string) error {
		if err := os.WriteFile(filepath.Join(dir, "half"), nil, 0o644); err != nil {
			t.Error(err)
		}
		return boom
	})
	if !errors.Is(err, boom) {
		t.Errorf("error is %v", err)
	}
	left, err := filepath.Glob(filepath.Join(cache, "*", "thing*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v (%v)", left, err)
	}
}
