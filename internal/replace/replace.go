package replace

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/stormflux/stormflux/internal/console"
	"github.com/stormflux/stormflux/internal/fingerprint"
	"github.com/stormflux/stormflux/internal/nimbus"
	"github.com/stormflux/stormflux/internal/storm"
)

// Options of a replacement. The zero value does not drain.
type Options struct {
	Drain    time.Duration // wait at most this long for tuples in flight
	Timeout  time.Duration // wait at most this long until the new topology runs; 0: as [nimbus.WatchOptions]
	Patience time.Duration // wait at most this long for a Nimbus that does not answer, and for the name; 0: five minutes
	Interval time.Duration // between two questions; 0: a second

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

// stopped says what the end of ctx stopped. Another error stays as it is.
func (r *run) stopped(ctx context.Context, err error) error {
	cause := context.Cause(ctx)
	if err == nil || cause == nil || nimbus.KindOf(err) != nimbus.Canceled && !errors.Is(err, cause) {
		return err
	}
	return fmt.Errorf("stopped while %s: %w", r.doing, cause)
}

func (r *run) failed(outcome OutcomeKind, err error) error {
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

// stop deactivates a topology, drains it and kills it. Until the kill, an error or the end of ctx brings it back.
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
	if err := r.persist(ctx, func(ctx context.Context) error { return r.client.Deactivate(ctx, r.name) }); err != nil {
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

// finish kills what has the name, submits the new topology and watches it. It goes on when ctx ends, until the new topology is
// submitted.
func (r *run) finish(ctx context.Context, request nimbus.SubmitRequest) error {
	through := context.WithoutCancel(ctx)
	stopping := context.AfterFunc(ctx, func() {
		r.warn("stopping after the submission, because the old topology is killed; a second signal ends at once")
	})
	defer stopping()
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
	stopping()
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
				return r.taken(t)
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

// taken is the error if somebody else has the name.
func (r *run) taken(t *storm.TopologySummary) error {
	return &Error{Outcome: TakenByOther, Dir: r.dir(), Err: fmt.Errorf("somebody else submitted %s meanwhile", t.ID)}
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
				return r.taken(t)
			}
			mark, lookup := markOf(ctx, r.client, t.ID)
			if lookup != nil {
				return lookup
			}
			if mark != request.Conf[fingerprint.SubmissionKey] {
				return r.taken(t)
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

func (r *run) up(state nimbus.WatchState) {
	executors, _ := state.Scheduled()
	r.say(Done, "up, %s in %s", console.Count(executors, "executor"), console.Count(len(state.Workers), "worker"))
}

func notUp(state nimbus.WatchState) error {
	return errors.New(strings.Join(append([]string{fmt.Sprintf("%s is %s: %s", state.ID, state.Verdict, state.Why)}, state.Advice...), "\n  "))
}

// watch waits until the new topology runs, and puts the old one back if it does not.
func (r *run) watch(ctx context.Context) error {
	state, err := r.verdict(ctx)
	if err == nil && r.record.New == "" { // Nimbus did not say it after the submission
		var mark string
		if mark, err = markOf(ctx, r.client, state.ID); err == nil && mark == r.record.NewMark {
			r.record.New = state.ID
		}
	}
	switch {
	case err != nil:
		return r.failed(Unfinished, err)
	case r.record.New == "":
		return r.failed(TakenByOther, fmt.Errorf("somebody else submitted %s meanwhile", state.ID))
	case state.ID != r.record.New:
		return r.failed(TakenByOther, changed(r.name, r.record.New, state.ID))
	case state.Verdict == nimbus.Gone:
		return r.failed(TakenByOther, errors.Join(notUp(state), r.enter(Done)))
	case state.Verdict != nimbus.Up:
		return r.putBack(ctx, notUp(state))
	}
	r.up(state)
	if err := r.enter(Done); err != nil {
		return r.failed(Unfinished, err)
	}
	return nil
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
