// Package topologytest runs the tests of a topology, those that package validate has checked: it runs the components under
// test with the engine of `stormflux run` on a virtual clock, puts mocks in place of their neighbours, and compares what
// comes out. How results look is the business of its caller.
package topologytest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/exception"
	"github.com/stormflux/stormflux/internal/local"
	"github.com/stormflux/stormflux/internal/local/clock"
	"github.com/stormflux/stormflux/internal/settings"
	"github.com/stormflux/stormflux/internal/topology"
	"github.com/stormflux/stormflux/validate"
)

// Options say how to run a test. Topology and Resources are required.
type Options struct {
	// Topology is the whole topology.
	Topology *topology.Topology
	// Resources is the folder that the components run in. Tests that run at the same time need one each.
	Resources string
	// Storm is the version whose behaviour the engine follows.
	Storm settings.Version
	// JVM is what JVM components under test run in; see [NeedsJVM].
	JVM *local.JVM
	// Timeout limits the real time of the test; the default is 30 s.
	Timeout time.Duration
	// Declaration is that of [local.Options].
	Declaration func(component, stream string, values int) string
	// Sources has the files of resources, by their names in stack traces.
	Sources map[string]string
}

// A Result is what became of a test. It passed if it has no failures.
type Result struct {
	Test     *validate.Test
	Failures []Failure
	Elapsed  time.Duration
	Log      []local.Event // what components logged, wrote to standard error and reported
}

// NeedsJVM reports whether a test runs a JVM component of a topology.
func NeedsJVM(whole *topology.Topology, test *validate.Test) bool {
	return partOf(whole, test).NeedsJVM()
}

// Epoch is when the virtual clock of every test starts.
func Epoch() time.Time { return time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC) }

// Run runs a test. The error says that this machine cannot run it, or that the context ended.
func Run(ctx context.Context, test *validate.Test, opts Options) (*Result, error) {
	if opts.Timeout <= 0 {
		opts.Timeout = 30 * time.Second
	}
	began := time.Now()
	limited, cancel := context.WithTimeout(ctx, opts.Timeout)
	defer cancel()
	r := &runner{
		ctx: limited, opts: opts, test: test, part: partOf(opts.Topology, test), record: newRecord(), clock: clock.NewVirtual(Epoch()),
		mocks: map[string]*mock{},
	}
	failures, err := r.run()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, err
	}
	return &Result{Test: test, Failures: failures, Elapsed: time.Since(began), Log: r.record.log}, nil
}

// A runner is one run of a test.
type runner struct {
	ctx    context.Context // of the one call of Run
	opts   Options
	test   *validate.Test
	part   *part
	record *record
	clock  *clock.Virtual
	mocks  map[string]*mock
	engine *local.Engine
}

// run starts the components, runs the steps and ends the components.
func (r *runner) run() ([]Failure, error) {
	for id, spout := range r.part.mocked {
		r.mocks[id] = &mock{withIDs: spout, answer: r.test.Mocks[id]}
	}
	ctx, end := context.WithCancel(context.WithoutCancel(r.ctx))
	defer end()
	var err error
	r.engine, err = local.New(local.Options{
		Topology: r.part.Topology, Resources: r.opts.Resources, Storm: r.opts.Storm, JVM: r.opts.JVM,
		Stepped: true, Seed: 1, Clock: r.clock, Drain: -1, MaxDeaths: 1,
		Events: r.record.add, Trace: func(string) bool { return true }, Declaration: r.opts.Declaration, Sources: r.opts.Sources,
		Start: func(id string, _ int) (local.Peer, error) {
			c := r.part.Component(id)
			if p, process := c.Code.(*topology.Process); !process || p.Words[0] != mockWord {
				return nil, nil
			}
			m := r.mocks[id]
			if m == nil {
				m = &mock{}
			}
			return m.peer(ctx, len(c.Inputs) == 0), nil
		},
	})
	if err != nil {
		return nil, fmt.Errorf("running test %q: %w", r.test.Name, err)
	}
	var summary *local.Summary
	var runErr error
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		summary, runErr = r.engine.Run(ctx)
	}()
	failures := r.steps(ended)
	if r.ctx.Err() != nil {
		r.engine.Kill() // a component that hangs does not end by itself
	}
	end()
	<-ended
	return r.verdict(failures, summary, runErr)
}

// verdict adds to the failures of the steps what the end of the run says.
func (r *runner) verdict(failures []Failure, summary *local.Summary, err error) ([]Failure, error) {
	if err != nil && summary == nil {
		return nil, err
	}
	if death := r.record.died(); death != nil {
		return []Failure{r.deathFailure(death)}, nil
	}
	if err != nil && !errors.Is(err, context.Canceled) {
		return append([]Failure{{Span: r.test.Span, Summary: firstLine(err.Error())}}, failures...), nil
	}
	if len(failures) > 0 {
		failures[0].Notes = append(failures[0].Notes, r.reported()...)
	}
	return failures, nil
}

// deathFailure says why a component died. All that follows from it would only distract.
func (r *runner) deathFailure(d *local.Death) Failure {
	f := Failure{Span: r.test.Span, Summary: fmt.Sprintf("%s died: %s", d.Component, firstLine(d.Reason))}
	found := d.Exception
	if found.Message == "" {
		if reported, trace := exception.ReadTrace(r.record.lastError(d.Component)); trace {
			found = reported.In(r.opts.Sources)
		}
	}
	if found.Message != "" {
		f.Summary = fmt.Sprintf("%s died: %s", d.Component, found)
		d.Stderr = nil
	}
	note := func(what, text string) {
		if text != "" {
			f.Notes = append(f.Notes, what+": "+text)
		}
	}
	note("write", d.Fix)
	note("output", d.Line)
	tuple, _, _ := strings.Cut(d.Tuple, ", id ")
	note("its tuple", tuple)
	for _, line := range d.Stderr {
		note("standard error", line)
	}
	return f
}

// reported says which errors components reported to Storm, each once.
func (r *runner) reported() []string {
	r.record.mu.Lock()
	defer r.record.mu.Unlock()
	var notes []string
	seen := map[string]bool{}
	for _, e := range r.record.errors {
		text := fmt.Sprintf("%s reported: %s", e.component, exception.Read(e.text).In(r.opts.Sources))
		if !seen[text] {
			notes = append(notes, text)
		}
		seen[text] = true
	}
	return notes
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}

// steps runs the steps until one fails. ended is closed when the engine has ended, which it does only after a failure.
func (r *runner) steps(ended <-chan struct{}) []Failure {
	if failures := r.settle(r.test.Span); failures != nil {
		return failures
	}
	if r.part.checkpoints { // stateful bolts wait for their state
		r.engine.Next(checkpointSpout)
		if failures := r.settle(r.test.Span); failures != nil {
			return failures
		}
	}
	for _, s := range r.test.Steps {
		if failures := r.step(s); failures != nil {
			return failures
		}
		select {
		case <-ended:
			return nil
		default:
		}
	}
	return nil
}

func (r *runner) step(s *validate.TestStep) []Failure {
	for _, e := range s.Emit {
		for _, row := range e.Rows {
			r.emit(e, row)
			if failures := r.settle(r.test.Span); failures != nil {
				return failures
			}
		}
	}
	for _, n := range s.Next {
		if failures := r.repeat(n, r.engine.Next); failures != nil {
			return failures
		}
	}
	for _, n := range s.Tick {
		if !r.part.ticks(n.Component) {
			return []Failure{{
				Span: n.Span, Summary: fmt.Sprintf("%s gets no ticks in the topology", n.Component),
				Notes: []string{"write `tick: 5s` on the bolt, or set topology.tick.tuple.freq.secs in the `config` of the test"},
			}}
		}
		if failures := r.repeat(n, r.engine.Tick); failures != nil {
			return failures
		}
	}
	if s.Advance > 0 {
		var failures []Failure
		r.clock.Advance(s.Advance, func() {
			if failures == nil {
				failures = r.settle(r.test.Span)
			}
		})
		if failures != nil {
			return failures
		}
	}
	return r.expect(s)
}

// emit has a mock emit a row.
func (r *runner) emit(e validate.Emission, row []any) {
	m := r.mocks[e.Component]
	if m == nil {
		return // nothing under test reads from it
	}
	m.push(e.Stream, row)
	if len(r.part.Component(e.Component).Inputs) == 0 {
		r.engine.Next(e.Component)
	} else {
		r.engine.Tick(e.Component)
	}
}

func (r *runner) repeat(n validate.Times, do func(component string)) []Failure {
	for range n.Count {
		do(n.Component)
		if failures := r.settle(n.Span); failures != nil {
			return failures
		}
	}
	return nil
}

// settle waits until nothing happens any more.
func (r *runner) settle(at diag.Span) []Failure {
	if r.engine.Settle(r.ctx) == nil {
		return nil
	}
	f := Failure{Span: at, Summary: fmt.Sprintf("the test takes longer than %s", r.opts.Timeout)}
	f.Notes = append(r.engine.Unsettled(), "--timeout gives tests more time")
	return []Failure{f}
}

// expect checks the expectations of a step. With [validate.TestStep.Within], it gives them time.
func (r *runner) expect(s *validate.TestStep) []Failure {
	failures := r.record.check(s.Expect)
	if len(failures) == 0 || s.Within == 0 {
		return failures
	}
	patience := time.NewTimer(s.Within)
	defer patience.Stop()
	for len(failures) > 0 {
		select {
		case <-r.record.changed:
			if failures := r.settle(r.test.Span); failures != nil {
				return failures
			}
			failures = r.record.check(s.Expect)
		case <-patience.C:
			return failures
		case <-r.ctx.Done():
			return failures
		}
	}
	return nil
}
