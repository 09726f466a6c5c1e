package main

import (
	"context"
	"errors"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/stormflux/stormflux/compiler"
	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/local"
	"github.com/stormflux/stormflux/internal/project"
	"github.com/stormflux/stormflux/internal/staging"
	"github.com/stormflux/stormflux/internal/testview"
	"github.com/stormflux/stormflux/internal/topologytest"
	"github.com/stormflux/stormflux/internal/watch"
	"github.com/stormflux/stormflux/schema"
	"github.com/stormflux/stormflux/validate"
)

type testFlags struct {
	topologyFlags
	run      string
	parallel int
	timeout  time.Duration
	format   string
	watch    bool
	verbose  bool

	chosen *regexp.Regexp // run
}

func (a *app) testCommand() *cobra.Command {
	var flags testFlags
	flags.checkedHooks = hookNames()
	cmd := &cobra.Command{
		Use:   "test [FILE|FOLDER]...",
		Short: "Run the tests of topologies on this machine",
		Long: `Run the tests that stand under "tests" in a topology, or in the file NAME_test.yaml beside it. A test gives rows and ticks to some components of the topology,
puts mocks in place of the others, and compares what comes out with what it expects. The components are the real ones, in
any language. Time is virtual: ten hours of ticks take about a second.

A folder stands for all tests below it, and no argument for the working directory.

Exit codes: 0 all tests passed; 1 a test failed, or a topology has errors; 2 wrong usage, or there are no tests; 3 this
machine cannot run the tests.`,
		Example: `  stormflux test
  stormflux test topology.yaml --run 'window|timeout'
  stormflux test . --format junit > tests.xml`,
		ValidArgsFunction: completeTopologyFiles,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := flags.check(); err != nil {
				return err
			}
			if len(args) == 0 {
				args = []string{"."}
			}
			if flags.watch {
				return a.watchTests(cmd.Context(), &flags, args)
			}
			return a.test(cmd.Context(), &flags, args, nil)
		},
	}
	flags.needsJars = true
	flags.topologyFlags.add(cmd)
	f := cmd.Flags()
	f.StringVar(&flags.run, "run", "", "run only the tests whose names the regular expression `REGEXP` matches")
	f.IntVarP(&flags.parallel, "parallel", "p", runtime.GOMAXPROCS(0), "run `NUMBER` tests at the same time")
	f.Var((*durationFlag)(&flags.timeout), "timeout", "how much real `DURATION` a test may take (default 30s)")
	addChoice(cmd, f, &flags.format, "format", "the `FORMAT` of the results: "+orList(testview.Formats()), testview.Formats()...)
	f.BoolVar(&flags.watch, "watch", false, "run the tests again when a topology, a test or the source of a component changes")
	f.BoolVarP(&flags.verbose, "verbose", "v", false, "show what components log")
	for _, name := range []string{"run", "parallel", "timeout"} {
		_ = cmd.RegisterFlagCompletionFunc(name, cobra.NoFileCompletions)
	}
	return cmd
}

// check checks the flags that only tests have.
func (f *testFlags) check() error {
	var err error
	if f.chosen, err = regexp.Compile(f.run); err != nil {
		return usageError("--run %q: %s", f.run, strings.TrimPrefix(err.Error(), "error parsing regexp: "))
	}
	if f.parallel < 1 {
		return usageError("--parallel %d: give a number from 1", f.parallel)
	}
	return nil
}

// test runs the tests once. watcher, if it is not nil, learns what they consist of.
func (a *app) test(ctx context.Context, flags *testFlags, args []string, watcher *watch.Watcher) error {
	tested, errs := project.FindTests(args)
	if len(errs) > 0 {
		return together(errs)
	}
	t := &tester{app: a, flags: flags, watcher: watcher}
	defer t.folders.Close()
	return t.run(ctx, tested)
}

// A tester is one round of `stormflux test`.
type tester struct {
	app     *app
	flags   *testFlags
	watcher *watch.Watcher // or nil
	folders staging.Folders
}

// watchTests runs the tests, and runs them again after every change.
func (a *app) watchTests(ctx context.Context, flags *testFlags, args []string) error {
	if slices.Contains(args, "-") {
		return usageError("--watch needs a file, not standard input")
	}
	watcher, err := watch.New()
	if err != nil {
		return environmentError(err)
	}
	defer watcher.Close()
	var outcome error
	for round := 1; ; round++ {
		err := a.test(ctx, flags, args, watcher)
		if ctx.Err() != nil {
			return outcome // of the last round that ended
		}
		if exit := (*exitError)(nil); errors.As(err, &exit) && exit.code != exitFindings {
			if round == 1 {
				return err
			}
			a.printFailure(err)
		}
		outcome = err
		printTo(a.stderr, "stormflux: waiting for a change\n")
		select {
		case <-ctx.Done():
			return outcome
		case names := <-watcher.Changed():
			printTo(a.stderr, "stormflux: %s changed\n", names)
		}
	}
}

// A testedTopology is a topology that is ready for its tests.
type testedTopology struct {
	prepared
	tests []*validate.Test // those that --run chooses
	names []string         // of all its tests
}

func (t *tester) run(ctx context.Context, tested []*project.Tested) error {
	began := time.Now()
	var topologies []*testedTopology
	var names []string
	var failed error
	for _, file := range tested {
		top, err := t.prepare(ctx, file)
		if exit := (*exitError)(nil); err != nil && (!errors.As(err, &exit) || exit.code != exitFindings) {
			return err
		}
		if err != nil { // the other topologies can still be tested
			t.app.printFailure(err)
			failed = findings
			continue
		}
		if len(top.tests) > 0 {
			topologies = append(topologies, top)
		}
		names = append(names, top.names...)
	}
	switch {
	case failed != nil && len(topologies) == 0:
		return failed
	case len(names) == 0:
		return usageError("%s no tests; write them under \"tests\" in a topology, or in NAME_test.yaml beside it", haveNo(tested))
	case len(topologies) == 0:
		return usageError("--run %q matches no test; known tests: %s", t.flags.run, diag.Quoted(names, 8))
	}
	err := t.runAll(ctx, topologies, began)
	if err == nil {
		err = failed
	}
	return err
}

func haveNo(tested []*project.Tested) string {
	switch len(tested) {
	case 0:
		return "there are"
	case 1:
		return tested[0].Topology + " has"
	}
	return "the topologies have"
}

// printFailure prints an error that does not end the command.
func (a *app) printFailure(err error) {
	if exit := (*exitError)(nil); errors.As(err, &exit) && exit.err != nil {
		printTo(a.stderr, "stormflux: %v\n", exit.err)
	}
}

// prepare reads, checks and compiles a topology, and stages what its tests need.
func (t *tester) prepare(ctx context.Context, file *project.Tested) (*testedTopology, error) {
	flags := &t.flags.topologyFlags
	path := file.Topology
	opts, err := t.app.loadOptions(ctx, flags, path)
	if err != nil {
		return nil, err
	}
	opts.TestFiles = file.TestFiles
	if t.watcher != nil {
		opts.ReadFile = t.watcher.ReadFile
	}
	machine := validate.Platform{OS: runtime.GOOS, Arch: runtime.GOARCH}
	top := &testedTopology{}
	if top.checked, err = t.app.loadFor(ctx, flags, path, opts, validate.Options{Platform: machine, Path: programPath()}); err != nil {
		return nil, err
	}
	if t.watcher != nil && top.checked.topology != nil {
		t.watcher.Topology(ctx, path, top.checked.topology)
	}
	if err := t.app.report(flags, top.checked.diags); err != nil {
		return nil, err
	}
	for _, test := range top.checked.topology.Tests {
		if !file.Own && !slices.Contains(file.TestFiles, test.Span.File.Name) {
			continue
		}
		top.names = append(top.names, test.Name)
		if t.flags.chosen.MatchString(test.Name) {
			top.tests = append(top.tests, test)
		}
	}
	if len(top.tests) == 0 {
		return top, nil
	}
	if err := t.programsHere(ctx, file, opts, top); err != nil {
		return nil, err
	}
	top.program = compiler.Compile(top.checked.topology, compiler.Options{})
	if err := runnableHere(top.program); err != nil {
		return nil, err
	}
	top.leaveOutBuilds()
	if slices.ContainsFunc(top.tests, func(test *validate.Test) bool { return topologytest.NeedsJVM(top.program.Topology, test) }) {
		if top.jvm, err = t.app.jvm(ctx, top.checked.topology); err != nil {
			return nil, environmentError(err)
		}
	}
	if top.staged, err = t.folders.Stage(ctx, top.program, staging.Options{Platform: machine}); err != nil {
		return nil, assembleError(err)
	}
	return top, nil
}

// programsHere reports programs of the components under test that this machine does not have.
func (t *tester) programsHere(ctx context.Context, file *project.Tested, opts schema.Options, top *testedTopology) error {
	underTest := func(id string) bool {
		return slices.ContainsFunc(top.tests, func(test *validate.Test) bool { return slices.Contains(test.Components, id) })
	}
	flags := &t.flags.topologyFlags
	checked, err := t.app.loadFor(ctx, flags, file.Topology, opts, validate.Options{Path: programPath(), RunsHere: true, Runs: underTest})
	if err != nil {
		return err
	}
	if missing := validate.MissingPrograms(checked.diags); len(missing) > 0 {
		if err := t.app.report(flags, missing); !errors.Is(err, findings) {
			return err
		}
		return &exitError{code: exitEnvironment} // the file has no fault
	}
	return nil
}

// leaveOutBuilds removes the Go programs that no test runs.
func (top *testedTopology) leaveOutBuilds() {
	needed := map[string]bool{}
	for _, c := range top.checked.topology.Components() {
		program, isGo := c.Implementation.(*validate.GoProgram)
		if isGo && slices.ContainsFunc(top.tests, func(test *validate.Test) bool { return slices.Contains(test.Components, c.ID) }) {
			needed[program.Dir+program.Executable] = true
		}
	}
	top.program.Builds = slices.DeleteFunc(top.program.Builds, func(b compiler.Build) bool { return !needed[b.Package+b.Executable] })
}

// runAll runs the tests of topologies, several at the same time, and shows the results in the order of the files.
func (t *tester) runAll(ctx context.Context, topologies []*testedTopology, began time.Time) error {
	type job struct {
		top    *testedTopology
		test   *validate.Test
		result *topologytest.Result
		err    error
		done   chan struct{}
	}
	var jobs []*job
	for _, top := range topologies {
		for _, test := range top.tests {
			jobs = append(jobs, &job{top: top, test: test, done: make(chan struct{})})
		}
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var running sync.WaitGroup
	defer running.Wait()
	free := make(chan struct{}, t.flags.parallel)
	running.Go(func() {
		for _, j := range jobs {
			free <- struct{}{}
			running.Go(func() {
				defer func() { <-free }()
				defer close(j.done)
				j.result, j.err = t.runTest(ctx, j.top, j.test)
			})
		}
	})
	view := testview.New(t.flags.format, testview.Options{Out: t.app.stdout, Colored: t.app.color.On(t.app.stdout), Verbose: t.flags.verbose})
	var outcome error
	for _, j := range jobs {
		<-j.done
		if j.err != nil {
			cancel()
			if errors.Is(j.err, context.Canceled) {
				j.err = errors.New("interrupted")
			}
			return environmentError(j.err)
		}
		if err := view.Show(testview.Result{Result: j.result, File: j.top.checked.path}); err != nil {
			cancel()
			return environmentError(&outputError{err})
		}
		if len(j.result.Failures) > 0 {
			outcome = findings
		}
	}
	if err := view.End(time.Since(began)); err != nil {
		return environmentError(&outputError{err})
	}
	return outcome
}

// runTest runs a test in a folder of its own.
func (t *tester) runTest(ctx context.Context, top *testedTopology, test *validate.Test) (*topologytest.Result, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	folder, err := top.staged.Copy()
	if err != nil {
		return nil, err
	}
	defer folder.Remove()
	var jvm *local.JVM
	if topologytest.NeedsJVM(top.program.Topology, test) {
		jvm = top.jvm
	}
	return topologytest.Run(ctx, test, topologytest.Options{
		Topology: top.program.Topology, Resources: folder.Resources(), Storm: top.checked.topology.Storm, JVM: jvm,
		Timeout: t.flags.timeout, Declaration: top.declaration, Sources: sources(top.program),
	})
}
