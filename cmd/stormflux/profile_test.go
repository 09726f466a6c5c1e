package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stormflux/stormflux/internal/nimbus/nimbustest"
	stormthrift "github.com/stormflux/stormflux/internal/storm"
)

// A recording is begun, lasts for its time, and is then asked for: Supervisors forget to write it at its end.
func TestProfileRecords(t *testing.T) {
	logs, out := t.TempDir(), t.TempDir()
	worker := filepath.Join(logs, "workers-artifacts", "words-1-1790000000", "6700")
	if err := os.MkdirAll(worker, 0o777); err != nil {
		t.Fatal(err)
	}
	var server *nimbustest.Server
	var done []stormthrift.ProfileAction
	supervise := func() { // takes the requests, as a Supervisor does
		for _, r := range server.Topology("words").Profiles {
			done = append(done, r.Action)
			if r.Action == stormthrift.ProfileAction_JPROFILE_DUMP {
				if err := os.WriteFile(filepath.Join(worker, "recording-1-2.jfr"), []byte("recorded"), 0o666); err != nil {
					t.Error(err)
				}
			}
		}
		server.FinishProfiles("words")
	}
	server = nimbustest.New(t, nimbustest.Options{OnCall: func(c nimbustest.Call) nimbustest.Reply {
		if c.Method == "getComponentPendingProfileActions" {
			return nimbustest.Reply{Do: supervise}
		}
		return nimbustest.Reply{}
	}})
	server.Add(nimbustest.Topology{Name: "words", ID: "words-1-1790000000", Info: func(info *stormthrift.TopologyInfo) {
		info.Executors = []*stormthrift.ExecutorSummary{{ComponentID: "split", ExecutorInfo: &stormthrift.ExecutorInfo{TaskStart: 1, TaskEnd: 1}, Host: "localhost", Port: 6700}}
	}})
	var messages bytes.Buffer
	args := []string{"profile", "words", "split", "jfr", "--for", "1ms", "--force", "--log-dir", logs, "-o", out, "--nimbus", server.Addr()}
	if code := run(t.Context(), args, strings.NewReader(""), &messages, &messages); code != exitFine {
		t.Fatalf("exit code %d: %s", code, messages.String())
	}
	if want := []stormthrift.ProfileAction{stormthrift.ProfileAction_JPROFILE_STOP, stormthrift.ProfileAction_JPROFILE_DUMP}; !slices.Equal(done, want) {
		t.Errorf("the Supervisor got %v, want %v", done, want)
	}
	if text, err := os.ReadFile(filepath.Join(out, "localhost-6700-recording-1-2.jfr")); err != nil || string(text) != "recorded" {
		t.Errorf("the file has %q (%v)", text, err)
	}
}
