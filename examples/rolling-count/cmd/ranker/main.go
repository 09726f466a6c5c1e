// Ranker reads words with counts and keeps the words with the largest counts. --top sets the number of words. On every
// tick it emits them as one value: a list of [word, count], largest first. With --merge it reads the rankings of other
// rankers, and logs the result instead of emitting it.
package main

import (
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"slices"

	"github.com/stormflux/stormflux/component"
)

func main() {
	r := &ranker{counts: map[string]int64{}}
	flag.IntVar(&r.top, "top", 10, "how many words")
	flag.BoolVar(&r.merge, "merge", false, "read rankings instead of counts, and log the result instead of emitting it")
	flag.Parse()
	component.RunBasicBolt(r)
}

type ranker struct {
	top    int
	merge  bool
	counts map[string]int64
	// ranked has the words of the last ranking from each task. A word that is not in the next ranking is forgotten.
	ranked map[int][]entry
}

var _ component.BasicTicker = (*ranker)(nil)

// An entry is a word and its count. In JSON it is a list of both.
type entry struct {
	word  string
	count int64
}

func (e *entry) UnmarshalJSON(text []byte) error {
	return json.Unmarshal(text, &[2]any{&e.word, &e.count})
}

func (e entry) MarshalJSON() ([]byte, error) { return json.Marshal([2]any{e.word, e.count}) }

func (r *ranker) Execute(t *component.Tuple, _ *component.BasicCollector) error {
	if !r.merge {
		word, count := t.String(0), t.Int(1)
		r.counts[word] = count
		if count == 0 {
			delete(r.counts, word)
		}
		return nil
	}
	var entries []entry
	if err := t.Decode(0, &entries); err != nil {
		return err
	}
	if r.ranked == nil {
		r.ranked = map[int][]entry{}
	}
	for _, old := range r.ranked[t.Task] {
		delete(r.counts, old.word)
	}
	for _, e := range entries {
		r.counts[e.word] = e.count
	}
	r.ranked[t.Task] = entries
	return nil
}

func (r *ranker) Tick(_ *component.Tuple, out *component.BasicCollector) error {
	entries := r.rankings()
	if !r.merge {
		out.Emit(entries)
		return nil
	}
	text := "top words:"
	for _, e := range entries {
		text += fmt.Sprintf(" %s=%d", e.word, e.count)
	}
	if len(entries) == 0 {
		text = "no words yet, or none in the window"
	}
	out.Context().Logger().Info(text)
	return nil
}

func (r *ranker) rankings() []entry {
	entries := []entry{}
	for _, word := range slices.Sorted(maps.Keys(r.counts)) {
		entries = append(entries, entry{word, r.counts[word]})
	}
	slices.SortStableFunc(entries, func(a, b entry) int { return cmp.Compare(b.count, a.count) })
	return entries[:min(len(entries), r.top)]
}
