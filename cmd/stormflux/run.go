package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/stormflux/stormflux/compiler"
	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/console"
	"github.com/stormflux/stormflux/internal/local"
	"github.com/stormflux/stormflux/internal/runview"
	"github.com/stormflux/stormflux/validate"
)

type runFlags struct {
	topologyFlags
	limit     time.Duration
	untilIdle bool
	trace     []string
	logDir    string
	format    string
	watch     bool
}

// traceAll is the value of a --trace that names no component.
const traceAll = "*"

func (a *app) runCommand() *cobra.Command {
	var flags runFlags
	cmd := &cobra.Command{
		Use:   "run FILE|-",
		Short: "Run a topology on this machine, without Storm",
		Long: `Check and compile a topology, build its Go components for this machine, and run it as one worker of Storm would:
every task is a process that speaks Storm's protocol, in a copy of the folder that it will find on a worker.

It runs until Ctrl-C, which lets tuples at hand be finished for a moment; a second Ctrl-C ends everything at once. On a
terminal a table shows the numbers as they change, with what components log above it. At the end there is a summary,
and for each bolt how long tuples wait, are processed and are acked after.

Exit codes: 0 all went well; 1 the topology has faults, or a component did what a worker of Storm dies of, or keeps
dying; 2 usage; 3 this machine cannot run it.`,
		Example: `  stormflux run topology.yaml
  stormflux run topology.yaml --until-idle
  stormflux run topology.yaml --for 30s -c topology.max.spout.pending=100 --log-dir logs
  stormflux run topology.yaml --trace count
  stormflux run topology.yaml --watch`,
		Args: func(_ *cobra.Command, args []string) error {
			switch bare := bareTraces(flags.trace); {
			case len(args) == 0:
				return usageError("want one topology file")
			case len(args) > 1+bare:
				return usageError("want one topology file, not %s", strings.Join(args, ", "))
			}
			return nil
		},
		ValidArgsFunction: completeTopologyFiles,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := notEmpty(cmd.Flags(), "log-dir"); err != nil {
				return err
			}
			return a.runTopology(cmd.Context(), &flags, flags.traced(args))
		},
	}
	flags.topologyFlags.add(cmd)
	f := cmd.Flags()
	f.DurationVar(&flags.limit, "for", 0, "end after this `DURATION`, such as 10s")
	f.BoolVar(&flags.untilIdle, "until-idle", false, "end when nothing happens any more: spouts emit nothing and no tuple is on its way")
	f.StringArrayVar(&flags.trace, "trace", nil, "show every tuple, or those of one `COMPONENT` (repeatable)")
	f.Lookup("trace").NoOptDefVal = traceAll
	f.StringVar(&flags.logDir, "log-dir", "", "write a log file for each task into `DIR`")
	addChoice(cmd, f, &flags.format, "format", "text, or json: one event a line", "text", "json")
	f.BoolVar(&flags.watch, "watch", false, "start again when the topology or a component's sources change")
	_ = cmd.RegisterFlagCompletionFunc("for", cobra.NoFileCompletions)
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

// traced returns the topology file among the arguments. The others are the components of `--trace COMPONENT`, which a
// flag with an optional value leaves among the arguments; they replace the bare --trace flags that they stood behind.
func (f *runFlags) traced(args []string) (path string) {
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

// traces returns what [local.Options.Trace] takes. An unknown component is a usage error.
func (f *runFlags) traces(c *checked) (func(component string) bool, error) {
	if len(f.trace) == 0 {
		return nil, nil
	}
	ids := c.index.Components()
	for _, id := range f.trace {
		if id == traceAll || slices.Contains(ids, id) {
			continue
		}
		near, ok := diag.Suggest(id, ids)
		if !ok {
			near = strings.Join(ids, ", ")
		}
		return nil, usageError("--trace: %s has no component %q; there is %s", c.topology.Name, id, near)
	}
	return func(id string) bool { return slices.Contains(f.trace, traceAll) || slices.Contains(f.trace, id) }, nil
}

func (a *app) runTopology(ctx context.Context, flags *runFlags, path string) error {
	switch {
	case flags.limit < 0:
		return usageError("--for %s: want a positive duration", flags.limit)
	case flags.watch && path == "-":
		return usageError("--watch needs a file, not standard input")
	}
	// A terminal that goes away and a reader that has seen enough end the run like Ctrl-C does. The latter is found by
	// writing; its signal, which a component that died may cause just as well, only must not end the program.
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGHUP)
	defer stop()
	broken := make(chan os.Signal, 1)
	signal.Notify(broken, syscall.SIGPIPE)
	defer signal.Stop(broken)
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	err := a.runShown(ctx, flags, path, a.runView(flags.format, func(err error) { fail(&outputError{err}) }))
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
func (a *app) runView(format string, failed func(error)) runview.View {
	opts := runview.Options{Out: a.stdout, Stderr: a.stderr, Colored: a.color.On(a.stdout), Failed: failed}
	if format == "json" {
		return runview.NewJSON(opts)
	}
	return runview.NewText(opts)
}

func (a *app) runShown(ctx context.Context, flags *runFlags, path string, view runview.View) error {
	defer view.Close()
	r := &runner{app: a, flags: flags, path: path, view: view}
	// What the loader and the compiler have to say has to get along with the table.
	shown := *a
	shown.stderr = view.Diagnostics()
	if a.color.On(a.stderr) {
		shown.color = console.Always
	}
	r.app = &shown
	defer r.hurry()()
	if flags.watch {
		return r.watch(ctx)
	}
	p, err := r.prepare(ctx)
	if err != nil {
		return err
	}
	defer p.remove()
	return r.run(ctx, p)
}

// A runner is one `stormflux run`.
type runner struct {
	app   *app
	flags *runFlags
	path  string
	view  runview.View
	// readFile reads a file for the loader; nil is [os.ReadFile].
	readFile func(path string) ([]byte, error)

	mu     sync.Mutex
	engine *local.Engine // the running one
	dirs   []string      // temporary folders that are there
}

// A prepared topology is ready to run.
type prepared struct {
	runner   *runner
	checked  *checked
	program  *compiler.Program
	assembly *compiler.Assembly // closed; for what it consists of
	digest   string             // of all that makes a difference to the run
	trace    func(component string) bool
	dir      string // temporary
}

func (p *prepared) resources() string { return filepath.Join(p.dir, "resources") }

// remove removes the staged files.
func (p *prepared) remove() {
	p.runner.removeDir(p.dir)
}

// prepare reads, checks, compiles, builds and stages the topology. After an error, [prepared.checked] may still be there.
func (r *runner) prepare(ctx context.Context) (p *prepared, err error) {
	p = &prepared{runner: r}
	defer func() {
		if err != nil && p.dir != "" {
			p.remove()
		}
		if err != nil && ctx.Err() != nil {
			err = environmentError(errors.New("interrupted before the topology could run"))
		}
	}()
	flags := &r.flags.topologyFlags
	opts, err := r.app.loadOptions(flags, r.path)
	if err != nil {
		return p, err
	}
	machine := validate.Platform{OS: runtime.GOOS, Arch: runtime.GOARCH}
	opts.ReadFile = r.readFile
	if p.checked, err = r.app.loadFor(ctx, flags, r.path, opts, validate.Options{Platform: machine}); err != nil {
		return p, err
	}
	if err := r.app.report(flags, p.checked.diags); err != nil {
		return p, err
	}
	var diags diag.List
	p.program, diags = compiler.Compile(p.checked.topology)
	if err := r.app.report(flags, diags); err != nil {
		return p, err
	}
	if p.trace, err = r.flags.traces(p.checked); err != nil {
		return p, err
	}
	if err := runnableHere(p.program); err != nil {
		return p, err
	}
	return p, r.stage(ctx, p, machine)
}

// stage builds the program's Go components and writes everything into a temporary folder.
func (r *runner) stage(ctx context.Context, p *prepared, machine validate.Platform) (err error) {
	p.assembly, err = p.program.Assemble(ctx, machine)
	if err != nil {
		return assembleError(err)
	}
	defer func() { err = errors.Join(err, p.assembly.Close()) }()
	if p.dir, err = r.makeDir(); err != nil {
		return environmentError(err)
	}
	if err := os.Mkdir(p.resources(), 0o777); err != nil {
		return environmentError(fmt.Errorf("making a folder to run in: %w", err))
	}
	if err := p.assembly.Stage(ctx, p.resources()); err != nil {
		return environmentError(err)
	}
	if r.flags.watch {
		if p.digest, err = p.sum(ctx); err != nil {
			return environmentError(err)
		}
	}
	return nil
}

// runnableHere says why this system cannot run a program.
func runnableHere(p *compiler.Program) error {
	if runtime.GOOS != "windows" || len(p.Launchers) == 0 {
		return nil
	}
	var ids []string
	for _, l := range p.Launchers {
		ids = append(ids, l.Component)
	}
	return environmentError(fmt.Errorf("%s cannot run on Windows: Go components, and commands of more than two words or with env, are started by "+
		"/bin/sh, as on a worker; run the topology in WSL or in a container", strings.Join(ids, ", ")))
}

// run runs a prepared topology to its end.
func (r *runner) run(ctx context.Context, p *prepared) error {
	storm := p.checked.topology.Storm
	engine, err := local.New(local.Options{
		Name: p.program.Name, Topology: p.program.Topology, Conf: p.program.Conf,
		Resources: p.resources(), Storm: local.Version{Major: storm.Major, Minor: storm.Minor},
		For: r.flags.limit, UntilIdle: r.flags.untilIdle,
		LogDir: r.flags.logDir, Events: r.view.Event, Trace: p.trace,
	})
	if err != nil {
		return environmentError(err)
	}
	r.setEngine(engine)
	defer r.setEngine(nil)
	r.view.Begin(runview.Run{Name: p.program.Name, Components: p.checked.index.Components(), Numbers: engine.Snapshot})
	summary, err := engine.Run(ctx)
	r.view.End(summary, err)
	return runError(summary, err)
}

// runError gives the end of a run its exit code.
func runError(summary *local.Summary, err error) error {
	switch {
	case err == nil:
		return nil
	case summary == nil:
		return environmentError(err)
	}
	// A Death was told whole when it happened; here its first line has to do.
	text, _, _ := strings.Cut(err.Error(), "\n")
	var faults *local.FaultsError
	if errors.As(err, &faults) && faults.Count > 1 {
		text += fmt.Sprintf(" (and %d more)", faults.Count-1)
	}
	return &exitError{code: exitFindings, err: errors.New(text)}
}

func (r *runner) setEngine(e *local.Engine) {
	r.mu.Lock()
	r.engine = e
	r.mu.Unlock()
}

func (r *runner) makeDir() (string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	dir, err := os.MkdirTemp("", "stormflux-run-")
	if err != nil {
		return "", fmt.Errorf("making a folder to run in: %w", err)
	}
	r.dirs = append(r.dirs, dir)
	return dir, nil
}

func (r *runner) removeDir(dir string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	os.RemoveAll(dir) // what a component made unremovable stays in the system's temporary folder
	r.dirs = slices.DeleteFunc(r.dirs, func(d string) bool { return d == dir })
}

// patience is how long the processes may take to go after a second Ctrl-C.
const patience = 2 * time.Second

// hurry ends the run at once when a second signal asks for it. The function that it returns ends that.
func (r *runner) hurry() (stop func()) {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		for n := 0; ; n++ {
			_, more := <-signals
			r.mu.Lock()
			engine := r.engine
			r.mu.Unlock()
			switch {
			case !more:
				return
			case n > 0 && engine == nil:
				r.leave()
			case n > 0:
				engine.Kill()
				// What cannot be killed, or a terminal that takes nothing, must not keep us.
				time.AfterFunc(patience, r.leave)
			case engine != nil:
				r.view.Note("ending; Ctrl-C again ends at once")
			}
		}
	}()
	return func() {
		signal.Stop(signals)
		close(signals)
	}
}

// leave ends the program. Processes that are left die with it, as they do when it is killed.
func (r *runner) leave() {
	r.mu.Lock()
	for _, dir := range r.dirs {
		os.RemoveAll(dir)
	}
	os.Exit(exitEnvironment)
}
