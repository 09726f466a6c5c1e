package replace

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// A record has one owner at a time.
func TestLock(t *testing.T) {
	store := Store{Dir: filepath.Join(t.TempDir(), "a", "b")}
	unlock, err := store.Lock()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.Lock(); !errors.Is(err, ErrLocked) {
		t.Errorf("a second lock: %v", err)
	}
	if _, err := (Store{Dir: store.Dir + "2"}).Lock(); err != nil {
		t.Errorf("another topology: %v", err)
	}
	unlock()
	if unlock, err = store.Lock(); err != nil {
		t.Fatal(err)
	}
	unlock()
}

// A folder that cannot be is an error before anything else happens.
func TestLockNeedsFolder(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := (Store{Dir: filepath.Join(file, "x")}).Lock(); err == nil || errors.Is(err, ErrLocked) {
		t.Error(err)
	}
}
