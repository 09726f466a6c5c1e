package watch

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"testing"
)

// A world is what a test of Restart runs in: every step of the loop becomes a line of the log, and the test says what
// comes of it.
type world struct {
	t        *testing.T
	log      chan string
	prepared chan prepareResult
	changed  chan string
	end      chan error // ends the running job
}

type prepareResult struct {
	digest string
	err    error
}

var (
	errFault = errors.New("a fault")
	errUsage = errors.New("wrong usage")
)

type job struct {
	w      *world
	digest string
}

func (j job) Digest() string { return j.digest }

func (j job) Remove() { j.w.log <- "remove " + j.digest }

func (j job) Run(ctx context.Context) error {
	j.w.log <- "run " + j.digest
	select {
	case err := <-j.w.end:
		return err
	case <-ctx.Done():
		j.w.log <- "stop " + j.digest
		return fmt.Errorf("the end of %s", j.digest)
	}
}

func restart(t *testing.T) (w *world, cancel func(), outcome chan error) {
	w = &world{t: t, log: make(chan string, 100), prepared: make(chan prepareResult, 1), changed: make(chan string), end: make(chan error)}
	ctx, stop := context.WithCancel(t.Context())
	outcome = make(chan error, 1)
	go func() {
		outcome <- Restart(ctx, Options{
			Changed: w.changed,
			Prepare: func(ctx context.Context) (Job, error) {
				select {
				case p := <-w.prepared:
					return job{w, p.digest}, p.err
				case <-ctx.Done():
					return nil, ctx.Err()
				}
			},
			Failed: func(err error) (error, bool) { return err, errors.Is(err, errUsage) },
			Note:   func(text string) { w.log <- "note " + text },
		})
	}()
	return w, stop, outcome
}

// expect waits for lines of the log.
func (w *world) expect(want ...string) {
	w.t.Helper()
	var got []string
	for range want {
		got = append(got, <-w.log)
	}
	if !reflect.DeepEqual(got, want) {
		w.t.Fatalf("got %q, want %q", got, want)
	}
}

func TestRestart(t *testing.T) {
	w, cancel, outcome := restart(t)
	w.prepared <- prepareResult{digest: "a"}
	w.expect("run a")

	w.changed <- "x"
	w.prepared <- prepareResult{digest: "b"}
	w.expect("note x changed", "stop a", "run b")

	w.changed <- "y"
	w.prepared <- prepareResult{digest: "b"}
	w.expect("note y changed", "remove b", "note no change in what runs")

	w.changed <- "y"
	w.prepared <- prepareResult{err: errFault}
	w.expect("note y changed", "note the topology keeps running as it was until this is fixed")

	// A run that ended waits for a change, even for one that makes no difference.
	w.end <- errors.New("a death")
	w.expect("note a death", "note waiting for a change")
	w.changed <- "y"
	w.prepared <- prepareResult{digest: "b"}
	w.expect("note y changed", "run b")

	cancel()
	w.expect("stop b")
	if err := <-outcome; err == nil || err.Error() != "the end of b" {
		t.Errorf("the outcome is %v", err)
	}
}

func TestRestartOfWhatNeverRuns(t *testing.T) {
	w, cancel, outcome := restart(t)
	w.prepared <- prepareResult{err: errFault}
	w.expect("note waiting until this is fixed")
	w.changed <- "x"
	w.expect("note x changed")
	cancel() // while the next job is prepared
	if err := <-outcome; !errors.Is(err, errFault) {
		t.Errorf("the outcome is %v", err)
	}
}

func TestRestartGivesUp(t *testing.T) {
	w, cancel, outcome := restart(t)
	defer cancel()
	w.prepared <- prepareResult{digest: "a"}
	w.expect("run a")
	w.changed <- "x"
	w.prepared <- prepareResult{err: errUsage}
	w.expect("note x changed", "stop a")
	if err := <-outcome; !errors.Is(err, errUsage) {
		t.Errorf("the outcome is %v", err)
	}
}
