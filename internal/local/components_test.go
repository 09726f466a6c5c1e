package local

import (
	"fmt"
	"os"
	"strings"
	"time"
)

// runComponent is the main function of a child process.
func runComponent(name string) {
	w := newWire()
	switch name {
	case "sentences":
		sentences(w)
	case "split":
		w.bolt(func(m map[string]any) {
			for _, word := range strings.Fields(m["tuple"].([]any)[0].(string)) {
				w.emit(m, map[string]any{}, word)
			}
			w.ack(m)
		})
	case "count":
		counts := map[string]int{}
		w.bolt(func(m map[string]any) {
			if m["stream"] == "__tick" {
				w.ack(m)
				return
			}
			word := m["tuple"].([]any)[0].(string)
			counts[word]++
			w.emit(m, map[string]any{}, word, counts[word])
			w.ack(m)
		})
	case "sink":
		w.bolt(func(m map[string]any) { w.ack(m) })
	default:
		fmt.Fprintf(os.Stderr, "no component %q\n", name)
		os.Exit(2)
	}
}

// sentences emits "test.sentences" sentences, replays what fails, and then waits.
func sentences(w *wire) {
	total := w.number("test.sentences")
	if total == 0 {
		total = 1000
	}
	var replay []any
	next := 0
	text := func(id any) string {
		n := int(id.(float64))
		return fmt.Sprintf("the quick brown fox %d", n%10)
	}
	w.spout(func() {
		var id any
		switch {
		case len(replay) > 0:
			id, replay = replay[0], replay[1:]
		case next < total:
			id = float64(next)
			next++
		default:
			time.Sleep(time.Millisecond)
			return
		}
		w.emit(nil, map[string]any{"id": id}, text(id))
	}, func(ok bool, id any) {
		if !ok {
			replay = append(replay, id)
		}
	})
}
