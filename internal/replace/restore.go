package replace

import (
	"context"
	"errors"
	"fmt"

	"github.com/stormflux/stormflux/internal/nimbus"
)

// ErrNothingSaved means that there is no copy to put back.
var ErrNothingSaved = errors.New("there is no saved topology of that name on this machine")

// putBack submits the copy of the old topology after the new one failed because of why. A short timeout is a doubt about the new
// topology, not about the old one: the old one gets at least the patience.
func (r *run) putBack(ctx context.Context, why error) error {
	r.options.Timeout = max(r.options.Timeout, r.options.Patience)
	r.say(PuttingBack, "putting %s back", r.record.Old)
	request, err := r.store.Request(ctx, r.record)
	if err == nil {
		err = r.submitCopy(ctx, request)
	}
	if err != nil {
		return r.failed(Unfinished, fmt.Errorf("%w; and %s could not be put back: %w", why, r.record.Old, err))
	}
	return r.failed(RestoredOld, why)
}

// submitCopy kills what has the name, submits the copy, and watches it. It goes on when ctx ends, until the copy is submitted.
func (r *run) submitCopy(ctx context.Context, request nimbus.SubmitRequest) error {
	through, done := r.through(ctx, "the submission of the copy")
	defer done()
	if err := r.enter(PuttingBack); err != nil {
		return err
	}
	if err := r.kill(through, r.record.Old, r.record.New, r.record.Back); err != nil {
		return err
	}
	request.Conf, r.record.BackMark = marked(request.Conf)
	r.record.Back = ""
	if err := r.enter(PuttingBack); err != nil {
		return err
	}
	id, err := r.submit(through, request)
	if done(); err != nil {
		return err
	}
	r.record.Back = id
	if err := r.enter(PuttingBack); err != nil {
		return err
	}
	return r.awaitOld(ctx)
}

// awaitOld watches the old topology after it was submitted again.
func (r *run) awaitOld(ctx context.Context) error {
	state, err := r.verdictOn(ctx, &r.record.Back, r.record.BackMark)
	if err == nil && state.ID != r.record.Back {
		return r.taken(state.ID)
	}
	if err == nil && state.Verdict != nimbus.Up {
		err = notUp(state)
	}
	if err != nil {
		return err
	}
	r.up(state)
	return r.enter(PutBack)
}

// Restore puts the saved topology back: it activates the old topology if that is still there, and else submits the copy in the
// place of what has the name. Like Replace, it checks and uploads first. The error is an [*Error].
func Restore(ctx context.Context, client *nimbus.Client, store Store, name string, o Options) error {
	r := newRun(client, store, name, o)
	state, err := Look(ctx, client, store, name)
	if err != nil {
		return r.failed(Unfinished, err)
	}
	if r.record = state.Record; r.record == nil {
		return r.failed(Untouched, ErrNothingSaved)
	}
	switch state.Situation {
	case Running:
		r.say(PutBack, "%s runs as before", r.record.Old)
		return r.failed(Unfinished, r.enter(PutBack))
	case Paused:
		if err := r.persist(ctx, func(ctx context.Context) error { return r.client.Activate(ctx, name) }); err != nil {
			return r.failed(Unfinished, err)
		}
		r.say(PutBack, "activated %s", r.record.Old)
		return r.failed(Unfinished, r.enter(PutBack))
	case Returned:
		r.record.Back = state.Current.ID
		return r.failed(Unfinished, r.awaitOld(ctx))
	}
	if t := state.Current; t != nil && t.Status != "KILLED" && (t.ID == r.record.Old || t.ID == r.record.Back) {
		r.say(PutBack, "%s runs already", t.ID)
		return nil
	}
	return r.replaceByCopy(ctx, state)
}

func (r *run) replaceByCopy(ctx context.Context, state State) error {
	request, err := r.store.Request(ctx, r.record)
	if err != nil {
		return r.failed(r.untouched(state), err)
	}
	if request.Uploaded, err = r.prepare(ctx, request); err != nil {
		return r.failed(r.untouched(state), r.stopped(ctx, err))
	}
	if r.options.Before != nil {
		if err := r.options.Before(ctx); err != nil {
			r.client.Discard(context.WithoutCancel(ctx), request.Uploaded)
			return r.failed(r.untouched(state), r.stopped(ctx, err))
		}
	}
	if t := state.Current; t != nil && t.Status != "KILLED" {
		before := *r.record
		r.record.New = t.ID // it has to go, whosever it is
		err := r.enter(PuttingBack)
		if err == nil {
			err = r.quiet(ctx, t.ID)
		}
		if err != nil {
			err = r.stopped(ctx, err)
			r.client.Discard(context.WithoutCancel(ctx), request.Uploaded)
			if wakeErr := r.activate(ctx, t.ID); wakeErr != nil {
				return r.failed(Unfinished, fmt.Errorf("%w; and %w", err, wakeErr))
			}
			return r.failed(r.untouched(state), errors.Join(err, r.store.write(&before)))
		}
	}
	return r.failed(Unfinished, r.submitCopy(ctx, request))
}
