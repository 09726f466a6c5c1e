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

// sample is what one run of a process took.
type sample struct {
	start  time.Time
	wall   time.Duration
	cpu    time.Duration // user and system time, of all its threads
	peak   int64         // bytes of memory, resident; 0 where the system does not tell
	upload time.Duration // from the begin of the upload of a jar to its end, by the server's clock; 0 without one
	before time.Duration // from the start of the process to the begin of the upload
}

// process is a program with arguments that is run again and again.
type process struct {
	name string
	args []string
	dir  string
	env  []string // nil: this process's

	// argsOf, if set, returns the arguments of the run with a number, from 1, instead of args.
	argsOf func(run int) []string

	// writes says that it writes much: what others have left for the disk to do is waited for before it runs.
	writes bool

	// measured, if set, adds what others know about a run.
	measured func(*sample) error

	samples []sample
}

// run runs it once. Its output goes to the null device and its complaints to the file errors: a pipe would measure the
// reader as well.
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

// explain is the error of a run that failed and said this.
func (p *process) explain(ctx context.Context, err error, said []byte) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	const most = 4000
	return fmt.Errorf("%s: %w\n%s", p.name, err, said[max(0, len(said)-most):])
}

// say runs it once, not measured, and returns what it prints. It also brings its files into the system's cache.
func (p *process) say(ctx context.Context) ([]byte, error) {
	cmd := exec.CommandContext(ctx, p.args[0], p.args[1:]...)
	cmd.Dir, cmd.Env = p.dir, p.env
	out, err := cmd.CombinedOutput()
	if err != nil {
		return out, p.explain(ctx, err, out)
	}
	return out, nil
}

// sayWith is say for a program that has to print text: a program that did nothing would win every comparison.
func (p *process) sayWith(ctx context.Context, text string) error {
	out, err := p.say(ctx)
	if err == nil && !bytes.Contains(out, []byte(text)) {
		err = fmt.Errorf("%s does not print %q", p.name, text)
	}
	return err
}

// turns runs the processes in turns.
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
