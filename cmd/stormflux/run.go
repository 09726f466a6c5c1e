package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/console"
	"github.com/stormflux/stormflux/internal/local"
	"github.com/stormflux/stormflux/internal/runview"
	"github.com/stormflux/stormflux/internal/watch"
)

type runFlags struct {
	topologyFlags
	limit     time.Duration
	untilIdle bool
	idle      time.Duration
	trace     []string
	logDir    string
	format    string
	watch     bool
	verbose   bool
	seed      uint64
}

// traceAll is the value of a --trace that names no component.
const traceAll = "*"

func (a *app) runCommand() *cobra.Command {
	var flags runFlags
	flags.checkedHooks = hookNames()
	cmd := &cobra.Command{
		Use:   "run FILE|-",
		Short: "Run a topology on this machine, without Storm",
		Long: `Check and compile a topology, build its Go components for this machine, and run it as one worker of Storm would:
every task is a process that speaks Storm's multilang protocol, in a copy of the folder that it finds on a worker.

The topology runs until you press Ctrl-C. Tuples in flight then get a moment to finish; press Ctrl-C again to end
everything at once. On a terminal, a table shows the numbers as they change, and the log lines of components scroll
above it. At the end, a summary shows for each bolt how long tuples wait, how long it works on them, and how long it
takes to ack them.

Exit codes: 0 all went well; 1 the topology has errors, a component did something that would kill a Storm worker, or
its process keeps dying; 2 wrong usage; 3 this machine cannot run the topology.`,
		Example: `  stormflux run topology.yaml
  stormflux run topology.yaml --until-idle
  stormflux run topology.yaml --for 30s -c topology.max.spout.pending=100 --log-dir logs
  stormflux run topology.yaml --trace count
  stormflux run topology.yaml --watch`,
		Args: func(_ *cobra.Command, args []string) error {
			switch bare := bareTraces(flags.trace); {
			case len(args) == 0:
				return usageError("name a topology file, or - for standard input")
			case len(args) > 1+bare:
				return usageError("name one topology file, not %s", strings.Join(args, ", "))
			}
			return nil
		},
		ValidArgsFunction: completeTopologyFiles,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := notEmpty(cmd.Flags(), "log-dir"); err != nil {
				return err
			}
			if cmd.Flags().Changed("for") && flags.limit <= 0 {
				return usageError("--for %s: give a positive duration", flags.limit)
			}
			if cmd.Flags().Changed("seed") && flags.seed == 0 {
				return usageError("--seed 0: give a number from 1")
			}
			return a.runTopology(cmd.Context(), &flags, flags.takeTraces(args))
		},
	}
	flags.needsJars = true
	flags.topologyFlags.add(cmd)
	flags.addDependencies(cmd)
	f := cmd.Flags()
	f.Var((*durationFlag)(&flags.limit), "for", "end after this `DURATION`, such as 10s or 1m30s; a number alone is seconds")
	f.BoolVar(&flags.untilIdle, "until-idle", false, "end when the topology is idle: no spout emits, no tuple is in flight, and ticks have come")
	f.Var((*durationFlag)(&flags.idle), "idle", "with --until-idle: how long nothing may happen before the run ends, for a `DURATION` (default 2s)")
	f.StringArrayVar(&flags.trace, "trace", nil, "show every tuple, or only the tuples of one `COMPONENT` (repeatable)")
	f.Lookup("trace").NoOptDefVal = traceAll
	f.StringVar(&flags.logDir, "log-dir", "", "write a log file for each task into `DIR`")
	addChoice(cmd, f, &flags.format, "format", "the `FORMAT` of the output: text, or json with one event on each line", "text", "json")
	f.BoolVar(&flags.watch, "watch", false, "restart when the topology or the source of a component changes")
	f.BoolVar(&flags.verbose, "verbose", false, "show the whole stack of every exception; otherwise only its last line, and how often it happened")
	f.Uint64Var(&flags.seed, "seed", 0, "make the random choices of groupings with the seed `NUMBER`, from 1 (default: another one in each run)")
	_ = cmd.RegisterFlagCompletionFunc("seed", cobra.NoFileCompletions)
	_ = cmd.RegisterFlagCompletionFunc("for", cobra.NoFileCompletions)
	_ = cmd.RegisterFlagCompletionFunc("idle", cobra.NoFileCompletions)
	_ = cmd.RegisterFlagCompletionFunc("trace", flags.completeComponents)
	_ = cmd.MarkFlagDirname("log-dir")
	return cmd
}

func bareTraces(trace []string) int {
	n := 0
	for _, id := range trace {
		if id == traceAll {
			n++
		}
	}
	return n
}

// takeTraces returns the topology file among the arguments. `--trace COMPONENT` leaves its component among the arguments
// too, because the flag's value is optional: these components take the place of the --trace flags without a value.
func (f *runFlags) takeTraces(args []string) (path string) {
	file := max(0, slices.IndexFunc(args, func(arg string) bool {
		info, err := os.Stat(arg)
		return arg == "-" || err == nil && !info.IsDir()
	}))
	for i, arg := range args {
		if i != file {
			f.trace[slices.Index(f.trace, traceAll)] = arg
		}
	}
	return args[file]
}

// traces returns a value for [local.Options.Trace]. An unknown component is a usage error.
func (f *runFlags) traces(c *checked) (func(component string) bool, error) {
	if len(f.trace) == 0 {
		return nil, nil
	}
	ids := c.index.Components()
	for _, id := range f.trace {
		if id == traceAll || slices.Contains(ids, id) {
			continue
		}
		if near, ok := diag.Suggest(id, ids); ok {
			return nil, usageError("--trace: %s has no component %q; did you mean %q?", c.topology.Name, id, near)
		}
		return nil, usageError("--trace: %s has no component %q; known components: %s", c.topology.Name, id, strings.Join(ids, ", "))
	}
	return func(id string) bool { return slices.Contains(f.trace, traceAll) || slices.Contains(f.trace, id) }, nil
}

func (a *app) runTopology(ctx context.Context, flags *runFlags, path string) error {
	switch {
	case flags.idle > 0 && !flags.untilIdle:
		return usageError("--idle needs --until-idle")
	case flags.verbose && flags.format == "json":
		return usageError("--verbose does nothing with --format json, which always has whole stacks")
	case flags.watch && path == "-":
		return usageError("--watch needs a file, not standard input")
	}
	// When the terminal disappears, or the reader of the output, the run ends as after Ctrl-C. Writing finds out about the
	// reader. SIGPIPE does not: a component that died may cause it as well. It only must not end the program.
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGHUP, syscall.SIGQUIT)
	defer stop()
	broken := make(chan os.Signal, 1)
	signal.Notify(broken, syscall.SIGPIPE)
	defer signal.Stop(broken)
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	view := a.runView(flags, func(err error) { fail(&outputError{err}) })
	err := a.runShown(ctx, flags, path, view)
	var output *outputError
	if errors.As(context.Cause(ctx), &output) && !errors.Is(output, syscall.EPIPE) {
		return environmentError(output)
	}
	return err
}

// An outputError ends a run whose output cannot be written.
type outputError struct{ err error }

func (e *outputError) Error() string { return "writing the output: " + e.err.Error() }

func (e *outputError) Unwrap() error { return e.err }

// runView returns the view for a format. It calls failed with the error of a write to standard output.
func (a *app) runView(flags *runFlags, failed func(error)) runview.View {
	opts := runview.Options{Out: a.stdout, Stderr: a.stderr, Colored: a.color.On(a.stdout), Verbose: flags.verbose, Failed: failed}
	if flags.format == "json" {
		return runview.NewJSON(opts)
	}
	return runview.NewText(opts)
}

func (a *app) runShown(ctx context.Context, flags *runFlags, path string, view runview.View) error {
	defer view.Close()
	// Diagnostics must not land in the view's table.
	shown := *a
	shown.stderr = view.Diagnostics()
	if a.color.On(a.stderr) {
		shown.color = console.Always
	}
	r := &runner{app: &shown, flags: flags, path: path, view: view}
	defer r.hurryOnSignal()()
	err := r.run(ctx)
	if r.quit.Load() {
		return &exitError{code: exitQuit}
	}
	return err
}

// run runs the topology, once or after every change.
func (r *runner) run(ctx context.Context) error {
	if r.flags.watch {
		return r.watch(ctx)
	}
	p, err := r.prepare(ctx)
	if err != nil {
		return err
	}
	return p.Run(ctx)
}

// watch runs the topology, and starts it again when a file changes.
func (r *runner) watch(ctx context.Context) error {
	watcher, err := watch.New()
	if err != nil {
		return environmentError(err)
	}
	defer watcher.Close()
	r.readFile = watcher.ReadFile
	return watch.Restart(ctx, watch.Options{
		Changed: watcher.Changed(), Note: r.view.Note,
		Prepare: func(ctx context.Context) (watch.Job, error) {
			p, err := r.prepare(ctx)
			if p.checked != nil && p.checked.topology != nil {
				watcher.Topology(ctx, r.path, p.checked.topology)
			}
			return p, err
		},
		Failed: func(err error) (outcome error, hopeless bool) {
			exit := &exitError{code: exitFindings, err: err}
			errors.As(err, &exit)
			if exit.code == exitUsage && exit.err != nil { // without err, the environment of -e is missing: a change of its file can add it
				return err, true
			}
			if exit.err != nil {
				printTo(r.app.stderr, "stormflux: %v\n", err)
			}
			return &exitError{code: exit.code}, false
		},
	})
}

// runError gives the end of a run its exit code.
func runError(summary *local.Summary, err error) error {
	switch {
	case err == nil:
		return nil
	case summary == nil:
		return environmentError(err)
	}
	// The view has shown all of a death. Its first line is enough here.
	text, _, _ := strings.Cut(err.Error(), "\n")
	if start := (*local.StartError)(nil); errors.As(err, &start) {
		return environmentError(errors.New(text)) // the file has no fault: its program was there when it was checked
	}
	var faults *local.FaultsError
	if errors.As(err, &faults) && faults.Count > 1 {
		text += fmt.Sprintf(" (and %d more)", faults.Count-1)
	}
	return &exitError{code: exitFindings, err: errors.New(text)}
}
