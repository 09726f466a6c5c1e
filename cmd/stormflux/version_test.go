package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
)

func TestVersionOfBuildInfo(t *testing.T) {
	info := &debug.BuildInfo{
		Main: debug.Module{Path: "github.com/stormflux/stormflux", Version: "v1.2.3"},
		Settings: []debug.BuildSetting{
			{Key: "vcs.revision", Value: "0123456789abcdef"},
			{Key: "vcs.time", Value: "2026-11-21T12:00:00Z"},
			{Key: "vcs.modified", Value: "true"},
		},
	}
	want := `stormflux v1.2.3
commit    0123456789abcdef, 2026-11-21T12:00:00Z, with changes
module    github.com/stormflux/stormflux
go        ` + runtime.Version() + ` ` + runtime.GOOS + `/` + runtime.GOARCH + `
storm     2.8 unless you name another version; tested with 2.8.3; knows 0.9.3 to 2.8.8
`
	if got := versionOf(info).text(); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if got := versionOf(nil); got.Version != "(development)" || got.Commit != "" {
		t.Errorf("without build info: %+v", got)
	}
}

// A binary that is built in a clone of the repository knows its commit, as people and as programs read it.
func TestVersionOfBinary(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	if git, err := os.Stat(filepath.Join(root, ".git")); err != nil || !git.IsDir() {
		t.Skip("Go records the commit only where .git is a folder: in a clone, not in a linked worktree")
	}
	commit := strings.TrimSpace(output(t, root, "git", "rev-parse", "HEAD"))
	binary := filepath.Join(t.TempDir(), "stormflux")
	if _, err := goCommand(t.Context(), root, "build", "-buildvcs=true", "-o", binary, "./cmd/stormflux"); err != nil {
		t.Fatal(err)
	}
	var got buildVersion
	if err := json.Unmarshal([]byte(output(t, root, binary, "version", "--format", "json")), &got); err != nil {
		t.Fatal(err)
	}
	if got.Commit != commit || got.CommitTime == "" || got.Module != "github.com/stormflux/stormflux" || got.Storm.Newest == "" {
		t.Errorf("%+v is not of commit %s", got, commit)
	}
	if text := output(t, root, binary, "version"); !strings.HasPrefix(text, "stormflux "+got.Version+"\ncommit    "+commit) {
		t.Errorf("version prints %s", text)
	}
	if text := output(t, root, binary, "--version"); text != "stormflux "+got.Version+"\n" {
		t.Errorf("--version prints %q", text)
	}
}
