//go:build unix

package main

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"unicode/utf8"

	"github.com/stormflux/stormflux/internal/stormtest"
)

const rollingWords = "examples/rolling-words/topology.yaml"

// startRecording starts the server of the example, which sends its recording once. It returns the arguments with which
// the example counts all of it in one window, and what the final ranker reports then.
func startRecording(t *testing.T, token string) (args []string, top string) {
	t.Helper()
	program := buildProgram(t, filepath.Join(root, "examples/rolling-words"), "./recording")
	server := exec.Command(program, "--listen", "127.0.0.1:0", "--rate", "500", "--once")
	server.Env = append(os.Environ(), "STREAM_TOKEN="+token)
	address := serveProgram(t, `recorded posts are at (http://127\.0\.0\.1:\d+/posts), for those who have the token`, server)[1]
	counts := wordsOf(t, filepath.Join(root, "examples/rolling-words/recording/posts.txt"))
	maps.DeleteFunc(counts, func(word string, _ int) bool { return utf8.RuneCountInString(word) < 4 })
	words := slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), strings.Compare(a, b))
	})
	top = "top words:"
	for _, w := range words[:10] {
		top += fmt.Sprintf(" %s=%d", w, counts[w])
	}
	return []string{"--set", "stream=" + address, "--set", "slots=600", "--set", "count-tick=1s", "--set", "rank-tick=1s"}, top
}

// The example counts the words of the whole recording. It needs the right token, and says so.
func TestRollingWords(t *testing.T) {
	t.Parallel()
	file := filepath.Join(root, rollingWords)
	const token = "a-secret-of-the-test"
	args, top := startRecording(t, token)
	checkExample(t, file)
	runWith := func(token string) *liveRun {
		r := command(t, ".", append([]string{"run", file, "--format", "json"}, args...)...)
		r.cmd.Env = append(r.cmd.Env, "STREAM_TOKEN="+token)
		r.piped()
		return r
	}
	r := runWith(token)
	for _, line := range []string{`reading posts from http://`, `the first counts come in 1 s`} {
		r.until(0, `"event":"log".*`+line)
	}
	r.until(0, `"text":"`+top+`"`)
	r.signal(syscall.SIGINT)
	r.ends(exitFine)
	if strings.Contains(r.text(), token) {
		t.Error("the token is in the output")
	}

	for token, says := range map[string]string{
		"wrong": `answers \\"401 Unauthorized\\", with the token of the environment variable STREAM_TOKEN`,
		"":      `the token of the stream is missing: the environment variable STREAM_TOKEN is empty`,
	} {
		r := runWith(token)
		r.until(0, says)
		r.ends(exitFindings)
	}
}

// The same on a real Storm. The workers read the token from a file: the topology has only the file's name.
func TestRollingWordsOnStorm(t *testing.T) {
	stormtest.Long(t)
	cluster := storm.Cluster(t)
	const token = "a-secret-of-the-test"
	args, top := startRecording(t, token)
	path := filepath.Join(t.TempDir(), "token")
	write(t, path, token+"\n")
	args = append(args, "-c", "stream.token={file: "+path+"}")
	onStorm(t, cluster, "rolling-words", ".", "", func() bool {
		logs, err := cluster.WorkerLogs()
		if err != nil {
			t.Fatal(err)
		}
		return slices.ContainsFunc(slices.Collect(maps.Values(logs)), func(log string) bool { return strings.Contains(log, top+"\n") })
	}, slices.Concat([]string{filepath.Join(root, rollingWords)}, args)...)
}
