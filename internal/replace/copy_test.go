package replace

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stormflux/stormflux/internal/nimbus/nimbustest"
	"github.com/stormflux/stormflux/internal/storm"
)

// A copy that cannot be written says so, and not that the cluster's jar cannot be read.
func TestCopyNotWritten(t *testing.T) {
	block := map[string]func(path string) error{
		"it is a folder": func(path string) error { return os.Mkdir(path, 0o755) },
	}
	if _, err := os.Stat("/dev/full"); !errors.Is(err, fs.ErrNotExist) { // Linux has it
		block["no space left on device"] = func(path string) error { return os.Symlink("/dev/full", path) }
	}
	for reason, put := range block {
		t.Run(reason, func(t *testing.T) {
			f := newFake(t)
			path := f.store().copyOf(f.old).path(jarFile)
			if err := errors.Join(makeFolder(filepath.Dir(path)), put(path)); err != nil {
				t.Fatal(err)
			}
			err := f.replace(t.Context(), t, "new", fast())
			if want := "saving " + f.old + ": writing " + path + ": " + reason; err == nil || err.Error() != want {
				t.Errorf("error %v, want %s", err, want)
			}
			if outcome(err) != Untouched || f.version(t) != "old ACTIVE" {
				t.Error(outcome(err), f.version(t))
			}
		})
	}
}

func TestCopyNotRead(t *testing.T) {
	f := newFake(t)
	refuse := func(c nimbustest.Call) nimbustest.Reply {
		if c.Method == "beginBlobDownload" {
			return nimbustest.Reply{Error: &storm.AuthorizationException{Msg: "not yours"}}
		}
		return nimbustest.Reply{}
	}
	f.disturb.Store(&refuse)
	err := f.replace(t.Context(), t, "new", fast())
	if err == nil || !strings.HasPrefix(err.Error(), "saving "+f.old+": the jar of "+f.old+" cannot be read: ") || !strings.Contains(err.Error(), "not yours") {
		t.Error(err)
	}
}
