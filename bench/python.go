package main

import (
	"archive/zip"
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/stormflux/stormflux/internal/stormtest"
	"github.com/stormflux/stormflux/sdk/python"
)

const (
	passedTuples = 50_000

	// inFlight is the number of tuples that a bolt has but has not acked, so that the pipes never fill up.
	inFlight = 100
)

//go:embed pass.py
var passBolts []byte

// measurePython feeds bolts in Python that emit what they get: of our SDK, of pystorm, and of Storm's own adapter.
func measurePython(ctx context.Context, l *lab) error {
	interpreter, err := pystormPython(ctx)
	if err != nil {
		return err
	}
	dir := filepath.Join(l.dir, "python")
	if err := pythonFiles(ctx, dir); err != nil {
		return err
	}
	bolt := func(name string) *passBolt {
		return &passBolt{name: name, args: []string{interpreter, filepath.Join(dir, "pass.py"), name}}
	}
	bolts := []*passBolt{bolt("stormflux"), bolt("pystorm"), bolt("storm.py")}
	return l.comparePass(ctx, bolts)
}

// pythonFiles writes the bolts, our SDK and Storm's adapter into a folder.
func pythonFiles(ctx context.Context, dir string) error {
	if err := os.CopyFS(dir, python.Files()); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "pass.py"), passBolts, 0o644); err != nil {
		return err
	}
	adapter, err := stormAdapter(ctx, "storm.py")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "storm.py"), adapter, 0o644)
}

// stormAdapter returns a file of Storm's own adapters for other languages.
func stormAdapter(ctx context.Context, name string) ([]byte, error) {
	jars, err := stormtest.Jars(ctx, stormtest.MultilangJars)
	if err != nil {
		return nil, err
	}
	paths, err := filepath.Glob(filepath.Join(jars, "*.jar"))
	if err != nil {
		return nil, err
	}
	for _, path := range paths {
		if text, err := entry(path, "resources/"+name); err != nil || text != nil {
			return text, err
		}
	}
	return nil, fmt.Errorf("no jar in %s has %s", jars, name)
}

// entry returns a file of a jar, or nil if there is none.
func entry(jar, name string) ([]byte, error) {
	z, err := zip.OpenReader(jar)
	if err != nil {
		return nil, err
	}
	defer z.Close()
	for _, f := range z.File {
		if f.Name == name {
			r, err := f.Open()
			if err != nil {
				return nil, err
			}
			defer r.Close()
			return io.ReadAll(r)
		}
	}
	return nil, nil
}

// comparePass measures the bolts in turn, and the first one beside each of the others.
func (l *lab) comparePass(ctx context.Context, bolts []*passBolt) error {
	for range l.runs {
		for _, b := range bolts {
			if err := b.feed(ctx, l.dir); err != nil {
				return fmt.Errorf("%s: %w", b.name, err)
			}
		}
	}
	rows := [][]string{{"", "tuples/s", "CPU time per tuple"}}
	for _, b := range bolts {
		rows = append(rows, []string{b.name, spreadOf(b.rates).text(thousands), spreadOf(b.cpu).text(microseconds)})
	}
	table(l.out, rows)
	ours := bolts[0]
	var targets []target
	for _, other := range bolts[1:] {
		targets = append(targets,
			target{what: ours.name + " / " + other.name + ", tuples/s", values: ratios(ours.rates, other.rates), atLeast: 1},
			target{what: other.name + " / " + ours.name + ", CPU time per tuple", values: ratios(other.cpu, ours.cpu), atLeast: 1})
	}
	l.judge(targets...)
	return nil
}

// A passBolt is a bolt that emits what it gets.
type passBolt struct {
	name string
	args []string

	rates []float64 // tuples per second, counted from the answer to the handshake
	cpu   []float64 // microseconds per tuple, including the start of the process
}

// feed runs the bolt once. It sends a tuple when fewer than inFlight are without an ack. As Storm does, it answers an
// emit with the task ids unless the bolt does not want them.
func (b *passBolt) feed(ctx context.Context, pidDir string) (err error) {
	p, err := startBolt(ctx, b.args, pidDir)
	if err != nil {
		return err
	}
	defer p.abandon(&err)
	var writing sync.Mutex
	send := func(text []byte) error {
		writing.Lock()
		defer writing.Unlock()
		_, err := p.in.Write(text)
		return err
	}
	acked := make(chan struct{}, inFlight)
	stop := make(chan struct{})
	defer close(stop)
	written := make(chan error, 1)
	start := time.Now()
	go func() { written <- sendTuples(send, acked, stop) }()
	emits, acks := 0, 0
	for acks < passedTuples {
		line, err := p.out.ReadSlice('\n')
		if err != nil {
			return fmt.Errorf("reading after %d emits and %d acks: %w", emits, acks, err)
		}
		switch {
		case bytes.Contains(line, []byte(`"emit"`)):
			emits++
			if !bytes.Contains(line, []byte(`"need_task_ids"`)) {
				if err := send([]byte("[3]\nend\n")); err != nil {
					return err
				}
			}
		case bytes.Contains(line, []byte(`"ack"`)):
			acks++
			<-acked
		}
	}
	took := time.Since(start)
	if err := <-written; err != nil {
		return err
	}
	if emits != passedTuples {
		return fmt.Errorf("%d tuples became %d", passedTuples, emits)
	}
	cpu, err := p.end()
	if err != nil {
		return err
	}
	b.rates = append(b.rates, passedTuples/took.Seconds())
	b.cpu = append(b.cpu, float64(cpu.Nanoseconds())/1e3/passedTuples)
	return nil
}

func sendTuples(send func([]byte) error, acked chan<- struct{}, stop <-chan struct{}) error {
	for tuple := range bytes.SplitAfterSeq(sentenceTuples(passedTuples), []byte("\nend\n")) {
		if len(tuple) == 0 {
			break
		}
		select {
		case acked <- struct{}{}:
		case <-stop:
			return nil
		}
		if err := send(tuple); err != nil {
			return err
		}
	}
	return nil
}
