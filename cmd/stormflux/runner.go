package main

import (
	"context"
	"crypto/sha256"
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

	"github.com/stormflux/stormflux/compiler"
	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/local"
	"github.com/stormflux/stormflux/internal/runview"
	"github.com/stormflux/stormflux/validate"
)

// A runner is one `stormflux run`: it makes a program from the file, stages it in a temporary folder and runs it there.
type runner struct {
	app      *app
	flags    *runFlags
	path     string
	view     runview.View
	readFile func(path string) ([]byte, error) // for the loader; nil is [os.ReadFile]

	mu     sync.Mutex
	engine *local.Engine // the running one
	dirs   []string      // the temporary folders that exist
}

// A prepared topology is ready to run.
type prepared struct {
	runner  *runner
	checked *checked
	program *compiler.Program
	digest  string // with --watch
	trace   func(component string) bool
	dir     string // temporary
}

func (p *prepared) resources() string { return filepath.Join(p.dir, "resources") }

// Digest identifies everything that makes a difference to the run.
func (p *prepared) Digest() string { return p.digest }

// Remove removes the staged files.
func (p *prepared) Remove() { p.runner.removeDir(p.dir) }

// prepare reads, checks, compiles, builds and stages the topology. After an error, [prepared.checked] may be set.
func (r *runner) prepare(ctx context.Context) (p *prepared, err error) {
	p = &prepared{runner: r}
	defer func() {
		if err != nil && p.dir != "" {
			p.Remove()
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
	p.program, diags = compiler.Compile(p.checked.topology, compiler.Options{})
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

// stage builds the program's Go components and writes everything into a temporary folder.
func (r *runner) stage(ctx context.Context, p *prepared, machine validate.Platform) (err error) {
	assembly, err := p.program.Assemble(ctx, machine)
	if err != nil {
		return assembleError(err)
	}
	defer func() { err = errors.Join(err, assembly.Close()) }()
	if p.dir, err = r.makeDir(); err != nil {
		return environmentError(err)
	}
	if err := os.Mkdir(p.resources(), 0o777); err != nil {
		return environmentError(fmt.Errorf("making a folder to run in: %w", err))
	}
	if err := assembly.Stage(ctx, p.resources()); err != nil {
		return environmentError(err)
	}
	if !r.flags.watch {
		return nil
	}
	files, err := assembly.Archive.Digest(ctx)
	if err != nil {
		return environmentError(err)
	}
	sum := sha256.New()
	fmt.Fprintln(sum, files)
	if err := p.program.Encode(ctx, sum, compiler.JSON); err != nil {
		return environmentError(err)
	}
	p.digest = fmt.Sprintf("%x", sum.Sum(nil))
	return nil
}

// Run runs the topology to its end and removes the staged files.
func (p *prepared) Run(ctx context.Context) error {
	defer p.Remove()
	r, storm := p.runner, p.checked.topology.Storm
	engine, err := local.New(local.Options{
		Topology:  p.program.Topology,
		Resources: p.resources(), Storm: storm,
		For: r.flags.limit, UntilIdle: r.flags.untilIdle,
		LogDir: r.flags.logDir, Events: r.view.Event, Trace: p.trace,
	})
	if err != nil {
		return environmentError(err)
	}
	r.setEngine(engine)
	defer r.setEngine(nil)
	r.view.Begin(runview.Run{Name: p.program.Topology.Name, Components: p.checked.index.Components(), Numbers: engine.Snapshot})
	summary, err := engine.Run(ctx)
	r.view.End(summary, err)
	return runError(summary, err)
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
	os.RemoveAll(dir) // files that a component protects from removal stay in the system's temporary folder
	r.dirs = slices.DeleteFunc(r.dirs, func(d string) bool { return d == dir })
}

// killLimit is how long the processes may take to end after a second Ctrl-C.
const killLimit = 2 * time.Second

// hurryOnSignal ends the run at once when a second signal asks for it, until the returned function is called.
func (r *runner) hurryOnSignal() (stop func()) {
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
	r.mu.Lock() // for good: no new folder may appear
	for _, dir := range r.dirs {
		os.RemoveAll(dir)
	}
	os.Exit(exitEnvironment)
}
