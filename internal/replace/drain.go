package replace

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/stormflux/stormflux/internal/console"
	"github.com/stormflux/stormflux/internal/nimbus"
	"github.com/stormflux/stormflux/internal/storm"
)

// drain watches the tuples of a deactivated topology. It ends when the counts of all executors stay the same from one report to
// the next, or when the time is over. Nimbus hears of counts every executor.metrics.frequency.secs, and Storm counts a sample of
// the tuples: nobody outside the workers knows the number of tuples in flight.
type drain struct {
	executors map[string]reported
	quiet     int // executors whose last two reports since the deactivation are the same
	heard     int // executors that have reported since then
}

// reported is the last report of an executor.
type reported struct {
	uptime int32
	news   int // reports since the first look
	counts string
	quiet  bool
}

// look takes in the executors as Nimbus knows them now.
func (d *drain) look(executors []*storm.ExecutorSummary) {
	if d.executors == nil {
		d.executors = map[string]reported{}
	}
	d.quiet, d.heard = 0, 0
	for _, e := range executors {
		key := fmt.Sprint(e.ComponentID, e.ExecutorInfo.TaskStart)
		before, known := d.executors[key]
		now := before
		if !known {
			now = reported{uptime: e.UptimeSecs}
		} else if e.UptimeSecs != before.uptime {
			counts := countsOf(e.Stats)
			now = reported{uptime: e.UptimeSecs, news: before.news + 1, counts: counts, quiet: before.news > 0 && counts == before.counts}
		}
		d.executors[key] = now
		if now.news > 0 {
			d.heard++
		}
		if now.quiet {
			d.quiet++
		}
	}
}

// countsOf returns everything that changes while an executor handles tuples, as text.
func countsOf(s *storm.ExecutorStats) string {
	if s == nil || s.Specific == nil {
		return ""
	}
	const all = ":all-time"
	counts := []any{s.Emitted[all]}
	if spout := s.Specific.Spout; spout != nil {
		counts = append(counts, spout.Acked[all], spout.Failed[all])
	}
	if bolt := s.Specific.Bolt; bolt != nil {
		counts = append(counts, sum(bolt.Executed[all]), sum(bolt.Acked[all]), sum(bolt.Failed[all]))
	}
	return fmt.Sprint(counts...)
}

func sum(counts map[*storm.GlobalStreamId]int64) (n int64) {
	for _, c := range counts {
		n += c
	}
	return n
}

// drain waits until the topology is drained, for at most the time of the options, and says what is known.
func (r *run) drain(ctx context.Context, id string) error {
	limit := r.options.Drain
	if limit <= 0 {
		return nil
	}
	var d drain
	began := time.Now()
	total := 0
	for time.Since(began) < limit {
		var info *storm.TopologyInfo
		err := r.persist(ctx, func(ctx context.Context) (err error) {
			info, err = r.client.TopologyInfo(ctx, r.name)
			return err
		})
		switch {
		case err != nil:
			return err
		case info.ID != id:
			return changed(r.name, id, info.ID)
		}
		user := userExecutors(info.Executors)
		total = len(user)
		d.look(user)
		if total == 0 {
			r.say(Deactivating, "no executor runs, so nothing is in flight")
			return nil
		}
		if d.quiet == total {
			r.say(Deactivating, "drained after %s: the counts of %s stay the same", time.Since(began).Round(time.Second), console.Count(total, "executor"))
			return nil
		}
		if err := pause(ctx, min(r.options.Interval, limit-time.Since(began))); err != nil {
			return err
		}
	}
	r.say(Deactivating, "the %s for draining are over: %d of %d executors have reported since, %d without new tuples", limit, d.heard, total, d.quiet)
	r.warn("the source of a reliable spout sends again what is still in flight; other tuples in flight get lost")
	return nil
}

func userExecutors(all []*storm.ExecutorSummary) []*storm.ExecutorSummary {
	var user []*storm.ExecutorSummary
	for _, e := range all {
		if !strings.HasPrefix(e.ComponentID, "__") {
			user = append(user, e)
		}
	}
	return user
}

// changed is the refusal to touch a topology that is not the one that was planned for.
func changed(name, want, now string) error {
	return fmt.Errorf("the cluster has changed: the topology %q was %s, and now it is %s", name, want, now)
}

// statusOf asks for the topology with the name, which must have the id.
func (r *run) statusOf(ctx context.Context, id string) (*nimbus.Status, error) {
	status, err := r.client.Status(ctx, r.name)
	if err == nil && status.ID != id {
		err = changed(r.name, id, status.ID)
	}
	return status, err
}
