package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/fsnotify/fsnotify"

	"github.com/stormflux/stormflux/compiler"
	"github.com/stormflux/stormflux/diag"
)

const (
	// settle is how long files have to stay as they are before a change is looked at: editors write several times.
	settle = 150 * time.Millisecond
	// settleLimit is when it is looked at even so.
	settleLimit = 2 * time.Second
)

// watch runs the topology, and starts it again whenever what it consists of has changed. While the changed topology has
// faults, the old one goes on. It ends with the context, and with the error of the last run.
func (r *runner) watch(ctx context.Context) error {
	w, err := newSourceWatcher(ctx)
	if err != nil {
		return environmentError(err)
	}
	defer w.close()
	r.readFile = w.read

	var running *session
	var outcome error
	stop := func() {
		if running != nil {
			outcome = running.stop()
			running = nil
		}
	}
	defer stop()
	digest := ""
	for {
		next, err := r.prepare(ctx)
		w.follow(ctx, next)
		var exit *exitError
		switch {
		case ctx.Err() != nil && err != nil:
			stop()
			return outcome
		case errors.As(err, &exit) && exit.code == exitUsage:
			stop()
			return err
		case err != nil:
			r.faulty(err, running != nil)
			if running == nil {
				outcome = findings
				if exit != nil {
					outcome = &exitError{code: exit.code}
				}
			}
		case next.digest == digest && running != nil:
			next.remove()
			r.view.Note("what runs has not changed")
		default:
			stop()
			digest = next.digest
			running = r.start(ctx, next)
		}
	wait:
		for {
			var ended chan struct{}
			if running != nil {
				ended = running.ended
			}
			select {
			case <-ctx.Done():
				stop()
				return outcome
			case <-ended:
				stop()
				digest = ""
				if ctx.Err() != nil {
					return outcome
				}
				if outcome != nil && outcome.Error() != "" {
					r.view.Note(outcome.Error())
				}
				r.view.Note("waiting for a change")
			case changed := <-w.changed:
				r.view.Note(changed + " changed")
				break wait
			}
		}
	}
}

// faulty tells why a changed topology does not run.
func (r *runner) faulty(err error, running bool) {
	var exit *exitError
	if !errors.As(err, &exit) || exit.err != nil {
		fmt.Fprintf(r.app.stderr, "stormflux: %v\n", err)
	}
	if running {
		r.view.Note("the topology goes on as it was until this is mended")
		return
	}
	r.view.Note("waiting until this is mended")
}

// A session is a run in the background.
type session struct {
	cancel context.CancelFunc
	ended  chan struct{}
	err    error // when ended is closed
}

// start runs a prepared topology in the background and removes it afterwards.
func (r *runner) start(ctx context.Context, p *prepared) *session {
	ctx, cancel := context.WithCancel(ctx)
	s := &session{cancel: cancel, ended: make(chan struct{})}
	go func() {
		defer close(s.ended)
		defer cancel()
		defer p.remove()
		s.err = r.run(ctx, p)
	}()
	return s
}

// stop ends the run and returns its error.
func (s *session) stop() error {
	s.cancel()
	<-s.ended
	return s.err
}

// sum returns a digest of everything that makes a difference to a run.
func (p *prepared) sum(ctx context.Context) (string, error) {
	files, err := p.assembly.Archive.Digest(ctx)
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	fmt.Fprintln(sum, files)
	if err := p.program.Encode(ctx, sum, compiler.JSON); err != nil {
		return "", err
	}
	return fmt.Sprintf("%x", sum.Sum(nil)), nil
}

// A sourceWatcher tells when something changes of what a topology was read and built from.
type sourceWatcher struct {
	changed chan string // gets the name of a file, after things have settled

	notify *fsnotify.Watcher
	done   chan struct{}

	mu       sync.Mutex
	files    map[string]bool // absolute paths that make a difference, there or not
	packages map[string]bool // folders of Go packages
	trees    map[string]bool // folders of which everything counts
}

func newSourceWatcher(ctx context.Context) (*sourceWatcher, error) {
	notify, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, fmt.Errorf("watching files: %w", err)
	}
	w := &sourceWatcher{
		changed: make(chan string), notify: notify, done: make(chan struct{}),
		files: map[string]bool{}, packages: map[string]bool{}, trees: map[string]bool{},
	}
	go w.serve(ctx)
	return w, nil
}

func (w *sourceWatcher) close() {
	w.notify.Close()
	<-w.done
}

// read reads a file for the loader, and has it watched, there or not.
func (w *sourceWatcher) read(path string) ([]byte, error) {
	w.file(path)
	return os.ReadFile(path)
}

// file has a file watched. It is its folder that is: editors replace files.
func (w *sourceWatcher) file(path string) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return
	}
	w.mu.Lock()
	w.files[abs] = true
	w.mu.Unlock()
	w.notify.Add(filepath.Dir(abs)) // a folder that is not there cannot change either
}

// follow has everything watched that a topology consists of, faulty or not. What an earlier one consisted of stays watched: it
// costs little, and the change that mends a fault may be there.
func (w *sourceWatcher) follow(ctx context.Context, p *prepared) {
	if p.checked == nil || p.checked.topology == nil {
		return
	}
	top := p.checked.topology
	w.file(filepath.Join(filepath.Dir(p.checked.path), "resources")) // the default, which may come to be
	if top.Jar != "" {
		w.file(top.Jar)
	}
	for _, r := range top.Files {
		from := r.From
		if !filepath.IsAbs(from) {
			from = filepath.Join(r.Dir, from)
		}
		// Of a glob, the folder that it begins in.
		if i := strings.IndexAny(from, "*?[{"); i >= 0 {
			from = filepath.Dir(from[:i] + "x")
		}
		w.tree(from)
	}
	for _, c := range top.Components() {
		switch {
		case c.Go == nil:
		case c.Go.Executable != "":
			w.file(c.Go.Executable)
		default:
			w.goPackage(ctx, c.Go.Dir)
		}
	}
}

// tree has a folder watched with all that lies in it, or a file.
func (w *sourceWatcher) tree(path string) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return
	}
	w.file(abs)
	filepath.WalkDir(abs, func(dir string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			w.mu.Lock()
			w.trees[dir] = true
			w.mu.Unlock()
			w.notify.Add(dir)
		}
		return nil // what cannot be read is told by the next prepare
	})
}

// goPackage has a Go package watched with what it imports of modules that lie in a folder of the user's.
func (w *sourceWatcher) goPackage(ctx context.Context, dir string) {
	const format = `{{if not .Standard}}{{if or (not .Module) .Module.Main (and .Module.Replace (not .Module.Replace.Version))}}` +
		`{{.Dir}}{{with .Module}}{{"\n"}}{{.GoMod}}{{end}}{{$d := .Dir}}{{range .EmbedFiles}}{{"\n"}}{{$d}}/{{.}}{{end}}{{end}}{{end}}`
	list := exec.CommandContext(ctx, "go", "list", "-e", "-deps", "-f", format, ".")
	list.Dir = dir
	out, err := list.Output()
	if err != nil {
		out = []byte(dir)
	}
	for line := range strings.Lines(string(out)) {
		path := filepath.FromSlash(strings.TrimSpace(line))
		if path == "" {
			continue
		}
		abs, err := filepath.Abs(path)
		if err != nil {
			continue
		}
		info, err := os.Stat(abs)
		if err == nil && info.IsDir() {
			w.mu.Lock()
			w.packages[abs] = true
			w.mu.Unlock()
			w.notify.Add(abs)
			continue
		}
		w.file(abs)
		if filepath.Base(abs) == "go.mod" {
			w.file(filepath.Join(filepath.Dir(abs), "go.sum"))
		}
	}
}

// matters tells whether a file makes a difference.
func (w *sourceWatcher) matters(path string) bool {
	base, dir := filepath.Base(path), filepath.Dir(path)
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.files[path]:
		return true
	case w.packages[dir]:
		return slices.Contains([]string{".go", ".s"}, filepath.Ext(base)) && !strings.HasPrefix(base, ".") && !strings.HasSuffix(base, "_test.go")
	case w.trees[dir]:
		// Files of editors, and what Python writes beside its sources.
		return !strings.HasPrefix(base, ".") && !strings.HasPrefix(base, "#") && !strings.HasSuffix(base, "~") &&
			base != "__pycache__" && filepath.Base(dir) != "__pycache__"
	}
	return false
}

// serve waits for changes and tells them when nothing more comes.
func (w *sourceWatcher) serve(ctx context.Context) {
	defer close(w.done)
	timer := time.NewTimer(time.Hour)
	timer.Stop()
	var first time.Time
	pending := map[string]bool{}
	for {
		var tell chan string
		name := ""
		if len(pending) > 0 && first.IsZero() {
			tell = w.changed
			name = strings.Join(slices.Sorted(maps.Keys(pending)), ", ")
		}
		select {
		case <-ctx.Done():
			return
		case e, ok := <-w.notify.Events:
			switch {
			case !ok:
				return
			case e.Op == fsnotify.Chmod || !w.matters(e.Name):
				continue
			}
			if e.Has(fsnotify.Create) {
				if info, err := os.Stat(e.Name); err == nil && info.IsDir() {
					w.tree(e.Name)
				}
			}
			now := time.Now()
			if first.IsZero() {
				first = now
			}
			pending[diag.ShortPath(e.Name)] = true
			timer.Reset(min(settle, time.Until(first.Add(settleLimit))))
		case <-timer.C:
			first = time.Time{}
		case tell <- name:
			clear(pending)
		case _, ok := <-w.notify.Errors:
			if !ok {
				return
			}
			// Events were lost: what may have changed is looked at.
			pending["something"] = true
			first = time.Now()
			timer.Reset(settle)
		}
	}
}
