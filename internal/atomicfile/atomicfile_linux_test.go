package atomicfile_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stormflux/stormflux/internal/atomicfile"
)

// A full disk, if this process may mount a small one. If not, TestLimitReached takes the same path with a limit on the
// size of files.
func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("stormflux", dir, "tmpfs", 0, "size=256k"); err != nil {
		t.Logf("cannot mount a file system: %v", err)
		dir = ""
	} else {
		t.Cleanup(func() {
			if err := syscall.Unmount(dir, 0); err != nil {
				t.Error(err)
			}
		})
	}
	big := func(w io.Writer) error {
		_, err := w.Write(make([]byte, 1<<20))
		return err
	}
	if dir != "" {
		path := filepath.Join(dir, "out")
		mustWrite(t, path, "old", 0o644)
		want := "writing " + path + ": no space left on device"
		if err := atomicfile.Write(path, big); !errors.Is(err, syscall.ENOSPC) || err.Error() != want {
			t.Errorf("error is %v, want %v", err, want)
		}
		expect(t, path, "old", "out")
	}
	// The device that is always full is written directly.
	if err := atomicfile.Write("/dev/full", big); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("error is %v, want %v", err, syscall.ENOSPC)
	}
	if info, err := os.Stat("/dev/full"); err != nil || info.Mode()&os.ModeCharDevice == 0 {
		t.Fatalf("/dev/full was replaced: %v, %v", info, err)
	}
}
