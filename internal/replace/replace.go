package replace

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/stormflux/stormflux/internal/nimbus"
	"github.com/stormflux/stormflux/internal/storm"
)

// Options of a replacement. The zero value does not drain.
type Options struct {
	Drain    time.Duration // wait at most this long for tuples in flight
	Timeout  time.Duration // wait at most this long until the new topology runs; 0: as [nimbus.WatchOptions]
	Interval time.Duration // between two questions; 0: a second

	// Patience is how long to wait for a Nimbus that does not answer, for the name, and, if Timeout is shorter, for the old
	// topology that is put back. 0: five minutes.
	Patience time.Duration

	// Settle and Stay are those of [nimbus.WatchOptions].
	Settle, Stay time.Duration

	// Say, if set, gets what happens.
	Say func(Event)

	// Before, if set, runs before anything changes that others can see, after everything else has succeeded. Its error stops
	// the replacement.
	Before func(context.Context) error
}

// An Event is something that happened.
type Event struct {
	Stage   Stage
	Text    string // without the name of the topology
	Warning bool
}

// An OutcomeKind says how a replacement ended that did not succeed.
type OutcomeKind int

const (
	_            OutcomeKind = iota
	Untouched                // the old topology runs as before
	RestoredOld              // the new topology did not run, and the old one was put back
	Unfinished               // see [Look]: the record is open
	TakenByOther             // somebody else changed the topology meanwhile
)

// Error is a replacement that failed.
type Error struct {
	Outcome OutcomeKind
	Dir     string // of the copy of the old topology, if there is one
	Err     error
}

func (e *Error) Error() string { return e.Err.Error() }

func (e *Error) Unwrap() error { return e.Err }

// run is one replacement under way.
type run struct {
	client  *nimbus.Client
	store   Store
	options Options
	name    string
	record  *Record
	doing   string // for people, as in "stopped while ..."
}

func newRun(client *nimbus.Client, store Store, name string, o Options) *run {
	o.Patience, o.Interval = cmp.Or(o.Patience, 5*time.Minute), cmp.Or(o.Interval, time.Second)
	if o.Say == nil {
		o.Say = func(Event) {}
	}
	return &run{client: client, store: store, options: o, name: name}
}

func (r *run) say(stage Stage, format string, args ...any) {
	r.options.Say(Event{Stage: stage, Text: fmt.Sprintf(format, args...)})
}

func (r *run) warn(format string, args ...any) {
	r.options.Say(Event{Text: fmt.Sprintf(format, args...), Warning: true})
}

// enter writes the record before a step.
func (r *run) enter(stage Stage) error {
	r.record.Stage = stage
	return r.store.write(r.record)
}

// through returns a context for a step that goes on when ctx ends. If ctx ends before done is called, people hear after what the
// command stops.
func (r *run) through(ctx context.Context, step string) (_ context.Context, done func() bool) {
	return context.WithoutCancel(ctx), context.AfterFunc(ctx, func() { r.warn("stopping after %s; a second signal ends at once", step) })
}

// stopped says what the end of ctx stopped. Another error stays as it is.
func (r *run) stopped(ctx context.Context, err error) error {
	cause := context.Cause(ctx)
	if err == nil || cause == nil || nimbus.KindOf(err) != nimbus.Canceled && !errors.Is(err, cause) {
		return err
	}
	return fmt.Errorf("stopped while %s: %w", r.doing, cause)
}

// failed returns err as an [*Error], and nil for nil.
func (r *run) failed(outcome OutcomeKind, err error) error {
	if err == nil {
		return nil
	}
	var already *Error
	if errors.As(err, &already) {
		return err
	}
	return &Error{Outcome: outcome, Dir: r.dir(), Err: err}
}

// dir returns the folder of the copy.
func (r *run) dir() string {
	if r.record == nil {
		return r.store.Dir
	}
	return r.store.copyOf(r.record.Old).dir
}

// Replace puts request in the place of the topology with the id old. It goes on with a replacement that has not ended: then
// the old topology may be deactivated, killed or gone, and the copy of it is the one that the record names. With old "", no
// topology may have the name.
//
// When ctx ends before the kill, the old topology is activated again. Between the kill and the submission, Replace does not stop.
// After it, Replace stops to watch. The error is an [*Error].
func Replace(ctx context.Context, client *nimbus.Client, store Store, request nimbus.SubmitRequest, old string, o Options) error {
	r := newRun(client, store, request.Name, o)
	r.doing = "asking what is on the cluster"
	state, err := Look(ctx, client, store, request.Name)
	if err != nil {
		return r.failed(Untouched, r.stopped(ctx, err))
	}
	if state.Current != nil && state.Current.ID != old && state.Situation != Ending {
		return r.failed(Untouched, changed(r.name, cmp.Or(old, "not there"), state.Current.ID))
	}
	if request.Uploaded, err = r.prepare(ctx, request); err != nil {
		return r.failed(r.untouched(state), r.stopped(ctx, err))
	}
	fresh, err := r.begin(ctx, state)
	if err == nil && r.options.Before != nil {
		err = r.options.Before(ctx)
	}
	if err == nil && r.record == nil {
		return r.submitFirst(ctx, request)
	}
	if err == nil && fresh != nil && fresh.Status != "KILLED" {
		err = r.stop(ctx, fresh)
	}
	if err != nil {
		client.Discard(context.WithoutCancel(ctx), request.Uploaded)
		return r.failed(r.abandon(state), r.stopped(ctx, err))
	}
	return r.finish(ctx, request)
}

// abandon deletes the copy of a replacement that failed before its first record, and returns its outcome. So the last
// replacement before it can be undone still.
func (r *run) abandon(s State) OutcomeKind {
	r.store.prune()
	if r.record == nil || r.record == s.Record || s.Situation == Paused {
		return r.untouched(s)
	}
	return Untouched
}

// untouched is the outcome of a failure before anything was done.
func (r *run) untouched(s State) OutcomeKind {
	if s.Situation == Settled || s.Situation == Running {
		return Untouched
	}
	return Unfinished
}

// prepare does whatever can fail while the old topology runs: it uploads, and lets Nimbus check.
func (r *run) prepare(ctx context.Context, request nimbus.SubmitRequest) (*nimbus.Uploaded, error) {
	r.doing = "uploading"
	uploaded, err := r.client.Upload(ctx, request)
	if err != nil {
		return nil, err
	}
	r.doing = "asking Nimbus for its check"
	if err := r.client.Try(ctx, request, uploaded); err != nil {
		r.client.Discard(context.WithoutCancel(ctx), uploaded)
		return nil, err
	}
	r.say("", "checked by Nimbus at %s, and uploaded", uploaded.Server)
	return uploaded, nil
}

// begin saves the topology that runs, unless there is a copy already that is better: a topology that nobody has seen running is
// no topology to put back. It returns what has to be stopped, and leaves the record nil if there is nothing to replace.
func (r *run) begin(ctx context.Context, state State) (*storm.TopologySummary, error) {
	switch state.Situation {
	case Absent, Ending, Paused, Unproven:
		if r.store.Has(state.Record.Old) {
			r.record = state.Record
			r.say(Saved, "goes on with the replacement of %s", r.record.Old)
			return state.Current, nil
		}
	}
	if state.Current == nil {
		return nil, nil
	}
	t := state.Current
	r.doing = "saving " + t.ID
	if t.Status == "KILLED" || t.Status == "REBALANCING" {
		return nil, fmt.Errorf("the topology %q (%s) is %s: try again when that is over", r.name, t.ID, t.Status)
	}
	status, err := r.statusOf(ctx, t.ID)
	if err != nil {
		return nil, err
	}
	free, err := r.slots(ctx, len(status.Workers))
	if err != nil {
		return nil, err
	}
	server, _ := r.client.Server()
	r.record = &Record{Topology: r.name, Cluster: server.String(), Began: time.Now(), Old: t.ID, Status: t.Status}
	if state.Situation == Paused {
		r.record.Status = state.Record.Status
	}
	if err := r.store.copyOf(t.ID).save(ctx, r.client, status, free); err != nil {
		return nil, fmt.Errorf("saving %s: %w", t.ID, err)
	}
	r.say(Saved, "saved %s in %s", t.ID, filepath.ToSlash(r.dir()))
	return t, nil
}

// slots returns how many slots of the cluster are free. The new topology gets those of the old one too.
func (r *run) slots(ctx context.Context, own int) (int, error) {
	cluster, err := r.client.ClusterStatus(ctx)
	if err != nil {
		return 0, err
	}
	all, used := cluster.Slots()
	if len(cluster.Supervisors) > 0 && all-used+own <= 0 {
		return 0, fmt.Errorf("the cluster has no slot for the new topology: all %d are in use by others", all)
	}
	return all - used, nil
}

// finish kills what has the name, submits the new topology and watches it. It goes on when ctx ends, until the new topology is
// submitted.
func (r *run) finish(ctx context.Context, request nimbus.SubmitRequest) error {
	through, done := r.through(ctx, "the submission, because the old topology is killed")
	defer done()
	request.Inactive = request.Inactive || r.record.Status == "INACTIVE"
	if err := r.kill(through, r.record.Old, r.record.New); err != nil {
		return r.failed(Unfinished, err)
	}
	r.record.New = ""
	request.Conf, r.record.NewMark = marked(request.Conf)
	if err := r.enter(Submitting); err != nil {
		return r.failed(Unfinished, err)
	}
	id, err := r.submit(through, request)
	done()
	var other *Error
	switch {
	case errors.As(err, &other):
		return err
	case err != nil && !passing(err):
		return r.putBack(ctx, err)
	case err != nil:
		return r.failed(Unfinished, err)
	}
	r.record.New = id
	if err := r.enter(Watching); err != nil {
		return r.failed(Unfinished, err)
	}
	return r.watch(ctx)
}
