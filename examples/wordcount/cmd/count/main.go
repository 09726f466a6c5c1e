// Count counts words. Each task counts the words that the fields grouping gives it.
//
// With --out DIR or the setting wordcount.out, each task writes its counts to DIR/counts-TASK.tsv. The setting wins. A
// line has a word, a tab and its count, and the lines are sorted by word. If something has changed, the task replaces
// the whole file on a tick, when the file is one second old, and at the end. Without a folder, the task logs the
// largest counts on a tick if something has changed. --top sets the number of words; 0 means all.
//
// A word is counted each time that its tuple arrives: once if nothing fails, more often if a sentence is replayed. A
// restarted task begins at zero; counts that must survive belong in a database.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/stormflux/stormflux/component"
)

func main() {
	c := &counter{}
	flag.StringVar(&c.out, "out", "", "the folder to keep the counts in; empty logs them")
	flag.IntVar(&c.top, "top", 10, "how many words to log")
	flag.Parse()
	component.RunBasicBolt(c)
}

const writeEvery = time.Second

type counter struct {
	out     string
	top     int
	ctx     *component.Context
	counts  map[string]int
	changed bool
	written time.Time
}

var (
	_ component.BasicPreparer = (*counter)(nil)
	_ component.BasicTicker   = (*counter)(nil)
	_ component.Cleaner       = (*counter)(nil)
)

func (c *counter) Prepare(ctx *component.Context) (err error) {
	c.ctx = ctx
	c.counts = map[string]int{}
	c.written = time.Now()
	if c.out, err = component.Setting(ctx, "wordcount.out", c.out); err != nil || c.out == "" {
		return err
	}
	return os.MkdirAll(c.out, 0o755)
}

func (c *counter) Execute(t *component.Tuple, _ *component.BasicCollector) error {
	c.counts[t.String(0)]++
	c.changed = true
	if c.out != "" && time.Since(c.written) >= writeEvery {
		return c.write()
	}
	return nil
}

func (c *counter) Tick(*component.Tuple, *component.BasicCollector) error {
	return c.show()
}

func (c *counter) Cleanup() error { return c.show() }

func (c *counter) show() error {
	switch {
	case !c.changed:
		return nil
	case c.out != "":
		return c.write()
	}
	c.changed = false
	words := c.byCount()
	shown := len(words)
	if c.top > 0 {
		shown = min(shown, c.top)
	}
	for _, word := range words[:shown] {
		c.ctx.Logger().Info(fmt.Sprintf("%s: %d", word, c.counts[word]))
	}
	if more := len(words) - shown; more > 0 {
		c.ctx.Logger().Info(fmt.Sprintf("and %d more words", more))
	}
	return nil
}

func (c *counter) byCount() []string {
	return slices.SortedFunc(maps.Keys(c.counts), func(a, b string) int {
		if c.counts[a] != c.counts[b] {
			return c.counts[b] - c.counts[a]
		}
		return bytes.Compare([]byte(a), []byte(b))
	})
}

func (c *counter) write() error {
	var text bytes.Buffer
	for _, word := range slices.Sorted(maps.Keys(c.counts)) {
		fmt.Fprintf(&text, "%s\t%d\n", word, c.counts[word])
	}
	name := filepath.Join(c.out, fmt.Sprintf("counts-%d.tsv", c.ctx.TaskID))
	// A reader of the file sees the old counts or the new counts, never a part of them.
	if err := os.WriteFile(name+".new", text.Bytes(), 0o644); err != nil {
		return err
	}
	if err := os.Rename(name+".new", name); err != nil {
		return err
	}
	c.changed = false
	c.written = time.Now()
	return nil
}
