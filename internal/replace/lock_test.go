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
	locked := func(want bool) {
		t.Helper()
		if store.Locked() != want {
			t.Errorf("locked: %t, want %t", !want, want)
		}
	}
	locked(false)
	if _, err := os.Stat(store.Dir); !os.IsNotExist(err) {
		t.Errorf("the question made the folder (%v)", err)
	}
	unlock, err := store.Lock()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.Lock(); !errors.Is(err, ErrLocked) {
		t.Errorf("a second lock: %v", err)
	}
	locked(true)
	if _, err := (Store{Dir: store.Dir + "2"}).Lock(); err != nil {
		t.Errorf("another topology: %v", err)
	}
	unlock()
	locked(false)
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
