package replace

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/stormflux/stormflux/internal/nimbus"
)

// pause waits. It returns the cause if ctx ends first.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// final is an error after which persist does not try again.
type final struct{ error }

func (f final) Unwrap() error { return f.error }

// passing reports whether a failure can pass by itself: Nimbus restarts, another one becomes the leader, or the network comes
// back. A follower that was the leader fails inside.
func passing(err error) bool {
	if errors.As(err, &final{}) {
		return false
	}
	switch nimbus.KindOf(err) {
	case nimbus.Unreachable, nimbus.NoAnswer, nimbus.Disconnected, nimbus.NoLeader, nimbus.NotLeader, nimbus.Internal, nimbus.NotNimbus, nimbus.Starting:
		return true
	}
	return false
}

// persist calls do until it succeeds or fails for good, or until the patience is over.
func (r *run) persist(ctx context.Context, do func(context.Context) error) error {
	deadline := time.Now().Add(r.options.Patience)
	for said := ""; ; {
		err := do(ctx)
		if err == nil || ctx.Err() != nil || !passing(err) || time.Now().After(deadline) {
			return err
		}
		if reason, _, _ := strings.Cut(err.Error(), "\n"); reason != said {
			said = reason
			r.warn("%s; trying again", reason)
		}
		if err := pause(ctx, r.options.Interval); err != nil {
			return err
		}
	}
}
