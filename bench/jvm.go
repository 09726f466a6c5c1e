package main

import (
	"archive/zip"
	"context"
	"embed"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"

	"github.com/stormflux/stormflux/internal/stormtest"
)

//go:embed java
var javaSources embed.FS

// jvmTopology returns a topology in Flux's form: a spout of numbers, and bolts that pass them on, in a chain. The last bolt
// counts.
func jvmTopology(bolts int) []byte {
	text := []byte(`name: jvm
config: {topology.max.spout.pending: 1000}
spouts:
  - {id: spout, className: stormflux.bench.Numbers}
bolts:
`)
	for i := range bolts - 1 {
		text = fmt.Appendf(text, "  - {id: bolt%d, className: stormflux.bench.Pass, constructorArgs: [number]}\n", i)
	}
	text = fmt.Appendf(text, "  - {id: bolt%d, className: stormflux.bench.Count}\nstreams:\n", bolts-1)
	from := "spout"
	for i := range bolts {
		text = fmt.Appendf(text, "  - {from: %s, to: bolt%d, grouping: {type: SHUFFLE}}\n", from, i)
		from = fmt.Sprintf("bolt%d", i)
	}
	return text
}

// fatJar is what a jar of a big data project holds.
const (
	fatEntries   = 60_000
	fatEntrySize = 1_900
)

// jvmFiles writes a topology of JVM components with its jar into a folder of its own. The jar has so many other entries.
func (l *lab) jvmFiles(ctx context.Context, bolts, others int) (topology, jar string, err error) {
	dir := filepath.Join(l.dir, fmt.Sprintf("jvm-%d-%d", bolts, others))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", "", err
	}
	topology, jar = filepath.Join(dir, "topology.yaml"), filepath.Join(dir, "app.jar")
	if err := os.WriteFile(topology, jvmTopology(bolts), 0o644); err != nil {
		return "", "", err
	}
	worker, err := stormtest.Classpath(ctx, stormtest.WorkerJars)
	if err != nil {
		return "", "", err
	}
	classes, err := stormtest.CompileJava(ctx, "bench", javaSources, "java", worker, "--release", "8")
	if err != nil {
		return "", "", err
	}
	return topology, jar, writeJar(jar, classes, others)
}

// writeJar writes a jar of the classes in a folder and of other entries, which do not compress.
func writeJar(path, classes string, others int) error {
	out, err := os.Create(path)
	if err != nil {
		return err
	}
	w := zip.NewWriter(out)
	err = w.AddFS(os.DirFS(classes))
	random := rand.NewChaCha8([32]byte{})
	content := make([]byte, fatEntrySize)
	for i := 0; i < others && err == nil; i++ {
		name := fmt.Sprintf("com/example/package%d/internal/SomeClass%d.class", i/200, i)
		f, failed := w.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
		if failed == nil {
			random.Read(content) // it never fails
			_, failed = f.Write(content)
		}
		err = failed
	}
	return errors.Join(err, w.Close(), out.Close())
}

// validateBesideFlux measures the validation of a topology with a jar, beside Flux.
func (l *lab) validateBesideFlux(ctx context.Context, topology, jar, prints string, most float64) error {
	ours := &process{name: "stormflux validate", args: []string{l.stormflux, "validate", topology, "--jar", jar}}
	cmd, err := stormtest.FluxDryRun(ctx, topology, jar)
	if err != nil {
		return err
	}
	theirs := &process{name: "Flux --dry-run", args: cmd.Args}
	if err := ours.sayWith(ctx, "1 file checked"); err != nil {
		return err
	}
	if err := theirs.sayWith(ctx, prints); err != nil {
		return err
	}
	if err := l.turns(ctx, theirs, ours); err != nil {
		return err
	}
	l.show(ours, theirs)
	l.judge(
		target{what: "validate, CPU time", values: values(ours, cpu), atMost: most, show: seconds},
		target{what: "validate, wall time (a target on a quiet core only)", values: values(ours, wall), atMost: most, show: seconds, info: true},
		target{what: "times faster than Flux, wall time", values: pairs(theirs, ours, wall)},
		target{what: "times faster than Flux, CPU time", values: pairs(theirs, ours, cpu)},
	)
	return nil
}

func measureJar(ctx context.Context, l *lab) error {
	topology, jar, err := l.jvmFiles(ctx, 2, fatEntries)
	if err != nil {
		return err
	}
	return l.validateBesideFlux(ctx, topology, jar, "bolt1", 0.050)
}

func measureManyClasses(ctx context.Context, l *lab) error {
	const bolts = 999
	topology, jar, err := l.jvmFiles(ctx, bolts, 0)
	if err != nil {
		return err
	}
	return l.validateBesideFlux(ctx, topology, jar, fmt.Sprintf("bolt%d", bolts-1), 0.150)
}

func measureJVMEngine(ctx context.Context, l *lab) error {
	topology, jar, err := l.jvmFiles(ctx, 2, 0)
	if err != nil {
		return err
	}
	cluster, err := startStorm(ctx)
	if err != nil {
		return err
	}
	b := &besideStorm{lab: l, dir: filepath.Dir(topology), cluster: cluster}
	return errors.Join(b.measureJVM(ctx, topology, jar), cluster.Stop())
}

func (b *besideStorm) measureJVM(ctx context.Context, topology, jar string) error {
	worker, counter, err := b.submit(ctx, topology, "--jar", jar)
	if err != nil {
		return err
	}
	var onStorm, onEngine []flow
	for range b.runs {
		f, err := b.runOnStorm(ctx, "jvm", worker, counter)
		if err != nil {
			return err
		}
		onStorm = append(onStorm, f)
		if f, err = b.runEngine(ctx, topology, "--jar", jar); err != nil {
			return fmt.Errorf("on the engine: %w", err)
		}
		onEngine = append(onEngine, f)
	}
	tuples := func(f flow) float64 { return f.words }
	table(b.out, [][]string{{"", "tuples/s"},
		{"stormflux run", spreadOf(flowValues(onEngine, tuples)).text(thousands)},
		{"one worker of Storm 2.8.3", spreadOf(flowValues(onStorm, tuples)).text(thousands)}})
	b.judge(target{what: "engine / Storm, tuples/s", values: flowRatios(onEngine, onStorm, tuples)})
	return nil
}
