package replace

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/stormflux/stormflux/internal/fingerprint"
	"github.com/stormflux/stormflux/internal/nimbus"
)

// marked returns a configuration with a new mark, and the mark. The mark proves whose submission a topology is, also when the
// answer of Nimbus got lost.
func marked(conf map[string]any) (map[string]any, string) {
	conf, mark := maps.Clone(conf), rand.Text()
	if conf == nil {
		conf = map[string]any{}
	}
	conf[fingerprint.SubmissionKey] = mark
	return conf, mark
}

// taken is the error if somebody else has the name.
func (r *run) taken(id string) error {
	return &Error{Outcome: TakenByOther, Dir: r.dir(), Err: fmt.Errorf("somebody else submitted %s meanwhile", id)}
}

// enoughFailures is how often a submission may fail inside Nimbus. After that, it is the topology that makes Nimbus fail.
const enoughFailures = 3

// submit submits until it is known that the topology is there.
func (r *run) submit(ctx context.Context, request nimbus.SubmitRequest) (id string, err error) {
	request.LookUp = min(15*time.Second, r.options.Patience)
	sent := false // an earlier attempt may have come through
	failures := 0 // inside Nimbus
	err = r.persist(ctx, func(ctx context.Context) error {
		result, err := r.client.Submit(ctx, request)
		var failed *nimbus.SubmitError
		switch {
		case err == nil:
			id = result.ID
			return nil
		case errors.As(err, &failed) && (failed.Outcome == nimbus.Unknown || failed.Outcome == nimbus.NotFound):
			sent = true
		case nimbus.KindOf(err) == nimbus.Internal:
			request.Uploaded = nil // the jar may be gone
			if failures++; failures == enoughFailures {
				return final{err}
			}
		case nimbus.KindOf(err) == nimbus.AlreadyAlive:
			t, lookup := current(ctx, r.client, r.name)
			if lookup != nil || t == nil {
				return cmp.Or(lookup, err)
			}
			if !sent {
				return r.taken(t.ID)
			}
			mark, lookup := markOf(ctx, r.client, t.ID)
			if lookup != nil {
				return lookup
			}
			if mark != request.Conf[fingerprint.SubmissionKey] {
				return r.taken(t.ID)
			}
			id = t.ID
			return nil
		}
		return err
	})
	if err != nil {
		return "", err
	}
	r.say(Submitting, "submitted as %s", cmp.Or(id, r.name))
	return id, nil
}

// submitFirst submits a topology that replaces none.
func (r *run) submitFirst(ctx context.Context, request nimbus.SubmitRequest) error {
	result, err := r.client.Submit(ctx, request)
	if err != nil {
		r.client.Discard(context.WithoutCancel(ctx), request.Uploaded)
		return r.failed(Untouched, err)
	}
	r.say(Submitting, "submitted as %s", result.ID)
	state, err := r.verdict(ctx)
	if err == nil && state.Verdict != nimbus.Up {
		err = notUp(state)
	}
	if err != nil {
		return r.failed(0, err)
	}
	r.up(state)
	return nil
}
