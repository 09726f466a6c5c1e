//go:build unix

package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stormflux/stormflux/internal/stormtest"
)

// onStorm submits a topology, waits until done returns true, and kills the topology. Its file may be "-", standard input.
func onStorm(t *testing.T, cluster *stormtest.Cluster, name, dir, stdin string, done func() bool, args ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	defer cancel()
	binary := buildStormflux(t)
	call := func(stdin string, args ...string) {
		cmd := exec.CommandContext(ctx, binary, append(args, "--nimbus", cluster.NimbusAddr())...)
		cmd.Dir, cmd.Stdin = dir, strings.NewReader(stdin)
		var output bytes.Buffer
		cmd.Stdout, cmd.Stderr = &output, &output
		if err := cmd.Run(); err != nil {
			t.Fatalf("stormflux %s: %v\n%s", strings.Join(args, " "), err, output.String())
		}
	}
	call(stdin, append([]string{"submit"}, args...)...)
	for !done() {
		select {
		case <-ctx.Done():
			t.Fatalf("%s does not get done on Storm", name)
		case <-time.After(200 * time.Millisecond):
		}
	}
	call("", "kill", name, "--grace", "0")
	if err := cluster.AwaitTopology(ctx, name, ""); err != nil {
		t.Fatal(err)
	}
}

// contents returns the files of a folder by name. A folder that does not exist is empty.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	entries, err := os.ReadDir(dir)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	for _, e := range entries {
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil && !os.IsNotExist(err) { // a file that was just renamed
			t.Fatal(err)
		}
		files[e.Name()] = string(text)
	}
	return files
}

// Each task of the bolt "count" counts the same words, equally often, here and on a real Storm.
func TestRunCountsLikeStorm(t *testing.T) {
	stormtest.Long(t)
	cluster := storm.Cluster(t)
	ours, theirs := t.TempDir(), t.TempDir()
	r := start(t, ".", "run", "../../examples/wordcount.yaml", "--until-idle", "--format", "json", "-c", "wordcount.out="+ours)
	r.ends(exitFine)
	want := contents(t, ours)
	got, err := readCounts(ours)
	if words := wordsOf(t, "../../examples/wordcount/resources/sentences.txt"); err != nil || !maps.Equal(got, words) {
		t.Fatalf("the counts are not those of the text: %v\n%s", err, difference(got, words))
	}
	onStorm(t, cluster, "wordcount-run", ".", "", func() bool { return maps.Equal(contents(t, theirs), want) },
		"../../examples/wordcount.yaml", "--name", "wordcount-run", "-c", "wordcount.out="+theirs)
}

// rolling is a rolling count over a text that ends before its window does, with a tick every second.
const rolling = `
name: rolling-run
resources: [examples/wordcount/resources, examples/resources]
spouts:
  sentences: {go: ./examples/wordcount/cmd/sentences, outputs: [sentence]}
bolts:
  split: {command: [python3, split.py], inputs: [{from: sentences}], outputs: [word]}
  counter:
    go: ./examples/rolling-count/cmd/counter
    args: [--slots, "600"]
    parallelism: 3
    tick: 1s
    inputs: [{from: split, grouping: {fields: [word]}}]
    outputs: [word, count]
  ranker:
    go: ./examples/rolling-count/cmd/ranker
    parallelism: 2
    tick: 1s
    inputs: [{from: counter, grouping: {fields: [word]}}]
    outputs: [rankings]
  final: {go: ./examples/rolling-count/cmd/ranker, args: [--merge], tick: 1s, inputs: [{from: ranker, grouping: global}]}
`

// A topology that depends on ticks has the same result here and on a real Storm.
func TestRunTicksLikeStorm(t *testing.T) {
	stormtest.Long(t)
	cluster := storm.Cluster(t)
	counts := wordsOf(t, "../../examples/wordcount/resources/sentences.txt")
	words := slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), strings.Compare(a, b))
	})
	want := "top words:"
	for _, w := range words[:10] {
		want += fmt.Sprintf(" %s=%d", w, counts[w])
	}
	r := command(t, "../..", "run", "-", "--format", "json")
	r.cmd.Stdin = strings.NewReader(rolling)
	r.piped()
	r.until(0, `"component":"final","task":\d+,"pid":\d+,"level":"info","text":"`+want+`"`)
	r.signal(syscall.SIGINT)
	r.ends(exitFine)
	onStorm(t, cluster, "rolling-run", "../..", rolling, func() bool {
		logs, err := cluster.WorkerLogs()
		if err != nil {
			t.Fatal(err)
		}
		for _, log := range logs {
			if strings.Contains(log, want+"\n") {
				return true
			}
		}
		return false
	}, "-")
}

// fanOut is a topology whose spout emits tuples to every grouping that a program's stream can have.
var fanOut = map[string]string{
	"fan-out.yaml": `
name: fan-out
resources: [lib]
spouts:
  source: {command: [python3, source.py], outputs: [value, key, number]}
bolts:
  one-field: {command: [python3, sink.py], parallelism: 3, inputs: [{from: source, grouping: {fields: [value]}}]}
  two-fields: {command: [python3, sink.py], parallelism: 2, tasks: 5, inputs: [{from: source, grouping: {fields: [value, key]}}]}
  by-key: {command: [python3, sink.py], parallelism: 3, inputs: [{from: source, grouping: {partial-key: [key]}}]}
  all: {command: [python3, sink.py], parallelism: 2, inputs: [{from: source, grouping: all}]}
  global: {command: [python3, sink.py], parallelism: 2, inputs: [{from: source, grouping: global}]}
  shuffle: {command: [python3, sink.py], parallelism: 2, inputs: [{from: source}]}
  none: {command: [python3, sink.py], parallelism: 2, inputs: [{from: source, grouping: none}]}
  local: {command: [python3, sink.py], parallelism: 2, inputs: [{from: source, grouping: local-or-shuffle}]}
`,
	// For each tuple, it writes the components of the tasks that the emit reports, in the reported order. This is the order of
	// a HashMap. The ids above share no bucket of it: within a bucket, the order would be the one in which Nimbus got them.
	"lib/source.py": `
import json
import os
import multilang

VALUES = ["", "a", "storm", "word\u00e9", "\u65e5\u672c", "\U0001f300", 0, 1, -1, 127, 2147483648, -9007199254740993,
          12345678901234567890, True, False, None, 0.5, -0.0, 1e300, 3.0, [], ["a", 1], [["x"], None, 2.5], {"k": "v"}, "a b"]
tuples = [[VALUES[i % len(VALUES)], "key%d" % (i % 7), i] for i in range(200)]
failed = []
answers = None


def prepare():
    global answers
    answers = open(os.path.join(multilang.conf["out"], "answers"), "w")


def next_tuple():
    global answers
    if tuples:
        values = tuples.pop(0)
        tasks = multilang.emit(values, id=json.dumps(values), need_task_ids=True)
        names = multilang.context["task->component"]
        answers.write(json.dumps([values[2], [names[str(t)] for t in tasks]]) + "\n")
        answers.flush()
    elif failed:
        values = failed.pop(0)
        multilang.emit(json.loads(values), id=values)


multilang.run_spout(next_tuple, prepare=prepare, fail=failed.append)
`,
	// Each task writes the tuples that it receives into its own file.
	"lib/sink.py": `
import json
import os
import multilang

out = None


def prepare():
    global out
    name = "%s-%d" % (multilang.context["componentid"], multilang.context["taskid"])
    out = open(os.path.join(multilang.conf["out"], name), "w")


def execute(tup):
    out.write(json.dumps(tup.values) + "\n")
    out.flush()


multilang.run_bolt(execute, prepare=prepare)
`,
	"lib/multilang.py": "",
}

const fanOutTuples = 200

// fanned reads the files of a fan-out: for each task that received tuples, the set of its lines. The tasks of a component
// whose grouping chooses at random count as one. complete reports whether every tuple has arrived.
func fanned(t *testing.T, dir string) (received map[string]string, complete bool) {
	t.Helper()
	sets := map[string]map[string]bool{}
	for name, text := range contents(t, dir) {
		component, _, _ := strings.Cut(name, "-")
		switch component {
		case "shuffle", "none", "local":
			name = component + " together"
		}
		for line := range strings.Lines(text) {
			if sets[name] == nil {
				sets[name] = map[string]bool{}
			}
			sets[name][line] = true
		}
	}
	received = map[string]string{}
	arrived := map[string]int{}
	for name, set := range sets {
		received[name] = strings.Join(slices.Sorted(maps.Keys(set)), "")
		component := name[:max(strings.LastIndexAny(name, "- "), 0)]
		arrived[component] += len(set)
	}
	complete = true
	for component, n := range map[string]int{"one-field": 1, "two-fields": 1, "by-key": 1, "all": 2, "global": 1, "shuffle": 1, "none": 1, "local": 1} {
		complete = complete && arrived[component] >= n*fanOutTuples
	}
	return received, complete && strings.Count(received["answers"], "\n") == fanOutTuples
}

// Every grouping sends every tuple to the same tasks as a real Storm. A grouping that chooses at random sends it to one task.
func TestRunGroupsLikeStorm(t *testing.T) {
	stormtest.Long(t)
	cluster := storm.Cluster(t)
	ours, theirs := t.TempDir(), t.TempDir()
	dir := folder(t, fanOut)
	r := start(t, dir, "run", "fan-out.yaml", "--until-idle", "--format", "json", "-c", "out="+ours)
	r.ends(exitFine)
	got, complete := fanned(t, ours)
	if !complete {
		t.Fatalf("not everything has arrived: %q", got)
	}
	onStorm(t, cluster, "fan-out", dir, "", func() bool { _, complete := fanned(t, theirs); return complete }, "fan-out.yaml", "-c", "out="+theirs)
	want, _ := fanned(t, theirs)
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if got[name] != want[name] {
			t.Errorf("%s got\n%son Storm\n%s", name, got[name], want[name])
		}
		delete(got, name)
	}
	if len(got) > 0 {
		t.Errorf("only here: %q", got)
	}
}

// A million words pass while a bolt is killed five times. In the end every sentence is acked, some after a replay, and every
// word is counted.
func TestRunLosesNothing(t *testing.T) {
	const sentences, words = 100_000, 10
	want := map[string]int{}
	var text bytes.Buffer
	for i := range sentences {
		for j := range words {
			word := fmt.Sprintf("w%s", letters((i*words+j)*7919%1009))
			want[word]++
			text.WriteString(word + " ")
		}
		text.WriteByte('\n')
	}
	file := filepath.Join(t.TempDir(), "sentences.txt")
	write(t, file, text.String())
	out := t.TempDir()
	topology := fmt.Sprintf(`
name: million
config: {topology.max.spout.pending: 500, wordcount.out: %q}
spouts:
  sentences: {go: ./examples/wordcount/cmd/sentences, args: [--file, %q], outputs: [sentence]}
bolts:
  split: {go: ./examples/wordcount/cmd/split, parallelism: 2, inputs: [{from: sentences}], outputs: [word]}
  count: {go: ./examples/wordcount/cmd/count, parallelism: 2, tick: 1s, inputs: [{from: split, grouping: {fields: [word]}}]}
`, out, file)
	r := command(t, "../..", "run", "-", "--until-idle", "--format", "json")
	r.cmd.Stdin = strings.NewReader(topology)
	r.piped()
	began := time.Now()

	// stats are the numbers of an event by component.
	type stats struct {
		Emitted, Acked, Failed int64
		Restarts               int
		Pending                int
		Tasks                  []struct{ ID, PID int }
	}
	var event struct {
		End        string
		Components []struct {
			ID string
			stats
		}
	}
	next := func(at int, kind string) (map[string]stats, int) {
		m, at := r.until(at, `(\{"event":"`+kind+`".*)\n`)
		event.Components = nil
		if err := json.Unmarshal([]byte(m[1]), &event); err != nil {
			t.Fatal(err)
		}
		all := map[string]stats{}
		for _, c := range event.Components {
			all[c.ID] = c.stats
		}
		return all, at
	}
	now, at := next(0, "stats")
	for now["sentences"].Acked == 0 {
		now, at = next(at, "stats")
	}
	tasks := now["split"].Tasks
	const kills = 5
	for i := range kills {
		// Kill as soon as the last victim is running again, and not by the clock: a fast machine would finish earlier.
		victim := &tasks[i%2]
		if err := syscall.Kill(victim.PID, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		var m []string
		m, at = r.until(at, fmt.Sprintf(`"event":"start",.*"task":%d,"pid":(\d+)`, victim.ID))
		fmt.Sscan(m[1], &victim.PID)
	}
	end, _ := next(at, "summary")
	r.ends(exitFine)
	t.Logf("%d words within %s", sentences*words, time.Since(began).Round(time.Second))

	spout, split := end["sentences"], end["split"]
	if event.End != "idle" || split.Restarts != kills {
		t.Errorf("the run ended %q after %d restarts", event.End, split.Restarts)
	}
	if spout.Acked != sentences || spout.Pending != 0 || spout.Failed == 0 || spout.Emitted != spout.Acked+spout.Failed {
		t.Errorf("of %d sentences %d were acked; emitted %d, failed %d, pending %d", sentences, spout.Acked, spout.Emitted, spout.Failed, spout.Pending)
	}
	got, err := readCounts(out)
	if err != nil {
		t.Fatal(err)
	}
	sum, extra := 0, 0
	for word, n := range want {
		sum += n
		extra += got[word] - n
		if got[word] < n {
			t.Errorf("%s was counted %d times, and is there %d times", word, got[word], n)
		}
	}
	if sum != sentences*words || len(got) != len(want) {
		t.Errorf("%d words in the text, %d different ones, %d counted", sum, len(want), len(got))
	}
	// Only words of replayed sentences may count twice.
	if limit := int(spout.Failed) * words; extra > limit {
		t.Errorf("%d words too many, and no more than %d were replayed", extra, limit)
	}
}

// letters writes a number in letters, because words have no digits.
func letters(n int) string {
	text := ""
	for {
		text += string(rune('a' + n%26))
		if n /= 26; n == 0 {
			return text
		}
	}
}
