//go:build unix

package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stormflux/stormflux/internal/stormtest"
	"github.com/stormflux/stormflux/sdk/node"
)

// nodeWords returns a folder with a word count in JavaScript.
func nodeWords(t *testing.T) string {
	t.Helper()
	stormtest.Node(t)
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata/node")); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(filepath.Join(dir, "resources"), node.Files()); err != nil {
		t.Fatal(err)
	}
	return dir
}

// total adds up the counts that the tasks wrote.
func total(t *testing.T, counts map[string]string) (words int) {
	t.Helper()
	for name, text := range counts {
		if strings.HasSuffix(name, ".new") {
			continue
		}
		var entries [][2]any
		if err := json.Unmarshal([]byte(text), &entries); err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			words += int(e[1].(float64))
		}
	}
	return words
}

// 200 sentences of three words, on two streams.
const nodeTotal = 200 * 3 * 2

// Components of the Node.js SDK count the same words in the same tasks here and on a real Storm.
func TestNodeComponents(t *testing.T) {
	dir := nodeWords(t)
	ours := t.TempDir()
	r := start(t, dir, "run", "node-words.yaml", "--until-idle", "--format", "json", "-c", "out="+ours)
	r.ends(exitFine)
	if !strings.Contains(r.text(), `"text":"a line that is no message"`) {
		t.Errorf("what a component prints is not in the log")
	}
	want := contents(t, ours)
	if n := total(t, want); n != nodeTotal || len(want) != 2 {
		t.Fatalf("%d words in %d tasks, want %d in 2: %v", n, len(want), nodeTotal, want)
	}
	t.Run("storm", func(t *testing.T) {
		stormtest.Long(t)
		cluster, theirs := storm.Cluster(t), t.TempDir()
		onStorm(t, cluster, "node-words", dir, "", func() bool { return total(t, contents(t, theirs)) >= nodeTotal },
			"node-words.yaml", "-c", "out="+theirs)
		got := contents(t, theirs)
		for name, text := range want {
			if got[name] != text {
				t.Errorf("task %s counted\n%s\nhere, and on Storm\n%s", name, text, got[name])
			}
		}
	})
}
