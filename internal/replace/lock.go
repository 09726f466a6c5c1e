package replace

import (
	"errors"
	"fmt"
	"os"
)

// ErrLocked says that another process on this machine works with the record of the topology.
var ErrLocked = errors.New("another process works on this topology")

const lockFile = "lock"

// Lock makes the folder, and locks the record for this process: two replacements that share a record spoil it. It does not
// wait: it returns [ErrLocked] if another process has the lock. The operating system unlocks when a process ends.
func (s Store) Lock() (unlock func(), err error) {
	if err := makeFolder(s.Dir); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(s.path(lockFile), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("locking the folder of the saved topology: %w", err)
	}
	if err := tryLock(f); err != nil {
		f.Close()
		if errors.Is(err, ErrLocked) {
			return nil, ErrLocked
		}
		return nil, fmt.Errorf("locking %s: %w", f.Name(), err)
	}
	return func() { f.Close() }, nil
}

// Locked reports whether another process has the lock.
func (s Store) Locked() bool {
	f, err := os.OpenFile(s.path(lockFile), os.O_RDWR, 0)
	if err != nil {
		return false
	}
	defer f.Close()
	return errors.Is(tryLock(f), ErrLocked)
}
