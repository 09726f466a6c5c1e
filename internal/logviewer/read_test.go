package logviewer_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stormflux/stormflux/internal/logviewer"
	"github.com/stormflux/stormflux/internal/logviewer/logviewertest"
)

// sources returns both kinds of source for a folder of artifacts.
func sources(t *testing.T, dir string) map[string]logviewer.Source {
	t.Helper()
	if err := os.MkdirAll(filepath.Join(dir, topology), 0o755); err != nil {
		t.Fatal(err)
	}
	folder, err := logviewer.FindFolder(dir, topology)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]logviewer.Source{"folder": folder, "http": byHTTP(logviewertest.New(t, dir).URL)}
}

func log(dir string, port int, name string) string {
	return filepath.Join(dir, topology, fmt.Sprint(port), name)
}

// said collects what Read prints and notes, as short texts.
type said struct {
	mu    sync.Mutex
	texts []string
}

func (s *said) print(lines []logviewer.Line) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range lines {
		s.texts = append(s.texts, fmt.Sprintf("%s:%d %s", l.Component, l.First, l.Text))
	}
}

func (s *said) note(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.texts = append(s.texts, "note: "+text)
}

func (s *said) all() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.texts, "\n")
}

// await waits until something was said.
func (s *said) await(t *testing.T, text string) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for !strings.Contains(s.all(), text) {
		if time.Now().After(deadline) {
			t.Fatalf("nobody says %q:\n%s", text, s.all())
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// line returns a line of a worker's log, at a second of an hour.
func line(second int, thread, text string) string {
	return fmt.Sprintf("2026-11-22 03:%02d:%02d.000 o.a.s.X %s [INFO] %s\n", second/60, second%60, thread, text)
}

func placedOn(ports ...int) func(context.Context) ([]logviewer.Placed, error) {
	return func(context.Context) ([]logviewer.Placed, error) {
		var placed []logviewer.Placed
		for _, port := range ports {
			placed = append(placed, logviewer.Placed{Worker: logviewer.Worker{Host: "h", Port: port}, Executors: []logviewer.Executor{
				{Component: "split", First: 1, Last: 1}, {Component: "split", First: 2, Last: 2}, {Component: "count", First: 3, Last: 4}}})
		}
		return placed, nil
	}
}

// The last lines of two workers come in one order of time, from rotated files too.
func TestLastLines(t *testing.T) {
	dir := t.TempDir()
	write(t, log(dir, 6700, "worker.log.1.gz"), line(1, "main", "a1")+line(2, "main", "a2"))
	write(t, log(dir, 6700, "worker.log.2.gz"), line(4, "main", "a4")+line(6, "main", "a6"))
	write(t, log(dir, 6700, "worker.log"), line(8, "Thread-1-count-executor[3, 4]", "a8")+"\tat a.B\n")
	write(t, log(dir, 6701, "worker.log"), line(3, "main", "b3")+line(7, "main", "b7")+line(9, "main", "b9"))
	for kind, source := range sources(t, dir) {
		for n, want := range map[int]string{
			0: "",
			3: "count:3 a8\ncount:3 \tat a.B\n:0 b9",
			5: ":0 a6\n:0 b7\ncount:3 a8\ncount:3 \tat a.B\n:0 b9",
			9: ":0 a1\n:0 a2\n:0 b3\n:0 a4\n:0 a6\n:0 b7\ncount:3 a8\ncount:3 \tat a.B\n:0 b9",
		} {
			var got said
			err := logviewer.Read(t.Context(), logviewer.Options{Source: source, Workers: placedOn(6700, 6701), Lines: n, Print: got.print, Note: got.note})
			if err != nil || got.all() != want {
				t.Errorf("%s: the last %d are (%v)\n%s\nwant\n%s", kind, n, err, got.all(), want)
			}
		}
	}
}

// A match far from the end is found, in files that are larger than every window.
func TestMatchFarBack(t *testing.T) {
	dir := t.TempDir()
	filler := strings.Repeat(line(5, "main", strings.Repeat("x", 2000)), 4500) // 9 MB
	write(t, log(dir, 6700, "worker.log"), line(1, "main", "needle 1")+line(2, "main", "needle 2")+filler)
	for kind, source := range sources(t, dir) {
		var got said
		err := logviewer.Read(t.Context(), logviewer.Options{Source: source, Workers: placedOn(6700), Lines: 5, Match: regexp.MustCompile("n..dle"), Print: got.print, Note: got.note})
		if want := ":0 needle 1\n:0 needle 2"; err != nil || got.all() != want {
			t.Errorf("%s: found %q (%v), want %q", kind, got.all(), err, want)
		}
	}
}

// The tasks of a process whose start is far back are looked up.
func TestProcessFarBack(t *testing.T) {
	dir := t.TempDir()
	write(t, log(dir, 6700, "worker.log"), line(1, "Thread-9-split-executor[2, 2]", "Launched subprocess with pid 42")+
		strings.Repeat(line(5, "main", "filler"), 2000)+line(6, "Thread-30", "ShellLog pid:42, name:split hello")+line(7, "Thread-31", "ShellLog pid:43, name:split who"))
	for kind, source := range sources(t, dir) {
		var got said
		err := logviewer.Read(t.Context(), logviewer.Options{Source: source, Workers: placedOn(6700), Component: "split", Lines: 2, Print: got.print, Note: got.note})
		if want := "split:2 hello\nsplit:0 who"; err != nil || got.all() != want {
			t.Errorf("%s: %q (%v), want %q", kind, got.all(), err, want)
		}
	}
}

// Following goes on through a rotation, a line that comes in two parts, a worker without a log, and a worker that moves.
func TestFollow(t *testing.T) {
	for kind := range sources(t, t.TempDir()) {
		t.Run(kind, func(t *testing.T) {
			dir := t.TempDir()
			write(t, log(dir, 6700, "worker.log"), line(1, "main", "first"))
			source := sources(t, dir)[kind]
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			var mu sync.Mutex
			now, gone := placedOn(6700, 6701), false
			var got said
			done := make(chan error)
			go func() {
				done <- logviewer.Read(ctx, logviewer.Options{
					Source: source, Lines: 10, Follow: true, Print: got.print, Note: got.note, Poll: 5 * time.Millisecond, Ask: 20 * time.Millisecond,
					Workers: func(ctx context.Context) ([]logviewer.Placed, error) {
						mu.Lock()
						defer mu.Unlock()
						if gone {
							return nil, logviewer.ErrGone
						}
						return now(ctx)
					},
				})
			}()
			got.await(t, "first")
			got.await(t, "note: h:6701: there is no worker.log yet")
			appendTo(t, log(dir, 6700, "worker.log"), "2026-11-22 03:00:02.000 o.a.s.X Thread-9-count-exec")
			appendTo(t, log(dir, 6700, "worker.log"), "utor[3, 4] [INFO] second\n\tat x\n")
			got.await(t, "count:3 second\ncount:3 \tat x")

			// Log4j renames the file, packs it, and begins a new one.
			appendTo(t, log(dir, 6700, "worker.log"), line(3, "main", "third"))
			if err := os.Rename(log(dir, 6700, "worker.log"), log(dir, 6700, "worker.log.1")); err != nil {
				t.Fatal(err)
			}
			write(t, log(dir, 6700, "worker.log"), line(4, "main", "fourth"))
			got.await(t, ":0 third\n")
			got.await(t, ":0 fourth")

			write(t, log(dir, 6701, "worker.log"), line(5, "main", "fifth"))
			got.await(t, ":0 fifth")

			mu.Lock()
			now = placedOn(6701, 6702)
			mu.Unlock()
			got.await(t, "note: h:6700 does not run it any more\nnote: h:6702 runs it now")
			write(t, log(dir, 6702, "worker.log"), line(6, "main", "sixth"))
			got.await(t, ":0 sixth")

			appendTo(t, log(dir, 6700, "worker.log"), line(7, "main", "seventh"))
			mu.Lock()
			now = placedOn(6700, 6702)
			mu.Unlock()
			got.await(t, ":0 seventh")
			mu.Lock()
			gone = true
			mu.Unlock()
			if err := <-done; err != nil {
				t.Error(err)
			}
			got.await(t, "note: "+logviewer.ErrGone.Error())
			for _, text := range []string{"first", "second", "third", "fourth", "fifth", "sixth", "seventh"} {
				if n := strings.Count(got.all(), text); n != 1 {
					t.Errorf("%q is there %d times:\n%s", text, n, got.all())
				}
			}
		})
	}
}

func appendTo(t *testing.T, name, text string) {
	t.Helper()
	f, err := os.OpenFile(name, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteString(text); err != nil {
		t.Fatal(err)
	}
}
