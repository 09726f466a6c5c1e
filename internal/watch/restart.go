package watch

import "context"

// A Job is something that is ready to run.
type Job interface {
	// Digest identifies what runs: jobs with the same digest do the same.
	Digest() string
	// Run runs the job until it ends or the context is cancelled, and removes it.
	Run(context.Context) error
	// Remove removes a job that does not run.
	Remove()
}

// Options are what [Restart] works with. All of them are needed.
type Options struct {
	// Changed gets the names of changed files.
	Changed <-chan string
	// Prepare makes the next job from the files as they are.
	Prepare func(context.Context) (Job, error)
	// Failed reports an error of Prepare to the user. Restart returns the outcome if nothing runs later, and returns it at
	// once if no change of a file can help.
	Failed func(err error) (outcome error, hopeless bool)
	// Note shows the user what happens.
	Note func(text string)
}

// Restart runs a job, and whenever a file changes the next one. While no next job can be made, the old one goes on. It
// ends with the context, and returns the error of the last run.
func Restart(ctx context.Context, o Options) error {
	r := restarter{Options: o}
	for {
		hopeless := r.restart(ctx)
		if hopeless || ctx.Err() != nil || !r.awaitChange(ctx) {
			r.stop()
			return r.outcome
		}
	}
}

type restarter struct {
	Options
	running *run // or nil
	digest  string
	outcome error // of the last run that ended, or of the last attempt to make one
}

// restart makes the next job and runs it, unless the same one is running. It reports whether no change can help.
func (r *restarter) restart(ctx context.Context) (hopeless bool) {
	next, err := r.Prepare(ctx)
	switch {
	case err != nil && ctx.Err() != nil: // the user wants no next job
	case err != nil:
		outcome, hopeless := r.Failed(err)
		switch {
		case hopeless:
			r.stop()
			r.outcome = outcome
			return true
		case r.running != nil:
			r.Note("the topology keeps running as it was until this is fixed")
		default:
			r.outcome = outcome
			r.Note("waiting until this is fixed")
		}
	case r.running != nil && next.Digest() == r.digest:
		next.Remove()
		r.Note("no change in what runs")
	default:
		r.stop()
		r.digest = next.Digest()
		r.running = start(ctx, next)
	}
	return false
}

// awaitChange waits for a change of a file. It returns false when the context is cancelled first.
func (r *restarter) awaitChange(ctx context.Context) bool {
	for {
		var ended chan struct{}
		if r.running != nil {
			ended = r.running.ended
		}
		select {
		case <-ctx.Done():
			return false
		case <-ended:
			r.stop()
			if ctx.Err() != nil {
				return false
			}
			if r.outcome != nil {
				r.Note(r.outcome.Error())
			}
			r.Note("waiting for a change")
		case names := <-r.Changed:
			r.Note(names + " changed")
			return true
		}
	}
}

// stop ends the run, if there is one, and keeps its error.
func (r *restarter) stop() {
	if r.running == nil {
		return
	}
	r.running.cancel()
	<-r.running.ended
	r.outcome = r.running.err
	r.running = nil
}

// A run is a job that runs in the background.
type run struct {
	cancel context.CancelFunc
	ended  chan struct{}
	err    error // may be read when ended is closed
}

func start(ctx context.Context, j Job) *run {
	ctx, cancel := context.WithCancel(ctx)
	r := &run{cancel: cancel, ended: make(chan struct{})}
	go func() {
		defer close(r.ended)
		defer cancel()
		r.err = j.Run(ctx)
	}()
	return r
}
