//go:build linux

package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stormflux/stormflux/internal/stormtest"
)

// A real Storm with its own logviewer: what components log and write to their standard error, sampled tuples, a level that
// changes, and a dump of threads.
func TestLogsOfStorm(t *testing.T) {
	stormtest.Long(t)
	cluster := stormtest.New(t, stormtest.Options{})
	ctx, cancel := context.WithTimeout(t.Context(), 6*time.Minute)
	defer cancel()
	if _, err := cluster.StartLogviewer(ctx); err != nil {
		t.Fatal(err)
	}
	binary := buildStormflux(t)
	stormflux(ctx, t, binary, "submit", "testdata/talk/talk.yaml", "--nimbus", cluster.NimbusAddr())

	says := func(want string, args ...string) {
		t.Helper()
		form, out := regexp.MustCompile(want), ""
		for {
			cmd := exec.CommandContext(ctx, binary, append(args, "--nimbus", cluster.NimbusAddr())...)
			text, err := cmd.CombinedOutput()
			out = string(text)
			if err == nil && form.MatchString(out) {
				return
			}
			select {
			case <-ctx.Done():
				t.Fatalf("stormflux %s does not say %s (%v):\n%s", strings.Join(args, " "), want, err, out)
			case <-time.After(500 * time.Millisecond):
			}
		}
	}
	says(`(?m)^\d{4}-\d\d-\d\d \S+ hear:\d+ +warn +heard <\d+> é$`, "logs", "talk", "hear", "--grep", "heard")
	// Both components run in one worker, which has one logger for their standard errors (ShellProcess.ShellLogger).
	says(`(?m)^\S+ \S+ (hear|say:\d+) +stderr noise é$`, "logs", "talk", "--grep", "noise")
	says(`(?m)^\S+ \S+ say:\d+ +info +\S*ShellSpout: Launched subprocess`, "logs", "talk", "say", "-n", "1000", "--grep", "Launched")
	if out := stormflux(ctx, t, binary, "logs", "talk", "hear", "--log-dir", cluster.LogDir(), "--grep", "heard"); !strings.Contains(out, "> é\n") {
		t.Errorf("the files say\n%s", out)
	}
	stormflux(ctx, t, binary, "debug", "talk", "say", "--sample", "100%", "--nimbus", cluster.NimbusAddr())
	says(`(?m)^\S+ \S+ say:\d+ +tuple +\[\d+\]$`, "logs", "talk", "say", "--file", "events.log")
	stormflux(ctx, t, binary, "log-level", "talk", "org.apache.storm.task=ERROR:10m", "--nimbus", cluster.NimbusAddr())
	says(`org.apache.storm.task with level: ERROR|org.apache.storm.task log level to: ERROR`, "logs", "talk", "-n", "5", "--grep", "level")

	dumps := t.TempDir()
	out := stormflux(ctx, t, binary, "profile", "talk", "hear", "jstack", "-o", dumps, "--nimbus", cluster.NimbusAddr())
	files, err := filepath.Glob(filepath.Join(dumps, "127.0.0.1-*-jstack-*.txt"))
	if err != nil || len(files) != 1 || !strings.Contains(out, filepath.Base(files[0])) {
		t.Fatalf("profile leaves %v (%v) and says %s", files, err, out)
	}
	if text, err := os.ReadFile(files[0]); err != nil || !strings.Contains(string(text), "-hear-executor[") {
		t.Errorf("%s has no thread of an executor (%v)", files[0], err)
	}
	for action, magic := range map[string]string{"heap": "JAVA PROFILE", "jfr": "FLR\x00"} {
		stormflux(ctx, t, binary, "profile", "talk", "hear", action, "--for", "2s", "-o", dumps, "--nimbus", cluster.NimbusAddr())
		files, err := filepath.Glob(filepath.Join(dumps, "*-recording-*"+map[string]string{"heap": ".bin", "jfr": ".jfr"}[action]))
		if err != nil || len(files) != 1 {
			t.Fatalf("profile %s leaves %v (%v)", action, files, err)
		}
		if text, err := os.ReadFile(files[0]); err != nil || !strings.HasPrefix(string(text), magic) {
			t.Errorf("%s does not begin with %q (%v)", files[0], magic, err)
		}
	}
}
