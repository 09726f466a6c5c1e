// Package watch starts a topology again when a file changes that it is made from: a [Watcher] reports changes, and
// [Restart] turns them into runs. What runs, and how, is the business of its caller.
package watch

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/fsnotify/fsnotify"

	"github.com/stormflux/stormflux/diag"
)

const (
	// settle is how long files have to stay unchanged before a change is reported: editors write several times.
	settle = 150 * time.Millisecond
	// settleLimit is when a change is reported although files still change.
	settleLimit = 2 * time.Second
)

// A Watcher reports when files change.
type Watcher struct {
	changed chan string
	notify  *fsnotify.Watcher
	done    chan struct{}

	mu       sync.Mutex
	files    map[string]bool // absolute paths, of files that exist and of files that may come to exist
	packages map[string]bool // folders of Go packages
	trees    map[string]bool // folders in which every file counts
}

// New returns a watcher that watches nothing yet.
func New() (*Watcher, error) {
	notify, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, fmt.Errorf("watching files: %w", err)
	}
	w := &Watcher{
		changed: make(chan string), notify: notify, done: make(chan struct{}),
		files: map[string]bool{}, packages: map[string]bool{}, trees: map[string]bool{},
	}
	go w.serve()
	return w, nil
}

// Close ends the watcher.
func (w *Watcher) Close() {
	w.notify.Close()
	<-w.done
}

// Changed returns the channel of changes. It gets the names of the changed files, once they stay unchanged for a moment.
func (w *Watcher) Changed() <-chan string { return w.changed }

// ReadFile reads a file and watches it, even if it does not exist.
func (w *Watcher) ReadFile(path string) ([]byte, error) {
	w.File(path)
	return os.ReadFile(path)
}

// File watches a file, even if it does not exist.
func (w *Watcher) File(path string) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return
	}
	w.mu.Lock()
	w.files[abs] = true
	w.mu.Unlock()
	// Editors replace files, so the folder is watched. A folder that does not exist cannot change either.
	w.notify.Add(filepath.Dir(abs))
}

// Tree watches a folder with everything below it, or a file.
func (w *Watcher) Tree(path string) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return
	}
	w.File(abs)
	filepath.WalkDir(abs, func(dir string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			w.add(w.trees, dir)
		}
		return nil // whoever reads the folder next reports that it cannot be read
	})
}

func (w *Watcher) add(folders map[string]bool, dir string) {
	w.mu.Lock()
	folders[dir] = true
	w.mu.Unlock()
	w.notify.Add(dir)
}

// matters reports whether a file makes a difference.
func (w *Watcher) matters(path string) bool {
	base, dir := filepath.Base(path), filepath.Dir(path)
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.files[path]:
		return true
	case w.packages[dir]:
		return slices.Contains([]string{".go", ".s"}, filepath.Ext(base)) && !strings.HasPrefix(base, ".") && !strings.HasSuffix(base, "_test.go")
	case w.trees[dir]:
		// Editors leave files of their own, and Python writes beside its sources.
		return !strings.HasPrefix(base, ".") && !strings.HasPrefix(base, "#") && !strings.HasSuffix(base, "~") &&
			base != "__pycache__" && filepath.Base(dir) != "__pycache__"
	}
	return false
}

// serve collects changes and reports them when no more come.
func (w *Watcher) serve() {
	defer close(w.done)
	timer := time.NewTimer(time.Hour)
	timer.Stop()
	var first time.Time // of the changes that have not settled; zero when all have
	pending := map[string]bool{}
	for {
		var changed chan string
		names := ""
		if len(pending) > 0 && first.IsZero() {
			changed = w.changed
			names = strings.Join(slices.Sorted(maps.Keys(pending)), ", ")
		}
		select {
		case e, ok := <-w.notify.Events:
			switch {
			case !ok:
				return
			case e.Op == fsnotify.Chmod || !w.matters(e.Name):
				continue
			}
			if e.Has(fsnotify.Create) {
				if info, err := os.Stat(e.Name); err == nil && info.IsDir() {
					w.Tree(e.Name)
				}
			}
			if first.IsZero() {
				first = time.Now()
			}
			pending[diag.ShortPath(e.Name)] = true
			timer.Reset(min(settle, time.Until(first.Add(settleLimit))))
		case <-timer.C:
			first = time.Time{}
		case changed <- names:
			clear(pending)
		case _, ok := <-w.notify.Errors:
			if !ok {
				return
			}
			// Events were lost, so any file may have changed.
			pending["something"] = true
			first = time.Now()
			timer.Reset(settle)
		}
	}
}
