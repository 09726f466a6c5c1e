package replace

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/stormflux/stormflux/internal/nimbus"
	"github.com/stormflux/stormflux/internal/storm"
)

// stop deactivates a topology and drains it, so that only the kill is left. An error or the end of ctx activates it again.
func (r *run) stop(ctx context.Context, t *storm.TopologySummary) error {
	if now, err := current(ctx, r.client, r.name); err != nil || now == nil || now.ID != t.ID {
		if err == nil {
			err = &Error{Outcome: TakenByOther, Dir: r.dir(), Err: changed(r.name, t.ID, idOf(now))}
		}
		return err
	}
	if t.ID == r.record.Old {
		if err := r.enter(Deactivating); err != nil {
			return err
		}
		r.store.prune()
	} else {
		r.record.New = t.ID // nobody has seen it running
	}
	err := r.quiet(ctx, t.ID)
	if err == nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	if err == nil {
		err = r.enter(Killing)
	}
	if err != nil {
		return r.wake(ctx, t.ID, err)
	}
	return nil
}

// quiet deactivates and drains a topology.
func (r *run) quiet(ctx context.Context, id string) error {
	if r.record.Status == "INACTIVE" {
		return nil // it has been quiet before
	}
	r.doing = "deactivating " + id
	// A call that is given up can still take effect, and do it after the activation that follows. So this one goes on to its answer.
	through, done := r.through(ctx, "the deactivation, which is under way")
	err := r.persist(ctx, func(context.Context) error { return r.client.Deactivate(through, r.name) })
	if done(); err != nil {
		return err
	}
	r.say(Deactivating, "deactivated %s", id)
	r.doing = "draining " + id
	return r.drain(ctx, id)
}

func idOf(t *storm.TopologySummary) string {
	if t == nil {
		return "gone"
	}
	return t.ID
}

// wake activates a topology again after err stopped its replacement.
func (r *run) wake(ctx context.Context, id string, err error) error {
	var other *Error
	if errors.As(err, &other) {
		return err
	}
	err = r.stopped(ctx, err)
	if wakeErr := r.activate(ctx, id); wakeErr != nil {
		return &Error{Outcome: Unfinished, Dir: r.dir(), Err: fmt.Errorf("%w; and %w", err, wakeErr)}
	}
	if id != r.record.Old {
		return &Error{Outcome: Unfinished, Dir: r.dir(), Err: errors.Join(err, r.enter(Watching))}
	}
	return &Error{Outcome: Untouched, Dir: r.dir(), Err: errors.Join(err, r.enter(PutBack))}
}

// activate lets a topology emit that was deactivated for its replacement. It also works after ctx has ended.
func (r *run) activate(ctx context.Context, id string) error {
	if r.record.Status == "INACTIVE" {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), max(10*r.options.Interval, time.Second))
	defer cancel()
	if err := r.persist(ctx, func(ctx context.Context) error { return r.client.Activate(ctx, r.name) }); err != nil {
		return fmt.Errorf("%s could not be activated again: %w", id, err)
	}
	r.say(Deactivating, "activated %s again", id)
	return nil
}

// kill kills the topology that has the name, and waits until the name is free. Its id must be one of ids: another one is
// somebody else's. A topology that is being killed already keeps the time that its own kill gives it, whosever it is.
func (r *run) kill(ctx context.Context, ids ...string) error {
	deadline := time.Now().Add(r.options.Patience)
	killed, waiting := "", "" // got the order from here, and before
	for {
		var t *storm.TopologySummary
		err := r.persist(ctx, func(ctx context.Context) (err error) {
			if t, err = current(ctx, r.client, r.name); err != nil || t == nil || t.ID == killed {
				return err
			}
			if t.Status == "KILLED" {
				return nil
			}
			if !slices.Contains(ids, t.ID) {
				return r.taken(t.ID)
			}
			err = r.client.Kill(ctx, r.name, 0)
			if nimbus.KindOf(err) == nimbus.NotAlive {
				return nil
			}
			return err
		})
		switch {
		case err != nil:
			return err
		case t == nil:
			r.say(Killing, "the name is free")
			return nil
		case t.ID != killed && t.Status == "KILLED":
			if t.ID != waiting {
				waiting = t.ID
				r.say(Killing, "waiting until %s, which is being killed, is gone", t.ID)
			}
		case t.ID != killed:
			killed = t.ID
			r.say(Killing, "killed %s", t.ID)
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%s is killed, but has the name still after %s", t.ID, r.options.Patience)
		}
		if err := pause(ctx, r.options.Interval); err != nil {
			return err
		}
	}
}
