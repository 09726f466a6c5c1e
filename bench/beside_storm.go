package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/stormflux/stormflux/internal/stormtest"
)

// besideStorm runs topologies in turn under `stormflux run` and under one worker of Storm.
type besideStorm struct {
	*lab
	dir     string
	cluster *stormtest.Cluster
}

// startStorm starts a cluster whose worker has Storm's defaults. The settings of stormtest are for many small workers that
// start quickly.
func startStorm(ctx context.Context) (*stormtest.Cluster, error) {
	return stormtest.Start(ctx, stormtest.Options{Slots: 1, Conf: map[string]any{"worker.childopts": "-Xmx768m"}})
}

// submit submits a topology that stays, so its worker is as warm as possible: between its turns it is deactivated. It
// returns the worker's process id and the file of the counts. One turn, which is not measured, is for the compiler of the JVM.
func (b *besideStorm) submit(ctx context.Context, topology string, args ...string) (worker int, counter string, err error) {
	counter = filepath.Join(b.dir, "storm.counter")
	if err := b.command(ctx, append([]string{"submit", topology, "--wait", "-c", "bench.counter=" + counter}, args...)...); err != nil {
		return 0, "", err
	}
	if worker, err = b.worker(); err != nil {
		return 0, "", err
	}
	if _, err := measureFlow(ctx, worker, counter); err != nil {
		return 0, "", fmt.Errorf("on Storm: %w", err)
	}
	return worker, counter, nil
}

// runOnStorm measures a submitted topology for one turn.
func (b *besideStorm) runOnStorm(ctx context.Context, name string, worker int, counter string) (flow, error) {
	if err := b.command(ctx, "activate", name); err != nil {
		return flow{}, err
	}
	f, err := measureFlow(ctx, worker, counter)
	if err != nil {
		return flow{}, fmt.Errorf("on Storm: %w", err)
	}
	return f, b.command(ctx, "deactivate", name)
}

// command runs a command of stormflux against the cluster.
func (b *besideStorm) command(ctx context.Context, args ...string) error {
	p := &process{name: "stormflux " + args[0], args: append([]string{b.stormflux}, append(args, "--nimbus", b.cluster.NimbusAddr())...), dir: b.dir}
	_, err := p.say(ctx)
	return err
}

// worker returns the process id of Storm's only worker.
func (b *besideStorm) worker() (int, error) {
	files, err := filepath.Glob(filepath.Join(b.cluster.LogDir(), "workers-artifacts", "*", "*", "worker.pid"))
	if err != nil || len(files) != 1 {
		return 0, fmt.Errorf("there are %d workers of Storm, not one", len(files))
	}
	text, err := os.ReadFile(files[0])
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(strings.TrimSpace(string(text)))
}

// runEngine measures a topology under stormflux run for one turn.
func (b *besideStorm) runEngine(ctx context.Context, topology string, args ...string) (f flow, err error) {
	counter := filepath.Join(b.dir, "engine.counter")
	err = b.runStormflux(ctx, append([]string{"run", topology, "-c", "bench.counter=" + counter}, args...), func(pid int) (err error) {
		f, err = measureFlow(ctx, pid, counter)
		return err
	})
	return f, errors.Join(err, os.Remove(counter))
}

// runStormflux runs stormflux as a user would, calls measure with its process id, and ends it as Ctrl-C does.
func (l *lab) runStormflux(ctx context.Context, args []string, measure func(pid int) error) error {
	p := &process{name: "stormflux run"}
	log, err := os.Create(filepath.Join(l.dir, "run.log"))
	if err != nil {
		return err
	}
	defer log.Close()
	cmd := exec.CommandContext(ctx, l.stormflux, args...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	if err := cmd.Start(); err != nil {
		return err
	}
	err = measure(cmd.Process.Pid)
	interrupted := cmd.Process.Signal(os.Interrupt)
	ended := cmd.Wait()
	if err := errors.Join(err, interrupted, ended); err != nil {
		said, _ := os.ReadFile(log.Name())
		return p.explain(ctx, err, said)
	}
	return nil
}
