// Counter counts words in a sliding window. --slots sets the number of slots. A tick emits the count of each word in
// the window and moves the window by one slot. When the count of a word reaches zero, the word is emitted once more,
// with the count zero.
package main

import (
	"flag"
	"fmt"
	"maps"
	"slices"

	"github.com/stormflux/stormflux/component"
)

func main() {
	slots := flag.Int("slots", 12, "the length of the window in ticks")
	flag.Parse()
	component.RunBasicBolt(newCounter(*slots))
}

type counter struct {
	slots int
	now   int              // the current slot
	words map[string][]int // counts by slot, in a ring
}

var (
	_ component.BasicPreparer = (*counter)(nil)
	_ component.BasicTicker   = (*counter)(nil)
)

func newCounter(slots int) *counter {
	return &counter{slots: max(slots, 1), words: map[string][]int{}}
}

// Prepare says how long there is nothing to see.
func (c *counter) Prepare(ctx *component.Context) error {
	seconds, err := component.Setting(ctx, "topology.tick.tuple.freq.secs", 0)
	if index, _ := ctx.TaskIndex(); err == nil && index == 0 {
		ctx.Logger().Info(fmt.Sprintf("counts the words of the last %d s; the first counts come in %d s", c.slots*seconds, seconds))
	}
	return err
}

func (c *counter) Execute(t *component.Tuple, _ *component.BasicCollector) error {
	word := t.String(0)
	if c.words[word] == nil {
		c.words[word] = make([]int, c.slots)
	}
	c.words[word][c.now]++
	return nil
}

func (c *counter) Tick(_ *component.Tuple, out *component.BasicCollector) error {
	for _, word := range slices.Sorted(maps.Keys(c.words)) {
		sum := 0
		for _, n := range c.words[word] {
			sum += n
		}
		out.Emit(word, sum)
		if sum == 0 {
			delete(c.words, word)
		}
	}
	c.now = (c.now + 1) % c.slots
	for _, counts := range c.words {
		counts[c.now] = 0
	}
	return nil
}
