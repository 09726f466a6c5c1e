//go:build unix

package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stormflux/stormflux/internal/stormtest"
)

const redisTopN = "examples/redis-top-n/topology.yaml"

// redisPage is the page of the example.
type redisPage struct {
	t       *testing.T
	address string
}

// startRedisPage starts a Redis and the page. It returns the page, and the arguments with which the example writes
// every word of its text there, once.
func startRedisPage(t *testing.T) (redisPage, []string) {
	t.Helper()
	url := fmt.Sprintf("redis://127.0.0.1:%d/0", stormtest.Redis(t))
	program := buildProgram(t, filepath.Join(root, "examples/redis-top-n"), "./page")
	match := serveProgram(t, `The page is at (http://127\.0\.0\.1:\d+/)`, exec.Command(program, "--redis", url, "--listen", "127.0.0.1:0"))
	return redisPage{t, match[1]}, []string{
		"--set", "redis=" + url, "--set", "repeat=false", "--set", "rate=0", "-c", "top-n.slot-seconds=3600", "-c", "top-n.size=1000",
	}
}

// words returns the ranking that the page shows, and checks its order.
func (p redisPage) words() map[string]int {
	p.t.Helper()
	response, err := http.Get(p.address + "top")
	if err != nil {
		p.t.Fatal(err)
	}
	defer response.Body.Close()
	var ranking struct {
		Words []struct {
			Word  string
			Count int
		}
		Seconds int
	}
	if err := json.NewDecoder(response.Body).Decode(&ranking); err != nil || response.StatusCode != http.StatusOK {
		p.t.Fatalf("%s: %v", response.Status, err)
	}
	words := map[string]int{}
	for i, w := range ranking.Words {
		words[w.Word] = w.Count
		if i > 0 && cmp.Compare(ranking.Words[i-1].Count, w.Count) < 0 {
			p.t.Errorf("%q stands before %q", ranking.Words[i-1].Word, w.Word)
		}
	}
	if len(words) > 0 && ranking.Seconds != 6*3600 {
		p.t.Errorf("a window of %d seconds", ranking.Seconds)
	}
	return words
}

// Without Redis, each look at the page writes one line. A place that is taken is reported with the option for another.
func TestRedisPageWithoutRedis(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	free.Close()
	nowhere := "redis://" + free.Addr().String() + "/0"
	program := buildProgram(t, filepath.Join(root, "examples/redis-top-n"), "./page")
	out, err := exec.Command(program, "--redis", nowhere, "--listen", taken.Addr().String()).CombinedOutput()
	if want := "; --listen names another place for the page\n"; err == nil || !strings.HasSuffix(string(out), want) {
		t.Errorf("%v: %s", err, out)
	}
	stderr, err := os.Create(filepath.Join(t.TempDir(), "stderr"))
	if err != nil {
		t.Fatal(err)
	}
	defer stderr.Close()
	page := exec.Command(program, "--redis", nowhere, "--listen", "127.0.0.1:0")
	page.Stderr = stderr
	match := serveProgram(t, `The page is at (http://127\.0\.0\.1:\d+/)`, page)
	answer, err := http.Get(match[1] + "top")
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	said, err := os.ReadFile(stderr.Name()) // the page writes there before it answers
	if err != nil {
		t.Fatal(err)
	}
	if answer.StatusCode != http.StatusBadGateway || strings.Count(string(said), "\n") != 1 ||
		!strings.HasPrefix(string(said), "page: reading from Redis: dial tcp ") {
		t.Errorf("it answers %s, and writes %q", answer.Status, said)
	}
}

// The example ranks all words of its text in a real Redis, and the page shows them. Without a Redis, it says what is
// missing.
func TestRedisTopN(t *testing.T) {
	t.Parallel()
	file := filepath.Join(root, redisTopN)
	page, args := startRedisPage(t)
	checkExample(t, file)
	if words := page.words(); len(words) > 0 {
		t.Errorf("before the start, the page shows %v", words)
	}
	r := start(t, ".", append([]string{"run", file, "--until-idle", "--format", "json"}, args...)...)
	r.until(0, `"event":"log".*writes the top 1000 words of the last 21600 s to Redis at 127\.0\.0\.1:\d+; to see them: go run -C examples/redis-top-n ./page`)
	r.ends(exitFine)
	want := wordsOf(t, filepath.Join(root, "examples/wordcount/resources/sentences.txt"))
	if words := page.words(); !maps.Equal(words, want) {
		t.Errorf("the page differs:\n%s", difference(words, want))
	}

	r = start(t, ".", "run", file, "--set", "redis=redis://:secret@127.0.0.1:1/0")
	r.until(0, `asking Redis at 127\.0\.0\.1:1 \(redis-server starts one here; the setting redis\.url chooses another one\)`)
	r.ends(exitFindings)
	if strings.Contains(r.text(), "secret") {
		t.Error("the password is in the output")
	}
}

// The same on a real Storm.
func TestRedisTopNOnStorm(t *testing.T) {
	stormtest.Long(t)
	cluster := storm.Cluster(t)
	page, args := startRedisPage(t)
	want := wordsOf(t, filepath.Join(root, "examples/wordcount/resources/sentences.txt"))
	onStorm(t, cluster, "redis-top-n", ".", "", func() bool { return maps.Equal(page.words(), want) },
		slices.Concat([]string{filepath.Join(root, redisTopN)}, args)...)
}
