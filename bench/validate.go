package main

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/stormflux/stormflux/internal/stormtest"
)

// flux is `Flux --dry-run` of a file, started directly with java.
func flux(ctx context.Context, name, file string) (*process, error) {
	cmd, err := stormtest.FluxDryRun(ctx, file)
	if err != nil {
		return nil, err
	}
	return &process{name: name, args: cmd.Args, dir: filepath.Dir(file)}, nil
}

func measureCold(ctx context.Context, l *lab) error {
	file, err := l.writeTopology(2)
	if err != nil {
		return err
	}
	ours := &process{name: "stormflux validate", args: []string{l.stormflux, "validate", file}, dir: filepath.Dir(file)}
	theirs, err := flux(ctx, "Flux --dry-run", file)
	if err != nil {
		return err
	}
	if err := ours.sayWith(ctx, "1 file checked"); err != nil {
		return err
	}
	if err := theirs.sayWith(ctx, "bolt1"); err != nil {
		return err
	}
	if err := l.turns(ctx, theirs, ours); err != nil {
		return err
	}
	l.show(ours, theirs)
	l.judge(
		// On a quiet core, a process with one busy thread takes no more wall time than CPU time. On a busy machine,
		// wall time shows what else runs.
		target{what: "validate, CPU time", values: values(ours, cpu), atMost: 0.010, show: seconds},
		target{what: "validate, wall time (a target on a quiet core only)", values: values(ours, wall), atMost: 0.010, show: seconds, info: true},
		target{what: "times faster than Flux, wall time", values: pairs(theirs, ours, wall), atLeast: 100},
		target{what: "times faster than Flux, CPU time", values: pairs(theirs, ours, cpu), atLeast: 100},
	)
	return nil
}

func measureLarge(ctx context.Context, l *lab) error {
	const few, many = 1000, 10000
	small, err := l.writeTopology(few)
	if err != nil {
		return err
	}
	large, err := l.writeTopology(many)
	if err != nil {
		return err
	}
	parser, err := l.build(ctx, "bench/parsenodes")
	if err != nil {
		return err
	}
	stormflux := func(name, file string, args ...string) *process {
		return &process{name: name, args: append([]string{l.stormflux}, append(args, file)...), dir: filepath.Dir(file)}
	}
	bare := &process{name: "yaml.v3 to nodes, 10,000", args: []string{parser, large}}
	validate := stormflux("stormflux validate, 10,000", large, "validate")
	compile := stormflux("stormflux compile, 10,000", large, "compile", "-o", filepath.Join(l.dir, "topology.bin"))
	fewer := stormflux("stormflux validate, 1,000", small, "validate")
	theirs, err := flux(ctx, "Flux --dry-run, 10,000", large)
	if err != nil {
		return err
	}
	for _, p := range []struct {
		*process
		prints string
	}{{bare, ""}, {fewer, "1 file checked"}, {validate, "1 file checked"}, {compile, ""}, {theirs, fmt.Sprintf("bolt%d", many-1)}} {
		if err := p.sayWith(ctx, p.prints); err != nil {
			return err
		}
	}
	if err := l.turns(ctx, bare, validate, compile, fewer); err != nil {
		return err
	}
	// Flux takes seconds, so it does not run between two that take milliseconds. It has its own validate beside it.
	beside := stormflux("stormflux validate, 10,000, beside Flux", large, "validate")
	if err := l.turns(ctx, theirs, beside); err != nil {
		return err
	}
	l.show(bare, fewer, validate, compile, beside, theirs)
	l.judge(
		target{what: "validate / yaml.v3, wall time", values: pairs(validate, bare, wall), atMost: 2.5},
		target{what: "validate / yaml.v3, CPU time", values: pairs(validate, bare, cpu), atMost: 2.5},
		target{what: "times faster than Flux, wall time", values: pairs(theirs, beside, wall), atLeast: 15},
		target{what: "times faster than Flux, CPU time", values: pairs(theirs, beside, cpu), atLeast: 15},
		target{what: "10,000 bolts / 1,000 bolts, wall time", values: pairs(validate, fewer, wall), atMost: 12},
		target{what: "10,000 bolts / 1,000 bolts, CPU time", values: pairs(validate, fewer, cpu), atMost: 12},
		target{what: "compile / validate, wall time", values: pairs(compile, validate, wall), atMost: 1.5},
		target{what: "compile / validate, CPU time", values: pairs(compile, validate, cpu), atMost: 1.5},
	)
	return nil
}
