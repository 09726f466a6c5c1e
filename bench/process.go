package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// sample has the measurements of one run of a process.
type sample struct {
	start  time.Time
	wall   time.Duration
	cpu    time.Duration // user and system time, of all its threads
	peak   int64         // bytes of resident memory; 0 if the system does not report it
	upload time.Duration // from the beginning to the end of the upload of a jar, by the server's clock; 0 without an upload
	before time.Duration // from the start of the process to the beginning of the upload
}

// process is a program with arguments that runs again and again.
type process struct {
	name string
	args []string
	dir  string
	env  []string // nil: this process's

	// argsOf, if set, returns the arguments of a run by its number, counted from 1. It replaces args.
	argsOf func(run int) []string

	// writes is set if the process writes much. Then bench waits before each run until the disk is idle.
	writes bool

	// measured, if set, adds measurements that others made of the run.
	measured func(*sample) error

	samples []sample
}

// run runs the process once. Its output goes to the null device and its standard error to the file errors, because a
// pipe would also measure the reader.
func (p *process) run(ctx context.Context, errors string) (sample, error) {
	args := p.args
	if p.argsOf != nil {
		args = p.argsOf(len(p.samples) + 1)
	}
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Dir, cmd.Env = p.dir, p.env
	stderr, err := os.Create(errors)
	if err != nil {
		return sample{}, err
	}
	defer stderr.Close()
	cmd.Stderr = stderr
	if p.writes {
		flushDisk()
	}
	s := sample{start: time.Now()}
	err = cmd.Run()
	s.wall = time.Since(s.start)
	if err != nil {
		said, _ := os.ReadFile(errors)
		return s, p.explain(ctx, err, said)
	}
	s.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	s.peak = peakMemory(cmd.ProcessState)
	if p.measured != nil {
		err = p.measured(&s)
	}
	return s, err
}

// explain returns the error of a run that failed with this output.
func (p *process) explain(ctx context.Context, err error, said []byte) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	const most = 4000
	return fmt.Errorf("%s: %w\n%s", p.name, err, said[max(0, len(said)-most):])
}

// say runs the process once without measuring it, and returns its output. The run also brings its files into the
// system's cache.
func (p *process) say(ctx context.Context) ([]byte, error) {
	cmd := exec.CommandContext(ctx, p.args[0], p.args[1:]...)
	cmd.Dir, cmd.Env = p.dir, p.env
	out, err := cmd.CombinedOutput()
	if err != nil {
		return out, p.explain(ctx, err, out)
	}
	return out, nil
}

// sayWith is say for a program that must print text, because a program that does nothing would win every comparison.
func (p *process) sayWith(ctx context.Context, text string) error {
	out, err := p.say(ctx)
	if err == nil && !bytes.Contains(out, []byte(text)) {
		err = fmt.Errorf("%s does not print %q", p.name, text)
	}
	return err
}

// turns runs the processes in turn.
func (l *lab) turns(ctx context.Context, processes ...*process) error {
	for range l.runs {
		for _, p := range processes {
			s, err := p.run(ctx, filepath.Join(l.dir, "stderr"))
			if err != nil {
				return err
			}
			p.samples = append(p.samples, s)
		}
	}
	return nil
}
