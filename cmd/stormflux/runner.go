package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"runtime/pprof"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/stormflux/stormflux/compiler"
	"github.com/stormflux/stormflux/internal/local"
	"github.com/stormflux/stormflux/internal/runview"
	"github.com/stormflux/stormflux/internal/staging"
	"github.com/stormflux/stormflux/validate"
)

// A runner is one `stormflux run`: it makes a program from the file, stages it in a temporary folder and runs it there.
type runner struct {
	app      *app
	flags    *runFlags
	path     string
	view     runview.View
	readFile func(path string) ([]byte, error) // for the loader; nil is [os.ReadFile]
	folders  staging.Folders

	mu     sync.Mutex
	engine *local.Engine // the running one
	quit   atomic.Bool   // SIGQUIT has come
}

// A prepared topology is ready to run.
type prepared struct {
	runner  *runner
	checked *checked
	program *compiler.Program
	trace   func(component string) bool
	staged  *staging.Staged
	jvm     *local.JVM // for JVM components, or nil
}

// Digest identifies everything that makes a difference to the run. It needs --watch.
func (p *prepared) Digest() string { return p.staged.Digest }

// Remove removes the staged files.
func (p *prepared) Remove() { p.staged.Remove() }

// prepare reads, checks, compiles, builds and stages the topology. After an error, [prepared.checked] may be set.
func (r *runner) prepare(ctx context.Context) (p *prepared, err error) {
	p = &prepared{runner: r}
	defer func() {
		if err != nil && ctx.Err() != nil {
			err = environmentError(errors.New("interrupted before the topology could run"))
		}
	}()
	flags := &r.flags.topologyFlags
	opts, err := r.app.loadOptions(ctx, flags, r.path)
	if err != nil {
		return p, err
	}
	machine := validate.Platform{OS: runtime.GOOS, Arch: runtime.GOARCH}
	opts.ReadFile = r.readFile
	if p.checked, err = r.app.loadFor(ctx, flags, r.path, opts, validate.Options{Platform: machine, Path: programPath(), RunsHere: true}); err != nil {
		return p, err
	}
	if err := r.app.report(flags, p.checked.diags); err != nil {
		if errors.Is(err, findings) && validate.OnlyProgramsMissing(p.checked.diags) {
			err = &exitError{code: exitEnvironment} // the file has no fault
		}
		return p, err
	}
	p.program = r.app.program(p.checked.topology, compiler.Options{})
	if p.trace, err = r.flags.traces(p.checked); err != nil {
		return p, err
	}
	if err := runnableHere(p.program); err != nil {
		return p, err
	}
	if p.program.Topology.NeedsJVM() {
		if p.jvm, err = r.app.jvm(ctx, p.checked.topology); err != nil {
			return p, environmentError(err)
		}
	}
	if p.staged, err = r.folders.Stage(ctx, p.program, staging.Options{Platform: machine, Digest: r.flags.watch}); err != nil {
		return p, assembleError(err)
	}
	return p, nil
}

// runnableHere returns an error when this system cannot run a program.
func runnableHere(p *compiler.Program) error {
	if runtime.GOOS != "windows" || len(p.Launchers) == 0 {
		return nil
	}
	var ids []string
	for _, l := range p.Launchers {
		ids = append(ids, l.Component)
	}
	return environmentError(fmt.Errorf("%s cannot run on Windows: /bin/sh starts Go components, and commands of more than two words or with env, "+
		"as on a worker; run the topology in WSL or in a container", strings.Join(ids, ", ")))
}

// Run runs the topology to its end and removes the staged files.
func (p *prepared) Run(ctx context.Context) error {
	defer p.Remove()
	r, storm := p.runner, p.checked.topology.Storm
	engine, err := local.New(local.Options{
		Topology:  p.program.Topology,
		Resources: p.staged.Resources(), Storm: storm,
		For: r.flags.limit, UntilIdle: r.flags.untilIdle, IdleAfter: r.flags.idle,
		Seed: r.flags.seed, LogDir: r.flags.logDir, JVM: p.jvm, Events: r.view.Event, Trace: p.trace,
		Declaration: p.declaration, Sources: sources(p.program),
	})
	if err != nil {
		return environmentError(err)
	}
	r.setEngine(engine)
	defer r.setEngine(nil)
	r.view.Begin(p.shown(engine))
	summary, err := engine.Run(ctx)
	r.view.End(summary, err)
	return runError(summary, err)
}

// shown returns what the view has to know of the run.
func (p *prepared) shown(engine *local.Engine) runview.Run {
	return runview.Run{
		Name: p.program.Topology.Name, Components: p.checked.index.Components(), Numbers: engine.Snapshot,
		Declared: p.checked.declared(), Sources: sources(p.program),
	}
}

func (r *runner) setEngine(e *local.Engine) {
	r.mu.Lock()
	r.engine = e
	r.mu.Unlock()
}

// exitQuit is the exit code of a Go program that SIGQUIT ends.
const exitQuit = 2

// killLimit is how long the processes may take to end after a second Ctrl-C.
const killLimit = 2 * time.Second

// hurryOnSignal ends the run at once when a second signal asks for it, until the returned function is called. SIGQUIT shows
// the stacks of all goroutines, as in every Go program, but leaves no file behind.
func (r *runner) hurryOnSignal() (stop func()) {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGQUIT)
	go func() {
		for n := 0; ; n++ {
			s, more := <-signals
			if s == syscall.SIGQUIT {
				_ = pprof.Lookup("goroutine").WriteTo(os.Stderr, 2)
				r.quit.Store(true)
				n = max(n, 1)
			}
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
				// A process that cannot be killed, or a terminal that takes no output, must not keep us.
				time.AfterFunc(killLimit, r.leave)
			case engine != nil:
				r.view.Note("ending; press Ctrl-C again to end at once")
			}
		}
	}()
	return func() {
		signal.Stop(signals)
		close(signals)
	}
}

// leave ends the program. Processes that are left die with it.
func (r *runner) leave() {
	r.folders.Close()
	os.Exit(exitEnvironment)
}
