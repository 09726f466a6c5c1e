package logviewer

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// Names of files that every worker writes (log4j2/worker.xml, FileBasedEventLogger.java).
const (
	WorkerLog = "worker.log"
	EventLog  = "events.log" // the sampled tuples, on workers with an event logger
)

// Placed is a worker with its executors; they are nil if they are not known.
type Placed struct {
	Worker
	Executors []Executor
}

// Options describe what to read.
type Options struct {
	Source Source
	// Workers returns where the topology runs now. While [Read] follows, it asks again and again. An empty list with
	// [ErrGone] ends the following.
	Workers func(context.Context) ([]Placed, error)

	File      string         // "" means [WorkerLog]
	Component string         // only lines of this component
	Match     *regexp.Regexp // only lines whose text matches
	Lines     int            // how many of the last lines
	Follow    bool           // then go on until the context is done

	Print func([]Line)      // is given lines in the order of their times
	Note  func(text string) // is given what a user should know: a worker that moves, a log that is not there

	// Poll and Ask are the times between two looks at the files and at the workers; 0 means 1 s and 10 s.
	Poll, Ask time.Duration
}

// ErrGone is for [Options.Workers]: the topology is not there any more.
var ErrGone = errors.New("the topology is gone")

// UnknownComponent reports that the logs name no such component, where nothing but the logs says which there are.
type UnknownComponent struct {
	Component string
	Known     []string // those that the logs name
}

// Error says which component is missing.
func (e *UnknownComponent) Error() string {
	return fmt.Sprintf("the logs have no lines of a component %q", e.Component)
}

// Read prints the last lines of the logs of all workers, and new lines if it follows. It returns an error if it could read no
// log at all; otherwise it notes the workers whose logs it cannot read.
func Read(ctx context.Context, o Options) error {
	if o.File == "" {
		o.File = WorkerLog
	}
	if o.Poll == 0 {
		o.Poll = time.Second
	}
	if o.Ask == 0 {
		o.Ask = 10 * time.Second
	}
	r := &reader{Options: o, files: map[Worker]*file{}, former: map[Worker]*file{}, silent: map[Worker]string{}}
	placed, err := o.Workers(ctx)
	if err != nil {
		return err
	}
	r.place(placed)
	if err := r.begin(ctx); err != nil {
		return err
	}
	if !o.Follow {
		return nil
	}
	return r.follow(ctx)
}

type reader struct {
	Options
	files  map[Worker]*file  // of the workers that run the topology
	former map[Worker]*file  // of those that did
	silent map[Worker]string // workers whose logs cannot be read, with the reason that was noted
	unsure string            // why it is not known where the topology runs
}

// want reports whether a line is to be printed. Storm adds an empty line to what a process writes to its standard error.
func (r *reader) want(line Line) bool {
	return !(line.Continues && line.Text == "") && (r.Component == "" || line.Component == r.Component) && (r.Match == nil || r.Match.MatchString(line.Text))
}

// place makes files for new workers and forgets those that have left. Only workers with an executor of the component count.
func (r *reader) place(placed []Placed) (came, left []Worker) {
	now := map[Worker]bool{}
	for _, p := range placed {
		if r.Component != "" && p.Executors != nil && r.File == WorkerLog && !runs(p.Executors, r.Component) {
			continue
		}
		now[p.Worker] = true
		if f := r.files[p.Worker]; f != nil {
			f.parser.executors = p.Executors
			continue
		}
		came = append(came, p.Worker)
		f := r.former[p.Worker]
		if f == nil {
			f = &file{source: r.Source, worker: p.Worker, name: r.File, want: r.want}
			f.parser = newParser(p.Worker, nil)
		}
		f.parser.executors = p.Executors
		r.files[p.Worker] = f
	}
	for w := range r.files {
		if !now[w] {
			left = append(left, w)
		}
	}
	slices.SortFunc(left, func(a, b Worker) int { return strings.Compare(a.String(), b.String()) })
	return came, left
}

func runs(executors []Executor, component string) bool {
	return slices.ContainsFunc(executors, func(e Executor) bool { return e.Component == component })
}

// workers returns the workers in a fixed order.
func (r *reader) workers() []Worker {
	var all []Worker
	for w := range r.files {
		all = append(all, w)
	}
	slices.SortFunc(all, func(a, b Worker) int { return strings.Compare(a.String(), b.String()) })
	return all
}

// result is what came from one worker's file.
type result struct {
	lines    []Line
	gap, err error
}

// each calls do for the files of all workers, several at once.
func (r *reader) each(do func(*file) result) map[Worker]result {
	const most = 8
	var wait sync.WaitGroup
	var mu sync.Mutex
	results, turn := map[Worker]result{}, make(chan struct{}, most)
	for w, f := range r.files {
		wait.Add(1)
		go func() {
			defer wait.Done()
			turn <- struct{}{}
			got := do(f)
			<-turn
			mu.Lock()
			results[w] = got
			mu.Unlock()
		}()
	}
	wait.Wait()
	return results
}

// begin prints the last lines.
func (r *reader) begin(ctx context.Context) error {
	results := r.each(func(f *file) result {
		lines, err := f.tail(ctx, r.Lines)
		if err == nil && !r.Follow && f.partial != "" {
			if line := f.parser.line(f.partial); r.want(line) {
				lines = append(lines, line)
			}
		}
		return result{lines: lines, err: err}
	})
	if err := ctx.Err(); err != nil {
		return err
	}
	var lines []Line
	var failed []error
	for _, w := range r.workers() {
		got := results[w]
		if got.err != nil {
			failed = append(failed, got.err)
			continue
		}
		lines = append(lines, got.lines...)
	}
	if len(failed) > 0 && len(failed) == len(r.files) && !r.Follow {
		return failed[0]
	}
	r.note(results)
	if err := r.unknown(lines); err != nil {
		if !r.Follow {
			return err
		}
		r.Note(err.Error() + " yet")
	}
	inOrder(lines)
	r.Print(lines[max(0, len(lines)-r.Lines):])
	return nil
}

// unknown returns an error if no line names the component, and the executors of the workers are not known.
func (r *reader) unknown(lines []Line) error {
	if r.Component == "" || len(lines) > 0 || len(r.files) == 0 {
		return nil
	}
	known := map[string]bool{}
	for _, f := range r.files {
		if f.parser.executors != nil {
			return nil
		}
		maps.Copy(known, f.parser.seen)
	}
	if known[r.Component] { // it has lines, but none of them matches
		return nil
	}
	return &UnknownComponent{Component: r.Component, Known: slices.Sorted(maps.Keys(known))}
}

// note reports workers whose logs cannot be read, or can again, and lines that may be missing.
func (r *reader) note(results map[Worker]result) {
	for _, w := range r.workers() {
		got := results[w]
		if got.gap != nil {
			r.Note(fmt.Sprintf("%s: the log was rotated, and lines may be missing: %v", w, got.gap))
		}
		why := ""
		if errors.Is(got.err, fs.ErrNotExist) {
			why = "there is no " + r.File + " yet"
		} else if got.err != nil {
			why = got.err.Error()
		}
		switch {
		case why == r.silent[w]:
			continue
		case why != "":
			r.Note(fmt.Sprintf("%s: %s", w, why))
		default:
			r.Note(fmt.Sprintf("%s: its log can be read again", w))
		}
		r.silent[w] = why
	}
}

// follow prints what is added to the logs.
func (r *reader) follow(ctx context.Context) error {
	poll, ask := time.NewTicker(r.Poll), time.NewTicker(r.Ask)
	defer poll.Stop()
	defer ask.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ask.C:
			if over := r.look(ctx); over {
				return nil
			}
		case <-poll.C:
			r.more(ctx)
		}
	}
}

// more prints the new lines of all files.
func (r *reader) more(ctx context.Context) {
	results := r.each(func(f *file) result {
		lines, gap, err := f.more(ctx)
		return result{lines, gap, err}
	})
	if ctx.Err() != nil {
		return
	}
	var lines []Line
	for _, w := range r.workers() {
		lines = append(lines, results[w].lines...)
	}
	r.note(results)
	if len(lines) > 0 {
		inOrder(lines)
		r.Print(lines)
	}
}

// look finds out where the topology runs now. It reports whether the topology is gone.
func (r *reader) look(ctx context.Context) (over bool) {
	placed, err := r.Workers(ctx)
	switch {
	case ctx.Err() != nil:
		return false
	case errors.Is(err, ErrGone):
		r.more(ctx)
		r.Note(err.Error())
		return true
	case err != nil:
		if err.Error() != r.unsure {
			r.unsure = err.Error()
			r.Note("cannot find out whether workers have moved: " + r.unsure)
		}
		return false
	}
	r.unsure = ""
	if len(placed) == 0 { // it is being moved
		return false
	}
	came, left := r.place(placed)
	if len(left) > 0 {
		r.more(ctx) // their last lines
	}
	for _, w := range left {
		r.Note(fmt.Sprintf("%s does not run it any more", w))
		r.former[w] = r.files[w]
		delete(r.files, w)
	}
	for _, w := range came {
		r.Note(fmt.Sprintf("%s runs it now", w))
	}
	return false
}
