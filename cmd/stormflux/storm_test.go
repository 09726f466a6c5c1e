//go:build unix

package main

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/stormflux/stormflux/internal/stormtest"
)

// The built binary submits word counts to a real Storm: of Go components, with a script in Python, and of our Python SDK, whose
// components print, fail and replay, with a setup and a wheel in the jar. They count the words of the text exactly, and after they are
// killed, none of their processes is left.
func TestWordCountsOnStorm(t *testing.T) {
	cluster := storm.Cluster(t)
	binary := buildStormflux(t)
	t.Chdir("../..")
	want := wordsOf(t, "examples/wordcount/resources/sentences.txt")
	before := processes(t, cluster)

	text, err := filepath.Abs("examples/wordcount/resources/sentences.txt")
	if err != nil {
		t.Fatal(err)
	}
	for i, file := range []string{"examples/wordcount.yaml", "examples/wordcount-python.yaml", "cmd/stormflux/testdata/pythonsdk/wordcount-sdk.yaml"} {
		example := strings.TrimSuffix(filepath.Base(file), ".yaml")
		counts := t.TempDir()
		ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
		defer cancel()
		args := []string{"submit", file, "--nimbus", cluster.NimbusAddr(), "-c", "wordcount.out=" + counts, "-c", "wordcount.in=" + text}
		switch i {
		case 0:
			args = append(args, "--wait")
		case 2:
			args = append(args, "--set", "wheels="+wheelFolder(t, "cmd/stormflux/testdata/pythonsdk/wheel"))
		}
		if out := stormflux(ctx, t, binary, args...); i == 0 && !strings.Contains(out, example+": up, ") {
			t.Errorf("submit --wait said %q", out)
		}
		if err := awaitCounts(ctx, counts, want); err != nil {
			t.Fatalf("%s: %v", example, err)
		}
		if out := stormflux(ctx, t, binary, "list", "--nimbus", cluster.NimbusAddr()); !strings.Contains(out, example) {
			t.Errorf("list does not show %s:\n%s", example, out)
		}
		awaitNumbers(ctx, t, binary, example, cluster.NimbusAddr())
		stormflux(ctx, t, binary, "kill", example, "--grace", "0", "--nimbus", cluster.NimbusAddr())
		if err := cluster.AwaitTopology(ctx, example, ""); err != nil {
			t.Fatal(err)
		}
	}
	deadline := time.Now().Add(time.Minute)
	for processes(t, cluster) > before {
		if time.Now().After(deadline) {
			t.Fatalf("%d processes a minute after the topologies were killed, %d before", processes(t, cluster), before)
		}
		time.Sleep(200 * time.Millisecond)
	}
}

// wheelFolder makes a wheel of a folder, and returns the folder with the wheel.
func wheelFolder(t *testing.T, source string) string {
	t.Helper()
	t.Setenv("STORMFLUX_CACHE", t.TempDir()) // another folder with wheels is another question to pip
	dir := t.TempDir()
	wheel, err := os.Create(filepath.Join(dir, "splitting-1.0-py3-none-any.whl"))
	if err != nil {
		t.Fatal(err)
	}
	w := zip.NewWriter(wheel)
	if err := errors.Join(w.AddFS(os.DirFS(source)), w.Close(), wheel.Close()); err != nil {
		t.Fatal(err)
	}
	return dir
}

// awaitNumbers waits until status shows the numbers of a word count: acked sentences and counted words. Storm counts a sample.
func awaitNumbers(ctx context.Context, t *testing.T, binary, name, addr string) {
	t.Helper()
	for {
		var status statusDocument
		out := stormflux(ctx, t, binary, "status", name, "--format", "json", "--nimbus", addr)
		if err := json.Unmarshal([]byte(out), &status); err != nil {
			t.Fatal(err)
		}
		acked, executed := int64(0), int64(0)
		for _, s := range status.Spouts {
			acked += s.Acked
		}
		for _, b := range status.Bolts {
			executed += b.Executed
		}
		if acked > 0 && executed > acked {
			checkComponentStatus(ctx, t, binary, &status, addr)
			if picture := stormflux(ctx, t, binary, "graph", name, "--live", "--nimbus", addr); !strings.Contains(picture, "capacity ") || !strings.Contains(picture, "/s") {
				t.Errorf("the live picture has no numbers:\n%s", picture)
			}
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("status has no numbers: %s", out)
		case <-time.After(500 * time.Millisecond):
		}
	}
}

// checkComponentStatus checks the status of each bolt that has executed tuples: its executors and its input did that.
func checkComponentStatus(ctx context.Context, t *testing.T, binary string, status *statusDocument, addr string) {
	t.Helper()
	for _, b := range status.Bolts {
		if b.Executed == 0 {
			continue
		}
		var doc struct {
			Kind      string
			Executors []struct{ Numbers struct{ Executed int64 } }
			Inputs    []struct{ Executed int64 }
		}
		out := stormflux(ctx, t, binary, "status", status.Name, b.ID, "--format", "json", "--nimbus", addr)
		if err := json.Unmarshal([]byte(out), &doc); err != nil {
			t.Fatal(err)
		}
		executors, inputs := int64(0), int64(0)
		for _, e := range doc.Executors {
			executors += e.Numbers.Executed
		}
		for _, i := range doc.Inputs {
			inputs += i.Executed
		}
		if doc.Kind != "bolt" || len(doc.Executors) != b.Executors || executors < b.Executed || inputs != executors {
			t.Errorf("the topology's status has %+v for %s, the component's status: %s", b, b.ID, out)
		}
	}
}

// --wait reports a topology that Nimbus accepts but no worker can run, with the reason.
func TestWaitReportsThatWorkersDie(t *testing.T) {
	stormtest.Long(t)
	cluster := storm.Cluster(t)
	binary := buildStormflux(t)
	file := filepath.Join(t.TempDir(), "dies.yaml")
	text := "name: dies\nspouts:\n  s: {command: [no-such-interpreter, -], outputs: [x]}\n" +
		"bolts:\n  b: {command: [cat, -], inputs: [{from: s}]}\n"
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, binary, "submit", file, "--nimbus", cluster.NimbusAddr(), "--wait", "--timeout", "3m")
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != exitEnvironment {
		t.Errorf("submit --wait ended with %v, want exit code %d", err, exitEnvironment)
	}
	if !strings.Contains(stderr.String(), `Cannot run program "no-such-interpreter"`) || !strings.Contains(stderr.String(), "worker's log") {
		t.Errorf("stormflux does not print the reason:\n%s", stderr.String())
	}
	stormflux(ctx, t, binary, "kill", "dies", "--grace", "0", "--nimbus", cluster.NimbusAddr())
	if err := cluster.AwaitTopology(ctx, "dies", ""); err != nil {
		t.Fatal(err)
	}
}

// dying is a topology whose spout works for nine seconds and then kills its worker, so nobody reports an error. That is shorter
// than what --wait watches, and Nimbus may hear of the worker before.
var dying = map[string]string{
	"dying.yaml": "name: dying\nresources: [lib]\nspouts:\n  s: {command: [python3, dying.py], outputs: [x]}\n",
	"lib/dying.py": `
import json, os, signal, sys, time

def read():
    lines = []
    for line in sys.stdin:
        if line == "end\n":
            return json.loads("".join(lines))
        lines.append(line)
    sys.exit(0)

def write(message):
    sys.stdout.write(json.dumps(message) + "\nend\n")
    sys.stdout.flush()

hello = read()
open(os.path.join(hello["pidDir"], str(os.getpid())), "w").close()
write({"pid": os.getpid()})
until = time.monotonic() + 9
while time.monotonic() < until:
    read()
    write({"command": "sync"})
os.kill(os.getppid(), signal.SIGKILL)
`,
}

// --wait does not take a topology for running whose worker dies again and again after it came up.
func TestWaitReportsThatWorkersComeAndGo(t *testing.T) {
	stormtest.Long(t)
	cluster := storm.Cluster(t)
	binary := buildStormflux(t)
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, binary, "submit", filepath.Join(folder(t, dying), "dying.yaml"), "--nimbus", cluster.NimbusAddr(), "--wait", "--timeout", "3m")
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != exitEnvironment {
		t.Errorf("submit --wait ended with %v, want exit code %d", err, exitEnvironment)
	}
	if said := stderr.String(); !regexp.MustCompile(`executors were started again \d+ times, after \d+s at most, and no error was reported`).MatchString(said) {
		t.Errorf("stormflux does not say that the worker dies:\n%s%s", stdout.String(), said)
	}
	stormflux(ctx, t, binary, "kill", "dying", "--grace", "0", "--nimbus", cluster.NimbusAddr())
	if err := cluster.AwaitTopology(ctx, "dying", ""); err != nil {
		t.Fatal(err)
	}
}

// buildStormflux builds the binary of this package as people do.
func buildStormflux(t *testing.T) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "stormflux")
	if _, err := goCommand(t.Context(), ".", "build", "-o", binary, "."); err != nil {
		t.Fatal(err)
	}
	return binary
}

func processes(t *testing.T, cluster *stormtest.Cluster) int {
	t.Helper()
	pids, err := cluster.Processes()
	if err != nil {
		t.Fatal(err)
	}
	return len(pids)
}

// stormflux runs the built binary and returns what it printed.
func stormflux(ctx context.Context, t *testing.T, binary string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(ctx, binary, args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("stormflux %s: %v\n%s%s", strings.Join(args, " "), err, stdout.String(), stderr.String())
	}
	return stdout.String()
}

// wordsOf counts the words of a text independently of the example's own programs: runs of letters and apostrophes in lower
// case.
func wordsOf(t *testing.T, path string) map[string]int {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	counts := map[string]int{}
	for _, word := range strings.FieldsFunc(strings.ToLower(string(text)), func(r rune) bool {
		return !unicode.IsLetter(r) && r != '\''
	}) {
		counts[word]++
	}
	return counts
}

// awaitCounts waits until the files of all count tasks together hold the counts.
func awaitCounts(ctx context.Context, dir string, want map[string]int) error {
	for {
		got, err := readCounts(dir)
		if err == nil && maps.Equal(got, want) {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the counts never were those of the text: %w (%v)\n%s", ctx.Err(), err, difference(got, want))
		case <-time.After(200 * time.Millisecond):
		}
	}
}

func readCounts(dir string) (map[string]int, error) {
	files, err := filepath.Glob(filepath.Join(dir, "counts-*.tsv"))
	if err != nil {
		return nil, err
	}
	counts := map[string]int{}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			return nil, err
		}
		for line := range strings.Lines(string(text)) {
			word, number, _ := strings.Cut(strings.TrimSpace(line), "\t")
			n, err := strconv.Atoi(number)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", f, err)
			}
			counts[word] += n
		}
	}
	return counts, nil
}

func difference(got, want map[string]int) string {
	var b strings.Builder
	for word, n := range want {
		if got[word] != n {
			fmt.Fprintf(&b, "%s: %d, want %d\n", word, got[word], n)
		}
	}
	for word, n := range got {
		if want[word] == 0 {
			fmt.Fprintf(&b, "%s: %d, not in the text\n", word, n)
		}
	}
	return b.String()
}
