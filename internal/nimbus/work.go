package nimbus

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/stormflux/stormflux/internal/storm"
)

// An executor has an uptime as soon as its worker runs. It reports one too while its component waits in open or prepare for
// a process that never answers the handshake. Only the tuples show that a component works.

// enoughTuples is how many tuples a bolt must have been sent before it is suspicious that it executed none. Storm counts one
// of twenty (topology.stats.sample.rate), so that lower numbers mean little.
const enoughTuples = 100

// allTime is the window of Storm's statistics that begins with the worker.
const allTime = ":all-time"

// work is what a component has done, as far as its executors report it.
type work struct {
	unknown  bool // an executor sends no statistics
	executed int64
	emitted  map[string]int64 // by stream
}

func workOf(executors []*storm.ExecutorSummary) map[string]*work {
	all := map[string]*work{}
	for _, e := range executors {
		w := entry(all, e.ComponentID)
		if e.Stats == nil || e.Stats.Specific == nil {
			w.unknown = true
			continue
		}
		if w.emitted == nil {
			w.emitted = map[string]int64{}
		}
		for stream, n := range e.Stats.Emitted[allTime] {
			w.emitted[stream] += n
		}
		if bolt := e.Stats.Specific.Bolt; bolt != nil {
			for _, n := range bolt.Executed[allTime] {
				w.executed += n
			}
		}
	}
	return all
}

// checkWork looks at the tuples of a topology whose executors all run. A bolt that executes nothing of what it is sent makes
// it Silent. Components that have done nothing yet are named.
func (w *watch) checkWork(ctx context.Context, c *Client, s *WatchState, executors []*storm.ExecutorSummary) {
	if s.Status.Status == "INACTIVE" {
		return
	}
	topology, err := c.UserTopology(ctx, s.ID)
	if err != nil || topology == nil {
		return
	}
	all := workOf(executors)
	var idle []string
	for _, id := range slices.Sorted(maps.Keys(topology.Spouts)) {
		if done := all[id]; done != nil && !done.unknown && total(done.emitted) == 0 {
			idle = append(idle, fmt.Sprintf("%q has emitted nothing yet", id))
		}
	}
	for _, id := range slices.Sorted(maps.Keys(topology.Bolts)) {
		done := all[id]
		if done == nil || done.unknown || done.executed > 0 {
			continue
		}
		sent := sentTo(topology.Bolts[id], all)
		if sent >= enoughTuples {
			s.Verdict = Silent
			s.Why = fmt.Sprintf("all executors run, but %q has executed none of about %d tuples that were sent to it", id, sent)
			s.Advice = []string{
				"its process may never have answered the handshake: Storm waits for that forever",
				"see the worker's log on " + workerList(s.Workers),
			}
			return
		}
		idle = append(idle, fmt.Sprintf("%q has executed nothing yet", id))
	}
	if len(idle) > 0 {
		s.Advice = append(s.Advice, strings.Join(idle, ", ")+": nothing shows whether it can")
	}
}

func sentTo(b *storm.Bolt, all map[string]*work) (n int64) {
	if b.Common == nil {
		return 0
	}
	for input := range b.Common.Inputs {
		if source := all[input.ComponentId]; source != nil {
			n += source.emitted[input.StreamId]
		}
	}
	return n
}

func total(counts map[string]int64) (n int64) {
	for _, c := range counts {
		n += c
	}
	return n
}
