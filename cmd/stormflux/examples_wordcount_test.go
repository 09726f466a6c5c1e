//go:build unix

package main

import (
	"bytes"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stormflux/stormflux/internal/stormtest"
)

// The mixed word count is the same topology in both forms.
func TestMixedFormsAreTheSame(t *testing.T) {
	compiled := func(file string) string {
		var out, messages bytes.Buffer
		if code := run(t.Context(), []string{"compile", filepath.Join(root, "examples/wordcount-mixed", file), "--name", "mixed", "-o", "-", "--format", "json"},
			strings.NewReader(""), &out, &messages); code != exitFine {
			t.Fatalf("%s: exit code %d\n%s", file, code, &messages)
		}
		return out.String()
	}
	if short, flux := compiled("topology.yaml"), compiled("flux.yaml"); short != flux {
		t.Errorf("topology.yaml compiles to\n%s\nflux.yaml to\n%s", short, flux)
	}
}

// largestCounts matches what the counters of the word counts log.
var largestCounts = regexp.MustCompile(`(?m)(?:pid:(\d+), name:count )?((?:[\p{L}']+: \d+, )*[\p{L}']+: \d+) \(\d+ words so far\)$`)

// The word counts count the same on a real Storm. The mixed one has three workers, and each of its words comes to one counter.
func TestWordCountExamplesOnStorm(t *testing.T) {
	stormtest.Long(t)
	cluster := storm.Cluster(t)
	want := wordsOf(t, filepath.Join(root, "examples/wordcount/resources/sentences.txt"))
	for path, workers := range map[string]int{
		"examples/wordcount-node/topology.yaml": 1, "examples/wordcount-java/topology.yaml": 1,
		"examples/wordcount-mixed/topology.yaml": 3, "examples/wordcount-mixed/flux.yaml": 3,
	} {
		t.Run(path, func(t *testing.T) {
			file := exampleRuns[path].stage(t, path)
			name := strings.ReplaceAll(strings.TrimSuffix(strings.TrimPrefix(path, "examples/"), ".yaml"), "/", "-")
			onStorm(t, cluster, name, ".", "", func() bool {
				logs, err := cluster.WorkerLogs()
				if err != nil {
					t.Fatal(err)
				}
				counts, counters, ports := map[string]int{}, map[string]string{}, 0
				for log, text := range logs {
					if !strings.HasPrefix(log, name+"-") || filepath.Base(log) != "worker.log" {
						continue
					}
					ports++
					for _, m := range largestCounts.FindAllStringSubmatch(text, -1) {
						for pair := range strings.SplitSeq(m[2], ", ") {
							word, n, _ := strings.Cut(pair, ": ")
							count, err := strconv.Atoi(n)
							if err != nil {
								t.Fatal(err)
							}
							counts[word] = max(counts[word], count)
							if other := counters[word]; other != "" && other != m[1] {
								t.Fatalf("the processes %s and %s both count %q", other, m[1], word)
							}
							counters[word] = m[1]
						}
					}
				}
				if workers > 1 {
					return ports == workers && counts["the"] >= 100 && counts["waits"] >= 80 && counts["swan"] >= 40
				}
				for word, n := range counts {
					if n > want[word] {
						t.Fatalf("%q is counted %d times, and the text has it %d times", word, n, want[word])
					}
				}
				return counts["the"] == want["the"] && counts["and"] == want["and"] && counts["is"] == want["is"] && ports == workers
			}, file, "--name", name)
		})
	}
}
