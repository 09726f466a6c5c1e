package main

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/lockedfile"

	"github.com/stormflux/stormflux/internal/cachedir"
)

const (
	fedSentences = 200_000
	// fedPystorm is lower, because pystorm is slow.
	fedPystorm = 10_000

	// exchanged is the number of messages per sentence: the sentence, ten words and the ack.
	exchanged = 1 + 10 + 1
)

const pystorm = "pystorm==3.1.4"

//go:embed sdk.py
var pystormSplit []byte

// measureSDK feeds split bolts through pipes, like an engine that costs nothing.
func measureSDK(ctx context.Context, l *lab) error {
	ours, err := l.build(ctx, "bench/words")
	if err != nil {
		return err
	}
	plain, err := l.build(ctx, "bench/plainsplit")
	if err != nil {
		return err
	}
	python, err := pystormPython(ctx)
	if err != nil {
		return err
	}
	script := filepath.Join(l.dir, "sdk.py")
	if err := os.WriteFile(script, pystormSplit, 0o644); err != nil {
		return err
	}
	bolts := []*fedBolt{
		{name: "SDK", args: []string{ours, "split"}, sentences: fedSentences},
		{name: "encoding/json", args: []string{plain}, sentences: fedSentences},
		{name: "pystorm", args: []string{python, script}, sentences: fedPystorm},
	}
	for range l.runs {
		for _, b := range bolts {
			if err := b.feed(ctx, l.dir); err != nil {
				return fmt.Errorf("%s: %w", b.name, err)
			}
		}
	}
	rows := [][]string{{"", "messages/s", "CPU time per message"}}
	for _, b := range bolts {
		rows = append(rows, []string{b.name, spreadOf(b.rates).text(thousands), spreadOf(b.cpu).text(microseconds)})
	}
	table(l.out, rows)
	sdk := bolts[0]
	var targets []target
	for _, other := range bolts[1:] {
		targets = append(targets,
			target{what: "SDK / " + other.name + ", messages/s", values: ratios(sdk.rates, other.rates), atLeast: 1},
			target{what: other.name + " / SDK, CPU time per message", values: ratios(other.cpu, sdk.cpu)})
	}
	l.judge(targets...)
	return nil
}

// ratios returns a/b of each run.
func ratios(a, b []float64) []float64 {
	v := make([]float64, len(a))
	for i := range a {
		v[i] = a[i] / b[i]
	}
	return v
}

// A fedBolt is a split bolt that runs again and again.
type fedBolt struct {
	name      string
	args      []string
	sentences int

	rates []float64 // messages per second, counted from the answer to the handshake
	cpu   []float64 // microseconds per message, including the start of the process
}

// feed runs the bolt once with all sentences. It checks that there is an emit for each word and an ack for each
// sentence.
func (b *fedBolt) feed(ctx context.Context, pidDir string) (err error) {
	p, err := startBolt(ctx, b.args, pidDir)
	if err != nil {
		return err
	}
	defer p.abandon(&err)
	tuples := sentenceTuples(b.sentences)
	start := time.Now()
	written := make(chan error, 1)
	go func() {
		_, err := p.in.Write(tuples)
		written <- err
	}()
	emits, acks := 0, 0
	for acks < b.sentences {
		line, err := p.out.ReadSlice('\n')
		if err != nil {
			return fmt.Errorf("reading after %d emits and %d acks: %w", emits, acks, err)
		}
		switch {
		case bytes.Contains(line, []byte(`"emit"`)):
			emits++
		case bytes.Contains(line, []byte(`"ack"`)):
			acks++
		}
	}
	took := time.Since(start)
	if err := <-written; err != nil {
		return err
	}
	if emits != 10*b.sentences {
		return fmt.Errorf("%d sentences became %d words, want ten each", b.sentences, emits)
	}
	cpu, err := p.end()
	if err != nil {
		return err
	}
	messages := float64(exchanged * b.sentences)
	b.rates = append(b.rates, messages/took.Seconds())
	b.cpu = append(b.cpu, float64(cpu.Nanoseconds())/1e3/messages)
	return nil
}

// sentenceTuples are the messages of n tuples, with ids as Storm gives them.
func sentenceTuples(n int) []byte {
	var b bytes.Buffer
	for i := range n {
		fmt.Fprintf(&b, `{"id":"%d","comp":"sentences","stream":"default","task":1,"tuple":["the quick brown fox jumps over the lazy dog today"]}`+"\nend\n",
			int64(uint64(i+1)*0x9e3779b97f4a7c15))
	}
	return b.Bytes()
}

// pystormPython returns a Python that has pystorm. It is set up once on a machine.
func pystormPython(ctx context.Context) (string, error) {
	cache, err := cachedir.Path()
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return "", err
	}
	dir := filepath.Join(cache, "python-"+strings.ReplaceAll(pystorm, "==", "-"))
	unlock, err := lockedfile.MutexAt(dir + ".lock").Lock()
	if err != nil {
		return "", err
	}
	defer unlock()
	python, ready := filepath.Join(dir, "bin", "python3"), filepath.Join(dir, "ready")
	if _, err := os.Stat(ready); err == nil {
		return python, nil
	}
	if err := os.RemoveAll(dir); err != nil {
		return "", err
	}
	for _, args := range [][]string{
		{"python3", "-m", "venv", dir},
		{python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", pystorm},
	} {
		if out, err := exec.CommandContext(ctx, args[0], args[1:]...).CombinedOutput(); err != nil {
			return "", fmt.Errorf("%s: %w\n%s", strings.Join(args, " "), err, out)
		}
	}
	return python, os.WriteFile(ready, nil, 0o644)
}
