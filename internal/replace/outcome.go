package replace

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/stormflux/stormflux/internal/console"
	"github.com/stormflux/stormflux/internal/nimbus"
)

func (r *run) verdict(ctx context.Context) (nimbus.WatchState, error) {
	r.doing = "waiting until the topology is up"
	var last nimbus.WatchState
	o := nimbus.WatchOptions{Fresh: true, Timeout: r.options.Timeout, Interval: r.options.Interval, Settle: r.options.Settle, Stay: r.options.Stay}
	said := ""
	for state, err := range r.client.Watch(ctx, r.name, o) {
		if err != nil {
			return state, r.stopped(ctx, err)
		}
		if last = state; state.Why != said {
			said = state.Why
			r.warn("%s", said)
		}
	}
	return last, nil
}

// verdictOn waits for the verdict on a submission. If Nimbus did not say the id of its topology, and the topology that is there has
// the mark, verdictOn sets the id.
func (r *run) verdictOn(ctx context.Context, id *string, mark string) (nimbus.WatchState, error) {
	state, err := r.verdict(ctx)
	if err != nil || *id != "" {
		return state, err
	}
	found, err := markOf(ctx, r.client, state.ID)
	if err == nil && found == mark {
		*id = state.ID
	}
	return state, err
}

func (r *run) up(state nimbus.WatchState) {
	executors, _ := state.Scheduled()
	r.say(Done, "up, %s in %s", console.Count(executors, "executor"), console.Count(len(state.Workers), "worker"))
}

func notUp(state nimbus.WatchState) error {
	return errors.New(strings.Join(append([]string{fmt.Sprintf("%s is %s: %s", state.ID, state.Verdict, state.Why)}, state.Advice...), "\n  "))
}

// watch waits until the new topology runs, and puts the old one back if it does not.
func (r *run) watch(ctx context.Context) error {
	state, err := r.verdictOn(ctx, &r.record.New, r.record.NewMark)
	switch {
	case err != nil:
		return r.failed(Unfinished, err)
	case r.record.New == "":
		return r.taken(state.ID)
	case state.ID != r.record.New:
		return r.failed(TakenByOther, changed(r.name, r.record.New, state.ID))
	case state.Verdict == nimbus.Gone:
		return r.failed(TakenByOther, errors.Join(notUp(state), r.enter(Done)))
	case state.Verdict != nimbus.Up:
		return r.putBack(ctx, notUp(state))
	}
	r.up(state)
	return r.failed(Unfinished, r.enter(Done))
}

// Accept ends a replacement after something else submitted the topology that is there now. The copy stays for a change of mind.
func Accept(store Store, state State) error {
	record := *state.Record
	record.Stage, record.New, record.NewMark = Done, state.Current.ID, ""
	return store.write(&record)
}

// Watch goes on with a replacement whose new topology is there, but was not seen running.
func Watch(ctx context.Context, client *nimbus.Client, store Store, state State, o Options) error {
	r := newRun(client, store, state.Record.Topology, o)
	r.record = state.Record
	if r.record.New == "" {
		r.record.New = state.Current.ID
		if err := r.enter(Watching); err != nil {
			return r.failed(Unfinished, err)
		}
	}
	return r.watch(ctx)
}
